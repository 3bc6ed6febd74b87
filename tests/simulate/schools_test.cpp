#include "simulate/schools.hpp"

#include "simulate/geometry.hpp"
#include "simulate/support.hpp"

using namespace hb;
using namespace hb::test;
using namespace hb::simulate;

namespace {

struct Town {
  Content content;
  simulate::District district;
  Window window{*make_date(2023, 1, 1), *make_date(2025, 12, 31), 3};
  Population population;
};

Town given_town(std::uint32_t residents) {
  auto content = load_content(demo_content());
  REQUIRE(content);
  auto district = build_district(content->district, residents);
  REQUIRE(district);
  Town town{std::move(*content), std::move(*district)};
  town.population = plan_population(town.content, town.district, town.window, residents, 7);
  return town;
}

/// What stands in a field of a card, or nothing.
std::string field_of(const std::string& card, const std::string& url) {
  const std::string key = "\"url\":\"" + url + "\",\"value";
  std::size_t at = card.find(key);
  if (at == std::string::npos) return {};
  at = card.find(":\"", at + key.size()) + 2;
  return card.substr(at, card.find('"', at) - at);
}

const InstitutionKind& kind_of(const Town& town, std::size_t institution) {
  return town.content.district.institutions[town.district.institutions[institution].kind];
}

}  // namespace

TEST_CASE("district: institutions of every kind, each inside its street") {
  const Town town = given_town(20000);
  std::map<std::string, int> kinds;
  for (const Institution& institution : town.district.institutions) {
    ++kinds[town.content.district.institutions[institution.kind].type.code];
    if (institution.area.size() < 9) continue;
    const std::size_t street =
        static_cast<std::size_t>(std::stoi(institution.area.substr(6, 3))) - 1;
    CHECK_MESSAGE(contains(town.district.rings[street], institution.position), institution.id);
  }
  for (const char* code : {"govt", "cdc", "hospital", "tcm-hospital", "mch-hospital", "chc", "chs",
                           "clinic", "pharmacy", "childcare", "kindergarten", "school"})
    CHECK_MESSAGE(kinds[code] > 0, code);
  CHECK(kinds["kindergarten"] == 18);  // 20,000 residents: one in each street is enough
}

TEST_CASE("district: more children have more schools and more classes") {
  const auto content = load_content(demo_content());
  REQUIRE(content);
  const auto large = build_district(content->district, 1'120'000);
  REQUIRE(large);
  std::set<std::string> names;
  int kindergartens = 0;
  for (const Institution& institution : large->institutions) {
    names.insert(institution.name.zh);
    kindergartens += content->district.institutions[institution.kind].id == "kindergarten";
  }
  CHECK(names.size() == large->institutions.size());
  // 1,120,000 × 0.0098 × 0.95 × 3 grades = 31,282 children for schools of 250: 125.
  CHECK(kindergartens >= 110);
  CHECK(kindergartens <= 140);
}

TEST_CASE("school_of: the age on 31 August decides, the class stays the same within a school") {
  const Town town = given_town(20000);
  const Date before = *make_date(2025, 8, 31), after = *make_date(2025, 9, 1);
  int kindergarten = 0, of_age = 0, promoted = 0;
  std::map<std::pair<std::size_t, std::string>, int> classes;
  for (std::uint32_t person = 0; person < town.population.people.size(); ++person) {
    const Person& who = town.population.people[person];
    if (who.died) continue;
    const int age = age_in_years(who.birth, before);
    const auto now = school_of(town.content, town.district, town.population, 7, person, after);
    const auto& home = town.population.households[household_of(town.population, person)];
    if (home.left <= after || home.arrived > after) {
      CHECK_FALSE(now.has_value());
      continue;
    }
    of_age += age >= 3 && age < 6;
    if (age < 1 || age > 17) CHECK_FALSE(now.has_value());
    if (!now) continue;
    const InstitutionKind& kind = kind_of(town, now->institution);
    CHECK(kind.school->from_age + static_cast<int>(now->grade) == age);
    ++classes[{now->institution, class_name(town.content, town.district, *now)}];
    if (kind.id != "kindergarten") continue;
    ++kindergarten;
    const auto last = school_of(town.content, town.district, town.population, 7, person, before);
    if (now->grade == 0 || !last) continue;
    ++promoted;
    CHECK(last->grade + 1 == now->grade);
    CHECK(last->number == now->number);
    CHECK(last->institution == now->institution);
  }
  CHECK(promoted > 250);
  CHECK(kindergarten > 0.92 * of_age);
  CHECK(kindergarten < 0.98 * of_age);
  for (const auto& [name, children] : classes) CHECK_MESSAGE(children <= 80, name.second);
}

TEST_CASE("report cards name the kindergarten or school of the child and its class of that day") {
  const std::uint32_t residents = 6000;
  TempDir temp;
  const auto summary = simulate::simulate(small(temp.path() / "d", residents, 3));
  REQUIRE(summary);
  const Town town = given_town(residents);  // the same seed and window: the same people
  const std::map<std::string, std::string> groups = {{"childcare", "kindergarten-child"},
                                                     {"kindergarten", "kindergarten-child"},
                                                     {"primary", "pupil"},
                                                     {"middle", "student"},
                                                     {"high", "student"}};
  std::map<std::string, int> taught;
  int others = 0;
  for (const std::string& card : read_lines(temp.path() / "d/Composition.ndjson")) {
    const std::size_t at = card.find("\"Patient/p") + 10;
    const auto person = static_cast<std::uint32_t>(std::stoul(card.substr(at, 7)) - 1);
    const Date onset = *parse_date(field_of(card, "onsetDate"));
    const Date day = day_in_shanghai(*parse_instant(field_of(card, "diagnosisTime")));
    const std::string group = field_of(card, "populationGroup");
    const std::string school = field_of(card, "school"), named = field_of(card, "schoolClass");
    bool agrees = false, none = true;
    for (const Date when :
         {day, onset}) {  // the class an outbreak went through is that of the onset
      const auto schooling =
          school_of(town.content, town.district, town.population, 7, person, when);
      if (!schooling) continue;
      none = false;
      const std::string& kind = kind_of(town, schooling->institution).id;
      if (school != town.district.institutions[schooling->institution].name.zh) continue;
      CHECK_MESSAGE(group == groups.at(kind), card);
      CHECK(named == class_name(town.content, town.district, *schooling));
      ++taught[group];
      agrees = true;
      break;
    }
    CHECK_MESSAGE(agrees != none, card);
    if (!none) continue;
    ++others;
    CHECK(group != "kindergarten-child");
    CHECK(group != "pupil");
    if (group == "student") CHECK_MESSAGE(school.find("区外") != std::string::npos, card);
  }
  CHECK(taught["kindergarten-child"] > 20);
  CHECK(taught["pupil"] > 20);
  CHECK(taught["student"] > 10);
  CHECK(others > 50);
}
