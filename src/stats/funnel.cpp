#include "stats/funnel.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace hb::stats {
namespace {

unexpected<Error> refuse(const char* why) { return fail(ErrorCode::invalid_input, why); }

/// The scale on which the standard deviation of an area is 1/(2√denominator), whatever its value.
double stabilised(double share, FunnelKind kind) {
  const double root = std::sqrt(share);
  return kind == FunnelKind::proportion ? std::asin(root) : root;
}

double back(double y, FunnelKind kind) {
  if (y <= 0) return 0;
  if (kind != FunnelKind::proportion) return y * y;
  constexpr double right_angle = 1.5707963267948966;
  const double sine = std::sin(std::min(y, right_angle));
  return sine * sine;
}

/// p-quantile with linear interpolation between the sorted values (R's type 7).
double quantile_of(const std::vector<double>& sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

Result<double> funnel_baseline(std::span<const FunnelPoint> points, FunnelKind kind) {
  if (points.empty()) return refuse("there is no area");
  double events = 0;
  double people = 0;
  for (const FunnelPoint& point : points) {
    if (!(point.denominator > 0)) return refuse("the denominator is not above 0");
    if (!(point.events >= 0)) return refuse("the numerator is negative");
    if (kind == FunnelKind::proportion && point.events > point.denominator)
      return refuse("the numerator is above the denominator");
    events += point.events;
    people += point.denominator;
  }
  return kind == FunnelKind::ratio ? 1 : events / people;
}

Result<Interval> funnel_limits_of_share(double n, double baseline, double confidence) {
  if (!(n > 0)) return refuse("the denominator is not above 0");
  if (!(baseline >= 0 && baseline <= 1)) return refuse("the baseline is not a proportion");
  const Result<double> z = normal_z(confidence);
  if (!z) return unexpected(z.error());
  const double square = *z * *z;
  const double below = 1 / square + 1 / n;
  const double middle = baseline * (n / square + 1);
  const double inside =
      middle * middle -
      below * baseline * (n * (baseline * (n / square + 2) - 1) + square * (baseline - 1));
  const double root = std::sqrt(std::max(0.0, inside));
  return Interval{std::clamp((middle - root) / (below * n), 0.0, 1.0),
                  std::clamp((middle + root) / (below * n), 0.0, 1.0)};
}

Result<CountLimits> funnel_limits_of_count(double x, double confidence) {
  const Result<Interval> exact = poisson_exact(x, confidence);
  if (!exact) return unexpected(exact.error());
  CountLimits limits{x / exact->upper, std::nullopt};
  if (exact->lower > 0) limits.upper = x / exact->lower;
  return limits;
}

Result<Overdispersion> funnel_overdispersion(std::span<const FunnelPoint> points, FunnelKind kind) {
  const Result<double> baseline = funnel_baseline(points, kind);
  if (!baseline) return unexpected(baseline.error());
  if (points.size() < 3) return refuse("over-dispersion needs at least three areas");
  constexpr double drawn_in = 0.1;
  const double target = stabilised(*baseline, kind);
  std::vector<double> z;
  double weight = 0;
  double squares = 0;
  for (const FunnelPoint& point : points) {
    const double own = 2 * std::sqrt(point.denominator);  // 1/s
    z.push_back((stabilised(point.events / point.denominator, kind) - target) * own);
    weight += own * own;
    squares += own * own * own * own;
  }
  std::vector<double> sorted = z;
  std::ranges::sort(sorted);
  const double least = quantile_of(sorted, drawn_in);
  const double most = quantile_of(sorted, 1 - drawn_in);
  double sum = 0;
  for (const double one : z) sum += std::pow(std::clamp(one, least, most), 2);
  const auto k = static_cast<double>(points.size());
  Overdispersion spread{sum / k, 0};
  if (sum > k - 1) spread.variance = (sum - (k - 1)) / (weight - squares / weight);
  return spread;
}

Result<Interval> overdispersed_limits(double denominator, double baseline, FunnelKind kind,
                                      const Overdispersion& spread, double confidence) {
  if (!(denominator > 0)) return refuse("the denominator is not above 0");
  const Result<double> z = normal_z(confidence);
  if (!z) return unexpected(z.error());
  const double half = *z * std::sqrt(1 / (4 * denominator) + spread.variance);
  // A rate per person-year has events in its denominator only through the baseline: √(x/n) varies
  // by 1/(2√n) whatever the rate is.
  const double middle = stabilised(baseline, kind);
  return Interval{back(middle - half, kind), back(middle + half, kind)};
}

std::string_view significance_word(Significance significance) {
  switch (significance) {
    case Significance::low_001:
      return "Low (0.001)";
    case Significance::low_025:
      return "Low (0.025)";
    case Significance::high_025:
      return "High (0.025)";
    case Significance::high_001:
      return "High (0.001)";
    case Significance::none:
      break;
  }
  return "Not significant";
}

Significance significance_of(const Interval& at95, const Interval& at998, double baseline) {
  if (at998.lower > baseline) return Significance::high_001;
  if (at998.upper < baseline) return Significance::low_001;
  if (at95.lower > baseline) return Significance::high_025;
  if (at95.upper < baseline) return Significance::low_025;
  return Significance::none;
}

Significance significance_in_funnel(double value, const Interval& at95, const Interval& at998) {
  if (value > at998.upper) return Significance::high_001;
  if (value < at998.lower) return Significance::low_001;
  if (value > at95.upper) return Significance::high_025;
  if (value < at95.lower) return Significance::low_025;
  return Significance::none;
}

}  // namespace hb::stats
