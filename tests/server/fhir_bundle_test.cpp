#include <doctest/doctest.h>

#include "attack.hpp"
#include "client.hpp"
#include "district.hpp"

using namespace hb::test;
namespace json = boost::json;

namespace {

std::string bundle(const std::string& type, const std::string& entries) {
  return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)" + entries + "]}";
}

std::string entry(const std::string& method, const std::string& url,
                  const std::string& resource = "", const std::string& full_url = "",
                  const std::string& more = "") {
  return "{" + (full_url.empty() ? "" : R"("fullUrl":")" + full_url + "\",") +
         (resource.empty() ? "" : R"("resource":)" + resource + ",") + R"("request":{"method":")" +
         method + R"(","url":")" + url + "\"" + more + "}}";
}

std::string organization(const std::string& number) {
  return R"({"resourceType":"Organization","name":"城东","identifier":[{"system":"urn:test","value":")" +
         number + "\"}]}";
}

std::string location(const std::string& reference) {
  return R"({"resourceType":"Location","name":"诊室","managingOrganization":{"reference":")" +
         reference + "\"}}";
}

std::string encounter(const std::string& patient) {
  return R"({"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},"subject":{"reference":")" +
         patient + R"("},"period":{"start":"2025-03-04T09:00:00+08:00"}})";
}

std::string status_of(const Answer& answer, std::size_t i) {
  return std::string(answer.json().at("entry").at(i).at("response").at("status").as_string());
}

std::int64_t total(std::uint16_t port, const std::string& search) {
  return get(port, "/fhir/" + search).json().at("total").as_int64();
}

}  // namespace

TEST_CASE("FHIR: a batch reads too: resources, searches, histories, each as a request of its own") {
  District district;
  const auto port = district.port();
  const Answer answer =
      ask(port, "POST", "/fhir",
          bundle("batch",
                 entry("GET", "Patient/p1") + "," + entry("GET", "Encounter?patient=Patient/p1") +
                     "," + entry("GET", "Patient/never") + "," +
                     entry("GET", "Patient/p1", "", "", R"(,"ifNoneMatch":"W/\"1\"")") + "," +
                     entry("GET", "Encounter/_history") + "," + entry("GET", "../api/residents") +
                     "," + entry("GET", "Patient/p1/$everything") + "," + entry("BREW", "Coffee")));
  REQUIRE(answer.status == 200);
  const json::value entries = answer.json().at("entry");
  CHECK(status_of(answer, 0) == "200");
  CHECK(entries.at(0).at("resource").at("id").as_string() == "p1");
  CHECK(entries.at(0).at("response").at("etag").as_string() == "W/\"1\"");
  CHECK(entries.at(1).at("resource").at("type").as_string() == "searchset");
  CHECK(entries.at(1).at("resource").at("entry").as_array().size() == 2);
  CHECK(status_of(answer, 2) == "404");
  CHECK(entries.at(2).at("response").at("outcome").at("resourceType").as_string() ==
        "OperationOutcome");
  CHECK(status_of(answer, 3) == "304");
  CHECK(entries.at(4).at("resource").at("type").as_string() == "history");
  CHECK(status_of(answer, 5) == "400");
  CHECK(status_of(answer, 6) == "400");
  CHECK(status_of(answer, 7) == "400");
}

TEST_CASE(
    "FHIR: a transaction deletes, makes, changes, and reads at last, wherever entries stand") {
  District district;
  const auto port = district.port();
  REQUIRE(
      ask(port, "PUT", "/fhir/Organization?identifier=urn:test%7CA", organization("A")).status ==
      201);
  const Answer answer =
      ask(port, "POST", "/fhir",
          bundle("transaction",
                 entry("GET", "Organization?identifier=urn:test%7CA&_total=accurate") + "," +
                     entry("POST", "Organization", organization("A"), "urn:uuid:1",
                           R"(,"ifNoneExist":"identifier=urn:test|A")") +
                     "," + entry("DELETE", "Organization?identifier=urn:test%7CA") + "," +
                     entry("POST", "Location", location("urn:uuid:1"))));
  REQUIRE(answer.status == 200);
  // The one that was there is gone, so the condition found nothing and another was made.
  CHECK(status_of(answer, 1) == "201 Created");
  CHECK(status_of(answer, 2) == "204 No Content");
  CHECK(answer.json().at("entry").at(0).at("resource").at("total").as_int64() == 1);
  const std::string made(answer.json().at("entry").at(1).at("response").at("location").as_string());
  CHECK(total(port, "Location?organization=" + made.substr(0, made.find("/_history")) +
                        "&_total=accurate") == 1);
}

TEST_CASE("FHIR: references of a transaction follow what is found, and conditions find") {
  District district;
  const auto port = district.port();
  const std::string only_once = R"(,"ifNoneExist":"identifier=urn:test|B")";
  const std::string with_place =
      entry("POST", "Organization", organization("B"), "http://other/fhir/Organization/7",
            only_once) +
      "," + entry("POST", "Location", location("Organization/7"), "http://other/fhir/Location/1");
  std::string first;
  for (int i = 0; i < 2; ++i) {
    const Answer answer = ask(port, "POST", "/fhir", bundle("transaction", with_place));
    REQUIRE(answer.status == 200);
    CHECK(status_of(answer, 0) == (i == 0 ? "201 Created" : "200 OK"));
    std::string name(answer.json().at("entry").at(0).at("response").at("location").as_string());
    name = name.substr(0, name.find("/_history"));
    if (i == 0) first = name;
    CHECK(name == first);
  }
  CHECK(total(port, "Location?organization=" + first + "&_total=accurate") == 2);

  const std::string number = "Patient?birthdate=1950-06-15";
  const Answer found = ask(port, "POST", "/fhir",
                           bundle("transaction", entry("POST", "Encounter", encounter(number))),
                           "Prefer: return=representation\r\n");
  REQUIRE(found.status == 200);
  CHECK(found.json().at("entry").at(0).at("resource").at("subject").at("reference").as_string() ==
        "Patient/p2");
  const auto refused = [&](const std::string& reference) {
    return ask(port, "POST", "/fhir",
               bundle("transaction", entry("POST", "Encounter", encounter(reference))))
        .status;
  };
  CHECK(refused("Patient?birthdate=1900-01-01") == 412);
  CHECK(refused("Patient?birthdate=gt1900-01-01") == 412);
  CHECK(refused("Patient?nothing=1") == 400);
  // Twice the same condition would make two.
  CHECK(ask(port, "POST", "/fhir",
            bundle("transaction", entry("POST", "Organization", organization("C"), "",
                                        R"(,"ifNoneExist":"identifier=urn:test|C")") +
                                      "," +
                                      entry("POST", "Organization", organization("C"), "",
                                            R"(,"ifNoneExist":"identifier=urn:test|C")")))
            .status == 412);
  CHECK(total(port, "Organization?identifier=urn:test%7CC&_total=accurate") == 0);
}

TEST_CASE("FHIR: a condition finds the same whatever it says of the form of an answer") {
  District district;
  const auto port = district.port();
  const std::string condition = "If-None-Exist: identifier=urn:test|D&_summary=count\r\n";
  CHECK(ask(port, "POST", "/fhir/Organization", organization("D"), condition).status == 201);
  CHECK(ask(port, "POST", "/fhir/Organization", organization("D"), condition).status == 200);
}

TEST_CASE("FHIR: Prefer says what comes back of a write") {
  District district;
  const auto port = district.port();
  const auto made = [&](const std::string& prefer) {
    return ask(port, "POST", "/fhir/Organization", organization("E"), prefer);
  };
  CHECK(made("").json().at("resourceType").as_string() == "Organization");
  CHECK(made("Prefer: return=minimal\r\n").body.empty());
  CHECK(made("Prefer: return=representation\r\n").json().at("name").as_string() == "城东");
  CHECK(made("Prefer: return=OperationOutcome\r\n").json().at("resourceType").as_string() ==
        "OperationOutcome");
  const Answer several =
      ask(port, "POST", "/fhir", bundle("batch", entry("POST", "Organization", organization("E"))),
          "Prefer: return=OperationOutcome\r\n");
  CHECK(several.json()
            .at("entry")
            .at(0)
            .at("response")
            .at("outcome")
            .at("issue")
            .at(0)
            .at("diagnostics")
            .as_string() == "the resource was created");
}

TEST_CASE("FHIR: each entry of a Bundle needs the right that it would need by itself") {
  Fortress fortress;
  const auto port = fortress.port();
  const Visitor keeper = fortress.visitor("keeper", {"institution-admin"});
  const auto token = [&](const char* client, const char* scope) {
    const auto made = fortress.accounts().create_token(client, scope, 3600);
    REQUIRE(made.has_value());
    return "Authorization: Bearer " + *made + "\r\n";
  };
  const std::string makes = token("his-1", "system/Organization.cu");
  const std::string reads = token("his-2", "system/Organization.rs");
  const std::string entries = entry("POST", "Organization", organization("F")) + "," +
                              entry("GET", "Organization/o1") + "," +
                              entry("DELETE", "Organization/o1") + "," +
                              entry("POST", "Location", location("Organization/o1"));
  const Answer maker = ask(port, "POST", "/fhir", bundle("batch", entries), makes);
  REQUIRE(maker.status == 200);
  CHECK(status_of(maker, 0) == "201 Created");
  for (const std::size_t i : {1U, 2U, 3U}) CHECK(status_of(maker, i) == "403");
  const Answer reader = ask(port, "POST", "/fhir", bundle("batch", entries), reads);
  REQUIRE(reader.status == 200);
  CHECK(status_of(reader, 1) == "200");
  for (const std::size_t i : {0U, 2U, 3U}) CHECK(status_of(reader, i) == "403");
  CHECK(ask(port, "POST", "/fhir", bundle("transaction", entries), makes).status == 403);
  CHECK(ask(port, "POST", "/fhir", bundle("batch", entries)).status == 401);
  CHECK(ask(port, "DELETE", "/fhir/Organization/o1", "", makes).status == 403);
  CHECK(ask(port, "GET", "/fhir/_history", "", reads).status == 403);  // of all types
  CHECK(ask(port, "GET", "/fhir/Organization/_history", "", reads).status == 200);

  // Who sees no person changes none.
  const std::string headers = keeper.headers();
  std::string changed = encounter("Patient/p1");
  changed.insert(1, R"("id":"e1",)");
  CHECK(ask(port, "PUT", "/fhir/Encounter/e1", changed, headers).status == 403);
  CHECK(ask(port, "DELETE", "/fhir/Encounter/e1", "", headers).status == 204);
  CHECK(ask(port, "PATCH", "/fhir/Encounter/e1", "[]",
            headers + "Content-Type: application/json-patch+json\r\n")
            .status == 404);
  const std::string all = token("his-3", "system/*.cruds");
  CHECK(ask(port, "GET", "/fhir/Encounter/e1", "", all).header("etag") == "W/\"1\"");
}
