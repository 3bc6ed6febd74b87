#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "core/result.hpp"
#include "stats/interval.hpp"
#include "stats/monotone.hpp"

namespace hb::stats {

enum class ForecastModel : std::uint8_t {
  linear,       ///< value = a + b·time
  exponential,  ///< ln(value) = a + b·time; values above 0
};

/// Where a line through a series leads at a later time, on the scale of the model.
struct Forecast {
  ForecastModel model;
  double middle;   ///< value, or ln(value)
  double se;       ///< of a single new value: scatter about the line and uncertainty of the line
  double degrees;  ///< of freedom: points − 2
  double value() const;  ///< of the figure; of the exponential model the median
};

/// Least squares through the points, carried on to `time`. It says what comes if things go on as
/// they did; it knows of no programme, limit or turn.
///
/// returns  missing when there are fewer than 3 points
/// errors   invalid_input: a value not finite, or not above 0 in the exponential model; all points
///          at one time
/// source   Draper, Smith (1998), Applied Regression Analysis, 3rd ed., 79-83
Result<std::optional<Forecast>> forecast(std::span<const TimedValue> points, double time,
                                         ForecastModel model);

/// Prediction interval of a single value by Student's t.
/// errors  invalid_input: confidence outside (0, 1)
Result<Interval> forecast_limits(const Forecast& forecast, double confidence);

/// Probability that the value will be at least `target`; 0 or 1 (½ at the target) on a line
/// without scatter.
double probability_at_least(const Forecast& forecast, double target);

}  // namespace hb::stats
