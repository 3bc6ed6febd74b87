#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/result.hpp"

namespace hb::stats {

enum class SeasonalModel : std::uint8_t {
  additive,        ///< value = trend + season + rest
  multiplicative,  ///< value = trend × season × rest; values above 0
};

/// One period of a series taken apart.
struct SeasonalPoint {
  double adjusted;              ///< the value without its season
  double season;                ///< added to, or multiplied with, the trend
  std::optional<double> trend;  ///< missing for half a cycle at both ends
  std::optional<double> rest;
};

/// Seasonal adjustment by classical decomposition: trend = centred moving average over one cycle;
/// season = mean of what is left at each place in the cycle, all seasons together neutral (sum 0,
/// or mean 1).
///
/// values   at even steps, oldest first
/// cycle    periods per cycle: 12 months, 4 quarters, 52 weeks; at least 2
/// returns  one point per value
/// errors   invalid_input: cycle < 2, fewer than two whole cycles, a value not finite, or not above
///          0 where the model multiplies
/// source   Kendall, Stuart (1983), The Advanced Theory of Statistics 3, 410-414; equals
/// decompose()
///          of R
Result<std::vector<SeasonalPoint>> seasonal_adjustment(std::span<const double> values, int cycle,
                                                       SeasonalModel model);

}  // namespace hb::stats
