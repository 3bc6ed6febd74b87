#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "stats/interval.hpp"

namespace hb::stats {

/// One age group of a life table.
struct AgeGroup {
  int from;       ///< first age in full years: 0, 1, 5, 10 …
  double pop;     ///< person-years, or people at mid-year
  double deaths;  ///< in the same years, as reported
  /// Share of the deaths that nobody reported (漏报率), from 0 to below 1: deaths / (1 - share) are
  /// used; what is certain of them is what the reported ones say.
  double under_reported = 0;
};

struct LifeTableOptions {
  int open_from = 90;  ///< first age of the open last group: 90 (20 groups) or 85 (19 groups)
  double confidence = 0.95;
  double least_pop = 5000;   ///< total person-years up to which the whole table is refused
  double widest_years = 20;  ///< of the 95 % interval: above, the value is withheld
};

/// Why a table or a value is missing; the words are part of the interface (docs/indicators.md).
enum class LifeTableStatus : std::uint8_t {
  ok,
  value_suppressed,  ///< "value_suppressed_ci_gt_20y": the limits are still given
  negative_deaths,
  population_le_0,
  missing_age_band,  ///< not exactly the groups 0, 1, 5 … open_from, or one twice
  deaths_gt_population,
  low_population,  ///< "suppressed_total_population_le_5000"
  no_deaths_in_last_band,
};
std::string_view status_word(LifeTableStatus status);

/// Expectation of life at the beginning of an age group.
struct LifeExpectancy {
  int from;                        ///< age
  std::optional<double> years;     ///< missing unless status is ok
  std::optional<Interval> limits;  ///< also given for value_suppressed
  LifeTableStatus status;
};

/// Abridged period life table by Chiang's second method: groups 0, 1, 5, 10 … open_from; fraction
/// lived 0.1 in the first year of life and 0.5 elsewhere. The open group adds Silcocks' term to the
/// variance, without which short open groups look too certain.
///
/// groups   in any order
/// returns  one entry per expected age, youngest first
/// errors   invalid_input: open_from is not a multiple of 5 above 5, confidence outside (0, 1), a
///          share under-reported outside [0, 1)
/// source   Chiang (1968), Introduction to Stochastic Processes in Biostatistics, 189-214; Newell
///          (1994), Methods and Models in Demography, 63-81; Silcocks, Jenner, Reza (2001),
///          J Epidemiol Community Health 55:38-43; Eayres, Williams (2004), ibid. 58:243-249
Result<std::vector<LifeExpectancy>> life_table(std::span<const AgeGroup> groups,
                                               const LifeTableOptions& options);

/// Probability of dying between 30 and 70 from the causes counted (30q70), as a share of 1.
struct PrematureMortality {
  double probability;
  Interval limits;
};

/// Why 30q70 cannot be given: missing_age_band (not exactly the eight groups 30, 35 … 65),
/// population_le_0, negative_deaths, deaths_gt_population (a group's probability passes 1); else
/// ok.
LifeTableStatus premature_refusal(std::span<const AgeGroup> groups);

/// groups   the eight groups 30, 35 … 65 in any order; others are left out
/// errors   invalid_input: premature_refusal is not ok, confidence outside (0, 1)
/// source   WHO (2014), NCD Global Monitoring Framework: indicator definitions; interval by
///          Chiang's variance and the delta method
Result<PrematureMortality> premature_mortality(std::span<const AgeGroup> groups,
                                               double confidence = 0.95);

}  // namespace hb::stats
