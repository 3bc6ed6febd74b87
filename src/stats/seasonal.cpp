#include "stats/seasonal.hpp"

#include <cmath>
#include <cstddef>
#include <numeric>

namespace hb::stats {
namespace {

/// Centred moving average; of an even cycle the two ends weigh half each.
std::vector<std::optional<double>> moving_average(std::span<const double> values,
                                                  std::size_t cycle) {
  std::vector<std::optional<double>> trend(values.size());
  const std::size_t reach = cycle / 2;
  for (std::size_t i = reach; i + reach < values.size(); ++i) {
    double sum = 0;
    for (std::size_t j = i - reach; j <= i + reach; ++j) sum += values[j];
    if (cycle % 2 == 0) sum -= (values[i - reach] + values[i + reach]) / 2;
    trend[i] = sum / static_cast<double>(cycle);
  }
  return trend;
}

/// Mean of what the trend leaves at each place in the cycle, made neutral.
std::vector<double> seasons_of(std::span<const double> values,
                               const std::vector<std::optional<double>>& trend, std::size_t cycle,
                               SeasonalModel model) {
  const bool adds = model == SeasonalModel::additive;
  std::vector<double> sums(cycle, 0.0);
  std::vector<double> numbers(cycle, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!trend[i]) continue;
    sums[i % cycle] += adds ? values[i] - *trend[i] : values[i] / *trend[i];
    numbers[i % cycle] += 1;
  }
  for (std::size_t place = 0; place < cycle; ++place) sums[place] /= numbers[place];
  const double mean = std::accumulate(sums.begin(), sums.end(), 0.0) / static_cast<double>(cycle);
  for (double& season : sums) season = adds ? season - mean : season / mean;
  return sums;
}

}  // namespace

Result<std::vector<SeasonalPoint>> seasonal_adjustment(std::span<const double> values, int cycle,
                                                       SeasonalModel model) {
  if (cycle < 2) return fail(ErrorCode::invalid_input, "a cycle has at least 2 periods");
  const auto length = static_cast<std::size_t>(cycle);
  if (values.size() < 2 * length)
    return fail(ErrorCode::invalid_input, "there are fewer than two whole cycles");
  const bool adds = model == SeasonalModel::additive;
  for (const double value : values)
    if (!std::isfinite(value) || (!adds && !(value > 0)))
      return fail(ErrorCode::invalid_input,
                  adds ? "a value is not finite" : "a value is not above 0");
  const auto trend = moving_average(values, length);
  const std::vector<double> seasons = seasons_of(values, trend, length, model);
  std::vector<SeasonalPoint> points;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double season = seasons[i % length];
    const double adjusted = adds ? values[i] - season : values[i] / season;
    SeasonalPoint point{adjusted, season, trend[i], {}};
    if (trend[i]) point.rest = adds ? adjusted - *trend[i] : adjusted / *trend[i];
    points.push_back(point);
  }
  return points;
}

}  // namespace hb::stats
