#pragma once
#include <map>
#include <unordered_set>

#include "simulate/outbreak_curve.hpp"
#include "simulate/outbreak_plan.hpp"

namespace hb::simulate {

/// Residents in the orders outbreaks look them up: by street and birth, by birth, and by the school
/// and class of a school year.
class ResidentIndex {
 public:
  explicit ResidentIndex(const OutbreakDistrict& district);

  using Slice = std::span<const std::uint32_t>;
  /// Those of an age in years on a day; a street or no_street.
  Slice aged(std::uint16_t street, int from, int until, Date day) const;
  /// Classes of a place in the school year of `day`: members by class.
  using Classes = std::map<std::uint16_t, std::vector<std::uint32_t>>;
  const Classes& classes(std::uint32_t place, Date day);
  std::size_t pupils(std::uint32_t place, Date day);

 private:
  struct School {
    Classes classes;
    std::size_t pupils = 0;
  };
  void teach(int school_year);

  const OutbreakDistrict& district_;
  std::vector<std::uint32_t> by_birth_, by_street_;  ///< youngest last
  std::vector<std::size_t> street_begin_;            ///< into by_street_, and its end
  int school_year_ = -1;
  std::vector<School> schools_;  ///< per place
};

/// Chooses the people of one outbreak.
class Chooser {
 public:
  Chooser(const OutbreakDistrict& district, ResidentIndex& index, const OutbreakContent& content,
          const OutbreakSurroundings& surroundings, Random& random)
      : district_(district),
        index_(index),
        content_(content),
        surroundings_(surroundings),
        random_(random) {}

  /// Sets street, place and number of the outbreak.
  void settle(PlannedOutbreak& outbreak, Date start, std::size_t cases);

  struct Chosen {
    std::uint32_t person;
    std::uint32_t school = no_place;
    std::uint16_t group = no_group;
  };
  /// Somebody new who fits, is present on both days, and may have been infected by `infector`.
  std::optional<Chosen> next(const Chosen* infector, Date exposure, Date onset);

 private:
  using Person = std::optional<std::uint32_t>;
  bool fits(std::uint32_t person, Date exposure, Date onset) const;
  double weight(std::uint32_t person, Date day) const;
  Person from_ages(std::uint16_t street, Date exposure, Date onset);
  Person from_household(std::uint32_t of, Date exposure, Date onset);
  Person from_community(std::uint32_t of, Date exposure, Date onset);
  Person from_pool(Date exposure, Date onset);
  std::optional<Chosen> from_school(const Chosen* infector, Date exposure, Date onset);
  std::optional<Chosen> pupil(std::uint16_t group, Date exposure, Date onset);
  Person anybody(const Chosen* infector, Date exposure, Date onset);
  void settle_in_school(PlannedOutbreak& outbreak, Date start, std::size_t cases);
  void settle_in_street(PlannedOutbreak& outbreak, Date start);

  const OutbreakDistrict& district_;
  ResidentIndex& index_;
  const OutbreakContent& content_;
  const OutbreakSurroundings& surroundings_;
  Random& random_;
  std::uint16_t street_ = no_street;
  std::uint32_t place_ = no_place;
  const ResidentIndex::Classes* classes_ = nullptr;
  std::vector<std::uint32_t> pool_;   ///< of a workplace
  double children_ = 0, adults_ = 0;  ///< weights of ages in a school
  std::unordered_set<std::uint32_t> taken_;
  std::vector<Chosen> chosen_;
};

}  // namespace hb::simulate
