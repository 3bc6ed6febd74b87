#include "stats/trend.hpp"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <vector>

namespace hb::stats {
namespace {

/// Weighted sums about the weighted mean of time: years near 2020 would lose eight digits squared.
struct Moments {
  double events = 0;
  double people = 0;
  double centre = 0;  ///< mean time, weighted with the denominators
  double spread = 0;  ///< Σ n·(t − centre)²
  double cross = 0;   ///< Σ x·(t − centre)
};

Moments moments_of(std::span<const TrendPoint> points) {
  Moments sums;
  double time = 0;
  for (const TrendPoint& point : points) {
    sums.events += point.events;
    sums.people += point.denominator;
    time += point.denominator * (point.time - points.front().time);
  }
  sums.centre = points.front().time + time / sums.people;
  for (const TrendPoint& point : points) {
    const double t = point.time - sums.centre;
    sums.spread += point.denominator * t * t;
    sums.cross += point.events * t;
  }
  return sums;
}

const char* fault_of(std::span<const TrendPoint> points, bool share) {
  for (const TrendPoint& point : points) {
    if (!(point.denominator > 0)) return "the denominator is not above 0";
    if (!(point.events >= 0)) return "the numerator is negative";
    if (share && point.events > point.denominator) return "the numerator is above the denominator";
  }
  return nullptr;
}

double upper_tail(double chi_squared) {
  return boost::math::cdf(complement(boost::math::chi_squared(1), chi_squared));
}

/// log rate = intercept + slope·(t − centre), with what the slope is certain of.
struct PoissonLine {
  double intercept = 0;
  double slope = 0;
  double information = 0;  ///< of the slope
};

/// One step: least squares of the working response on time, weighted with the fitted events.
PoissonLine weighted_line(std::span<const TrendPoint> points, double centre,
                          const std::vector<double>& fitted) {
  double mass = 0;
  double time = 0;
  double response = 0;
  std::vector<double> working(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    working[i] = std::log(fitted[i] / points[i].denominator) + points[i].events / fitted[i] - 1;
    mass += fitted[i];
    time += fitted[i] * (points[i].time - centre);
    response += fitted[i] * working[i];
  }
  PoissonLine line;
  double cross = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double t = points[i].time - centre - time / mass;
    line.information += fitted[i] * t * t;
    cross += fitted[i] * t * working[i];
  }
  line.slope = cross / line.information;
  line.intercept = response / mass - line.slope * time / mass;
  return line;
}

double deviance_of(std::span<const TrendPoint> points, const std::vector<double>& fitted) {
  double deviance = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double x = points[i].events;
    deviance += (x > 0 ? x * std::log(x / fitted[i]) : 0) - (x - fitted[i]);
  }
  return 2 * deviance;
}

/// Poisson regression by iteratively reweighted least squares. Start, stopping rule and number of
/// steps are those of R's glm, whose slopes therefore agree to all digits.
std::optional<PoissonLine> poisson_line(std::span<const TrendPoint> points, double centre) {
  constexpr int most_steps = 25;
  constexpr double enough = 1e-8;  // relative change of the deviance
  std::vector<double> fitted(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) fitted[i] = points[i].events + 0.1;
  double former = deviance_of(points, fitted);
  for (int step = 0; step < most_steps; ++step) {
    PoissonLine line = weighted_line(points, centre, fitted);
    if (!std::isfinite(line.slope)) return std::nullopt;
    for (std::size_t i = 0; i < points.size(); ++i)
      fitted[i] =
          points[i].denominator * std::exp(line.intercept + line.slope * (points[i].time - centre));
    const double deviance = deviance_of(points, fitted);
    if (!std::isfinite(deviance)) return std::nullopt;
    if (std::abs(deviance - former) / (std::abs(deviance) + 0.1) < enough) return line;
    former = deviance;
  }
  return std::nullopt;
}

/// Whether events happen at no more than one end of the series: then the slope has no bound.
bool is_unbounded(std::span<const TrendPoint> points) {
  double first = points.front().time;
  double last = first;
  for (const TrendPoint& point : points) {
    first = std::min(first, point.time);
    last = std::max(last, point.time);
  }
  const auto all_at = [&](double end) {
    return std::ranges::all_of(
        points, [end](const TrendPoint& point) { return point.events == 0 || point.time == end; });
  };
  return all_at(first) || all_at(last);
}

}  // namespace

Result<std::optional<TrendTest>> trend_of_proportions(std::span<const TrendPoint> points) {
  if (const char* fault = fault_of(points, true)) return fail(ErrorCode::invalid_input, fault);
  if (points.empty()) return std::optional<TrendTest>{};
  const Moments sums = moments_of(points);
  const double share = sums.events / sums.people;
  if (!(sums.spread > 0) || !(share > 0 && share < 1)) return std::optional<TrendTest>{};
  const double variance = share * (1 - share);
  TrendTest test{};
  test.chi_squared = sums.cross * sums.cross / (variance * sums.spread);
  test.p_value = upper_tail(test.chi_squared);
  test.slope = sums.cross / sums.spread;
  test.slope_se = std::sqrt(variance / sums.spread);
  return test;
}

Result<std::optional<TrendTest>> trend_of_rates(std::span<const TrendPoint> points) {
  if (const char* fault = fault_of(points, false)) return fail(ErrorCode::invalid_input, fault);
  if (points.empty()) return std::optional<TrendTest>{};
  const Moments sums = moments_of(points);
  if (!(sums.spread > 0) || is_unbounded(points)) return std::optional<TrendTest>{};
  TrendTest test{};
  // Σ t²E − (Σ tE)²/ΣE about the mean is rate × spread.
  test.chi_squared = sums.cross * sums.cross / (sums.events / sums.people * sums.spread);
  test.p_value = upper_tail(test.chi_squared);
  const auto line = poisson_line(points, sums.centre);
  if (!line) return std::optional<TrendTest>{};
  test.slope = line->slope;
  test.slope_se = 1 / std::sqrt(line->information);
  return test;
}

}  // namespace hb::stats
