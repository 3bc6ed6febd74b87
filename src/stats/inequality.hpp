#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "core/result.hpp"
#include "stats/interval.hpp"

namespace hb::stats {

/// What the values of the quantiles are: it says on which scale they scatter.
enum class ValueKind : std::uint8_t {
  plain,       ///< life expectancy, a mean: normal on its own scale
  rate,        ///< normal on the log scale
  proportion,  ///< a share of 1; normal on the logit scale
};

/// One quantile of areas.
struct QuantileValue {
  double pop;                ///< above 0
  double value;              ///< its figure
  std::optional<double> se;  ///< standard error on the scale of the kind; none: no limits are given
};

/// Standard error of a value from its 95 % limits, on the scale of its kind.
/// errors  invalid_input: limits the wrong way round, or outside what the kind can be
Result<double> standard_error(const Interval& at95, ValueKind kind);

struct InequalityOptions {
  ValueKind kind = ValueKind::plain;
  bool transform = false;  ///< fit the line on the scale of the kind (rate, proportion)
  double multiplier = 1;   ///< not 0; negative: high values are good
  int repetitions = 100'000;
  std::uint64_t seed = 1;
};

/// Limits of a figure at both confidences.
struct BothLimits {
  Interval at95;
  Interval at998;
};

/// How a figure changes from the most deprived to the least deprived end of the population.
struct Inequality {
  double intercept;  ///< fitted value at the most deprived end, × |multiplier|
  double sii;        ///< slope index: difference between the fitted ends, × multiplier
  double rii;  ///< relative index: ratio of the fitted ends; inverted for a negative multiplier
  std::optional<BothLimits> sii_limits;
  std::optional<BothLimits> rii_limits;
};

/// Slope and relative index of inequality: least squares of the values, weighted with the shares of
/// the population, on the middle of each quantile's range of the cumulated population.
///
/// Limits are simulated: values redrawn from their normal distributions, the line fitted again, the
/// 2.5th and 97.5th (0.1st and 99.9th) of `repetitions` taken. The same seed gives the same limits.
///
/// quantiles  5 to 100, from the most to the least deprived
/// errors     invalid_input: another number of quantiles, pop <= 0, se < 0, a rate <= 0 or a
///            proportion outside (0, 1) where logarithms are needed, multiplier 0, repetitions
///            below 1000
/// source     Low, Low (2004), J Public Health 26:388-395; Mackenbach, Kunst (1997), Soc Sci Med
///            44:757-771; transformations and simulation as in PHEindicatormethods, phe_sii
Result<Inequality> inequality(std::span<const QuantileValue> quantiles,
                              const InequalityOptions& options);

}  // namespace hb::stats
