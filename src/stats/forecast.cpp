#include "stats/forecast.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace hb::stats {
namespace {

double to_scale(double value, ForecastModel model, double ceiling) {
  switch (model) {
    case ForecastModel::exponential:
      return std::log(value);
    case ForecastModel::logistic:
      return std::log(value / (ceiling - value));
    default:
      return value;
  }
}

double from_scale(double value, ForecastModel model, double ceiling) {
  switch (model) {
    case ForecastModel::exponential:
      return std::exp(value);
    case ForecastModel::logistic:
      return ceiling / (1 + std::exp(-value));
    default:
      return value;
  }
}

/// Why a value cannot be on the scale; null: it can.
const char* fault_of(double value, ForecastModel model, double ceiling) {
  if (!std::isfinite(value)) return "a value is not finite";
  if (model == ForecastModel::exponential && !(value > 0)) return "a value is not above 0";
  if (model == ForecastModel::logistic && !(value > 0 && value < ceiling))
    return "a value is not between 0 and the ceiling";
  return nullptr;
}

}  // namespace

double Forecast::value() const { return from_scale(middle, model, ceiling); }

Result<std::optional<Forecast>> forecast(std::span<const TimedValue> points, double time,
                                         ForecastModel model, double ceiling) {
  constexpr std::size_t least_points = 3;
  for (const TimedValue& point : points) {
    if (!std::isfinite(point.time)) return fail(ErrorCode::invalid_input, "a time is not finite");
    if (const char* fault = fault_of(point.value, model, ceiling))
      return fail(ErrorCode::invalid_input, fault);
  }
  if (points.size() < least_points) return std::optional<Forecast>{};
  const auto n = static_cast<double>(points.size());
  double centre = 0;
  double mean = 0;
  for (const TimedValue& point : points) {
    centre += point.time / n;
    mean += to_scale(point.value, model, ceiling) / n;
  }
  double spread = 0;
  double cross = 0;
  for (const TimedValue& point : points) {
    spread += (point.time - centre) * (point.time - centre);
    cross += (point.time - centre) * (to_scale(point.value, model, ceiling) - mean);
  }
  if (!(spread > 0)) return fail(ErrorCode::invalid_input, "all points are at one time");
  const double slope = cross / spread;
  double rest = 0;
  for (const TimedValue& point : points) {
    const double off = to_scale(point.value, model, ceiling) - mean - slope * (point.time - centre);
    rest += off * off;
  }
  const double reach = time - centre;
  return Forecast{model, mean + slope * reach,
                  std::sqrt(rest / (n - 2) * (1 + 1 / n + reach * reach / spread)), n - 2, ceiling};
}

Result<Interval> forecast_limits(const Forecast& forecast, double confidence) {
  if (!(confidence > 0 && confidence < 1))
    return fail(ErrorCode::invalid_input, "the confidence is not in (0, 1)");
  const double t =
      boost::math::quantile(boost::math::students_t(forecast.degrees), 0.5 + confidence / 2);
  return Interval{from_scale(forecast.middle - t * forecast.se, forecast.model, forecast.ceiling),
                  from_scale(forecast.middle + t * forecast.se, forecast.model, forecast.ceiling)};
}

double probability_at_least(const Forecast& forecast, double target) {
  if (forecast.model != ForecastModel::linear && target <= 0) return 1;
  if (forecast.model == ForecastModel::logistic && target >= forecast.ceiling) return 0;
  const double off = forecast.middle - to_scale(target, forecast.model, forecast.ceiling);
  // What rounding leaves of a perfect line is no scatter.
  const double nothing = 1e-12 * (1 + std::abs(forecast.middle));
  if (!(forecast.se > nothing)) return off > nothing ? 1 : off < -nothing ? 0 : 0.5;
  return boost::math::cdf(boost::math::students_t(forecast.degrees), off / forecast.se);
}

}  // namespace hb::stats
