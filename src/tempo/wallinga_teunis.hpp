#pragma once
#include <span>
#include <vector>

#include "core/result.hpp"
#include "tempo/reproduction.hpp"

namespace hb::tempo {

/// Mean number of people infected by a case with onset in the window.
struct CaseReproduction {
  Window window;
  double mean;
  double sd;
  double lower;  ///< 2.5 %
  double upper;  ///< 97.5 %
};

/// Cohort reproduction number: every case had one infector among the earlier cases, with chances in
/// proportion to the serial interval. Given those chances the number of secondary cases of a window
/// is a sum of independent binomial counts; mean, sd and limits are those of that sum, without
/// simulation (beyond 2,000 secondary cases by an Edgeworth expansion, error below 1 case).
///
/// counts   cases per day, whole numbers ≥ 0
/// windows  those without a case, and those that end before the first case, are left out
/// errors   invalid_input: a count that is no whole number, windows outside the series
/// source   Wallinga, Teunis (2004), Am J Epidemiol 160:509-516; mean equal to wallinga_teunis of
///          EpiEstim 2.2.4, whose sd and limits come from simulation
Result<std::vector<CaseReproduction>> case_reproduction(std::span<const double> counts,
                                                        std::span<const double> shares,
                                                        std::span<const Window> windows);

}  // namespace hb::tempo
