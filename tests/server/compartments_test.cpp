#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "client.hpp"
#include "district.hpp"
#include "ingest/hub.hpp"
#include "ingest/load.hpp"
#include "scene/compartments.hpp"

#include <fstream>

using namespace hb;
using namespace hb::test;

namespace {

const char* const icd = R"("system":"http://hl7.org/fhir/sid/icd-10")";

/// What 张伟 (p1) has besides: a visit for HIV with its diagnosis, drug, test and card, each of the
/// last four told from the visit, the reason or its own code alone; enrolment and visit of the
/// programme for severe mental illness, with the blood pressure that was taken there.
std::string secrets() {
  const std::string subject = R"("subject":{"reference":"Patient/p1"})";
  const std::string visit = R"("encounter":{"reference":"Encounter/s1"})";
  std::string lines;
  const auto add = [&lines](const std::string& line) { lines += line + "\n"; };
  add(R"({"resourceType":"Encounter","id":"s1","status":"finished","class":{"code":"AMB"},)" +
      subject + R"(,"period":{"start":"2025-05-05T09:00:00+08:00"}})");
  add(R"({"resourceType":"Condition","id":"s2","code":{"coding":[{)" + std::string(icd) +
      R"(,"code":"B24"}]},)" + subject + "," + visit + R"(,"recordedDate":"2025-05-05"})");
  add(R"({"resourceType":"MedicationRequest","id":"s3","status":"active","intent":"order","medicationCodeableConcept":{"text":"片剂"},)" +
      subject + R"(,"reasonReference":[{"reference":"Condition/s2"}],"authoredOn":"2025-05-05"})");
  add(R"({"resourceType":"Observation","id":"s4","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"718-7"}]},)" +
      subject + "," + visit +
      R"(,"effectiveDateTime":"2025-05-05","valueQuantity":{"value":140,"unit":"g/L"}})");
  add(R"({"resourceType":"Composition","id":"s5","status":"final","type":{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/document-type","code":"notifiable-disease-card"}]},)" +
      subject +
      R"(,"date":"2025-05-06T09:00:00+08:00","author":[{"display":"甲"}],"title":"传染病报告卡","extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/notifiable-case","extension":[{"url":"disease","valueCoding":{"system":"https://health-brain.org/fhir/CodeSystem/notifiable-disease","code":"aids"}}]}]})");
  add(R"({"resourceType":"EpisodeOfCare","id":"s6","status":"active","type":[{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/programme","code":"severe-mental"}]}],"patient":{"reference":"Patient/p1"},"period":{"start":"2025-01-05"}})");
  add(R"({"resourceType":"Encounter","id":"s7","status":"finished","class":{"code":"AMB"},"type":[{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/encounter-type","code":"mental-follow-up"}]}],)" +
      subject + R"(,"period":{"start":"2025-06-05T09:00:00+08:00"}})");
  add(R"({"resourceType":"Observation","id":"s8","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},)" +
      subject +
      R"(,"encounter":{"reference":"Encounter/s7"},"effectiveDateTime":"2025-06-05","component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":128,"unit":"mm[Hg]"}}]})");
  return lines;
}
constexpr int secret_count = 8;

ingest::HubOptions hub_options() {
  ingest::HubOptions options;
  options.views_dir = (source_dir() / "scenes/core/views").string();
  options.profiles_dir = (source_dir() / "scenes/core/profiles").string();
  options.create = false;
  auto read = scene::load_compartments(source_dir() / "scenes/core/compartments.yaml");
  REQUIRE(read.has_value());
  options.compartments = std::make_shared<const Compartments>(std::move(*read));
  return options;
}

/// A copy of the small district's store, with or without the secret items.
class Copy {
 public:
  explicit Copy(bool secret) : folder_(temp_.path() / "store") {
    District given;
    given.server().stop();
    std::filesystem::copy(given.store(), folder_, std::filesystem::copy_options::recursive);
    if (secret) {
      std::ofstream(temp_.path() / "more.ndjson", std::ios::binary) << secrets();
      auto hub = ingest::Hub::open(folder_.string(), hub_options());
      REQUIRE(hub.has_value());
      auto report = ingest::load(**hub, {(temp_.path() / "more.ndjson").string()}, {});
      if (!report) FAIL(report.error().message);
    }
  }
  const std::filesystem::path& folder() const { return folder_; }

  std::unique_ptr<server::Server> serve() const {
    server::ServerOptions options;
    options.store = folder_;
    options.scenes_dir = source_dir() / "scenes";
    options.web_dir = folder_;
    options.listener.port = 0;
    options.log_requests = false;
    auto server = server::Server::start(options);
    if (!server) FAIL(server.error().where << ": " << server.error().message);
    return std::move(*server);
  }

 private:
  TempDir temp_;
  std::filesystem::path folder_;
};

std::int64_t count(const ingest::Hub& hub, const Principal& who, const std::string& table) {
  const auto set = hub.tables().query(who, "SELECT count(*) AS n FROM " + table);
  if (!set) FAIL(table << ": " << set.error().message);
  return std::get<std::int64_t>(set->rows.at(0).at(0));
}

/// Without the times at which a page was made and the number of the feed.
std::string comparable(std::uint16_t port, const std::string& target) {
  const Answer answer = get(port, target);
  boost::json::value body = answer.json();
  if (body.is_object())
    for (const char* moving : {"asOf", "feed", "recorded", "started", "ended", "seconds"})
      body.as_object().erase(moving);
  if (body.is_object() && body.as_object().contains("sections"))
    for (boost::json::value& section : body.as_object()["sections"].as_array()) {
      if (section.as_object()["kind"].as_string() == "freshness") section = nullptr;
      if (!section.is_object() || section.as_object()["kind"].as_string() != "key-figures")
        continue;
      for (boost::json::value& item : section.as_object()["items"].as_array()) {
        item.as_object().erase("asOf");  // and counts of the whole store: see docs/security.md
        const auto id = item.as_object()["id"].as_string();
        if (id == "resources" || id == "deliveries" || id == "records") item = nullptr;
      }
    }
  return std::to_string(answer.status) + " " + boost::json::serialize(body);
}

const Principal local{"local", {"local-operator"}, {}, {}, "operation", true, ""};
const Principal hiv_officer{"a", {"hiv-officer"}, {}, {}, "public-health", true, ""};
const Principal psychiatrist{"b", {"mental-health-physician"}, {}, {}, "care", true, ""};

}  // namespace

TEST_CASE("compartments: no route of a person or a board tells the two stores apart") {
  const Copy plain(false);
  const Copy secret(true);
  const auto without = plain.serve();
  const auto with = secret.serve();
  std::vector<std::string> targets = {"/api/residents?q=张伟",
                                      "/api/residents?area=770101001",
                                      "/api/search?q=张伟",
                                      "/api/search?q=艾滋病",
                                      "/api/residents/1",
                                      "/api/residents/1/timeline",
                                      "/api/residents/1/timeline?size=1",
                                      "/api/residents/1/timeline?type=Condition",
                                      "/api/residents/1/timeline?type=EpisodeOfCare",
                                      "/api/residents/2/timeline",
                                      "/api/orphans?delivery=3",
                                      "/api/problems",
                                      "/api/deliveries/1",
                                      "/api/deliveries/2",
                                      "/api/boards/cockpit",
                                      "/api/boards/cockpit?area=770101001"};
  // Versions 1 to 8 are there before; from 9 on stand the secret items, or nothing.
  for (int seq = 1; seq <= 20; ++seq)
    targets.push_back("/api/residents/1/resources/" + std::to_string(seq));
  for (const std::string& target : targets) {
    CAPTURE(target);
    CHECK(comparable(with->port(), target) == comparable(without->port(), target));
  }
  const auto shown = get(with->port(), "/api/residents/1/timeline").json();
  CHECK(shown.at("total").as_int64() == 2);  // the two visits of before
}

TEST_CASE("compartments: a role sees its own compartment in records and tables, another does not") {
  const Copy secret(true);
  auto opened = ingest::Hub::open(secret.folder().string(), hub_options());
  REQUIRE(opened.has_value());
  const ingest::Hub& hub = **opened;
  const records::Store& store = (*opened)->store();
  const auto has = [&store](const Principal& who, const char* type, const char* id) {
    const auto read = store.read(who, type, id);
    if (!read) CHECK(read.error().code == ErrorCode::not_found);
    return read.has_value();
  };
  const auto all = store.of_resident(Principal::system("test"), 1);
  const auto open = store.of_resident(local, 1);
  REQUIRE(all.has_value());
  REQUIRE(open.has_value());
  CHECK(all->size() == open->size() + secret_count);
  // HIV: s1 by its diagnosis s2, s3 by its reason, s4 by its visit, s5 by the card's disease.
  for (const char* const* item :
       {(const char* const[]){"Encounter", "s1"}, (const char* const[]){"Condition", "s2"},
        (const char* const[]){"MedicationRequest", "s3"},
        (const char* const[]){"Observation", "s4"}, (const char* const[]){"Composition", "s5"}}) {
    CAPTURE(item[1]);
    CHECK(has(hiv_officer, item[0], item[1]));
    CHECK_FALSE(has(psychiatrist, item[0], item[1]));
    CHECK_FALSE(has(local, item[0], item[1]));
    CHECK_FALSE(store.history(local, item[0], item[1]).has_value());
  }
  CHECK(has(psychiatrist, "EpisodeOfCare", "s6"));
  CHECK(has(psychiatrist, "Observation", "s8"));
  CHECK_FALSE(has(hiv_officer, "Observation", "s8"));
  // The right role with another purpose opens nothing.
  CHECK_FALSE(has({"a", {"hiv-officer"}, {}, {}, "operation", true, ""}, "Condition", "s2"));
  // The answer is that of an id that never was.
  const auto closed = store.read(local, "Condition", "s2");
  const auto never = store.read(local, "Condition", "never");
  CHECK(closed.error().message == "there is no Condition/s2");
  CHECK(never.error().message == "there is no Condition/never");

  struct Row {
    const char* table;
    std::int64_t system, local, hiv, mental;
  };
  // encounter: e1, e2, e3, e4 and s1, s7
  for (const Row& row : {Row{"encounter", 6, 4, 5, 5}, Row{"condition", 1, 0, 1, 0},
                         Row{"observation", 2, 0, 1, 1}, Row{"observation_component", 1, 0, 0, 1},
                         Row{"episode", 1, 0, 0, 1}, Row{"report_card", 1, 0, 1, 0}}) {
    CAPTURE(row.table);
    CHECK(count(hub, Principal::system("test"), row.table) == row.system);
    CHECK(count(hub, Principal::published("test"), row.table) == row.local);
    CHECK(count(hub, local, row.table) == row.local);
    CHECK(count(hub, hiv_officer, row.table) == row.hiv);
    CHECK(count(hub, psychiatrist, row.table) == row.mental);
  }
}
