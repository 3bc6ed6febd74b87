#include "ingest/load.hpp"

#include <zlib.h>

#include <map>

#include <doctest/doctest.h>

#include "ingest/given.hpp"
#include "ingest/json_scan.hpp"
#include "ingest/reader.hpp"
#include "support/small_disk.hpp"

using namespace hb;
using namespace hb::ingest;
using namespace hb::test;

namespace {

constexpr const char* wei =
    R"(,"gender":"male","birthDate":"1980-05-06","name":[{"text":"张伟"}],"address":[{"use":"home","extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":"770102003"}]}])";

std::string lines(std::initializer_list<std::string> list) {
  std::string text;
  for (const std::string& line : list) text += line + "\n";
  return text;
}

std::vector<records::Problem> problems_of(Hub& hub, int state = -1) {
  auto problems = hub.store().problems(tester(), 0, state, 0, 1000);
  REQUIRE(problems.has_value());
  return *problems;
}

}  // namespace

TEST_CASE(
    "load: people first, whatever the order of the file; rows carry the person of the event") {
  const TempDir dir;
  auto hub = given_hub(dir.path() / "s");
  const auto file =
      given_file(dir.path(), "mixed.ndjson", lines({encounter("e1", "p1"), patient("p1", wei)}));
  const LoadReport report = given_loaded(*hub, {file});
  CHECK(report.accepted == 2);
  CHECK(report.quarantined == 0);
  CHECK(report.orphans == 0);
  CHECK(report.resources == std::map<std::string, std::int64_t>{{"Encounter", 1}, {"Patient", 1}});
  CHECK(report.tables.at("encounter") == 1);
  const auto rows =
      hub->tables().query(tester(), "SELECT resident_sex, resident_area, age_band FROM encounter");
  REQUIRE_MESSAGE(rows.has_value(), (rows ? "" : rows.error().message));
  REQUIRE(rows->rows.size() == 1);
  CHECK(std::get<std::string>(rows->rows[0][0]) == "male");
  CHECK(std::get<std::string>(rows->rows[0][1]) == "770102003");
  CHECK(std::get<std::int64_t>(rows->rows[0][2]) == 40);  // 44 on 2025-03-04
  check_sound(*hub);
}

TEST_CASE("load: the same file twice counts once, and so does the same resource in another file") {
  const TempDir dir;
  auto hub = given_hub(dir.path() / "s");
  const auto file =
      given_file(dir.path(), "a.ndjson", lines({patient("p1", wei), encounter("e1", "p1")}));
  CHECK(given_loaded(*hub, {file}).accepted == 2);
  const LoadReport again = given_loaded(*hub, {file});
  CHECK(again.accepted == 0);
  CHECK(again.duplicates == 2);
  CHECK(again.quarantined == 0);
  // The same resources, printed with spaces, in another file.
  const auto other = given_file(
      dir.path(), "b.ndjson",
      "{ \"resourceType\": \"Patient\", \"id\": \"p2\" }\n" + encounter("e1", "p1") + "\n");
  const LoadReport third = given_loaded(*hub, {other});
  CHECK(third.accepted == 1);
  CHECK(third.duplicates == 1);
  CHECK(rows_of(*hub, "encounter") == 1);
  CHECK(rows_of(*hub, "resident") == 2);
  check_sound(*hub);
}

TEST_CASE("load: a new version replaces the rows of the former one; the last line of a file wins") {
  const TempDir dir;
  auto hub = given_hub(dir.path() / "s");
  given_loaded(
      *hub,
      {given_file(dir.path(), "a.ndjson",
                  lines({patient("p1", wei), encounter("e1", "p1", "2025-01-01T08:00:00+08:00"),
                         encounter("e1", "p1", "2025-02-01T08:00:00+08:00")}))});
  CHECK(rows_of(*hub, "encounter") == 1);
  given_loaded(*hub, {given_file(dir.path(), "b.ndjson",
                                 lines({encounter("e1", "p1", "2025-03-01T08:00:00+08:00")}))});
  const auto rows =
      hub->tables().query(tester(), "SELECT CAST(start_time AS DATE) AS day FROM encounter");
  REQUIRE_MESSAGE(rows.has_value(), (rows ? "" : rows.error().message));
  REQUIRE(rows->rows.size() == 1);
  CHECK(format_date(std::get<Date>(rows->rows[0][0])) == "2025-03-01");
  CHECK(hub->store().history(tester(), "Encounter", "e1")->size() == 3);
  check_sound(*hub);
}

TEST_CASE(
    "load: an event before its person makes a provisional resident and a warning; the person mends "
    "it") {
  const TempDir dir;
  auto hub = given_hub(dir.path() / "s");
  const LoadReport report =
      given_loaded(*hub, {given_file(dir.path(), "a.ndjson", lines({encounter("e1", "p1")}))});
  CHECK(report.accepted == 1);
  CHECK(report.quarantined == 0);
  CHECK(report.orphans == 1);
  const auto orphans = hub->store().orphans(tester(), report.deliveries.front(), 0, 10);
  REQUIRE(orphans.has_value());
  REQUIRE(orphans->size() == 1);
  CHECK(orphans->front().reference == "Patient/p1");
  CHECK(orphans->front().line == 1);

  given_loaded(*hub, {given_file(dir.path(), "b.ndjson", lines({patient("p1", wei)}))});
  const auto rows =
      hub->tables().query(tester(), "SELECT resident_sex, resident_area FROM encounter");
  REQUIRE(rows.has_value());
  CHECK(std::get<std::string>(rows->rows[0][0]) == "male");  // follows a correction
  CHECK(std::holds_alternative<std::monostate>(
      rows->rows[0][1]));  // area stays as known at the event
  check_sound(*hub);
}

TEST_CASE(
    "load: each bad line becomes problem data with line, field and expectation; the rest is "
    "taken") {
  const TempDir dir;
  auto hub = given_hub(dir.path() / "s");
  const auto file = given_file(
      dir.path(), "bad.ndjson",
      lines(
          {patient("p1"), "not json at all", R"({"a":1})",
           R"({"resourceType":"Patientt","id":"x"})",
           R"({"resourceType":"Encounter","id":"e1","class":{"code":"AMB"}})",
           R"({"resourceType":"Patient","id":"p3","birthDate":20000101})",
           R"({"resourceType":"Patient","id":"p4","birthDate":"2020-02-30"})",
           R"({"resourceType":"Patient","id":"p5","identifier":[{"system":"urn:oid:2.16.156.10011.1.3","value":"110101199003074515"}]})",
           patient("p6")}));
  const LoadReport report = given_loaded(*hub, {file});
  CHECK(report.accepted == 2);
  REQUIRE(report.quarantined == 7);
  std::map<std::int64_t, records::Problem> by_line;
  for (const records::Problem& problem : problems_of(*hub)) by_line[problem.line] = problem;
  CHECK(by_line[2].rule == "not-json");
  CHECK(by_line[3].rule == "not-fhir");
  CHECK(by_line[4].rule == "unknown-type");
  CHECK(by_line[5].rule == "required");
  CHECK(by_line[5].path == "Encounter.status");
  CHECK(by_line[6].rule == "wrong-type");
  CHECK(by_line[7].rule == "bad-date");
  CHECK(by_line[7].path == "Patient.birthDate");
  CHECK(by_line[8].rule == "bad-identity-number");
  CHECK(by_line[8].found.find("1101") == std::string::npos);  // never the number itself
  for (const auto& [line, problem] : by_line) CHECK_FALSE(problem.expected.empty());
  const auto original = hub->store().problem(tester(), by_line[2].id);
  CHECK(original->original == "not json at all");
  check_sound(*hub);
}

TEST_CASE("load: text in GB18030 is recognised and converted") {
  const TempDir dir;
  auto hub = given_hub(dir.path() / "s");
  const auto file = given_file(
      dir.path(), "gb.ndjson",
      "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"name\":[{\"text\":\"\xD5\xC5\xCE\xB0\"}]}\n");
  CHECK(given_loaded(*hub, {file}).accepted == 1);
  CHECK(hub->store().read(tester(), "Patient", "p1")->json.find("张伟") != std::string::npos);
}

TEST_CASE("load: files that are nothing at all are named; the others go on") {
  const TempDir dir;
  auto hub = given_hub(dir.path() / "s");
  const LoadReport report =
      given_loaded(*hub, {given_file(dir.path(), "empty.ndjson", ""),
                          given_file(dir.path(), "bin.ndjson", std::string(64, '\0')),
                          (dir.path() / "absent.ndjson").string(),
                          given_file(dir.path(), "ok.ndjson", patient("p1"))});
  CHECK(report.accepted == 1);
  REQUIRE(report.failed.size() == 3);
  const auto deliveries = hub->store().deliveries(tester(), 0, 10);
  int failed = 0;
  for (const auto& delivery : *deliveries)
    if (delivery.state == records::Delivery::State::failed) ++failed;
  CHECK(failed == 2);
}

TEST_CASE(
    "correct_problem: a mended line is taken once, closes its problem and reaches the tables") {
  const TempDir dir;
  auto hub = given_hub(dir.path() / "s");
  given_loaded(
      *hub, {given_file(dir.path(), "a.ndjson",
                        lines({patient("p1", wei), R"({"resourceType":"Encounter","id":"e1"})"}))});
  const auto open = problems_of(*hub, 0);
  REQUIRE(open.size() == 1);
  const auto refused = correct_problem(
      *hub, tester(), open[0].id, R"({"resourceType":"Encounter","id":"e1","status":"finished"})");
  REQUIRE(refused.has_value());
  CHECK_FALSE(refused->accepted);
  REQUIRE_FALSE(refused->faults.empty());
  CHECK(refused->faults.front().path == "Encounter.class");
  const auto taken = correct_problem(*hub, tester(), open[0].id, encounter("e1", "p1"));
  REQUIRE(taken.has_value());
  CHECK(taken->accepted);
  CHECK(problems_of(*hub, 0).empty());
  CHECK(rows_of(*hub, "encounter") == 1);
  const auto twice = correct_problem(*hub, tester(), open[0].id, encounter("e1", "p1"));
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error().code == ErrorCode::conflict);
  check_sound(*hub);
}

TEST_CASE("dismiss_problem and reopen_problem: with a reason, and undone") {
  const TempDir dir;
  auto hub = given_hub(dir.path() / "s");
  given_loaded(*hub, {given_file(dir.path(), "a.ndjson", "rubbish\n" + patient("p1"))});
  const auto id = problems_of(*hub, 0).at(0).id;
  CHECK(dismiss_problem(*hub, tester(), id, "").error().code == ErrorCode::invalid_input);
  REQUIRE(dismiss_problem(*hub, tester(), id, "test line").has_value());
  CHECK(problems_of(*hub, 0).empty());
  REQUIRE(reopen_problem(*hub, tester(), id).has_value());
  CHECK(problems_of(*hub, 0).size() == 1);
  const auto replay = replay_problems(*hub, tester(), 0);
  REQUIRE(replay.has_value());
  CHECK(replay->tried == 1);
  CHECK(replay->accepted == 0);
}

TEST_CASE("load: reported values from a plan table; a row without number is put aside") {
  const TempDir dir;
  auto hub = given_hub(dir.path() / "s");
  const auto file =
      given_file(dir.path(), "plan-x-2020.csv",
                 "no,name_zh,unit,scope,value_text,value_year\n1,人均预期寿命,岁,,85.53,2020\n,"
                 "缺号,%,,1,2020\n3,\"a,b\",%,市域,\"72.51、71.80\",2020\n4,short\n");
  const LoadReport report = given_loaded(*hub, {file});
  CHECK(report.accepted == 2);
  CHECK(report.quarantined == 2);
  const auto values = hub->store().reported(tester(), "plan-x-2020");
  REQUIRE(values.has_value());
  REQUIRE(values->size() == 2);
  CHECK((*values)[1].value_text == "72.51、71.80");
  CHECK((*values)[1].scope == "市域");
  check_sound(*hub);
}

TEST_CASE("Hub: a missing or damaged tables file is made again from the records") {
  const TempDir dir;
  const auto store = dir.path() / "s";
  {
    auto hub = given_hub(store);
    given_loaded(*hub, {given_file(dir.path(), "a.ndjson",
                                   lines({patient("p1", wei), encounter("e1", "p1")}))});
  }
  std::filesystem::remove(store / "tables.db");
  {
    auto hub = given_hub(store);
    CHECK(rows_of(*hub, "encounter") == 1);
    check_sound(*hub);
  }
  given_file(store, "tables.db", "this is no database at all, but long enough to be looked at");
  auto hub = given_hub(store);
  CHECK(rows_of(*hub, "encounter") == 1);
  REQUIRE(hub->rebuild().has_value());
  check_sound(*hub);
}

TEST_CASE(
    "load: the 100 Synthea patients, without a problem; rows per table equal resources per type") {
  if (!has_shared()) {
    MESSAGE("skipped: no ../shared here");
    return;
  }
  const TempDir dir;
  auto hub = given_hub(dir.path() / "s");
  const LoadReport report = given_loaded(*hub, {(shared_dir() / "data/synthea/ndjson").string()});
  CHECK(report.quarantined == 0);
  CHECK(report.orphans == 0);
  CHECK(report.accepted == 36357);  // lines of the 16 files
  for (const auto& [type, table] :
       std::map<std::string, std::string>{{"Patient", "resident"},
                                          {"Encounter", "encounter"},
                                          {"Condition", "condition"},
                                          {"Observation", "observation"},
                                          {"Procedure", "procedure"},
                                          {"MedicationRequest", "medication"},
                                          {"Immunization", "immunization"},
                                          {"Organization", "organization"},
                                          {"Practitioner", "practitioner"}})
    CHECK_MESSAGE(rows_of(*hub, table) == report.resources.at(type), table);
  check_sound(*hub);
  REQUIRE(hub->rebuild().has_value());
  check_sound(*hub);
}

TEST_CASE(
    "load: the raw transaction Bundles of 20 Synthea patients; references inside them are "
    "resolved") {
  if (!has_shared()) {
    MESSAGE("skipped: no ../shared here");
    return;
  }
  const TempDir dir;
  const auto bundles = dir.path() / "bundles";
  std::filesystem::create_directory(bundles);
  const std::string unpack = "tar --zstd -xf '" +
                             (shared_dir() / "data/synthea/bundles-20-patients.tar.zst").string() +
                             "' -C '" + bundles.string() + "'";
  REQUIRE(std::system(unpack.c_str()) == 0);
  auto hub = given_hub(dir.path() / "s");
  const LoadReport report = given_loaded(*hub, {bundles.string()});
  CHECK(report.deliveries.size() == 20);
  CHECK(report.quarantined == 0);
  CHECK(report.orphans == 0);
  // Hospitals and doctors that several patients share stand in several Bundles.
  CHECK(report.accepted + report.duplicates == 7389);
  CHECK(rows_of(*hub, "resident") == 20);
  CHECK(rows_of(*hub, "encounter") == report.resources.at("Encounter"));
  CHECK(rows_of(*hub, "observation") == report.resources.at("Observation"));
  const auto lost = hub->tables().query(
      tester(), "SELECT count(*) AS n FROM encounter WHERE resident_sex IS NULL");
  REQUIRE(lost.has_value());
  CHECK(std::get<std::int64_t>(lost->rows[0][0]) == 0);
  check_sound(*hub);
}

TEST_CASE("load: a full disk stops with a clear sentence; with room again the same call finishes") {
  SmallDisk disk(48);
  if (!disk.mounted()) {
    MESSAGE("skipped: a small file system cannot be mounted here");
    return;
  }
  const TempDir dir;
  std::string text = patient("p1", wei) + "\n";
  for (int event = 0; event < 120'000; ++event)
    text += encounter("e" + crypto::sha256_hex(std::to_string(event)).substr(0, 40), "p1") + "\n";
  const auto file = given_file(dir.path(), "many.ndjson", text);
  REQUIRE(disk.take(36));
  {
    auto hub = given_hub(disk.path() / "s");
    const auto refused = load(*hub, {file}, {});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::unavailable);
    CHECK_MESSAGE(refused.error().message.find("disk") != std::string::npos,
                  refused.error().message);
  }
  REQUIRE(disk.give_back());
  auto hub = given_hub(disk.path() / "s");
  const LoadReport report = given_loaded(*hub, {file});
  CHECK(report.accepted + report.duplicates == 120'001);
  CHECK(rows_of(*hub, "encounter") == 120'000);
  check_sound(*hub);
}

TEST_CASE("load: levels reject, quarantine and warn; a person lets a quarantined resource pass") {
  const TempDir directory;
  const auto hub = given_hub(directory.path() / "store");
  const std::string odd_gender = patient("p2", R"(,"gender":"m")");
  const std::string file = given_file(directory.path(), "people.ndjson",
                                      patient("p1", R"(,"contact":[{"gender":"male"}])") + "\n" +
                                          odd_gender + "\n" + patient("p3", R"(,"hat":1)") + "\n");
  const auto report = given_loaded(*hub, {file});
  CHECK(report.accepted == 1);
  CHECK(report.quarantined == 2);
  CHECK(report.warnings == std::map<std::string, std::int64_t>{{"pat-1", 1}});
  const auto problems = hub->store().problems(tester(), report.deliveries.front(), 0, 0, 10);
  REQUIRE(problems.has_value());
  REQUIRE(problems->size() == 2);
  for (const records::Problem& problem : *problems) {
    // Nothing passes by being tried again; a person lets the code pass, but no unknown element.
    if (problem.rule == "value-set") {
      CHECK(problem.expected.starts_with("a code of http://hl7.org/fhir/ValueSet/administrative"));
      const auto replayed = ingest::replay_problems(*hub, tester(), report.deliveries.front());
      REQUIRE(replayed.has_value());
      CHECK(replayed->accepted == 0);
      const auto let_pass = ingest::correct_problem(*hub, tester(), problem.id, odd_gender);
      REQUIRE(let_pass.has_value());
      CHECK(let_pass->accepted);
    } else {
      CHECK(problem.rule == "unknown-element");
      const auto refused =
          ingest::correct_problem(*hub, tester(), problem.id, patient("p3", R"(,"hat":1)"));
      REQUIRE(refused.has_value());
      CHECK_FALSE(refused->accepted);
    }
  }
  check_sound(*hub);
}

TEST_CASE("load: FHIR XML, a resource and a Bundle; a broken one names line and path") {
  const TempDir directory;
  const auto hub = given_hub(directory.path() / "store");
  const std::string one = given_file(directory.path(), "p1.xml",
                                     "<?xml version=\"1.0\"?>\n<Patient "
                                     "xmlns=\"http://hl7.org/fhir\"><id value=\"p1\"/></Patient>");
  const std::string bundle =
      given_file(directory.path(), "bundle.xml",
                 "<Bundle xmlns=\"http://hl7.org/fhir\"><type value=\"collection\"/>"
                 "<entry><resource><Patient><id value=\"p2\"/></Patient></resource></entry>"
                 "<entry><resource><Patient><id value=\"p3\"/><gender "
                 "value=\"m\"/></Patient></resource></entry>"
                 "</Bundle>");
  const std::string broken =
      given_file(directory.path(), "broken.xml",
                 "<Patient xmlns=\"http://hl7.org/fhir\">\n<hat value=\"1\"/></Patient>");
  const auto report = given_loaded(*hub, {one, bundle, broken});
  CHECK(report.accepted == 2);
  CHECK(report.quarantined == 1);
  REQUIRE(report.failed.size() == 1);
  CHECK(report.failed[0].message == "line 2, Patient: 'hat' is no element of Patient");
  CHECK(rows_of(*hub, "resident") == 2);
  check_sound(*hub);
}
