#include <algorithm>
#include <set>

#include "exchange/pseudonym.hpp"
#include "given_export.hpp"

using namespace hb;
using namespace hb::test;

namespace {

namespace fs = std::filesystem;

std::string person(int number) {
  const bool female = number % 2 != 0;
  // Born 1960 … 1967, in two streets.
  return R"({"resourceType":"Patient","id":"p)" + std::to_string(number) +
         R"(","name":[{"text":"张伟"}],"telecom":[{"system":"phone","value":"13800000001"}],"gender":")" +
         (female ? "female" : "male") + R"(","birthDate":"196)" + std::to_string(number % 8) +
         R"(-05-17","address":[{"use":"home","extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":"77010100)" +
         std::to_string(1 + number / 20) + "001\"}]}]}\n";
}

std::string visit(int number, const std::string& id, const std::string& day) {
  return R"({"resourceType":"Encounter","id":")" + id +
         R"(","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p)" +
         std::to_string(number) + R"("},"period":{"start":")" + day + "T09:00:00+08:00\"}}\n";
}

std::string diagnosis(int number, const std::string& id, const std::string& code,
                      const std::string& day, const std::string& encounter) {
  return R"({"resourceType":"Condition","id":")" + id +
         R"(","clinicalStatus":{"coding":[{"code":"active"}]},"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":")" +
         code + R"("}]},"subject":{"reference":"Patient/p)" + std::to_string(number) +
         R"("},"encounter":{"reference":"Encounter/)" + encounter + R"("},"onsetDateTime":")" +
         day + "\"}\n";
}

/// Forty people with high blood pressure since 2025-03-04 and two visits ten days apart; person 3
/// has a visit for HIV as well.
struct GivenStore {
  TempDir directory;
  std::unique_ptr<ingest::Hub> hub;
  fs::path out = directory.path() / "out";

  GivenStore() {
    std::string text;
    for (int number = 0; number < 40; ++number) {
      const std::string name = std::to_string(number);
      text += person(number) + visit(number, "a" + name, "2025-03-04") +
              visit(number, "b" + name, "2025-03-14") +
              diagnosis(number, "c" + name, "I10.x00", "2025-03-04", "a" + name);
    }
    text += visit(3, "h3", "2025-06-01") + diagnosis(3, "d3", "B24", "2025-06-01", "h3");
    std::ofstream(directory.path() / "all.ndjson") << text;
    hub = open_store(directory.path() / "s");
    const auto report = ingest::load(*hub, {(directory.path() / "all.ndjson").string()}, {});
    REQUIRE(report.has_value());
    REQUIRE(report->accepted == 162);
  }
};

exchange::ResearchPlan hypertension() {
  return given_plan(source_dir() / "scenes/core/exports/hypertension-care.yaml");
}

}  // namespace

TEST_CASE("export_research: pseudonyms, shifted days with their intervals, no direct identifier") {
  GivenStore given;
  const auto outcome = given_export(*given.hub, hypertension(), given.out);
  CHECK(outcome.population == 40);
  CHECK(outcome.chosen == 40);
  CHECK(outcome.exported + outcome.suppressed == 40);
  const auto people = rows_of_file(given.out / "person.csv");
  CHECK(people.size() == outcome.exported);
  // Streets have 9 digits, communities 12: the last three are never shown.
  for (const auto& row : people) CHECK(row[3].size() <= 9);

  // Who is who: the key is known here.
  const exchange::Pseudonyms names(known_key(), 180);
  std::map<std::string, std::vector<std::string>> days;
  for (const auto& row : rows_of_file(given.out / "encounter.csv")) days[row[0]].push_back(row[3]);
  std::set<int> shifts;
  for (std::int64_t resident = 1; resident <= 40; ++resident) {
    auto& found = days[names.name("person", resident)];
    if (found.empty()) continue;
    std::ranges::sort(found);
    const int shift = names.shift(resident);
    shifts.insert(shift);
    CHECK(found[0] == format_date(Date{make_date(2025, 3, 4)->days + shift}));
    CHECK(parse_date(found[1])->days - parse_date(found[0])->days == 10);
  }
  CHECK(shifts.size() > 20);

  const auto residents = given.hub->tables().query(Principal::system("test"),
                                                   "SELECT resident_id, birth_date FROM resident");
  REQUIRE(residents.has_value());
  const auto visits =
      given.hub->tables().query(Principal::system("test"), "SELECT encounter_key FROM encounter");
  REQUIRE(visits.has_value());
  for (const auto& file : fs::directory_iterator(given.out)) {
    if (file.path().extension() != ".csv") continue;
    const std::string text = text_of_file(file.path());
    for (const char* identifier : {"张伟", "13800000001", "05-17", "770101001001"})
      CHECK_MESSAGE(text.find(identifier) == std::string::npos, file.path() << " " << identifier);
    for (const auto& row : visits->rows)
      CHECK(text.find(std::to_string(std::get<std::int64_t>(row[0]))) == std::string::npos);
  }
  // Keys lead from table to table within the export.
  std::set<std::string> keys;
  for (const auto& row : rows_of_file(given.out / "encounter.csv")) keys.insert(row[1]);
  for (const auto& row : rows_of_file(given.out / "condition.csv")) CHECK(keys.contains(row[1]));
}

TEST_CASE("export_research: k holds, the report says what was lost") {
  GivenStore given;
  const auto outcome = given_export(*given.hub, hypertension(), given.out);
  std::map<std::vector<std::string>, int> sizes;
  for (auto row : rows_of_file(given.out / "person.csv")) {
    row.erase(row.begin());
    ++sizes[row];
  }
  for (const auto& [shown, size] : sizes) CHECK(size >= 5);
  // 40 people: sex by turns; years of birth 1960…1967, ages 58…65; two streets of 20 people. By sex
  // and street there are 10 people; bands of five hold 58-59 (2 of 8 years), 60-64, 65. The best
  // that leaves out at most two people (5 %) is found by trying all 4·2·3 combinations.
  CHECK(outcome.combinations == 2 * 4 * 3);
  CHECK(outcome.risk.smallest_class >= 5);
  CHECK(outcome.risk.prosecutor_highest <= 0.2);
  REQUIRE(outcome.diversity.size() == 1);
  CHECK(outcome.diversity[0].second.highest_share == doctest::Approx(1));  // all have I10
  const std::string report = text_of_file(given.out / "report.json");
  for (const char* said : {"\"approval\":\"2026-ETH-017\"", "\"shiftDays\":180", "\"k\":5",
                           "\"prosecutorHighest\"", "\"alikePeople\":40", "\"as\":\"shift\""})
    CHECK_MESSAGE(report.find(said) != std::string::npos, said << "\n" << report);
}

TEST_CASE("export_research: two exports cannot be linked by their pseudonyms") {
  GivenStore given;
  std::set<std::string> names;
  for (const char* out : {"one", "two"}) {
    // A random key: what the command uses.
    given_export(*given.hub, hypertension(), given.directory.path() / out, researcher(), "");
    for (const char* table : {"person", "encounter"})
      for (const auto& row :
           rows_of_file(given.directory.path() / out / (table + std::string(".csv")))) {
        names.insert(row[0]);
        if (table == std::string("encounter")) names.insert(row[1]);
      }
  }
  const auto people = rows_of_file(given.directory.path() / "one/person.csv").size();
  const auto visits = rows_of_file(given.directory.path() / "one/encounter.csv").size();
  CHECK(names.size() == 2 * (people + visits));
}

TEST_CASE("export_research: compartments stay closed unless role and purpose open them") {
  GivenStore given;
  exchange::ResearchPlan plan = hypertension();
  plan.roles.push_back("hiv-officer");
  const auto rows = [&](const Principal& principal, const char* out) {
    const auto outcome = given_export(*given.hub, plan, given.directory.path() / out, principal);
    const std::string text = text_of_file(given.directory.path() / out / "condition.csv");
    return std::pair(outcome.tables[1].second, text.find("B24") != std::string::npos);
  };
  const auto closed = rows(researcher(), "analyst");
  CHECK_FALSE(closed.second);
  const auto purpose = rows(researcher("hiv-officer", "research"), "purpose");
  CHECK(purpose == closed);  // the role without the purpose: as if it were not there
  const auto open = rows(researcher("hiv-officer", "public-health"), "open");
  const exchange::Pseudonyms names(known_key(), 180);
  const std::string text = text_of_file(given.directory.path() / "open/person.csv");
  const auto third = given.hub->tables().query(
      Principal::system("test"), "SELECT resident_id FROM condition WHERE code = 'B24'");
  REQUIRE(third.has_value());
  const auto who = names.name("person", std::get<std::int64_t>(third->rows[0][0]));
  REQUIRE(text.find(who) != std::string::npos);  // not suppressed
  CHECK(open.second);
  CHECK(open.first == closed.first + 1);  // the visit
}

TEST_CASE("export_research: areas of the account limit people and population") {
  GivenStore given;
  Principal street = researcher();
  street.unrestricted = false;
  street.areas = {"770101001"};
  const auto outcome = given_export(*given.hub, hypertension(), given.out, street);
  CHECK(outcome.population == 20);
  for (const auto& row : rows_of_file(given.out / "person.csv"))
    CHECK((row[3] == "770101001" || row[3] == "770101" || row[3] == "*"));
}

TEST_CASE("export_research: without approval, role, room or fitting plan nothing is given") {
  GivenStore given;
  const auto refused = [&](const exchange::ResearchPlan& plan, const Principal& principal,
                           exchange::ResearchRequest request) {
    const auto outcome = exchange::export_research(given.hub->tables(), given.hub->store(),
                                                   principal, plan, request, system_clock());
    REQUIRE_FALSE(outcome.has_value());
    return outcome.error();
  };
  const exchange::ResearchRequest sound{given.out, "2026-ETH-017", *make_date(2025, 12, 31), ""};
  auto request = sound;
  request.approval = " ";
  CHECK(refused(hypertension(), researcher(), request).code == ErrorCode::invalid_input);
  CHECK(refused(hypertension(), researcher("nurse"), sound).code == ErrorCode::forbidden);
  fs::create_directories(given.directory.path() / "full/inside");
  request = sound;
  request.out = given.directory.path() / "full";
  CHECK(refused(hypertension(), researcher(), request).code == ErrorCode::invalid_input);

  const auto with = [&](exchange::ExportColumn column) {
    exchange::ResearchPlan plan = hypertension();
    plan.tables[1].columns = {std::move(column)};
    return refused(plan, researcher(), sound).where;
  };
  using As = exchange::ExportColumn::As;
  CHECK(with({"resident_birth_date", As::shift}) == "encounter.resident_birth_date");
  CHECK(with({"resident_area", As::keep}) == "encounter.resident_area");
  CHECK(with({"seq", As::key}) == "encounter.seq");
  CHECK(with({"start_date", As::keep}) == "encounter.start_date");
  CHECK(with({"start_time", As::keep}) == "encounter.start_time");
  CHECK(with({"encounter_key", As::keep}) == "encounter.encounter_key");
  CHECK(with({"class", As::shift}) == "encounter.class");
  CHECK(with({"nothing", As::keep}) == "encounter.nothing");
  exchange::ResearchPlan plan = hypertension();
  plan.tables[1].table = "organization";  // of no person
  CHECK(refused(plan, researcher(), sound).where == "organization");
  plan = hypertension();
  plan.chosen_sql = "SELECT resident_id FROM condition WHERE code = 'B24' AND $as_of IS NOT NULL";
  CHECK(refused(plan, researcher(), sound).message.find("fewer than 5") != std::string::npos);
  CHECK_FALSE(fs::exists(given.out));
  CHECK_FALSE(fs::exists(given.out.string() + ".part"));
}

TEST_CASE("export_research: the audit says who gave what under which approval, before and after") {
  GivenStore given;
  const auto outcome = given_export(*given.hub, hypertension(), given.out);
  records::Store::AuditQuery query;
  query.user = "zhou.analyst";
  const auto entries = given.hub->store().audit(Principal::system("test"), query);
  REQUIRE(entries.has_value());
  REQUIRE(entries->size() == 2);
  const std::string begun = "research export hypertension-care, approval 2026-ETH-017: begun";
  CHECK((*entries)[1].what == begun);
  CHECK((*entries)[0].action == "export");
  CHECK((*entries)[0].purpose == "research");
  CHECK((*entries)[0].what.find(std::to_string(outcome.exported) + " people") != std::string::npos);
}

TEST_CASE("load_research_plan: mistakes are named with their line") {
  const TempDir directory;
  const std::string sound =
      text_of_file(source_dir() / "scenes/core/exports/hypertension-care.yaml");
  const auto fault = [&](const std::string& from, const std::string& to) {
    std::string text = sound;
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    const auto file = directory.path() / "plan.yaml";
    std::ofstream(file) << text;
    const auto plan = exchange::load_research_plan(file);
    return plan ? std::string("accepted") : plan.error().message;
  };
  CHECK(fault("k: 5", "k: 4") == "k is at least 5");
  CHECK(fault("shift_days: 180", "shift_days: 7") == "shift_days lies between 30 and 730");
  CHECK(fault("hierarchy: sex", "hierarchy: sexes") == "there is no hierarchy “sexes”");
  CHECK(fault("bands: [5, 10, 20]", "bands: [5, 7]") ==
        "each band is a multiple of the one before");
  CHECK(fault("lengths: [9, 6]", "lengths: [6, 9]") == "lengths fall: the finest first");
  CHECK(fault("as: shift", "as: moved") == "expected as: keep, shift, key, prefix or round");
  CHECK(fault("column: code, length: 3", "column: codes, length: 3") ==
        "a sensitive attribute is a column that is exported");
}
