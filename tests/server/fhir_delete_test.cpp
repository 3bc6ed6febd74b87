#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "client.hpp"
#include "district.hpp"
#include "ingest/given.hpp"
#include "two_stores.hpp"

using namespace hb::test;
namespace json = boost::json;

namespace {

const std::string organization =
    R"({"resourceType":"Organization","name":"城东","identifier":[{"system":"urn:test","value":"ORG-7"}]})";

std::string encounter_of(const std::string& id, const std::string& patient) {
  return R"({"resourceType":"Encounter","id":")" + id +
         R"(","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/)" +
         patient + R"("},"period":{"start":"2025-03-04T09:00:00+08:00"}})";
}

std::string issue_of(const Answer& answer) {
  return std::string(answer.json().at("issue").at(0).at("diagnostics").as_string());
}

std::int64_t committed(std::uint16_t port) {
  return get(port, "/api/status").json().at("feed").at("committed").as_int64();
}

std::int64_t total(std::uint16_t port, const std::string& search) {
  return get(port, "/fhir/" + search).json().at("total").as_int64();
}

std::string bundle(const std::string& type, const std::string& entries) {
  return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)" + entries + "]}";
}

std::string removal(const std::string& url) {
  return R"({"request":{"method":"DELETE","url":")" + url + R"("}})";
}

}  // namespace

TEST_CASE("FHIR: a conditional create that finds something commits nothing") {
  District district;
  const auto port = district.port();
  const std::string condition = "If-None-Exist: identifier=urn:test|ORG-7\r\n";
  REQUIRE(ask(port, "POST", "/fhir/Organization", organization, condition).status == 201);
  const std::int64_t before = committed(port);
  CHECK(ask(port, "POST", "/fhir/Organization", organization, condition).status == 200);
  CHECK(committed(port) == before);
}

TEST_CASE("FHIR: what is deleted is gone from reads and searches, and stays in the history") {
  District district;
  const auto port = district.port();
  const std::string path = "/fhir/Encounter/e1";
  REQUIRE(get(port, path).status == 200);
  CHECK(ask(port, "DELETE", path, "", "If-Match: W/\"7\"\r\n").status == 412);
  const Answer deleted = ask(port, "DELETE", path, "", "If-Match: W/\"1\"\r\n");
  CHECK(deleted.status == 204);
  CHECK(deleted.header("etag") == "W/\"2\"");
  const std::int64_t before = committed(port);
  CHECK(ask(port, "DELETE", path).status == 204);  // once is enough
  CHECK(ask(port, "DELETE", "/fhir/Encounter/never").status == 204);
  CHECK(committed(port) == before);
  CHECK(ask(port, "DELETE", path, "", "If-Match: W/\"1\"\r\n").status == 412);

  const Answer gone = get(port, path);
  CHECK(gone.status == 410);
  CHECK(gone.json().at("issue").at(0).at("code").as_string() == "deleted");
  CHECK(gone.header("etag") == "W/\"2\"");
  CHECK(get(port, path + "/_history/2").status == 410);
  CHECK(get(port, path + "/_history/1").status == 200);
  const json::value history = get(port, path + "/_history").json();
  CHECK(history.at("total").as_int64() == 2);
  const json::object& last = history.at("entry").at(0).as_object();
  CHECK(last.at("request").at("method").as_string() == "DELETE");
  CHECK(last.at("response").at("status").as_string() == "204");
  CHECK_FALSE(last.contains("resource"));

  CHECK(total(port, "Encounter?_id=e1&_total=accurate") == 0);
  CHECK(total(port, "Encounter?patient=Patient/p1&_total=accurate") == 1);  // e2
  CHECK(total(port, "Patient?_has:Encounter:patient:reason-code=I10&_total=accurate") == 0);
  CHECK(get(port, "/fhir/Patient/p1/$everything").body.find("\"e1\"") == std::string::npos);
  CHECK(get(port, "/fhir/Patient?_id=p1&_revinclude=Encounter:patient").body.find("\"e1\"") ==
        std::string::npos);
  // Again there, under the next number.
  const Answer again = ask(port, "PUT", path, encounter_of("e1", "p1"));
  CHECK(again.status == 201);
  CHECK(again.header("etag") == "W/\"3\"");
  CHECK(get(port, path).status == 200);
  CHECK(total(port, "Encounter?_id=e1&_total=accurate") == 1);
}

TEST_CASE(
    "FHIR: a reference to what was deleted stays as it is, but includes and chains end there") {
  District district;
  const auto port = district.port();
  CHECK(total(port, "Encounter?service-provider.active=true&_total=accurate") == 4);
  CHECK(ask(port, "DELETE", "/fhir/Organization/o1").status == 204);
  const Answer found = get(port, "/fhir/Encounter?_id=e1&_include=Encounter:service-provider");
  CHECK(found.body.find("Organization/o1") != std::string::npos);
  CHECK(found.json().at("entry").as_array().size() == 1);
  CHECK(total(port, "Encounter?service-provider.active=true&_total=accurate") == 0);
}

TEST_CASE(
    "FHIR: a Patient is deleted when nothing belongs to the person, in one commit with it too") {
  District district;
  const auto port = district.port();
  const Answer refused = ask(port, "DELETE", "/fhir/Patient/p2");
  CHECK(refused.status == 409);
  CHECK(issue_of(refused).find("there are records of this person") == 0);
  const std::string listed = "/api/residents?q=wangfang";
  CHECK(get(port, listed).json().at("total").as_int64() == 1);
  const Answer half =
      ask(port, "POST", "/fhir",
          bundle("transaction", removal("Patient/p1") + "," + removal("Encounter/e1")));
  CHECK(half.status == 409);  // there is e2
  CHECK(half.json().at("issue").at(0).at("expression").at(0).as_string() == "Bundle.entry[0]");
  CHECK(get(port, "/fhir/Encounter/e1").status == 200);
  const Answer both =
      ask(port, "POST", "/fhir",
          bundle("transaction", removal("Patient/p2") + "," + removal("Encounter/e3")));
  REQUIRE(both.status == 200);
  CHECK(both.json().at("entry").at(0).at("response").at("status").as_string() == "204 No Content");
  CHECK(get(port, "/fhir/Patient/p2").status == 410);
  CHECK(get(port, listed).json().at("total").as_int64() == 0);
  CHECK(get(port, "/api/residents/2").status == 404);
  CHECK(get(port, "/api/residents/2/timeline").status == 404);
}

TEST_CASE("FHIR: deletions in a batch, twice the same in a transaction") {
  District district;
  const auto port = district.port();
  const Answer batch = ask(port, "POST", "/fhir",
                           bundle("batch", removal("Encounter/e1") + "," + removal("Encounter/e1") +
                                               "," + removal("Patient/p1")));
  REQUIRE(batch.status == 200);
  const auto status = [&](int i) {
    return std::string(batch.json().at("entry").at(i).at("response").at("status").as_string());
  };
  CHECK(status(0) == "204 No Content");
  CHECK(status(1) == "204 No Content");
  CHECK(status(2) == "409");
  const Answer twice =
      ask(port, "POST", "/fhir",
          bundle("transaction", removal("Encounter/e2") + R"(,{"resource":)" +
                                    encounter_of("e2", "p1") +
                                    R"(,"request":{"method":"PUT","url":"Encounter/e2"}})"));
  CHECK(twice.status == 400);
  CHECK(issue_of(twice) == "another entry writes Encounter/e2 already");
  CHECK(get(port, "/fhir/Encounter/e2").status == 200);
}

TEST_CASE("FHIR: update and delete what a condition finds: none, one, several") {
  District district;
  const auto port = district.port();
  const std::string at = "/fhir/Organization?identifier=urn:test%7CORG-7";
  CHECK(ask(port, "DELETE", at).status == 204);
  const Answer made = ask(port, "PUT", at, organization);
  CHECK(made.status == 201);
  const std::string id(made.json().at("id").as_string());
  std::string renamed = organization;
  renamed.replace(renamed.find("城东"), std::string("城东").size(), "城西");
  const Answer changed = ask(port, "PUT", at, renamed);
  CHECK(changed.status == 200);
  CHECK(changed.json().at("id").as_string() == id);
  CHECK(changed.header("etag") == "W/\"2\"");
  CHECK(ask(port, "PUT", at, renamed, "If-Match: W/\"1\"\r\n").status == 412);
  // The id of the resource must not contradict what is found, nor belong to another.
  std::string other = renamed;
  other.insert(1, R"("id":"other",)");
  CHECK(ask(port, "PUT", at, other).status == 400);
  std::string taken = organization;
  taken.insert(1, R"("id":"o1",)");
  CHECK(ask(port, "PUT", "/fhir/Organization?identifier=nowhere", taken).status == 409);
  CHECK(ask(port, "PUT", "/fhir/Organization", organization).status == 400);
  CHECK(ask(port, "PUT", "/fhir/Organization?nothing=1", organization).status == 400);
  CHECK(ask(port, "DELETE", "/fhir/Organization").status == 400);
  REQUIRE(ask(port, "POST", "/fhir/Organization", organization).status == 201);
  CHECK(ask(port, "PUT", at, renamed).status == 412);
  CHECK(ask(port, "DELETE", at).status == 412);
  // In a transaction, all or nothing.
  const Answer refused =
      ask(port, "POST", "/fhir",
          bundle("transaction", removal("Encounter?_id=e1") + "," +
                                    removal("Organization?identifier=urn:test%7CORG-7")));
  CHECK(refused.status == 412);
  CHECK(get(port, "/fhir/Encounter/e1").status == 200);
  CHECK(ask(port, "POST", "/fhir", bundle("transaction", removal("Encounter?_id=e1"))).status ==
        200);
  CHECK(get(port, "/fhir/Encounter/e1").status == 410);
}

TEST_CASE("FHIR: twenty conditional updates at the same time make one") {
  District district;
  const auto port = district.port();
  std::vector<std::thread> clients;
  std::atomic<int> made{0};
  std::atomic<int> changed{0};
  for (int i = 0; i < 20; ++i)
    clients.emplace_back([&, i] {
      const Answer answer = ask(port, "PUT", "/fhir/Organization?identifier=ORG-9",
                                R"({"resourceType":"Organization","name":"甲)" + std::to_string(i) +
                                    R"(","identifier":[{"value":"ORG-9"}]})");
      if (answer.status == 201) ++made;
      if (answer.status == 200) ++changed;
    });
  for (std::thread& client : clients) client.join();
  CHECK(made == 1);
  CHECK(changed == 19);
  CHECK(total(port, "Organization?identifier=ORG-9&_total=accurate") == 1);
}

TEST_CASE("FHIR: tables follow a deletion once, after a rebuild too; the store is sound") {
  District district;
  const auto rows = [&] {
    district.server().stop();
    auto hub = given_hub(district.store());
    const std::int64_t before = rows_of(*hub, "encounter");
    check_sound(*hub);
    REQUIRE(hub->rebuild().has_value());
    CHECK(rows_of(*hub, "encounter") == before);
    check_sound(*hub);
    hub.reset();
    district.restart();
    return before;
  };
  CHECK(rows() == 4);
  REQUIRE(ask(district.port(), "DELETE", "/fhir/Encounter/e1").status == 204);
  CHECK(rows() == 3);
  REQUIRE(ask(district.port(), "PUT", "/fhir/Encounter/e1", encounter_of("e1", "p1")).status ==
          201);
  REQUIRE(ask(district.port(), "DELETE", "/fhir/Encounter/e2").status == 204);
  CHECK(rows() == 3);
  REQUIRE(ask(district.port(), "DELETE", "/fhir/Encounter/e3").status == 204);
  REQUIRE(ask(district.port(), "DELETE", "/fhir/Patient/p2").status == 204);
  CHECK(rows() == 2);
  // A visit of the forgotten person: unknown, as of anybody who is only referred to.
  REQUIRE(ask(district.port(), "PUT", "/fhir/Encounter/e5", encounter_of("e5", "p2")).status ==
          201);
  CHECK(get(district.port(), "/api/residents/2").json().at("provisional").as_bool());
  CHECK(rows() == 3);
  REQUIRE(ask(district.port(), "PUT", "/fhir/Patient/p2",
              patient_line("p2", "王芳", "female", "1950-06-15", "770101001", "002"))
              .status == 201);
  CHECK(rows() == 3);
}

TEST_CASE("FHIR: what a compartment hides is neither deleted nor changed nor told") {
  const Copy secret(true);
  const auto server = secret.serve();
  const auto port = server->port();
  const Answer never = get(port, "/fhir/Condition/never");
  CHECK(get(port, "/fhir/Condition/s2").body == never.body);
  CHECK(ask(port, "DELETE", "/fhir/Condition/s2").status ==
        ask(port, "DELETE", "/fhir/Condition/never").status);
  CHECK(get(port, "/fhir/Condition/s2").body == never.body);  // 404 still, not 410
  const std::string changed =
      R"({"resourceType":"Condition","id":"s2","subject":{"reference":"Patient/p1"}})";
  CHECK(ask(port, "PUT", "/fhir/Condition/s2", changed).status == 403);
  CHECK(ask(port, "PUT", "/fhir/Condition/s2", changed, "If-Match: W/\"1\"\r\n").status == 412);
  server->stop();
  auto hub = hb::ingest::Hub::open(secret.folder().string(), two_stores_options());
  REQUIRE(hub.has_value());
  const auto kept = (*hub)->store().history(tester(), "Condition", "s2");
  REQUIRE(kept.has_value());
  CHECK(kept->size() == 1);
}
