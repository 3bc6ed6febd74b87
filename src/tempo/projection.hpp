#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "stats/interval.hpp"
#include "tempo/reproduction.hpp"

namespace hb::tempo {

struct ProjectionOptions {
  std::size_t horizon = 7;   ///< days ahead, 1–60
  std::size_t window = 7;    ///< days from which the present R is taken
  std::size_t paths = 2000;  ///< simulated futures, ≥ 100
  std::size_t origins = 28;  ///< past days from which is forecast again, for the score
  std::uint64_t seed = 1;
  ReproductionPrior prior;
};

/// Intervals given with a projection.
inline constexpr std::array<double, 3> projection_levels = {0.5, 0.8, 0.95};

struct ProjectedDay {
  std::size_t origin;   ///< last day that was known, counted from 1
  std::size_t horizon;  ///< days after it
  double mean;
  double median;
  std::array<stats::Interval, 3> intervals;  ///< at projection_levels, cases per day
  bool is_past = false;                      ///< what came is known
  double observed = 0;
  double crps = 0;
  double wis = 0;
};

/// How past forecasts from the same series did at one horizon.
struct ProjectionScore {
  std::size_t horizon;
  std::size_t forecasts;
  double crps;                     ///< mean
  double wis;                      ///< mean
  std::array<double, 3> coverage;  ///< share of days inside, at projection_levels
};

struct Projection {
  std::vector<ProjectedDay> days;  ///< past origins first, oldest first; then the future
  std::vector<ProjectionScore> scores;
};

/// Cases of the next days if transmission goes on as in the last window: R is drawn from its
/// posterior, walks on a log scale as much per day as it did between past windows (no more than the
/// data show beyond the uncertainty of R), and each day's cases are negative binomial about
/// R × infectivity, with the scatter that past one-day forecasts had.
/// Every past forecast uses only days up to its origin.
///
/// incidence  whole numbers
/// errors     invalid_input: fewer days than window + 2, mean serial interval not yet passed,
/// options
///            outside their limits
/// source     Nouvellet et al. (2018), Epidemics 22:29-35 (projection by the renewal equation)
Result<Projection> project(const Incidence& incidence, std::span<const double> shares,
                           const ProjectionOptions& options);

}  // namespace hb::tempo
