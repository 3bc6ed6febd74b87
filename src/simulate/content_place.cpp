// district.yaml, population.yaml, names.yaml
#include <fmt/format.h>

#include <algorithm>

#include "core/utf8.hpp"
#include "simulate/yaml.hpp"

namespace hb::simulate {
namespace {

constexpr const char* organization_type =
    "https://health-brain.org/fhir/CodeSystem/organization-type";

std::string read_code(const Field& field, std::size_t digits) {
  std::string code = field.text();
  if (code.size() != digits || code.find_first_not_of("0123456789") != std::string::npos ||
      !code.starts_with("77"))
    field.fault(
        fmt::format("needs {} digits that begin with 77 (no real place has such a code)", digits));
  return code;
}

SchoolContent read_school(const Field& field) {
  SchoolContent school;
  school.from_age = field.at("from_age").integer(0, 40);
  for (const Field& grade : field.at("grades").items()) school.grades.push_back(grade.text());
  if (school.grades.empty()) field.at("grades").fault("needs an entry");
  school.class_name = field.at("class").text();
  if (school.class_name.find("{number}") == std::string::npos)
    field.at("class").fault("needs {number}");
  if (const auto streets = field.find("streets")) school.streets = streets->integer(1, 99);
  school.places = field.at("places").integer(1, 100000);
  school.class_size = field.at("class_size").integer(1, 1000);
  school.per_grade = field.at("per_grade").share();
  school.attending = field.at("attending").share();
  return school;
}

InstitutionKind read_institution(const Field& field) {
  InstitutionKind kind;
  kind.id = field.at("id").text();
  const std::string per = field.at("per").text();
  if (per == "street")
    kind.per = InstitutionKind::Per::street;
  else if (per == "community")
    kind.per = InstitutionKind::Per::community;
  else if (per != "district")
    field.at("per").fault("needs district, street or community");
  const std::string level = field.at("level").text();
  if (level == "community")
    kind.level = InstitutionKind::Level::community;
  else if (level == "hospital")
    kind.level = InstitutionKind::Level::hospital;
  else if (level == "school")
    kind.level = InstitutionKind::Level::school;
  else if (level == "other")
    kind.level = InstitutionKind::Level::other;
  else if (level != "office")
    field.at("level").fault("needs office, community, hospital, school or other");
  if (const auto every = field.find("every")) kind.every = every->integer(1, 99);
  if (kind.level == InstitutionKind::Level::school) {
    if (kind.per != InstitutionKind::Per::street) field.at("per").fault("of a school needs street");
    kind.school = read_school(field);
  }
  if (kind.level == InstitutionKind::Level::community ||
      kind.level == InstitutionKind::Level::hospital) {
    kind.weight = field.at("weight").number(0, 1e6);
    kind.staff = field.at("staff").number(0, 100);
  }
  const Field type = field.at("type");
  kind.type = make_concept(organization_type, type.at("code").text(), type.localized());
  kind.name = field.at("name").localized();
  return kind;
}

DeathContent read_deaths(const Field& field) {
  DeathContent deaths;
  deaths.force = field.at("force").curve(1e-4, 1000);
  for (auto& sex : deaths.force.values)
    for (double& value : sex) value /= 1000;
  field.at("months").weights(deaths.months);
  for (const Field& cause : field.at("causes").items()) {
    DeathCause read{read_concept(cause, "http://hl7.org/fhir/sid/icd-10"),
                    cause.at("shares").by_age(0, 1e6)};
    if (const auto chronic = cause.find("chronic")) read.chronic = chronic->flag();
    if (const auto maternal = cause.find("maternal")) read.maternal = maternal->flag();
    deaths.causes.push_back(std::move(read));
  }
  for (const Sex sex : {Sex::male, Sex::female})
    for (int age = 0; age <= oldest; ++age) {
      double sum = 0;
      for (const DeathCause& cause : deaths.causes) sum += cause.shares.at(sex, age);
      if (!(sum > 0)) field.at("causes").fault(fmt::format("have no cause at age {}", age));
    }
  return deaths;
}

HouseholdContent read_households(const Field& field) {
  HouseholdContent households;
  households.mother_age = field.at("mother_age").normal(-200, 200);
  households.partner_gap = field.at("partner_gap").normal(-200, 200);
  households.grandmother_gap = field.at("grandmother_gap").normal(-200, 200);
  households.twins = field.at("twins").share();
  households.second_child = field.at("second_child").share();
  households.third_child = field.at("third_child").share();
  households.two_parents = field.at("two_parents").share();
  households.grandparents = field.at("grandparents").share();
  households.adult_child_at_home = field.at("adult_child_at_home").share();
  households.couple = field.at("couple").by_age(0, 1);
  households.shared_flat = field.at("shared_flat").by_age(0, 1);
  return households;
}

/// Change per year of age within a band, so that the pyramid has no steps: that between the bands
/// beside it, no more than half the band's mean at its ends; the band keeps its sum.
double slope_of(const std::vector<std::pair<std::string, Field>>& bands, std::size_t i) {
  if (i == 0 || i + 2 >= bands.size()) return 0;
  const auto from = [&](std::size_t band) { return std::atoi(bands[band].first.c_str()); };
  const auto mean = [&](std::size_t band) {
    return bands[band].second.at("share").number(0, 100) / (from(band + 1) - from(band));
  };
  const int width = from(i + 1) - from(i);
  if (width < 2 || mean(i + 1) <= 0) return 0;
  const double apart = (from(i + 2) + from(i + 1) - from(i) - from(i - 1)) / 2.0;
  const double most = mean(i) / (width - 1);
  return std::clamp((mean(i + 1) - mean(i - 1)) / apart, -most, most);
}

/// Bands {from: {share, male}} → a share per year of age and sex, all together 1.
AgeTable read_pyramid(const Field& field) {
  AgeTable pyramid;
  const auto bands = field.members();
  double total = 0;
  for (std::size_t i = 0; i + 1 < bands.size(); ++i) {
    const int from = std::atoi(bands[i].first.c_str());
    const int until = std::atoi(bands[i + 1].first.c_str());
    if (until <= from || from < 0 || until > oldest)
      bands[i].second.fault("is not in order of age");
    const double mean = bands[i].second.at("share").number(0, 100) / (until - from);
    const double male = bands[i].second.at("male").number(0, 100) / 100;
    const double slope = slope_of(bands, i);
    for (int age = from; age < until; ++age) {
      const double share = mean + slope * (age - (from + until - 1) / 2.0);
      pyramid.values[0][static_cast<std::size_t>(age)] = share * male;
      pyramid.values[1][static_cast<std::size_t>(age)] = share * (1 - male);
      total += share;
    }
  }
  if (total < 99.99 || total > 100.01)
    field.fault(fmt::format("shares add up to {:.6g}, not to 100", total));
  for (auto& sex : pyramid.values)
    for (double& value : sex) value /= total;
  return pyramid;
}

void read_names(const Field& names, PopulationContent& population) {
  double sum = 0;
  for (const auto& [surname, weight] : names.at("surnames").members()) {
    population.surnames.push_back(surname);
    population.surname_weights.push_back(sum += weight.number(0, 100));
  }
  if (!(sum > 0)) names.at("surnames").fault("need a share above 0");
  for (const Field& group : names.at("given").items()) {
    GivenNames given{group.at("born_from").integer(1800, 2200), group.at("two").share(), {}};
    const char* keys[] = {"male", "female"};
    for (std::size_t sex = 0; sex < 2; ++sex) {
      const std::string characters = group.at(keys[sex]).text();
      for (std::size_t at = 0; at < characters.size();)
        given.characters[sex].emplace_back(next_code_point(characters, at));
      if (given.characters[sex].empty()) group.at(keys[sex]).fault("needs characters");
    }
    if (!population.given.empty() && population.given.back().born_from >= given.born_from)
      group.at("born_from").fault("must be later than the one before");
    population.given.push_back(std::move(given));
  }
  if (population.given.empty()) names.at("given").fault("needs an entry");
}

}  // namespace

DistrictContent read_district(const Field& root) {
  DistrictContent district;
  district.code = read_code(root.at("code"), 6);
  district.name = root.at("name").localized();
  double sum = 0;
  for (const Field& origin : root.at("origins").items())
    district.origins.emplace_back(read_code(origin.at("code"), 6),
                                  sum += origin.at("share").number(0, 1e6));
  if (!(sum > 0)) root.at("origins").fault("need a share above 0");
  const Field map = root.at("map");
  district.map = {static_cast<std::uint64_t>(map.at("seed").integer(0, 1 << 30)),
                  map.at("longitude").number(-179, 179),
                  map.at("latitude").number(-80, 80),
                  map.at("width").number(1e-3, 5),
                  map.at("height").number(1e-3, 5),
                  map.at("relax").integer(0, 50)};
  for (const Field& street : root.at("streets").items()) {
    StreetContent read{read_code(street.at("code"), 9),    street.at("name").localized(),
                       street.at("share").number(0, 1e6),  street.at("communities").integer(1, 99),
                       street.at("elders").number(0, 100), street.at("children").number(0, 100)};
    if (!read.code.starts_with(district.code)) street.at("code").fault("is not in the district");
    district.streets.push_back(std::move(read));
  }
  if (district.streets.size() < 2) root.at("streets").fault("needs at least two");
  const Field community = root.at("community");
  // A suffix may begin with a space, so it is not trimmed.
  district.community_suffix = community.at("suffix").localized();
  for (const Field& head : community.at("heads").items())
    district.community_heads.push_back(head.localized());
  for (const Field& tail : community.at("tails").items())
    district.community_tails.push_back(tail.localized());
  int communities = 0;
  for (const StreetContent& street : district.streets) communities += street.communities;
  if (district.community_heads.size() * district.community_tails.size() <
      static_cast<std::size_t>(communities))
    community.fault(fmt::format("has too few heads and tails for {} communities", communities));
  for (const Field& road : root.at("roads").items()) district.roads.push_back(road.text());
  if (district.roads.empty()) root.at("roads").fault("needs an entry");
  for (const Field& institution : root.at("institutions").items())
    district.institutions.push_back(read_institution(institution));
  return district;
}

PopulationContent read_population(const Field& people, const Field& names) {
  PopulationContent population;
  population.pyramid = read_pyramid(people.at("pyramid"));
  population.deaths = read_deaths(people.at("deaths"));
  population.households = read_households(people.at("households"));
  population.moves_per_year = people.at("moves_per_year").number(0, 10);
  population.arrivals_per_1000 = people.at("arrivals_per_1000").number(0, 1000);
  population.departures_per_1000 = people.at("departures_per_1000").number(0, 1000);
  population.mobility = people.at("mobility").by_age(0, 1000);
  population.care_spread = people.at("care_spread").number(0, 3);
  read_names(names, population);
  return population;
}

}  // namespace hb::simulate
