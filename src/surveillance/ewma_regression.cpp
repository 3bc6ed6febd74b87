#include "surveillance/ewma_regression.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "surveillance/regression.hpp"

namespace hb::surveillance {
namespace {

constexpr int days_a_week = 7;
constexpr int daily = 365;

/// What one of the two models says: counts above `bound` have a p-value below alpha.
struct Forecast {
  double expected = none;
  double bound = none;
  double pvalue = none;
  double fit = none;  ///< adjusted R²
};

double upper_tail(double t, double degrees) {
  if (std::isnan(t)) return none;
  if (std::isinf(t)) return t > 0 ? 0 : 1;
  return boost::math::cdf(boost::math::complement(boost::math::students_t(degrees), t));
}

double t_bound(double alpha, double degrees) {
  return boost::math::quantile(boost::math::complement(boost::math::students_t(degrees), alpha));
}

std::size_t day_of_week(const Series& series, std::size_t at) {
  const std::int64_t day = series.dated() ? series.dates[at].days : static_cast<std::int64_t>(at);
  return static_cast<std::size_t>(((day % days_a_week) + days_a_week) % days_a_week);
}

void append_day(const Series& series, std::size_t at, Design& design) {
  const bool weekdays = series.freq == daily;
  design.columns = weekdays ? 8 : 2;
  design.rows.push_back(1);
  design.rows.push_back(static_cast<double>(at));
  for (std::size_t day = 1; weekdays && day < days_a_week; ++day)
    design.rows.push_back(day_of_week(series, at) == day ? 1 : 0);
}

double standardised(double off, double se) { return off == 0 && se == 0 ? 0 : off / se; }

Forecast regression(const Series& series, const std::vector<std::size_t>& days, std::size_t at,
                    const EwmaRegressionOptions& options) {
  Design design;
  std::vector<double> y;
  double mean = 0;
  for (const std::size_t day : days) {
    append_day(series, day, design);
    y.push_back(series.observed[day]);
    mean += y.back() / static_cast<double>(days.size());
  }
  const LeastSquares fit = least_squares(design, y, {});
  const double degrees = static_cast<double>(y.size()) - static_cast<double>(fit.rank);
  if (!(degrees > 0)) return {};
  double rest = 0;
  double all = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    double value = 0;
    for (std::size_t c = 0; c < design.columns; ++c)
      value += design.row(i)[c] * fit.coefficients[c];
    rest += (y[i] - value) * (y[i] - value);
    all += (y[i] - mean) * (y[i] - mean);
  }
  Design now;
  append_day(series, at, now);
  double expected = 0;
  double leverage = 0;
  for (std::size_t a = 0; a < now.columns; ++a) {
    expected += now.rows[a] * fit.coefficients[a];
    for (std::size_t b = 0; b < now.columns; ++b)
      leverage += now.rows[a] * fit.inverse[a * now.columns + b] * now.rows[b];
  }
  const double sigma = std::max(std::sqrt(rest / degrees), options.min_sigma);
  const double se = sigma * std::sqrt(1 + leverage);
  Forecast forecast;
  forecast.expected = expected;
  forecast.bound = expected + t_bound(options.alpha, degrees) * se;
  forecast.pvalue = upper_tail(standardised(series.observed[at] - expected, se), degrees);
  forecast.fit = all > 0 ? 1 - (rest / degrees) / (all / static_cast<double>(y.size() - 1)) : 0;
  return forecast;
}

/// The smoothed count that ends at `at`, begun at the mean of the baseline.
Forecast moving_average(const Series& series, const std::vector<std::size_t>& days, std::size_t at,
                        double omega, const EwmaRegressionOptions& options) {
  std::vector<double> y;
  for (const std::size_t day : days) y.push_back(series.observed[day]);
  const Moments m = moments(y.data(), y.size());
  const auto n = static_cast<double>(y.size());
  double smoothed = m.mean;
  for (std::size_t i = days.front(); i < at; ++i)
    if (!std::isnan(series.observed[i]))
      smoothed = omega * series.observed[i] + (1 - omega) * smoothed;
  const double kept = 1 - omega;
  const double share = omega / (2 - omega) + 1 / n -
                       2 * std::pow(kept, options.guard + 1) * (1 - std::pow(kept, n)) / n;
  const double se = std::max(m.sd, options.min_sigma) * std::sqrt(std::max(share, 0.0));
  Forecast forecast;
  forecast.expected = m.mean;
  forecast.bound = (m.mean + t_bound(options.alpha, n - 1) * se - kept * smoothed) / omega;
  const double now = omega * series.observed[at] + kept * smoothed;
  forecast.pvalue = upper_tail(standardised(now - m.mean, se), n - 1);
  return forecast;
}

Result<void> check(const EwmaRegressionOptions& o) {
  const auto refuse = [](const char* message) { return fail(ErrorCode::invalid_input, message); };
  const auto weight = [](double w) { return w > 0 && w < 1; };
  if (o.baseline < 14) return refuse("baseline: 14 or more time points are expected");
  if (o.guard < 0) return refuse("guard: 0 or more time points are expected");
  if (!(o.alpha > 0 && o.alpha < 0.5))
    return refuse("alpha: a number between 0 and 0.5 is expected");
  if (!(o.r_squared >= 0 && o.r_squared <= 1))
    return refuse("rSquared: a number from 0 to 1 is expected");
  if (!weight(o.omega_fast) || !weight(o.omega_slow))
    return refuse("omegaFast, omegaSlow: numbers between 0 and 1 are expected");
  if (!(o.min_sigma >= 0)) return refuse("minSigma: 0 or more is expected");
  return {};
}

}  // namespace

std::size_t ewma_regression_start(const EwmaRegressionOptions& options) {
  return static_cast<std::size_t>(std::max(options.baseline, 0) + std::max(options.guard, 0));
}

Result<std::vector<EwmaRegressionPoint>> ewma_regression(const Series& series, Range range,
                                                         const EwmaRegressionOptions& options) {
  if (const auto sound = check(options); !sound) return unexpected(sound.error());
  if (const auto sound = check_range(series, range, ewma_regression_start(options)); !sound)
    return unexpected(sound.error());
  constexpr std::size_t least_days = 14;
  std::vector<EwmaRegressionPoint> points(range.size());
  std::vector<std::size_t> days;
  for (std::size_t at = range.first; at < range.last; ++at) {
    EwmaRegressionPoint& point = points[at - range.first];
    point.alarm = Alarm::unknown;
    const std::size_t end = at - static_cast<std::size_t>(options.guard);
    days.clear();
    for (std::size_t i = end - static_cast<std::size_t>(options.baseline); i < end; ++i)
      if (!std::isnan(series.observed[i])) days.push_back(i);
    if (days.size() < std::max(least_days, static_cast<std::size_t>(options.baseline) / 2))
      continue;
    Forecast now = regression(series, days, at, options);
    point.fit = now.fit;
    point.regression = now.fit >= options.r_squared;
    if (!point.regression) {
      now = moving_average(series, days, at, options.omega_fast, options);
      const Forecast slow = moving_average(series, days, at, options.omega_slow, options);
      if (slow.bound < now.bound) now.bound = slow.bound;
      if (slow.pvalue < now.pvalue) now.pvalue = slow.pvalue;
    }
    point.expected = now.expected;
    point.upperbound = std::max(now.bound, 0.0);
    point.pvalue = now.pvalue;
    point.alarm = above(series.observed[at], point.upperbound);
  }
  return points;
}

}  // namespace hb::surveillance
