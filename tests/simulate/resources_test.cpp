#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <unordered_set>

#include "fhir/check.hpp"
#include "simulate/problems.hpp"
#include "simulate/resources.hpp"
#include "simulate/support.hpp"

using namespace hb;
using namespace hb::test;

namespace {

/// The last version of every Patient; versions of one person follow one another.
template <class Visit>
void each_person(Visit visit) {
  simdjson::dom::parser parser;
  const auto lines = read_lines(given_district().directory() / "Patient.ndjson");
  const auto id = [](const std::string& line) { return line.substr(0, line.find("\"meta\"")); };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i + 1 < lines.size() && id(lines[i]) == id(lines[i + 1])) continue;
    const Element root = parser.parse(lines[i]);
    visit(root);
  }
}

/// The day of a dated extension of a Patient, if there is one.
std::optional<Date> stay_day(const Element& root, const std::string& name) {
  simdjson::dom::array extensions;
  if (root["extension"].get(extensions) != simdjson::SUCCESS) return std::nullopt;
  for (const Element extension : extensions)
    if (text_at(extension, "/url").ends_with(name))
      return *parse_date(text_at(extension, "/valueDate"));
  return std::nullopt;
}

std::vector<fhir::Fault> faults_of(std::string line, bool simulated) {
  static fhir::Parser parser;
  const std::size_t size = line.size();
  line.reserve(size + simdjson::SIMDJSON_PADDING);
  const auto resource = parser.parse(line);
  if (!resource) return {resource.error()};
  fhir::CheckOptions options;
  options.simulated = simulated;
  return fhir::check(*resource, options);
}

/// Every value of a member "reference" anywhere in the resource.
template <class Visit>
void references(const Element& node, Visit visit) {
  if (node.is_array())
    for (const Element child : node.get_array()) references(child, visit);
  else if (node.is_object())
    for (const auto& [key, child] : node.get_object()) {
      if (key == "reference")
        visit(std::string_view(child));
      else
        references(child, visit);
    }
}

Date day_of(const std::string& text) { return *parse_date(text.substr(0, 10)); }

}  // namespace

TEST_CASE("simulated resources: every line is valid FHIR R4") {
  std::size_t lines = 0;
  for (const auto& [type, count] : given_district().summary.counts) {
    CHECK_MESSAGE(count > 0, type);
    for (const std::string& line : read_lines(given_district().directory() / (type + ".ndjson"))) {
      ++lines;
      const auto faults = faults_of(line, true);
      if (faults.empty()) continue;
      FAIL(type << ": " << faults[0].rule << " " << faults[0].path << " " << faults[0].found << "\n"
                << line);
    }
  }
  CHECK(lines == given_district().summary.resources);
}

TEST_CASE("simulated resources: a store of real people refuses the identity numbers") {
  std::size_t refused = 0, patients = 0;
  for (const std::string& line : read_lines(given_district().directory() / "Patient.ndjson")) {
    ++patients;
    const auto faults = faults_of(line, false);
    refused += faults.size() == 1 && faults[0].rule == "bad-identity-number";
  }
  CHECK(refused == patients);
}

TEST_CASE("simulated resources: references resolve, ids are unique") {
  std::unordered_set<std::string> ids;
  std::size_t count = 0;
  for (const auto& [type, expected] : given_district().summary.counts)
    each(type, [&, name = type](const Element& root) {
      ids.insert(name + "/" + text_at(root, "/id"));
      ++count;
    });
  // Only Patients have later versions: of moves, deaths and departures.
  std::size_t later = 0;
  each("Patient", [&](const Element& root) { later += !text_at(root, "/meta/versionId").empty(); });
  CHECK(ids.size() + later == count);
  std::size_t seen = 0;
  std::string missing;
  for (const auto& [type, expected] : given_district().summary.counts)
    each(type, [&](const Element& root) {
      references(root, [&](std::string_view reference) {
        ++seen;
        if (!ids.count(std::string(reference))) missing = reference;
      });
    });
  CHECK(missing == "");
  CHECK(seen > count);
}

TEST_CASE("simulated people: the pyramid is that of the content, names are ordinary") {
  const Date last = *make_date(2025, 12, 31);
  double children = 0, elders = 0, living = 0, men = 0;
  std::unordered_set<std::string> numbers;
  each_person([&](const Element& root) {
    const std::string identity = text_at(root, "/identifier/0/value");
    numbers.insert(identity);
    CHECK(fhir::is_identity_number(identity));
    CHECK(identity.starts_with("77"));
    // The 17th digit is odd for men; the birthday is inside.
    CHECK((identity[16] - '0') % 2 == (text_at(root, "/gender") == "male"));
    std::string birth = text_at(root, "/birthDate");
    const int age = age_in_years(*parse_date(birth), last);
    birth.erase(std::remove(birth.begin(), birth.end(), '-'), birth.end());
    CHECK(identity.substr(6, 8) == birth);
    CHECK(text_at(root, "/telecom/0/value").starts_with("000"));
    const std::size_t name = text_at(root, "/name/0/text").size();
    CHECK((name == 6 || name == 9));  // two or three characters of three bytes
    if (!text_at(root, "/deceasedDateTime").empty() || stay_day(root, "left-district")) return;
    ++living;
    children += age <= 14;
    elders += age >= 60;
    men += text_at(root, "/gender") == "male";
  });
  CHECK(living == 6000);
  const auto& summary = given_district().summary;
  CHECK(numbers.size() == 6000u + summary.deceased + summary.left);
  // 13.04 % and 20.45 % of 6,000 are 782.4 and 1,227; rounding by cells moves them by at most 1.
  CHECK(std::fabs(children - 782.4) <= 1);
  CHECK(std::fabs(elders - 1227) <= 1);
  CHECK(std::fabs(men / living - 0.50) < 0.015);
}

TEST_CASE("simulated people: births and deaths come at the stated rates") {
  const Date first = *make_date(2023, 1, 1);
  double born = 0, died = 0;
  each_person([&](const Element& root) {
    born += *parse_date(text_at(root, "/birthDate")) >= first &&
            text_at(root, "/deceasedDateTime").empty() && !stay_day(root, "left-district");
    const std::string death = text_at(root, "/deceasedDateTime");
    if (death.empty()) return;
    ++died;
    CHECK(day_of(death) >= first);
    CHECK(day_of(death) <= *make_date(2025, 12, 31));
    CHECK(day_of(death) >= *parse_date(text_at(root, "/birthDate")));
  });
  // Ages 0–2 of the pyramid: 0.70 + 0.76 + 0.85 = 2.31 % of 6,000 = 138.6.
  CHECK(std::fabs(born - 138.6) <= 2);
  // The force of mortality over the pyramid gives 5.572 deaths per 1,000 and year (summed
  // by another program): 6,000 × 3 × 0.005572 = 100.3, drawn at the expected number.
  CHECK(std::fabs(died - 100.3) <= 1);
  std::map<std::string, int> causes;
  each("Observation", [&](const Element& root) {
    if (text_at(root, "/code/coding/0/code") == "69453-9")
      ++causes[text_at(root, "/subject/reference")];
  });
  CHECK(causes.size() == static_cast<std::size_t>(died));
}

TEST_CASE("simulated people: they come, move and leave at the stated rates") {
  const Date first = *make_date(2023, 1, 1);
  int arrived = 0, left = 0, moved = 0, versions = 0;
  std::string former_id, former_area;
  each("Patient", [&](const Element& root) {
    const auto came = stay_day(root, "arrived-district");
    const auto went = stay_day(root, "left-district");
    const std::string id = text_at(root, "/id");
    const std::string area = text_at(root, "/address/0/extension/0/valueCode");
    const std::string version = text_at(root, "/meta/versionId");
    bool active = false;
    REQUIRE(root["active"].get(active) == simdjson::SUCCESS);
    CHECK(active == !went.has_value());
    if (came) CHECK(*came > first);
    if (came && went) CHECK(*came < *went);
    arrived += came && version.empty();
    left += went.has_value();
    if (id == former_id) {
      ++versions;
      CHECK(!version.empty());
      moved += area != former_area;
      if (went) CHECK(day_of(text_at(root, "/meta/lastUpdated")) == *went);
    }
    former_id = id;
    former_area = area;
  });
  CHECK(left == static_cast<int>(given_district().summary.left));
  // Departures: 26 per 1,000 and year of 6,000 people: 468. Arrivals: about 1 - exp(-0.09) of the
  // households, larger ones less often, without those who died or were born here later.
  CHECK(std::fabs(left - 468) <= 1);
  CHECK(arrived > 250);
  CHECK(arrived < 600);
  // Moves: 0.028 × 3 years of 6,500 people, a few of them dead, gone or not yet here: about 500.
  CHECK(moved > 380);
  CHECK(moved < 600);
  CHECK(versions >= moved + left);
}

TEST_CASE("simulated care: volume, seasons and weekdays") {
  std::map<std::string, std::string> kind;  // organisation → type
  each("Organization", [&](const Element& root) {
    kind[text_at(root, "/id")] = text_at(root, "/type/0/coding/0/code");
  });
  std::array<int, 12> cold{}, diarrhoea{};
  std::array<int, 7> weekday{};
  double hospital = 0, community = 0;
  each("Encounter", [&](const Element& root) {
    const Date day = day_of(text_at(root, "/period/start"));
    const auto month = static_cast<std::size_t>(civil(day).month - 1);
    const std::string reason = text_at(root, "/reasonCode/0/coding/0/code");
    cold[month] += reason == "J06.9";
    diarrhoea[month] += reason == "A09.9";
    ++weekday[static_cast<std::size_t>((day.days + 3) % 7)];
    if (root.at_pointer("/extension/0/valueMoney/value").error() != simdjson::SUCCESS) return;
    const std::string at = kind.at(text_at(root, "/serviceProvider/reference").substr(13));
    if (at == "chc" || at == "chs")
      ++community;
    else
      hospital += text_at(root, "/class/code") != "IMP";
  });
  const double person_years = 6000 * 3;
  CHECK(std::fabs(community / person_years - 2.6) < 0.2);
  CHECK(std::fabs(hospital / person_years - 1.5) < 0.2);
  // Weights 1.6 and 0.6: January has 2.7 times the colds of July; summer 2.0 times the diarrhoea of
  // spring.
  CHECK(cold[0] > 2 * cold[6]);
  CHECK(diarrhoea[6] + diarrhoea[7] > 1.4 * (diarrhoea[2] + diarrhoea[3]));
  CHECK(weekday[0] > 1.5 * weekday[6]);
}

TEST_CASE("simulated care: nothing happens before birth, after death or after the last day") {
  std::map<std::string, std::pair<Date, Date>> lives;
  const Date last = *make_date(2025, 12, 31);
  each_person([&](const Element& root) {
    const std::string death = text_at(root, "/deceasedDateTime");
    const auto left = stay_day(root, "left-district");
    lives["Patient/" + text_at(root, "/id")] = {*parse_date(text_at(root, "/birthDate")),
                                                left            ? Date{left->days - 1}
                                                : death.empty() ? last
                                                                : day_of(death)};
  });
  const std::pair<const char*, std::array<const char*, 2>> events[] = {
      {"Encounter", {"/subject/reference", "/period/start"}},
      {"Encounter", {"/subject/reference", "/period/end"}},
      {"Condition", {"/subject/reference", "/recordedDate"}},
      {"Observation", {"/subject/reference", "/effectiveDateTime"}},
      {"MedicationRequest", {"/subject/reference", "/authoredOn"}},
      {"Immunization", {"/patient/reference", "/occurrenceDateTime"}},
      {"EpisodeOfCare", {"/patient/reference", "/period/start"}},
      {"Task", {"/for/reference", "/authoredOn"}}};
  for (const auto& [type, paths] : events)
    each(type, [&, name = type, path = paths](const Element& root) {
      if (text_at(root, path[0]).starts_with("Location/")) return;  // a count, about nobody
      const auto& [birth, end] = lives.at(text_at(root, path[0]));
      const Date day = day_of(text_at(root, path[1]));
      if (day < birth || day > end)
        FAIL(name << " " << text_at(root, "/id") << " on " << format_date(day));
    });
}

TEST_CASE("simulated care: the prevalence under management is recovered, with its follow-ups") {
  std::map<std::string, int> enrolled;
  each("EpisodeOfCare", [&](const Element& root) {
    if (text_at(root, "/status") == "active") ++enrolled[text_at(root, "/type/0/coding/0/code")];
  });
  // 8.11 % and 2.41 % of 6,000 are 487 and 145; four sd are about 4·sqrt(n·(1 − p)) = 85 and 47.
  CHECK(std::abs(enrolled["hypertension"] - 487) < 85);
  CHECK(std::abs(enrolled["diabetes"] - 145) < 47);
  int follow_ups = 0, controlled = 0, measured = 0;
  each("Encounter", [&](const Element& root) {
    follow_ups += text_at(root, "/reasonCode/0/coding/0/code") == "I10";
  });
  each("Observation", [&](const Element& root) {
    if (text_at(root, "/code/coding/0/code") != "85354-9") return;
    double systolic = 0, diastolic = 0;
    REQUIRE(root.at_pointer("/component/0/valueQuantity/value").get(systolic) == simdjson::SUCCESS);
    REQUIRE(root.at_pointer("/component/1/valueQuantity/value").get(diastolic) ==
            simdjson::SUCCESS);
    ++measured;
    controlled += systolic < 140 && diastolic < 90;
  });
  CHECK(follow_ups > 487 * 2.2 * 3 * 0.8);
  CHECK(follow_ups < 487 * 4.2 * 3 * 1.2);
  CHECK(measured > follow_ups);
  CHECK(controlled > 0.4 * measured);
  CHECK(controlled < 0.95 * measured);
}

TEST_CASE(
    "simulated children: doses in order, coverage recovered, the pertussis change of 2025 seen") {
  std::map<std::string, Date> births;
  each_person([&](const Element& root) {
    if (text_at(root, "/deceasedDateTime").empty() && !stay_day(root, "left-district"))
      births["Patient/" + text_at(root, "/id")] = *parse_date(text_at(root, "/birthDate"));
  });
  std::map<std::string, int> measles;
  int early = 0, late = 0;
  each("Immunization", [&](const Element& root) {
    const std::string child = text_at(root, "/patient/reference");
    const auto birth = births.find(child);
    if (birth == births.end()) return;
    const std::string code = text_at(root, "/vaccineCode/coding/0/code");
    if (code == "MMR") ++measles[child];
    std::int64_t dose = 0;
    REQUIRE(root.at_pointer("/protocolApplied/0/doseNumberPositiveInt").get(dose) ==
            simdjson::SUCCESS);
    if (code != "DTaP" || dose != 1) return;
    const int days = day_of(text_at(root, "/occurrenceDateTime")).days - birth->second.days;
    if (birth->second >= *make_date(2024, 11, 1)) {
      CHECK(days >= 59);
      early += days < 80;
    } else {
      CHECK(days >= 89);
      late += 1;
    }
  });
  CHECK(early > 10);
  CHECK(late > 100);
  int due = 0, given = 0;
  for (const auto& [child, birth] : births)
    if (birth >= *make_date(2020, 1, 1) &&
        birth <= *make_date(2023, 12, 31)) {  // 24 months or older
      due += 2;
      given += measles[child];
    }
  CHECK(due > 300);
  CHECK(std::fabs(given / static_cast<double>(due) - 0.968) < 0.035);
}

TEST_CASE("simulated cards: onset, diagnosis, report and reviews follow one another") {
  int cards = 0, in_time = 0, with_school = 0;
  each("Composition", [&](const Element& root) {
    ++cards;
    std::map<std::string, std::string> fields;
    for (const Element field : root.at_pointer("/extension/0/extension").get_array()) {
      for (const auto& [key, value] : field.get_object())
        if (key != "url" && value.is_string())
          fields[std::string(std::string_view(field["url"]))] =
              std::string(std::string_view(value));
    }
    const Instant diagnosis = *parse_instant(fields.at("diagnosisTime"));
    const Instant report = *parse_instant(text_at(root, "/date"));
    CHECK(*parse_date(fields.at("onsetDate")) <= day_in_shanghai(diagnosis));
    CHECK(diagnosis < report);
    in_time += report.micros - diagnosis.micros <= 24 * 3600 * 1000000LL;
    const std::string hospital = text_at(root, "/attester/0/time");
    const std::string county = text_at(root, "/attester/1/time");
    if (!hospital.empty()) CHECK(report < *parse_instant(hospital));
    if (!county.empty()) CHECK(*parse_instant(hospital) < *parse_instant(county));
    CHECK((text_at(root, "/status") == "preliminary") == county.empty());
    const std::string group = fields.at("populationGroup");
    if (group == "kindergarten-child" || group == "pupil") CHECK(fields.count("school") == 1);
    with_school += fields.count("school") == 1;
  });
  CHECK(cards > 150);
  CHECK(with_school > 20);
  CHECK(in_time > 0.95 * cards);
  CHECK(in_time < cards);  // a few are late, as in life
}

TEST_CASE("dirty lines: every kind is refused by its rule, the others are accepted") {
  const auto lines = read_lines(given_district().directory() / "dirty-clinic.ndjson");
  REQUIRE(lines.size() == 60);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto faults = faults_of(lines[i], true);
    if (i % 3 < 2) {
      CHECK_MESSAGE(faults.empty(), lines[i]);
      continue;
    }
    REQUIRE_MESSAGE(!faults.empty(), lines[i]);
    CHECK_MESSAGE(faults[0].rule == simulate::dirty_rules[i / 3 % 10], lines[i], " ",
                  faults[0].rule);
  }
}
