#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hb::simulate {

constexpr std::size_t no_counter = static_cast<std::size_t>(-1);

/// Counters every run has; those of visit types, programmes, diseases and vaccines follow them.
namespace counter {
enum Fixed : std::size_t {
  residents,      ///< alive on the last day
  resident_days,  ///< lived in the window
  men,
  children_0_14,
  elders_60,
  elders_65,
  women_15_49,
  centenarians,
  children_0_6,
  children_seen,  ///< children 0–6 with a visit of their programme in the last year
  elders_examined,
  community_visits,  ///< with a price
  hospital_visits,
  emergency_visits,
  stays,
  stay_days,
  community_fen,  ///< 1/100 yuan
  hospital_fen,
  stays_fen,
  contracted_community,  ///< visits for an illness of people with a contract
  contracted_hospital,
  contracts_valid,  ///< on the last day
  key_group,        ///< residents of a key group on the last day
  key_group_contracts,
  births,
  boys_born,
  mothers_followed,  ///< delivered a fortnight before the end or earlier
  mothers,           ///< deliveries of mothers in the district
  registered_early,
  antenatal_five,  ///< deliveries after five visits or more
  systematic,      ///< registered early, five visits, visited afterwards
  postnatal_visited,
  newborn_visited,
  low_weight,
  doses,
  doses_due,  ///< due in the window, with those not given
  cards,
  late_cards,
  cards_a,
  cards_b,
  cards_c,
  deaths,
  infant_deaths,
  under_five_deaths,
  maternal_deaths,
  last_year_days,  ///< resident days of the last year of the window
  last_year_mothers,
  fixed_count
};
}  // namespace counter

/// Age groups of a life table: 0, 1–4, 5–9 … 80–84, 85 and older.
constexpr std::size_t life_groups = 19;
std::size_t life_group(int age);
int life_group_start(std::size_t group);

/// Names of all counters of a run, in the order in which they were added.
class CounterNames {
 public:
  CounterNames();
  /// The number of the counter; the same name gets the same number.
  std::size_t add(const std::string& name);
  std::optional<std::size_t> find(const std::string& name) const;
  const std::vector<std::string>& all() const { return names_; }
  /// Days lived, deaths, and deaths from the four major chronic diseases, by sex and age group.
  std::size_t days(std::size_t sex, std::size_t group) const { return table(0, sex, group); }
  std::size_t deaths(std::size_t sex, std::size_t group) const { return table(1, sex, group); }
  std::size_t chronic(std::size_t sex, std::size_t group) const { return table(2, sex, group); }

 private:
  std::size_t table(std::size_t kind, std::size_t sex, std::size_t group) const {
    return counter::fixed_count + (kind * 2 + sex) * life_groups + group;
  }
  std::vector<std::string> names_;
  std::map<std::string, std::size_t> numbers_;
};

/// Counts of one piece of work; pieces are added up, so their order does not matter.
class Tally {
 public:
  void add(std::size_t counter, std::uint64_t n = 1) {
    if (counter == no_counter) return;
    if (counter >= values_.size()) values_.resize(counter + 1);
    values_[counter] += n;
  }
  void add(const Tally& other);
  void clear() { values_.assign(values_.size(), 0); }
  std::uint64_t at(std::size_t counter) const {
    return counter < values_.size() ? values_[counter] : 0;
  }

 private:
  std::vector<std::uint64_t> values_;
};

}  // namespace hb::simulate
