#include "simulate/schools.hpp"

#include "simulate/random.hpp"

namespace hb::simulate {
namespace {

/// 31 August before the school year that a day belongs to.
Date school_year_of(Date day) {
  const YearMonthDay parts = civil(day);
  return *make_date(parts.month >= 9 ? parts.year : parts.year - 1, 8, 31);
}

}  // namespace

std::optional<Schooling> school_of(const Content& content, const District& district,
                                   const Population& population, std::uint64_t seed,
                                   std::uint32_t person, Date day) {
  const Person& who = population.people[person];
  const Household& home = population.households[household_of(population, person)];
  if (day < who.birth || (who.died && day > who.death)) return std::nullopt;
  if (day < home.arrived || day >= home.left) return std::nullopt;
  const Date begin = school_year_of(day);
  if (begin < who.birth) return std::nullopt;
  const int age = age_in_years(who.birth, begin);
  const Community& community = district.communities[community_on(home, day)];
  for (const SchoolsOfKind& schools : district.schools) {
    const SchoolContent& school = *content.district.institutions[schools.kind].school;
    const int grade = age - school.from_age;
    if (grade < 0 || grade >= static_cast<int>(school.grades.size())) continue;
    Random random(seed, stream::school + schools.kind, person);
    if (!random.chance(school.attending)) continue;
    const std::vector<std::size_t>& near = schools.by_street[community.street];
    const auto classes = static_cast<std::uint32_t>(schools.classes[community.street]);
    return Schooling{near[community.number % near.size()], static_cast<std::size_t>(grade),
                     1 + static_cast<int>(random.below(classes))};
  }
  return std::nullopt;
}

std::string class_name(const Content& content, const District& district,
                       const Schooling& schooling) {
  const std::size_t kind = district.institutions[schooling.institution].kind;
  const SchoolContent& school = *content.district.institutions[kind].school;
  return fill_in(fill_in(school.class_name, "{grade}", school.grades[schooling.grade]), "{number}",
                 std::to_string(schooling.number));
}

}  // namespace hb::simulate
