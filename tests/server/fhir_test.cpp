#include <doctest/doctest.h>

#include <thread>

#include "client.hpp"
#include "district.hpp"

using namespace hb::test;
namespace json = boost::json;

namespace {

const std::string organization =
    R"({"resourceType":"Organization","name":"城东社区卫生服务中心（虚构）","identifier":[{"system":"urn:test","value":"ORG-7"}]})";

std::string observation(const std::string& subject, const std::string& value) {
  return R"({"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"subject":{"reference":")" +
         subject +
         R"("},"effectiveDateTime":"2025-06-01T08:00:00+08:00","valueQuantity":{"value":)" + value +
         R"(,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}})";
}

std::string id_of(const Answer& answer) { return std::string(answer.json().at("id").as_string()); }

std::string issue_of(const Answer& answer) {
  return std::string(answer.json().at("issue").at(0).at("diagnostics").as_string());
}

}  // namespace

TEST_CASE("FHIR: create, read, update with If-Match, versions") {
  District district;
  const auto port = district.port();
  const Answer created = ask(port, "POST", "/fhir/Organization", organization);
  REQUIRE(created.status == 201);
  CHECK(created.header("content-type") == "application/fhir+json; charset=utf-8");
  CHECK(created.header("etag") == "W/\"1\"");
  const std::string id = id_of(created);
  CHECK(created.header("location") ==
        "http://127.0.0.1:" + std::to_string(port) + "/fhir/Organization/" + id + "/_history/1");
  const Answer read = get(port, "/fhir/Organization/" + id);
  CHECK(read.status == 200);
  CHECK(read.json().at("meta").at("versionId").as_string() == "1");
  CHECK(ask(port, "GET", "/fhir/Organization/" + id, "", "If-None-Match: W/\"1\"\r\n").status ==
        304);

  std::string changed = read.body;
  changed.replace(changed.find("城东"), std::string("城东").size(), "城西");
  CHECK(ask(port, "PUT", "/fhir/Organization/" + id, changed, "If-Match: W/\"2\"\r\n").status ==
        412);
  const Answer updated =
      ask(port, "PUT", "/fhir/Organization/" + id, changed, "If-Match: W/\"1\"\r\n");
  CHECK(updated.status == 200);
  CHECK(updated.header("etag") == "W/\"2\"");
  CHECK(get(port, "/fhir/Organization/" + id + "/_history").json().at("total").as_int64() == 2);
  CHECK(get(port, "/fhir/Organization/" + id + "/_history/1").body.find("城东") !=
        std::string::npos);
  CHECK(get(port, "/fhir/Organization/" + id + "/_history/3").status == 404);
  // An update of what is not there makes it, under the client's own id.
  std::string named = changed;
  named.replace(named.find(id), id.size(), "org-8");
  CHECK(ask(port, "PUT", "/fhir/Organization/org-8", named).status == 201);
  CHECK(get(port, "/fhir/Organization/org-8").status == 200);
}

TEST_CASE("FHIR: what cannot be taken is refused, saying where and why") {
  District district;
  const auto port = district.port();
  const Answer missing = get(port, "/fhir/Patient/nobody");
  CHECK(missing.status == 404);
  CHECK(missing.json().at("resourceType").as_string() == "OperationOutcome");
  CHECK(get(port, "/fhir/NoType/1").status == 404);
  CHECK(ask(port, "POST", "/fhir/Organization", "{").status == 400);
  CHECK(issue_of(ask(port, "POST", "/fhir/Patient", organization)) ==
        "expected a Patient, found a Organization");
  const Answer broken =
      ask(port, "POST", "/fhir/Observation",
          R"({"resourceType":"Observation","code":{"text":"x"},"effectiveDateTime":"2025-02-30"})");
  CHECK(broken.status == 422);
  CHECK(broken.body.find("Observation") != std::string::npos);
  CHECK(ask(port, "PUT", "/fhir/Organization/a", organization).status == 400);
  CHECK(issue_of(get(port, "/fhir/Observation?nothing=1")) ==
        "Observation has no search parameter 'nothing'");
  const Answer lenient =
      ask(port, "GET", "/fhir/Observation?nothing=1", "", "Prefer: handling=lenient\r\n");
  CHECK(lenient.status == 200);
  CHECK(lenient.body.find("these parameters were ignored: nothing") != std::string::npos);
  CHECK(ask(port, "POST", "/fhir/Observation/$validate", R"({"resourceType":"Observation"})")
            .body.find("status") != std::string::npos);
}

TEST_CASE("FHIR: what was written is found at once; conditional create makes it once") {
  District district;
  const auto port = district.port();
  const std::string condition = "If-None-Exist: identifier=urn:test|ORG-7\r\n";
  const Answer first = ask(port, "POST", "/fhir/Organization", organization, condition);
  const Answer second = ask(port, "POST", "/fhir/Organization", organization, condition);
  CHECK(first.status == 201);
  CHECK(second.status == 200);
  CHECK(id_of(first) == id_of(second));
  const Answer found = get(port, "/fhir/Organization?identifier=urn:test%7CORG-7&_total=accurate");
  CHECK(found.json().at("total").as_int64() == 1);
  // Twenty at the same time: one is made.
  std::vector<std::thread> clients;
  std::atomic<int> made{0};
  for (int i = 0; i < 20; ++i)
    clients.emplace_back([&] {
      const Answer answer =
          ask(port, "POST", "/fhir/Organization",
              R"({"resourceType":"Organization","name":"甲","identifier":[{"value":"ORG-9"}]})",
              "If-None-Exist: identifier=ORG-9\r\n");
      if (answer.status == 201) ++made;
    });
  for (std::thread& client : clients) client.join();
  CHECK(made == 1);
}

TEST_CASE("FHIR: a transaction is all or nothing, a batch is each by itself") {
  District district;
  const auto port = district.port();
  const auto entry = [](const std::string& url, const std::string& resource,
                        const std::string& full) {
    return R"({"fullUrl":")" + full + R"(","resource":)" + resource +
           R"(,"request":{"method":"POST","url":")" + url + R"("}})";
  };
  const std::string good = entry("Observation", observation("Patient/p1", "151"), "urn:uuid:1b2c");
  const std::string wrong = entry("Observation", R"({"resourceType":"Observation"})", "urn:uuid:2");
  const auto bundle = [](const std::string& type, const std::string& entries) {
    return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)" + entries + "]}";
  };
  const Answer refused = ask(port, "POST", "/fhir", bundle("transaction", good + "," + wrong));
  CHECK(refused.status == 422);
  CHECK(refused.body.find("Bundle.entry[1]") != std::string::npos);
  CHECK(get(port, "/fhir/Observation?value-quantity=151&_total=accurate")
            .json()
            .at("total")
            .as_int64() == 0);
  const Answer mixed = ask(port, "POST", "/fhir", bundle("batch", good + "," + wrong));
  CHECK(mixed.status == 200);
  CHECK(mixed.json().at("entry").at(0).at("response").at("status").as_string() == "201 Created");
  CHECK(mixed.json().at("entry").at(1).at("response").at("status").as_string() == "422");
  // References within the Bundle follow the names that the server gives.
  const Answer linked = ask(
      port, "POST", "/fhir",
      bundle(
          "transaction",
          entry("Organization", organization, "urn:uuid:aa") + "," +
              R"({"resource":{"resourceType":"Location","name":"诊室","managingOrganization":{"reference":"urn:uuid:aa"}},"request":{"method":"POST","url":"Location"}})"));
  REQUIRE(linked.status == 200);
  const std::string place =
      std::string(linked.json().at("entry").at(0).at("response").at("location").as_string());
  const std::string name = place.substr(0, place.find("/_history"));
  CHECK(get(port, "/fhir/Location?organization=" + name).body.find(name) != std::string::npos);
}

TEST_CASE("FHIR: pages, includes, search by POST, everything of a person") {
  District district;
  const auto port = district.port();
  for (int i = 0; i < 5; ++i)
    REQUIRE(
        ask(port, "POST", "/fhir/Observation", observation("Patient/p1", std::to_string(100 + i)))
            .status == 201);
  Answer page = get(port, "/fhir/Observation?code=8480-6&_count=2&_include=Observation:patient");
  std::size_t matches = 0;
  int pages = 1;
  for (;; ++pages) {
    const json::value bundle = page.json();
    for (const json::value& one : bundle.at("entry").as_array())
      if (one.at("search").at("mode").as_string() == "match") ++matches;
    std::string next;
    for (const json::value& link : bundle.at("link").as_array())
      if (link.at("relation").as_string() == "next") next = link.at("url").as_string();
    if (next.empty()) break;
    page = get(port, next.substr(next.find("/fhir")));
    REQUIRE(page.status == 200);
  }
  CHECK(matches == 5);
  CHECK(pages == 3);
  const Answer posted = ask(port, "POST", "/fhir/Observation/_search", "code=8480-6&_summary=count",
                            "Content-Type: application/x-www-form-urlencoded\r\n");
  CHECK(posted.json().at("total").as_int64() == 5);
  const Answer cut = get(port, "/fhir/Observation?code=8480-6&_count=1&_elements=status");
  CHECK(cut.body.find("valueQuantity") == std::string::npos);
  CHECK(cut.body.find("SUBSETTED") != std::string::npos);
  const Answer everything = get(port, "/fhir/Patient/p1/$everything");
  CHECK(everything.status == 200);
  CHECK(everything.body.find("\"Observation\"") != std::string::npos);
  const Answer metadata = get(port, "/fhir/metadata");
  CHECK(metadata.json().at("fhirVersion").as_string() == "4.0.1");
}
