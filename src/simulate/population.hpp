#pragma once
#include <cstdint>
#include <vector>

#include "simulate/content.hpp"
#include "simulate/district.hpp"

namespace hb::simulate {

/// The days a run covers; every event lies in it (vaccinations and enrolments may be older).
struct Window {
  Date first;
  Date last;
  int years;
};

/// Somebody without children in the household is `other`.
enum class Role : std::uint8_t { other, child, mother, father, grandparent };

/// A person as planned: enough to live their life without looking at anybody else. 20 bytes.
struct Person {
  Date birth;
  Date death;              ///< only when died
  std::uint16_t sequence;  ///< of the identity number, 0–999, parity by sex
  std::uint16_t origin;    ///< index of DistrictContent::origins
  Sex sex;
  bool died = false;        ///< within the window
  bool partner = false;     ///< lives with a partner
  std::uint8_t family = 0;  ///< 0: bears the household's surname; else another one
  Role role = Role::other;
};

constexpr Date ever{-1'000'000}, never{1'000'000};

struct Household {
  std::uint32_t first;  ///< index of its first person
  std::uint16_t size;
  std::uint16_t community;  ///< where it lives on the last day
  std::uint32_t record;     ///< health record numbers of the community begin here
  std::uint16_t former;     ///< community before the move; the same when it did not move
  Date moved;               ///< first day at `community`; only when former is another one
  Date arrived = ever;      ///< first day in the district, within the window; `ever`: not known
  Date left = never;        ///< first day elsewhere, within the window
};

struct Population {
  std::vector<Person> people;  ///< by household; those who left come last
  std::vector<Household> households;
  std::uint32_t living = 0;  ///< in the district on the last day
  std::uint32_t died = 0;    ///< within the window
  std::uint32_t left = 0;    ///< within the window
};

/// Plans `residents` people alive and here on the last day, by the pyramid to the person, in
/// households of which some came within the window; the people who died within the window
/// (by the force of mortality); and households that left within it.
Population plan_population(const Content& content, const District& district, const Window& window,
                           std::uint32_t residents, std::uint64_t seed);

/// First and last day of a person in the district within the window.
struct Stay {
  Date from, to;
  bool arrived;  ///< came from elsewhere on `from`
  bool left;     ///< went elsewhere on the day after `to`
};
Stay stay_of(const Person& person, const Household& household, const Window& window);

/// Index of the household a person (index into people) belongs to.
std::size_t household_of(const Population& population, std::uint32_t person);
/// Index of the community where a household lives on a day.
inline std::size_t community_on(const Household& household, Date day) {
  return household.former != household.community && day < household.moved ? household.former
                                                                          : household.community;
}

/// The same day `years` earlier; 29 February becomes 28 February.
Date years_before(Date day, int years);

}  // namespace hb::simulate
