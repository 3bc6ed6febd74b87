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
  logistic,  ///< ln(value ÷ (ceiling − value)) = a + b·time; values between 0 and the ceiling
};

/// Where a line through a series leads at a later time, on the scale of the model.
struct Forecast {
  ForecastModel model;
  double middle;   ///< value, ln(value) or its logit
  double se;       ///< of a single new value: scatter about the line and uncertainty of the line
  double degrees;  ///< of freedom: points − 2
  double ceiling;  ///< of the logistic model
  double value() const;  ///< of the figure; of the other two models the median
};

/// Least squares through the points on the scale of the model, carried on to `time`. It says what
/// comes if things go on as they did; it knows of no programme and no turn. What has bounds is
/// carried on where it has none (logarithm, logit) and taken back, value and limits: a share stays
/// between 0 and the ceiling, a rate above 0.
///
/// ceiling  of the logistic model: 100 of a percentage
/// returns  missing when there are fewer than 3 points
/// errors   invalid_input: a value not finite, not above 0 in the exponential model, not between 0
///          and the ceiling in the logistic one; all points at one time
/// source   Draper, Smith (1998), Applied Regression Analysis, 3rd ed., 79-83; the scales: Hyndman,
///          Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., section 13.3;
///          logit of shares: Warton, Hui (2011), Ecology 92:3-10
Result<std::optional<Forecast>> forecast(std::span<const TimedValue> points, double time,
                                         ForecastModel model, double ceiling = 100);

/// Prediction interval of a single value by Student's t, on the scale of the model.
/// errors  invalid_input: confidence outside (0, 1)
Result<Interval> forecast_limits(const Forecast& forecast, double confidence);

/// Probability that the value will be at least `target`; 0 or 1 (½ at the target) on a line
/// without scatter.
double probability_at_least(const Forecast& forecast, double target);

}  // namespace hb::stats
