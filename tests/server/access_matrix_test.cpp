#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <yaml-cpp/yaml.h>

#include "ingest/hub.hpp"
#include "ingest/load.hpp"
#include "scene/catalogue.hpp"
#include "scene/compartments.hpp"
#include "support/paths.hpp"

/// The matrix: every role × every table and type × every field that is kept back × who the person
/// is to the asker, asked of the store itself. What should come is worked out from the words of
/// policy.yaml, read here once more and without the program's own reader.
using namespace hb;
using namespace hb::test;

namespace {

/// Three persons with one record of each kind: in the asker's street, elsewhere, and elsewhere but
/// with a contract and a visit at the asker's.
struct Person {
  const char* id;
  const char* word;  ///< of the matrix
  const char* community;
  const char* organization;
  const char* practitioner;
};
constexpr Person persons[] = {{"near", "own area", "770101001003", "o2", "d2"},
                              {"far", "elsewhere", "770101002004", "o2", "d2"},
                              {"known", "elsewhere, related", "770101002005", "o1", "d1"}};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

const char* const person_lines =
    R"x({"resourceType":"Patient","id":"@ID","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">记述</div>"},"name":[{"use":"official","text":"张小雨"}],"identifier":[{"system":"urn:oid:2.16.156.10011.1.2","value":"77010119900307123"}],"telecom":[{"system":"phone","value":"19900001234"}],"gender":"female","birthDate":"1990-03-07","maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}]},"address":[{"use":"home","text":"映川区青梧街道示例路12号","extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":"@AREA"}]},{"use":"old","text":"映川区青梧街道示例路13号","extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":"770101001009"}]}]}
{"resourceType":"Encounter","id":"e-@ID","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"Patient/@ID","display":"张小雨"},"period":{"start":"2025-12-01T09:00:00+08:00"},"reasonCode":[{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"I10"}]}],"serviceProvider":{"reference":"Organization/@ORG"},"participant":[{"individual":{"reference":"Practitioner/@DOC"}}],"extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/total-cost","valueMoney":{"value":186.25,"currency":"CNY"}}]}
{"resourceType":"Condition","id":"c-@ID","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"I10"}]},"subject":{"reference":"Patient/@ID"},"encounter":{"reference":"Encounter/e-@ID"},"recordedDate":"2025-12-01"}
{"resourceType":"Observation","id":"b-@ID","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"subject":{"reference":"Patient/@ID"},"encounter":{"reference":"Encounter/e-@ID"},"performer":[{"reference":"Organization/@ORG"}],"effectiveDateTime":"2025-12-01","component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":128,"unit":"mm[Hg]"}}]}
{"resourceType":"Observation","id":"x-@ID","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"69453-9"}]},"subject":{"reference":"Patient/@ID"},"effectiveDateTime":"2025-12-20","valueCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"I21"}]}}
{"resourceType":"MedicationRequest","id":"m-@ID","status":"active","intent":"order","medicationCodeableConcept":{"coding":[{"system":"http://www.whocc.no/atc","code":"C08CA01"}]},"subject":{"reference":"Patient/@ID"},"authoredOn":"2025-12-01","requester":{"reference":"Practitioner/@DOC"}}
{"resourceType":"Procedure","id":"p-@ID","status":"completed","code":{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/procedure","code":"health-examination"}]},"subject":{"reference":"Patient/@ID"},"performedDateTime":"2025-12-01"}
{"resourceType":"Immunization","id":"i-@ID","status":"completed","vaccineCode":{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/vaccine","code":"influenza"}]},"patient":{"reference":"Patient/@ID"},"occurrenceDateTime":"2025-12-01","performer":[{"actor":{"reference":"Organization/@ORG"}}]}
{"resourceType":"EpisodeOfCare","id":"f-@ID","status":"active","type":[{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/programme","code":"family-doctor"}]}],"patient":{"reference":"Patient/@ID"},"period":{"start":"2025-06-01"},"managingOrganization":{"reference":"Organization/@ORG"},"careManager":{"reference":"Practitioner/@DOC"}}
{"resourceType":"Composition","id":"r-@ID","status":"final","type":{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/document-type","code":"notifiable-disease-card"}]},"subject":{"reference":"Patient/@ID"},"date":"2025-12-02T09:00:00+08:00","author":[{"reference":"Practitioner/@DOC"}],"title":"传染病报告卡","custodian":{"reference":"Organization/@ORG"},"extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/notifiable-case","extension":[{"url":"disease","valueCoding":{"system":"https://health-brain.org/fhir/CodeSystem/notifiable-disease","code":"hfmd"}},{"url":"onsetDate","valueDate":"2025-12-01"},{"url":"presentArea","valueCode":"770101001007"},{"url":"registeredArea","valueCode":"770101001008"},{"url":"school","valueString":"示例小学"},{"url":"schoolClass","valueString":"三2班"}]}]}
{"resourceType":"Task","id":"t-@ID","status":"requested","intent":"order","code":{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/task","code":"follow-up"}]},"for":{"reference":"Patient/@ID"},"authoredOn":"2025-12-02T09:00:00+08:00","owner":{"reference":"Practitioner/@DOC"}}
)x";
constexpr int lines_per_person = 11;

ingest::HubOptions hub_options(const std::shared_ptr<const Policy>& policy) {
  ingest::HubOptions options;
  options.views_dir = (source_dir() / "scenes/core/views").string();
  options.profiles_dir = (source_dir() / "scenes/core/profiles").string();
  auto read = scene::load_compartments(source_dir() / "scenes/core/compartments.yaml");
  REQUIRE(read.has_value());
  options.compartments = std::make_shared<const Compartments>(std::move(*read));
  options.policy = policy;
  options.today = [] { return *make_date(2025, 12, 31); };
  return options;
}

struct House {
  TempDir folder;
  std::unique_ptr<scene::Catalogue> catalogue;
  std::unique_ptr<ingest::Hub> hub;
  std::map<std::string, ResidentId> residents;

  House() {
    auto read = scene::Catalogue::load(source_dir() / "scenes");
    REQUIRE(read.has_value());
    catalogue = std::make_unique<scene::Catalogue>(std::move(*read));
    auto opened =
        ingest::Hub::open((folder.path() / "store").string(), hub_options(catalogue->policy()));
    if (!opened) FAIL(opened.error().message);
    hub = std::move(*opened);
    std::string lines;
    for (const char* id : {"o1", "o2"})
      lines +=
          std::string(R"({"resourceType":"Organization","id":")") + id +
          R"(","name":"示例中心","address":[{"extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":"770101001"}]}]})" +
          "\n";
    for (const char* id : {"d1", "d2"})
      lines += std::string(R"({"resourceType":"Practitioner","id":")") + id + "\"}\n";
    for (const Person& person : persons)
      lines += replaced(
          replaced(replaced(replaced(person_lines, "@ID", person.id), "@AREA", person.community),
                   "@ORG", person.organization),
          "@DOC", person.practitioner);
    // A form about several people, of none of them: names that no area and no care leads to.
    lines +=
        R"({"resourceType":"QuestionnaireResponse","id":"of-nobody","status":"completed","item":[{"linkId":"name","answer":[{"valueString":"张小一"}]}]})"
        "\n";
    std::ofstream(folder.path() / "all.ndjson", std::ios::binary) << lines;
    const auto report = ingest::load(*hub, {(folder.path() / "all.ndjson").string()}, {});
    if (!report) FAIL(report.error().message);
    REQUIRE(report->accepted == 5 + 3 * lines_per_person);
    for (const Person& person : persons) {
      const auto patient = hub->store().read(Principal::system("test"), "Patient", person.id);
      REQUIRE(patient.has_value());
      residents[person.id] = patient->resident;
    }
  }
};

House& house() {
  static House one;
  return one;
}

/// The words of policy.yaml about one role.
struct Words {
  std::set<std::string> rows, kinds, full, masked;
  bool all_kinds = false, own_rows = false;
};

std::set<std::string> set_of(const YAML::Node& list) {
  std::set<std::string> words;
  for (const YAML::Node& one : list) words.insert(one.as<std::string>());
  return words;
}

const YAML::Node& content() {
  static const YAML::Node root =
      YAML::LoadFile((source_dir() / "scenes/core/policy.yaml").string());
  return root;
}

Words words_of(const std::string& role) {
  for (const YAML::Node& node : content()["roles"]) {
    if (node["role"].as<std::string>() != role) continue;
    Words words;
    words.rows = set_of(node["rows"]);
    words.all_kinds = node["kinds"].IsScalar();
    if (!words.all_kinds) words.kinds = set_of(node["kinds"]);
    words.full = set_of(node["full"]);
    words.masked = set_of(node["masked"]);
    words.own_rows = node["own_rows"].IsDefined() && node["own_rows"].as<bool>();
    return words;
  }
  FAIL("no role " << role);
  return {};
}

/// The asker: of street 770101001, organisation o1, practitioner d1; asks under an approval.
Principal asker(const std::string& role) {
  std::string purpose;
  for (const YAML::Node& node : content()["roles"])
    if (node["role"].as<std::string>() == role) purpose = node["purposes"][0].as<std::string>();
  Principal principal{"u-" + role, {role}, {"770101001"}, {"o1"}, purpose, false, ""};
  principal.practitioners = {"d1"};
  principal.approval = "2025-1";
  return principal;
}

bool reaches(const Words& words, const Person& person) {
  if (words.rows.contains("all")) return true;
  const bool related = std::string_view(person.id) == "known";
  for (const std::string& row : words.rows) {
    if (row == "area" && std::string_view(person.id) == "near") return true;
    if (row != "area" && row != "own" && related) return true;
  }
  return false;
}

/// In the tables an account acts by area where its role has both.
bool reaches_in_tables(const Words& words, const Person& person) {
  if (words.rows.contains("area")) return std::string_view(person.id) == "near";
  return reaches(words, person);
}

struct Field {
  const char* kind;
  const char* place;  ///< table or type
  const char* name;   ///< column, or what the field is
  const char* group;
  const char* full;
  const char* masked;   ///< empty: masked shows nothing
  const char* id = "";  ///< of records: beginning of the resource's id
};

constexpr Field columns[] = {
    {"person", "resident", "birth_date", "birth", "1990-03-07", "1990-01-01"},
    {"person", "resident", "area", "area", "@AREA", "@STREET"},
    {"person", "resident", "registered_area", "area", "770101001009", "770101001"},
    {"person", "resident", "marital_status", "marital", "M", ""},
    {"visit", "encounter", "resident_birth_date", "birth", "1990-03-07", "1990-01-01"},
    {"visit", "encounter", "resident_area", "area", "@AREA", "@STREET"},
    {"visit", "encounter", "reason", "reason", "I10", ""},
    {"visit", "encounter", "reason_system", "reason", "http://hl7.org/fhir/sid/icd-10", ""},
    {"visit", "encounter", "cost", "cost", "186.2500", ""},
    {"visit", "encounter", "practitioner_key", "staff", "*", ""},
    {"diagnosis", "condition", "resident_birth_date", "birth", "1990-03-07", "1990-01-01"},
    {"diagnosis", "condition", "resident_area", "area", "@AREA", "@STREET"},
    {"result", "observation", "resident_birth_date", "birth", "1990-03-07", "1990-01-01"},
    {"result", "observation", "resident_area", "area", "@AREA", "@STREET"},
    {"result", "observation_component", "resident_birth_date", "birth", "1990-03-07", "1990-01-01"},
    {"result", "observation_component", "resident_area", "area", "@AREA", "@STREET"},
    {"treatment", "medication", "resident_birth_date", "birth", "1990-03-07", "1990-01-01"},
    {"treatment", "medication", "resident_area", "area", "@AREA", "@STREET"},
    {"treatment", "medication", "practitioner_key", "staff", "*", ""},
    {"treatment", "procedure", "resident_birth_date", "birth", "1990-03-07", "1990-01-01"},
    {"treatment", "procedure", "resident_area", "area", "@AREA", "@STREET"},
    {"immunization", "immunization", "resident_birth_date", "birth", "1990-03-07", "1990-01-01"},
    {"immunization", "immunization", "resident_area", "area", "@AREA", "@STREET"},
    {"programme", "episode", "resident_birth_date", "birth", "1990-03-07", "1990-01-01"},
    {"programme", "episode", "resident_area", "area", "@AREA", "@STREET"},
    {"programme", "episode", "practitioner_key", "staff", "*", ""},
    {"programme", "enrolment_state", "resident_birth_date", "birth", "1990-03-07", "1990-01-01"},
    {"programme", "enrolment_state", "resident_area", "area", "@AREA", "@STREET"},
    {"report", "report_card", "resident_birth_date", "birth", "1990-03-07", "1990-01-01"},
    {"report", "report_card", "resident_area", "area", "@AREA", "@STREET"},
    {"report", "report_card", "present_area", "area", "770101001007", "770101001"},
    {"report", "report_card", "registered_area", "area", "770101001008", "770101001"},
    {"report", "report_card", "school", "school", "示例小学", ""},
    {"report", "report_card", "class", "school", "三2班", ""},
    {"death", "death", "resident_birth_date", "birth", "1990-03-07", "1990-01-01"},
    {"death", "death", "resident_area", "area", "@AREA", "@STREET"},
    {"task", "task", "resident_birth_date", "birth", "1990-03-07", "1990-01-01"},
    {"task", "task", "resident_area", "area", "@AREA", "@STREET"},
    {"task", "task", "practitioner_key", "staff", "*", ""},
};

constexpr Field members[] = {
    {"person", "Patient", "name", "name", "张小雨", "张*"},
    {"person", "Patient", "identifier", "identity", "77010119900307123", "7701*********7123"},
    {"person", "Patient", "telecom", "contact", "19900001234", "199****1234"},
    {"person", "Patient", "address", "address", "示例路12号", "映川区青梧街道***"},
    {"person", "Patient", "birthDate", "birth", "\"1990-03-07\"", "\"birthDate\":\"1990\""},
    {"person", "Patient", "maritalStatus", "marital", "v3-MaritalStatus", ""},
    {"person", "Patient", "text", "narrative", "记述", ""},
    {"visit", "Encounter", "reasonCode", "reason", "I10", "", "e-"},
    {"visit", "Encounter", "cost", "cost", "186.25", "", "e-"},
    {"visit", "Encounter", "participant", "staff", "Practitioner/@DOC", "", "e-"},
    {"visit", "Encounter", "subject.display", "name", "张小雨", "", "e-"},
    {"diagnosis", "Condition", "code", "", "I10", "", "c-"},
    {"result", "Observation", "value", "", "128", "", "b-"},
    {"treatment", "MedicationRequest", "requester", "staff", "Practitioner/@DOC", "", "m-"},
    {"treatment", "Procedure", "code", "", "health-examination", "", "p-"},
    {"immunization", "Immunization", "vaccine", "", "influenza", "", "i-"},
    {"programme", "EpisodeOfCare", "careManager", "staff", "Practitioner/@DOC", "", "f-"},
    {"report", "Composition", "author", "staff", "Practitioner/@DOC", "", "r-"},
    {"report", "Composition", "presentArea", "area", "770101001007", "\"770101001\"", "r-"},
    {"report", "Composition", "school", "school", "示例小学", "", "r-"},
    {"report", "Composition", "schoolClass", "school", "三2班", "", "r-"},
    {"task", "Task", "owner", "staff", "Practitioner/@DOC", "", "t-"},
};

enum class Seen { absent, hidden, masked, full, wrong };
constexpr const char* seen_words[] = {"–", "hidden", "masked", "full", "WRONG"};

Seen wanted(const Words& words, const Field& field, bool reached, const Person& person,
            bool tables) {
  const std::string kind = field.kind;
  if (!reached || !(words.all_kinds || words.kinds.contains(kind))) return Seen::absent;
  // A rule for the own organisation's rows: what names o1, which in these data all records of the
  // known person do that have a place for it.
  if (words.own_rows && kind != "person") {
    static const std::set<std::string> with_column = {"encounter", "immunization", "episode",
                                                      "observation", "report_card"};
    static const std::set<std::string> with_name = {"Encounter", "Observation", "Immunization",
                                                    "EpisodeOfCare", "Composition"};
    if (std::string_view(person.id) != "known") return Seen::absent;
    if (!(tables ? with_column : with_name).contains(field.place)) return Seen::absent;
  }
  const std::string group = field.group;
  if (group.empty() || words.full.contains(group)) return Seen::full;
  if (!words.masked.contains(group)) return Seen::hidden;
  return *field.masked == 0 ? Seen::hidden : Seen::masked;
}

std::string text_of(const tables::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* day = std::get_if<Date>(&value)) return format_date(*day);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* decimal = std::get_if<tables::Decimal>(&value))
    return std::to_string(decimal->scaled / 10000) + "." + std::to_string(decimal->scaled % 10000);
  return "?";
}

std::string filled(const char* text, const Person& person) {
  std::string out = replaced(text, "@AREA", person.community);
  out = replaced(out, "@STREET", std::string(person.community).substr(0, 9));
  return replaced(out, "@DOC", person.practitioner);
}

Seen in_tables(const Principal& who, const Field& field, const Person& person) {
  const auto set = house().hub->tables().query(who,
                                               "SELECT " + std::string(field.name) + " AS v FROM " +
                                                   field.place + " WHERE resident_id = $resident",
                                               {{"resident", house().residents[person.id]}});
  if (!set) FAIL(field.place << "." << field.name << ": " << set.error().message);
  if (set->rows.empty()) return Seen::absent;
  const tables::Value& value = set->rows.front().front();
  if (std::holds_alternative<std::monostate>(value)) return Seen::hidden;
  const std::string text = text_of(value);
  if (std::string_view(field.full) == "*" || text == filled(field.full, person)) return Seen::full;
  return *field.masked != 0 && text == filled(field.masked, person) ? Seen::masked : Seen::wrong;
}

Seen in_records(const Principal& who, const Field& field, const Person& person) {
  const std::string id = std::string(field.id) + person.id;
  const auto version = house().hub->store().read(who, field.place, id);
  if (!version) {
    CHECK(version.error().code == ErrorCode::not_found);
    return Seen::absent;
  }
  // The way by the person gives the same body.
  const auto all = house().hub->store().of_resident(who, house().residents[person.id]);
  REQUIRE(all.has_value());
  const auto same = std::ranges::find_if(*all, [&](const records::StoredVersion& one) {
    return one.type == field.place && one.id == id;
  });
  REQUIRE(same != all->end());
  CHECK(same->json == version->json);
  if (version->json.find(filled(field.full, person)) != std::string::npos) return Seen::full;
  if (*field.masked != 0 && version->json.find(filled(field.masked, person)) != std::string::npos)
    return Seen::masked;
  return Seen::hidden;
}

std::vector<std::string> all_roles() {
  std::vector<std::string> roles;
  for (const YAML::Node& node : content()["roles"]) roles.push_back(node["role"].as<std::string>());
  return roles;
}

/// One letter per cell, for the page.
const char* letter(Seen seen) {
  return seen == Seen::absent ? "·" : seen == Seen::hidden ? "–" : seen == Seen::masked ? "m" : "F";
}

void write_head(std::ostream& out) {
  out << "| field |";
  for (const std::string& role : all_roles()) out << " " << role << " |";
  out << "\n| --- |";
  for (std::size_t i = 0; i < all_roles().size(); ++i) out << " --- |";
  out << "\n";
}

template <std::size_t n, class See, class Reach>
std::size_t walk(const Field (&fields)[n], bool tables, const See& see, const Reach& reach,
                 std::ostream& out) {
  std::size_t cells = 0;
  write_head(out);
  for (const Field& field : fields) {
    out << "| " << field.place << "." << field.name << " |";
    for (const std::string& role : all_roles()) {
      const Words words = words_of(role);
      const Principal who = asker(role);
      std::string letters;
      for (const Person& person : persons) {
        CAPTURE(role);
        CAPTURE(field.place);
        CAPTURE(field.name);
        CAPTURE(person.word);
        const Seen is = see(who, field, person);
        const Seen should = wanted(words, field, reach(words, person), person, tables);
        CHECK_MESSAGE(is == should, seen_words[int(is)], ", should be ", seen_words[int(should)]);
        letters += letter(is);
        ++cells;
      }
      out << " " << letters << " |";
    }
    out << "\n";
  }
  return cells;
}

}  // namespace

TEST_CASE("access matrix: role × table and type × field × area is as policy.yaml says") {
  std::ostringstream tables_text;
  std::ostringstream records_text;
  const std::size_t in_tables_cells =
      walk(columns, true, in_tables, reaches_in_tables, tables_text);
  const std::size_t in_records_cells = walk(members, false, in_records, reaches, records_text);
  std::ostringstream page;
  page << "# Access matrix\n\n"
       << "Made by the test run (`HB_UPDATE_CASES=1 test_server -tc='access matrix*'`), which asks "
          "the "
          "store itself for every cell and\ncompares with the words of "
          "`scenes/core/policy.yaml`.\n\n"
       << all_roles().size() << " roles × " << std::size(columns) << " columns of tables × "
       << std::size(persons) << " persons = " << in_tables_cells << " cells; × "
       << std::size(members) << " fields of FHIR records = " << in_records_cells << " cells; "
       << in_tables_cells + in_records_cells << " in all.\n\n"
       << "Three letters per cell, for a person who lives in the asker's street, one who lives "
          "elsewhere, and one who lives\nelsewhere but has a contract, a programme and a visit at "
          "the "
          "asker's: `F` full, `m` masked, `–` hidden, `·` the record is not\nthere. The asker has "
          "street 770101001, one institution, one practitioner and an approval number, and none of "
          "the\ncompartments is touched.\n\n## Columns of the tables\n\n"
       << tables_text.str() << "\n## Fields of the records\n\n"
       << records_text.str();
  MESSAGE("access matrix: " << in_tables_cells + in_records_cells << " cells");
  const auto file = source_dir() / "docs/access-matrix.md";
  if (std::getenv("HB_UPDATE_CASES") != nullptr)
    std::ofstream(file, std::ios::binary) << page.str();
  std::ifstream in(file, std::ios::binary);
  const std::string kept{std::istreambuf_iterator<char>(in), {}};
  CHECK_MESSAGE(kept == page.str(), "docs/access-matrix.md is not what the store answers");
}

TEST_CASE("access matrix: every column and path that policy.yaml keeps back is in the matrix") {
  std::set<std::string> known;
  for (const Field& field : columns) known.insert(std::string(field.place) + "." + field.name);
  for (const YAML::Node& group : content()["fields"])
    for (const YAML::Node& one : group["columns"]) {
      const std::string column = one.as<std::string>();
      if (column.starts_with("*.")) {
        // Of every table of persons that has it.
        for (const tables::TableSchema& schema : house().hub->tables().schemas())
          for (const tables::ColumnSpec& spec : schema.columns)
            if (spec.name == column.substr(2))
              CHECK_MESSAGE(known.contains(schema.name + "." + spec.name), schema.name, ".",
                            spec.name);
      } else {
        CHECK_MESSAGE(known.contains(column), column);
      }
    }
}

TEST_CASE("lists: who is shown, and what of them, is what the single record says") {
  const records::Store& store = house().hub->store();
  for (const std::string& role : all_roles()) {
    CAPTURE(role);
    const Words words = words_of(role);
    records::PersonQuery query;
    query.today = *make_date(2025, 12, 31);
    const auto page = store.find_residents(asker(role), query);
    REQUIRE(page.has_value());
    std::set<ResidentId> listed;
    for (const records::Resident& one : page->residents) {
      listed.insert(one.id);
      const auto single = store.resident(asker(role), one.id);
      REQUIRE(single.has_value());
      CHECK(single->area == one.area);
      CHECK(single->birth_date == one.birth_date);
      CHECK(single->year_only == one.year_only);
    }
    for (const Person& person : persons) {
      const bool should =
          reaches(words, person) && (words.all_kinds || words.kinds.contains("person"));
      CHECK(listed.contains(house().residents[person.id]) == should);
    }
    CHECK(page->total == static_cast<std::int64_t>(listed.size()));
    // Names are no way round: who does not see them does not search by them.
    query.words = {"zhangxiaoyu"};
    const auto found = store.find_residents(asker(role), query);
    if (!listed.empty() && !words.full.contains("name")) {
      REQUIRE_FALSE(found.has_value());
      CHECK(found.error().code == ErrorCode::forbidden);
    }
  }
}

TEST_CASE("refusals: not there, out of reach and hidden by kind are told alike") {
  const records::Store& store = house().hub->store();
  const Principal worker = asker("community-worker");
  const auto never = store.read(worker, "Condition", "never");
  const auto kind = store.read(worker, "Condition", "c-near");
  const auto reach = store.read(worker, "Condition", "c-far");
  for (const auto* one : {&never, &kind, &reach}) {
    REQUIRE_FALSE(one->has_value());
    CHECK(one->error().code == ErrorCode::not_found);
  }
  CHECK(kind.error().message == "there is no Condition/c-near");
  CHECK(store.resident(worker, 999'999).error().message == "there is no resident 999999");
  const ResidentId far = house().residents["far"];
  CHECK(store.resident(worker, far).error().message ==
        "there is no resident " + std::to_string(far));
  CHECK(store.of_resident(worker, far).error().code == ErrorCode::not_found);
}

TEST_CASE(
    "of nobody: what belongs to no person is seen by who sees all, the directory by everybody") {
  const records::Store& store = house().hub->store();
  std::size_t readers = 0;
  for (const std::string& role : all_roles()) {
    CAPTURE(role);
    const Words words = words_of(role);
    const bool should =
        words.rows.contains("all") && (words.all_kinds || words.kinds.contains("task"));
    CHECK(store.read(asker(role), "QuestionnaireResponse", "of-nobody").has_value() == should);
    CHECK(store.read(asker(role), "Organization", "o2").has_value());
    readers += should ? 1 : 0;
  }
  CHECK(readers >= 1);
}

TEST_CASE("relations: end with the contract and with the time that a visit counts") {
  const Policy& policy = *house().catalogue->policy();
  const auto known = [&](const char* role, Date day) {
    const auto related =
        house().hub->tables().related(asker(role), policy.rule(role)->relations, day);
    REQUIRE(related.has_value());
    return related->size();
  };
  CHECK(known("general-practitioner", *make_date(2025, 12, 31)) == 1);
  CHECK(known("general-practitioner", *make_date(2025, 5, 31)) == 0);  // contract of 1 June
  // The visit of 1 December counts for 180 days; a laboratory has no other relation that long.
  CHECK(known("laboratory", *make_date(2026, 5, 20)) == 1);
  CHECK(known("laboratory", *make_date(2026, 6, 15)) == 0);
  Principal other = asker("general-practitioner");
  other.practitioners = {"d9"};
  other.organizations = {"o9"};
  CHECK(house().hub->store().read(other, "Patient", "known").error().code == ErrorCode::not_found);
}

TEST_CASE("own and break-glass: one resident more, for roles that have it, and no other") {
  const records::Store& store = house().hub->store();
  Principal resident = asker("resident");
  CHECK_FALSE(store.read(resident, "Patient", "far").has_value());
  resident.own = {house().residents["far"]};
  CHECK(store.read(resident, "Patient", "far").has_value());
  CHECK_FALSE(store.read(resident, "Patient", "near").has_value());
  Principal nurse = asker("nurse");
  nurse.granted = {house().residents["far"]};
  CHECK(store.read(nurse, "Encounter", "e-far").has_value());
  CHECK_FALSE(store.read(nurse, "Encounter", "e-near").has_value());
  Principal worker = asker("community-worker");
  worker.granted = {house().residents["far"]};
  CHECK_FALSE(store.read(worker, "Patient", "far").has_value());
  // Without an approval number another department sees nobody.
  Principal department = asker("civil-affairs");
  CHECK(store.read(department, "Patient", "near").has_value());
  department.approval.clear();
  CHECK_FALSE(store.read(department, "Patient", "near").has_value());
}
