#include "stats/monotone.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <map>
#include <vector>

namespace hb::stats {
namespace {

constexpr std::size_t least_points = 4;
constexpr std::size_t most_exact = 10;

/// Points by time. errors  not finite, or one time twice
Result<std::vector<TimedValue>> in_time(std::span<const TimedValue> points) {
  std::vector<TimedValue> sorted(points.begin(), points.end());
  std::ranges::sort(sorted, {}, &TimedValue::time);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (!std::isfinite(sorted[i].value) || !std::isfinite(sorted[i].time))
      return fail(ErrorCode::invalid_input, "a value is not finite");
    if (i > 0 && sorted[i].time == sorted[i - 1].time)
      return fail(ErrorCode::invalid_input, "two points have the same time");
  }
  return sorted;
}

std::vector<double> pair_slopes(const std::vector<TimedValue>& points) {
  std::vector<double> slopes;
  slopes.reserve(points.size() * (points.size() - 1) / 2);
  for (std::size_t i = 0; i < points.size(); ++i)
    for (std::size_t j = i + 1; j < points.size(); ++j)
      slopes.push_back((points[j].value - points[i].value) / (points[j].time - points[i].time));
  std::ranges::sort(slopes);
  return slopes;
}

struct Pairs {
  std::int64_t s = 0;
  double untied = 0;    ///< pairs with different values
  double variance = 0;  ///< of s
  bool has_ties = false;
};

Pairs pairs_of(const std::vector<TimedValue>& points) {
  Pairs pairs;
  std::map<double, double> sizes;
  for (const TimedValue& point : points) sizes[point.value] += 1;
  const auto n = static_cast<double>(points.size());
  pairs.variance = n * (n - 1) * (2 * n + 5);
  pairs.untied = n * (n - 1) / 2;
  for (const auto& [value, t] : sizes) {
    pairs.variance -= t * (t - 1) * (2 * t + 5);
    pairs.untied -= t * (t - 1) / 2;
    pairs.has_ties = pairs.has_ties || t > 1;
  }
  pairs.variance /= 18;
  for (std::size_t i = 0; i < points.size(); ++i)
    for (std::size_t j = i + 1; j < points.size(); ++j)
      pairs.s += (points[j].value > points[i].value) - (points[j].value < points[i].value);
  return pairs;
}

/// P(|S| ≥ |s|) over all orders of n different values, by the number of inversions.
double exact_p(std::int64_t s, std::size_t n) {
  std::vector<double> orders = {1};  // orders of the first values by inversions
  double all = 1;
  for (std::size_t i = 2; i <= n; ++i) {
    std::vector<double> next(orders.size() + i - 1, 0.0);
    for (std::size_t k = 0; k < orders.size(); ++k)
      for (std::size_t add = 0; add < i; ++add) next[k + add] += orders[k];
    orders = std::move(next);
    all *= static_cast<double>(i);
  }
  const auto pairs = static_cast<std::int64_t>(n * (n - 1) / 2);
  double at_least = 0;
  for (std::size_t k = 0; k < orders.size(); ++k)
    if (std::abs(pairs - 2 * static_cast<std::int64_t>(k)) >= std::abs(s)) at_least += orders[k];
  return at_least / all;
}

double normal_p(std::int64_t s, double variance) {
  if (s == 0) return 1;
  const double z = (static_cast<double>(std::abs(s)) - 1) / std::sqrt(variance);
  return 2 * boost::math::cdf(complement(boost::math::normal(), z));
}

}  // namespace

Result<std::optional<MonotoneTrend>> monotone_trend(std::span<const TimedValue> points) {
  const auto sorted = in_time(points);
  if (!sorted) return unexpected(sorted.error());
  if (sorted->size() < least_points) return std::optional<MonotoneTrend>{};
  const Pairs pairs = pairs_of(*sorted);
  if (!(pairs.variance > 0)) return std::optional<MonotoneTrend>{};
  const auto n = static_cast<double>(sorted->size());
  MonotoneTrend trend{};
  trend.s = pairs.s;
  trend.variance = pairs.variance;
  trend.tau = static_cast<double>(pairs.s) / std::sqrt(pairs.untied * (n * (n - 1) / 2));
  trend.exact = !pairs.has_ties && sorted->size() <= most_exact;
  trend.p_value =
      trend.exact ? exact_p(pairs.s, sorted->size()) : normal_p(pairs.s, pairs.variance);
  const std::vector<double> slopes = pair_slopes(*sorted);
  const std::size_t middle = slopes.size() / 2;
  trend.slope = slopes.size() % 2 == 1 ? slopes[middle] : (slopes[middle - 1] + slopes[middle]) / 2;
  return trend;
}

Result<std::optional<Interval>> sen_limits(std::span<const TimedValue> points, double confidence) {
  const Result<double> z = normal_z(confidence);
  if (!z) return unexpected(z.error());
  const auto sorted = in_time(points);
  if (!sorted) return unexpected(sorted.error());
  if (sorted->size() < least_points) return std::optional<Interval>{};
  const std::vector<double> slopes = pair_slopes(*sorted);
  const auto number = static_cast<double>(slopes.size());
  const double reach = *z * std::sqrt(pairs_of(*sorted).variance);
  const auto at_rank = [&](double rank) {  // ranks from 1
    const double at = std::clamp(rank - 1, 0.0, number - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, slopes.size() - 1);
    return slopes[below] + (at - static_cast<double>(below)) * (slopes[above] - slopes[below]);
  };
  return Interval{at_rank((number - reach) / 2), at_rank((number + reach) / 2 + 1)};
}

}  // namespace hb::stats
