#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "core/result.hpp"
#include "stats/interval.hpp"

namespace hb::stats {

/// A value of one period.
struct TimedValue {
  double time;
  double value;
};

/// Whether a series goes one way, whatever the form, and how steeply.
struct MonotoneTrend {
  std::int64_t s;   ///< pairs that rise less pairs that fall
  double variance;  ///< of s without trend, ties taken into account
  double tau;       ///< Kendall's tau-b
  double p_value;   ///< two-sided: exact up to 10 points without ties, else normal with continuity
  bool exact;
  double slope;  ///< Sen's: median of the slopes of all pairs, per 1 of time
};

/// Mann-Kendall test and Sen's slope. Needs no equal steps of time.
///
/// returns  missing when it cannot be tested: fewer than 4 points, or all values alike
/// errors   invalid_input: a value is not finite, or two points have the same time
/// source   Mann (1945), Econometrica 13:245-259; Kendall (1975), Rank Correlation Methods; Sen
///          (1968), J Am Stat Assoc 63:1379-1389
Result<std::optional<MonotoneTrend>> monotone_trend(std::span<const TimedValue> points);

/// Limits of Sen's slope: slopes at the ranks (N ± z·√variance)/2 of the N sorted ones,
/// interpolated; the outermost slopes where the ranks lie outside.
/// errors  as monotone_trend; confidence outside (0, 1)
/// source  Gilbert (1987), Statistical Methods for Environmental Pollution Monitoring, 217-219
Result<std::optional<Interval>> sen_limits(std::span<const TimedValue> points, double confidence);

}  // namespace hb::stats
