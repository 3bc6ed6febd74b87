#pragma once
#include <optional>
#include <string>

#include "simulate/content.hpp"
#include "simulate/district.hpp"
#include "simulate/population.hpp"

namespace hb::simulate {

/// A child's place in a kindergarten, nursery or school in one school year.
struct Schooling {
  std::size_t institution;  ///< index into District::institutions
  std::size_t grade;        ///< index into SchoolContent::grades
  int number;               ///< of the class in its grade, from 1
};

/// Which school and class a person (index into people) goes to on a day: by the age completed on
/// the 31 August before, the community they live in on that day, and a chance of their own that
/// stays the same as long as they go there. The school year begins on 1 September; holidays count.
/// Nothing for people who go to no school, or are not alive and in the district on that day.
std::optional<Schooling> school_of(const Content& content, const District& district,
                                   const Population& population, std::uint64_t seed,
                                   std::uint32_t person, Date day);

/// "小2班": what the class is called on a report card.
std::string class_name(const Content& content, const District& district,
                       const Schooling& schooling);

}  // namespace hb::simulate
