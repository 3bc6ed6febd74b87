#include <doctest/doctest.h>

#include <fstream>

#include "client.hpp"
#include "district.hpp"
#include "fhir/check.hpp"
#include "ingest/load.hpp"
#include "log_in.hpp"
#include "schema.hpp"
#include "watch/replay.hpp"

using namespace hb;
using namespace hb::test;
namespace json = boost::json;

namespace {

std::string card(const std::string& id, const std::string& patient, const std::string& disease,
                 const std::string& day, const std::string& number = {}) {
  return R"({"resourceType":"Composition","id":")" + id + "\"," +
         (number.empty()
              ? ""
              : R"("identifier":{"system":"https://health-brain.org/fhir/card-number","value":")" +
                    number + "\"},") +
         R"("status":"preliminary","type":{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/document-type","code":"notifiable-disease-card"}]},"subject":{"reference":"Patient/)" +
         patient + R"("},"date":")" + day +
         R"(T12:00:00+08:00","author":[{"display":"甲"}],"title":"传染病报告卡","custodian":{"reference":"Organization/o1"},"extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/notifiable-case","extension":[{"url":"disease","valueCoding":{"system":"https://health-brain.org/fhir/CodeSystem/notifiable-disease","code":")" +
         disease +
         R"("}},{"url":"caseClass","valueCode":"confirmed"},{"url":"onsetDate","valueDate":")" +
         day + R"("},{"url":"diagnosisTime","valueDateTime":")" + day +
         R"(T09:00:00+08:00"},{"url":"populationGroup","valueCode":"worker"},{"url":"belongsTo","valueCode":"district"},{"url":"presentArea","valueCode":"770101001"}]}]})" +
         "\n";
}

const char* const chickenpox =
    R"({"resourceType":"Encounter","id":"e9","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"Patient/p3"},"period":{"start":"2025-12-20T10:30:00+08:00"},"serviceProvider":{"reference":"Organization/o1"},"reasonCode":[{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"B01.9"}]}]})"
    "\n";
/// 王芳 died of measles without that her card says so.
const char* const death =
    R"({"resourceType":"Observation","id":"d1","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"69453-9"}]},"subject":{"reference":"Patient/p2"},"effectiveDateTime":"2025-12-25","valueCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"B05.9"}]}})"
    "\n";

/// The small district with four cards: 张伟 twice measles (two days apart), 王芳 measles, and one
/// of AIDS.
class Reported {
 public:
  Reported() {
    place_.server().stop();
    {
      ingest::HubOptions options;
      options.views_dir = (source_dir() / "scenes/core/views").string();
      options.profiles_dir = (source_dir() / "scenes/core/profiles").string();
      options.create = false;
      auto hub = ingest::Hub::open(place_.store().string(), options);
      REQUIRE(hub.has_value());
      const auto file = place_.store().parent_path() / "cards.ndjson";
      std::ofstream(file, std::ios::binary)
          << card("c1", "p1", "measles", "2025-12-08") << card("c2", "p1", "measles", "2025-12-10")
          << card("c3", "p2", "measles", "2025-12-12", "N-3")
          << card("c4", "p2", "aids", "2025-12-12") << chickenpox << death;
      const auto report = ingest::load(**hub, {file.string()}, {});
      REQUIRE(report.has_value());
      REQUIRE(report->accepted == 6);
    }
    place_.restart();
  }

  std::uint16_t port() const { return place_.port(); }
  District& place() { return place_; }
  json::value read(const std::string& target, const std::string& headers = "") const {
    const Answer answer = ask(port(), "GET", target, "", headers);
    CAPTURE(target);
    CAPTURE(answer.body);
    REQUIRE(answer.status == 200);
    return answer.json();
  }
  Answer act(const std::string& id, const std::string& word, const std::string& body) const {
    return ask(port(), "POST", "/api/cards/" + id + "/acts/" + word, body);
  }

 private:
  District place_;
};

void is_valid(const Reported& place, const json::value& value, const char* schema) {
  static const YAML::Node document = YAML::Load(get(place.port(), "/api/openapi.yaml").body);
  YAML::Node reference;
  reference["$ref"] = std::string("#/components/schemas/") + schema;
  const auto faults = validate(value, reference, document);
  CHECK_MESSAGE(faults.empty(), schema, "\n", faults.empty() ? "" : faults.front());
}

std::string text(const json::value& value) { return std::string(value.as_string()); }

}  // namespace

TEST_CASE("/api/cards: the list with its filters, limits, duplicates and deaths") {
  Reported place;
  const json::value list = place.read("/api/cards");
  is_valid(place, list, "CardList");
  CHECK(list.at("total") == 3);                 // AIDS is in a compartment that is closed here
  CHECK(list.at("states").at("waiting") == 3);  // none was reviewed in the institution
  CHECK(list.at("late") == 3);                  // 24 hours after December are over
  CHECK(list.at("duplicates") == 2);
  CHECK(place.read("/api/cards?disease=measles").at("total") == 3);
  CHECK(place.read("/api/cards?state=final").at("total") == 0);
  CHECK(place.read("/api/cards?mark=duplicates").at("total") == 2);
  const json::value died = place.read("/api/cards?mark=deaths");
  REQUIRE(died.at("total") == 1);
  CHECK(died.at("items").at(0).at("id") == "c3");
  CHECK(place.read("/api/cards?number=N-3").at("total") == 1);
  CHECK(place.read("/api/cards?from=2025-12-09&to=2025-12-11").at("total") == 1);
  CHECK(place.read("/api/cards?fault=unreturned").at("total") == 2);
  CHECK(place.read("/api/cards?limit=late").at("items").at(0).at("id") == "c1");
  CHECK(get(place.port(), "/api/cards?state=lost").status == 400);
  const json::value groups = place.read("/api/cards/duplicates");
  is_valid(place, groups, "CardGroups");
  CHECK(groups.at("items").at(0).at("cards").as_array().size() == 2);
  is_valid(place, place.read("/api/cards/form"), "CardForm");
  const json::value one = place.read("/api/cards/c3");
  is_valid(place, one, "CardDetail");
  CHECK(one.at("died").at("day") == "2025-12-25");
  CHECK(get(place.port(), "/api/cards/none").status == 404);
}

TEST_CASE("/api/cards/{id}/acts: the life of a card, kept state by state") {
  Reported place;
  CHECK(place.act("c1", "final", "{}").status == 409);
  CHECK(place.act("c1", "returned", R"({"reason":"because"})").status == 400);
  CHECK(place.act("c1", "returned", "{}").status == 400);
  CHECK(place.act("c1", "praised", "{}").status == 404);
  CHECK(place.act("c1", "reviewed", R"({"seen":7})").status == 409);
  const Answer returned =
      place.act("c1", "returned", R"({"reason":"address","note":"门牌","seen":1})");
  CAPTURE(returned.body);
  REQUIRE(returned.status == 200);
  is_valid(place, returned.json(), "CardDetail");
  CHECK(returned.json().at("state") == "returned");
  // The former version is not the newest any more: who saw it is refused.
  CHECK(place.act("c1", "submitted", R"({"seen":1})").status == 409);
  const Answer again =
      place.act("c1", "submitted", R"({"seen":2,"fields":{"presentArea":"770101002"}})");
  CAPTURE(again.body);
  REQUIRE(again.status == 200);
  CHECK(again.json().at("state") == "waiting");
  const json::value after = again.json();
  const json::array& life = after.at("life").as_array();
  REQUIRE(life.size() == 3);
  CHECK(life[0].at("act") == "submitted");
  CHECK(life[1].at("reason_name").at("zh") == "现住址不详或有误");
  CHECK(life[2].at("changes").at(0).at("field") == "presentArea");
  CHECK(life[2].at("changes").at(0).at("to") == "770101002");
  CHECK(place.act("c1", "reviewed", "{}").json().at("state") == "sent");
  CHECK(place.act("c1", "final", "{}").status == 409);  // the national number is not back
  CHECK(place.act("c1", "numbered", R"({"number":"N-3"})").status == 409);  // another card's
  CHECK(place.act("c1", "numbered", R"({"number":"N-1"})").json().at("state") == "reported");
  CHECK(place.act("c1", "final", "{}").json().at("state") == "final");
  // A correction is a new card; the former keeps its diagnosis.
  const Answer corrected =
      place.act("c1", "corrected", R"({"note":"实验室","fields":{"disease":"rubella"}})");
  CAPTURE(corrected.body);
  REQUIRE(corrected.status == 201);
  CHECK(corrected.json().at("disease") == "rubella");
  CHECK(corrected.json().at("number") == "N-1");
  CHECK(corrected.json().at("life").at(0).at("changes").at(0).at("from") == "measles");
  const json::value former = place.read("/api/cards/c1");
  CHECK(former.at("state") == "corrected");
  CHECK(former.at("disease") == "measles");
  CHECK(former.at("acts").as_array().empty());
  // Deleted with a reason, restored with a note.
  CHECK(place.act("c2", "deleted", R"({"reason":"duplicate"})").json().at("state") == "deleted");
  CHECK(place.act("c2", "restored", R"({"note":"两次发病"})").json().at("state") == "waiting");
}

TEST_CASE("/api/cards/prefill: a visit becomes a card, what is missing is marked") {
  Reported place;
  const json::value visits = place.read("/api/cards/visits");
  is_valid(place, visits, "CardVisits");
  REQUIRE(visits.at("total") == 1);
  const json::value& visit = visits.at("items").at(0);
  CHECK(visit.at("disease") == "varicella");
  const std::string target =
      "/api/cards/prefill?resident=" + std::to_string(visit.at("resident").at("id").as_int64()) +
      "&visit=" + text(visit.at("visit"));
  const json::value made = place.read(target);
  is_valid(place, made, "CardPrefill");
  CHECK(made.at("fields").at("disease").at("value") == "varicella");
  CHECK(made.at("fields").at("presentArea").at("value") == "770101002");
  CHECK(made.at("missing") == json::array{"caseClass", "onsetDate", "populationGroup"});
  json::object fields;
  for (const auto& [name, value] : made.at("fields").as_object()) fields[name] = value.at("value");
  const auto post = [&] {
    return ask(place.port(), "POST", "/api/cards",
               json::serialize(json::object{{"fields", fields}}));
  };
  const Answer lacking = post();
  CHECK(lacking.status == 400);
  CHECK(lacking.json().at("error").at("where") == "body.caseClass");
  fields["caseClass"] = "clinical";
  fields["onsetDate"] = "2025-12-21";  // later than the diagnosis
  fields["populationGroup"] = "scattered-child";
  CHECK(post().status == 400);
  fields["onsetDate"] = "2025-12-18";
  const Answer filled = post();
  CAPTURE(filled.body);
  REQUIRE(filled.status == 201);
  is_valid(place, filled.json(), "CardDetail");
  CHECK(filled.json().at("state") == "waiting");
  CHECK(filled.json().at("resident").at("name") == "李小明");
  CHECK(ask(place.port(), "POST", "/api/cards", R"({"fields":{"colour":"red"}})").status == 400);
}

TEST_CASE("/api/cards/import, reconcile: the front-end software's export and the direct report's") {
  Reported place;
  const std::string digits = "77010120150320003";
  const std::string row = digits + fhir::identity_check_digit(digits);
  const std::string csv =
      "卡片编号,有效证件号,疾病名称,病例分类,发病日期,诊断时间,人群分类,病人属于\n"
      "N-9," +
      row +
      ",水痘,临床诊断病例,2025-12-18,2025-12-20 10:30,散居儿童,本县区\n"
      "N-9," +
      row +
      ",水痘,临床诊断病例,2025-12-18,2025-12-20 10:30,散居儿童,本县区\n"
      ",770101199001010000,水痘,临床诊断病例,2025-12-18,2025-12-20 10:30,散居儿童,本县区\n";
  CHECK(ask(place.port(), "POST", "/api/cards/import", csv).status == 400);  // whose cards?
  const Answer trial = ask(place.port(), "POST", "/api/cards/import?organization=o1&trial=1", csv);
  CAPTURE(trial.body);
  REQUIRE(trial.status == 200);
  is_valid(place, trial.json(), "CardImport");
  CHECK(trial.json().at("made") == 1);
  CHECK(trial.json().at("known") == 1);
  CHECK(trial.json().at("refused") == 1);
  CHECK(place.read("/api/cards").at("total") == 3);  // nothing was written
  const Answer taken = ask(place.port(), "POST", "/api/cards/import?organization=o1", csv);
  CHECK(taken.json().at("made") == 1);
  const std::string id = text(taken.json().at("rows").at(0).at("card"));
  CHECK(place.read("/api/cards/" + id).at("number") == "N-9");
  const Answer again = ask(place.port(), "POST", "/api/cards/import?organization=o1", csv);
  CHECK(again.json().at("known") == 2);
  const Answer reconciled =
      ask(place.port(), "POST", "/api/cards/reconcile",
          "卡片编号,疾病名称,发病日期\nN-3,麻疹,2025-12-13\nN-8,麻疹,2025-12-13\n");
  CAPTURE(reconciled.body);
  REQUIRE(reconciled.status == 200);
  is_valid(place, reconciled.json(), "CardReconciliation");
  CHECK(reconciled.json().at("counts").at("onset") == 1);
  CHECK(reconciled.json().at("counts").at("only-there") == 1);
  CHECK(reconciled.json().at("counts").at("no-number") == 2);
  CHECK(ask(place.port(), "POST", "/api/cards/reconcile", "编号\n1\n").status == 400);
}

TEST_CASE("/api/cards/quality, table: counted from the cards, with the denominators") {
  Reported place;
  const json::value quality = place.read("/api/cards/quality?from=2025-12-01&to=2025-12-31");
  is_valid(place, quality, "CardQuality");
  CHECK(quality.at("cards") == 3);
  CHECK(quality.at("in_time").at("x") == 3);
  CHECK(quality.at("reviewed").at("x") == 0);
  CHECK(quality.at("twice").at("x") == 1);
  CHECK(quality.at("identified").at("x") == 3);
  CHECK(quality.at("returned").at("x") == 1);
  CHECK(quality.at("missed").at("x") == 1);  // the visit with chickenpox
  CHECK(quality.at("missed").at("n") == 1);
  const json::value table = place.read("/api/cards/table?by=onset&from=2025-12-01&to=2025-12-31");
  is_valid(place, table, "CardTable");
  CHECK(table.at("people") == 3);
  CHECK(table.at("people_day") == "2024-12-31");
  CHECK(table.at("rows").at(0).at("cases") == 3);
  const Answer csv =
      get(place.port(), "/api/cards/table.csv?by=onset&from=2025-12-01&to=2025-12-31");
  CHECK(csv.body.find("麻疹,3,0,100000.0000") != std::string::npos);
  CHECK(get(place.port(), "/api/cards/table.xlsx?by=onset").body.starts_with("PK"));
  CHECK(get(place.port(), "/api/cards/table?from=2025-12-31&to=2025-12-01").status == 400);
}

TEST_CASE("/api/cards: rights and compartments") {
  Reported place;
  const auto accounts = accounts_of(place.place());
  for (const char* role : {"epidemiologist", "hiv-officer", "leader"})
    add_user(*accounts, role, {role}, {"770101"});
  const auto as = [&](const char* role) { return log_in(place.port(), role).both(); };
  const std::string doctor = as("epidemiologist");
  const json::value seen = place.read("/api/cards", doctor);
  CHECK(seen.at("total") == 3);  // AIDS is not there
  CHECK(ask(place.port(), "GET", "/api/cards/c4", "", doctor).status == 404);
  CHECK(ask(place.port(), "GET", "/api/cards/c4", "", as("hiv-officer")).status == 200);
  CHECK(ask(place.port(), "GET", "/api/cards", "", as("leader")).status == 403);
  // A disease of a closed compartment has no line, not a line of zeros.
  const auto aids = [&](const std::string& who) {
    return ask(place.port(), "GET", "/api/cards/table.csv?by=onset&lang=en", "", who)
               .body.find("AIDS,") != std::string::npos;
  };
  CHECK_FALSE(aids(doctor));
  CHECK(aids(as("hiv-officer")));
  // The county reviews, the institution does not: who may not is told so.
  CHECK(ask(place.port(), "POST", "/api/cards/c3/acts/reviewed", "{}", doctor).status == 403);
}

TEST_CASE(
    "national criteria: ten cases of chickenpox in one school within a week are a signal, nine are "
    "none") {
  District place;
  place.server().stop();
  ingest::HubOptions options;
  options.views_dir = (source_dir() / "scenes/core/views").string();
  options.profiles_dir = (source_dir() / "scenes/core/profiles").string();
  options.create = false;
  const auto hub = ingest::Hub::open(place.store().string(), options);
  REQUIRE(hub.has_value());
  const auto streams = watch::load_streams(source_dir() / "scenes");
  REQUIRE(streams.has_value());
  std::vector<watch::Stream> fixed;
  for (const watch::Stream& stream : *streams)
    if (stream.id == "national-criteria") fixed.push_back(stream);
  REQUIRE(fixed.size() == 1);
  const auto found = [&](int cases) {
    std::string lines;
    for (int i = 0; i < cases; ++i) {
      std::string line = card("s" + std::to_string(i), "p" + std::to_string(i % 3 + 1), "varicella",
                              "2025-12-0" + std::to_string(1 + i / 2));
      const std::string area = R"({"url":"presentArea")";
      line.insert(line.find(area), R"({"url":"school","valueString":"青梧小学"},)");
      lines += line;
    }
    const auto file = place.store().parent_path() / ("school" + std::to_string(cases) + ".ndjson");
    std::ofstream(file, std::ios::binary) << lines;
    REQUIRE(ingest::load(**hub, {file.string()}, {}).has_value());
    const auto signals = watch::replay((*hub)->tables(), Principal::system("watch"), fixed,
                                       *parse_date("2025-11-20"), *parse_date("2025-12-31"), {});
    if (!signals) FAIL(signals.error().where << ": " << signals.error().message);
    return *signals;
  };
  CHECK(found(9).empty());
  const auto signals = found(10);
  REQUIRE(signals.size() == 1);
  CHECK(format_date(signals[0].date) == "2025-12-05");  // two a day: the tenth comes on the fifth
  CHECK(signals[0].lane == watch::Lane::one_case);
  CHECK(signals[0].place == "青梧小学");
}
