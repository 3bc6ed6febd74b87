#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "tempo/gamma_quantiles.hpp"

namespace hb::tempo {

/// Cases per day, oldest first. Every case infects; only local cases were infected here.
struct Incidence {
  std::vector<double> local;
  std::vector<double> imported;

  std::size_t days() const { return local.size(); }
  double total(std::size_t day) const { return local[day] + imported[day]; }
};

/// Totals without a split: the cases of the first day count as imported, all others as local.
Incidence incidence_of_totals(std::span<const double> totals);
/// A split as it was counted: local cases of the first day count as imported.
Incidence incidence_of_split(std::span<const double> local, std::span<const double> imported);

/// Days of a time window, counted from 1, both included.
struct Window {
  std::size_t start;
  std::size_t end;
};
/// errors  invalid_input: start < 2, end < start or end > days
Result<void> check_windows(std::span<const Window> windows, std::size_t days);
/// Windows of `length` days that end on day length + 1, …, days.
std::vector<Window> sliding_windows(std::size_t days, std::size_t length);

/// Total infectiousness of the cases before each day, in cases: Σ I(t − k) w(k).
/// returns  one number per day; that of the first day has no meaning and is NaN
/// source   Cori et al. (2013), equation 1
std::vector<double> infectivity(const Incidence& incidence, std::span<const double> shares);

/// Gamma prior of R.
struct ReproductionPrior {
  double mean = 5;
  double sd = 5;
};

/// Effective reproduction number in a window. Not known: the window ends before a mean serial
/// interval has passed; then all figures are 0.
struct Reproduction {
  Window window{};
  bool known = false;
  double mean = 0;
  double sd = 0;
  Quantiles quantiles{};  ///< at quantile_levels; 0 when they were not asked for
};

/// Posterior of R by window: a gamma distribution, exact.
///
/// incidence  counts ≥ 0
/// shares     serial interval, checked by check_serial_interval
/// errors     invalid_input: windows outside the series, prior.mean or prior.sd ≤ 0
/// source     Cori, Ferguson, Fraser, Cauchemez (2013), Am J Epidemiol 178:1505-1512; imported
///            cases: Thompson et al. (2019), Epidemics 29:100356. Equal to estimate_R of the R
///            package EpiEstim 2.2.4
Result<std::vector<Reproduction>> estimate_reproduction(const Incidence& incidence,
                                                        std::span<const double> shares,
                                                        std::span<const Window> windows,
                                                        const ReproductionPrior& prior,
                                                        bool with_quantiles = true);

/// The same where the serial interval is one of several, each as likely: mean, sd and quantiles of
/// the mixture of the posteriors, exact for the given serial intervals.
/// errors  as above, and no serial interval at all
Result<std::vector<Reproduction>> estimate_reproduction_mixed(
    const Incidence& incidence, std::span<const std::vector<double>> all_shares,
    std::span<const Window> windows, const ReproductionPrior& prior);

/// Mean and sd of a serial interval that are themselves uncertain: normal, cut to [least, most].
struct UncertainInterval {
  double mean, mean_sd, mean_least, mean_most;
  double sd, sd_sd, sd_least, sd_most;
};

/// Draws `count` serial intervals of `length` days; a draw is repeated until mean and sd lie within
/// their limits and the sd is below the mean.
/// errors  invalid_input: limits that exclude the middle, or hardly any draw within the limits
/// source  Cori et al. (2013), web appendix 5
Result<std::vector<std::vector<double>>> draw_serial_intervals(const UncertainInterval& uncertain,
                                                               std::size_t count,
                                                               std::size_t length,
                                                               std::uint64_t seed);

}  // namespace hb::tempo
