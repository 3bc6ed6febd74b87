#pragma once
#include <optional>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "stats/interval.hpp"
#include "tempo/reproduction.hpp"

namespace hb::tempo {

/// How fast cases grow in a window.
struct Growth {
  Window window{};
  bool known = false;        ///< not known: fewer than 3 cases, all on one day
  double rate = 0;           ///< of the logarithm, per day; below 0 the cases fall
  stats::Interval limits{};  ///< of the rate
  double dispersion = 1;     ///< Pearson's, at least 1
  /// Days in which cases double (below 0: halve); none where the rate is 0. Limits only when the
  /// interval of the rate does not contain 0.
  std::optional<double> doubling() const;
  std::optional<stats::Interval> doubling_limits() const;
};

/// Log-linear Poisson regression of the counts on the day, variance widened by the dispersion,
/// Student's t with days − 2 degrees of freedom.
///
/// counts   cases per day ≥ 0
/// windows  at least 3 days, days counted from 1; here a window may begin on day 1
/// errors   invalid_input: windows outside the series or shorter than 3 days, confidence outside
///          (0, 1)
/// source   McCullagh, Nelder (1989), Generalized Linear Models, 2nd ed., chapter 6
Result<std::vector<Growth>> growth_rates(std::span<const double> counts,
                                         std::span<const Window> windows, double confidence = 0.95);

}  // namespace hb::tempo
