#include "surveillance/farrington.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "surveillance/distributions.hpp"
#include "surveillance/grouped_model.hpp"

namespace hb::surveillance {
namespace {

constexpr double weights_threshold = 1;  // Anscombe residuals above it count less
constexpr double least_mean = std::numeric_limits<double>::epsilon();  // as R's inverse of log
constexpr double trend_level = 0.05;
constexpr int least_years = 3;  // for a trend

struct Prediction {
  double mean;
  double se;
  double phi;
};

void collect(const Series& series, std::size_t at, const FarringtonOptions& options,
             GroupedCounts& counts) {
  counts = {};
  for (int year = options.b; year >= 1; --year) {
    const std::ptrdiff_t middle = years_before(series, at, year);
    for (std::ptrdiff_t i = middle - options.w; i <= middle + options.w; ++i) {
      if (i < 0 || i >= static_cast<std::ptrdiff_t>(series.size())) continue;
      const double y = series.observed[static_cast<std::size_t>(i)];
      if (std::isnan(y)) continue;
      counts.y.push_back(y);
      counts.log_start.push_back(std::log(y + 0.1));
      counts.time.push_back(static_cast<double>(i + 1));
      counts.group.push_back(0);
    }
  }
}

void reweight(GroupedCounts& counts, bool trend, GroupedFit& fit) {
  const double phi = std::max(dispersion(counts, fit, fit.working), 1.0);
  std::vector<double> residual;
  anscombe_residuals(counts, fit, phi, residual);
  anscombe_weights(residual, weights_threshold, counts.weight);
  fit_grouped(counts, trend, fit);
}

std::optional<Prediction> predict(std::size_t at, bool trend, const FarringtonOptions& options,
                                  GroupedCounts& counts) {
  counts.weight.clear();
  GroupedFit fit;
  fit_grouped(counts, trend, fit);
  if (!fit.converged || !(fit.degrees > 0)) return std::nullopt;
  if (options.reweight) reweight(counts, trend, fit);
  if (!fit.converged || !(fit.degrees > 0)) return std::nullopt;
  const double raw = dispersion(counts, fit, fit.working);
  const double time = static_cast<double>(at + 1);
  const double mean = std::max(std::exp(fit.eta(0, time, 0)), least_mean);
  if (trend) {
    const double t = fit.slope / std::sqrt(raw * fit.slope_variance());
    const double highest = *std::max_element(counts.y.begin(), counts.y.end());
    const bool kept = fit.has_slope && t_two_sided(t, fit.degrees) < trend_level && mean <= highest;
    if (!kept) return std::nullopt;
  }
  const double phi = std::max(raw, 1.0);
  return Prediction{mean, mean * std::sqrt(phi * fit.leverage(0, time)), phi};
}

Result<void> check(const FarringtonOptions& o) {
  const auto refuse = [](const char* message) { return fail(ErrorCode::invalid_input, message); };
  if (o.b < 1) return refuse("b: at least 1 year is expected");
  if (o.w < 0) return refuse("w: 0 or more time points are expected");
  if (!(o.alpha > 0 && o.alpha < 1)) return refuse("alpha: a number between 0 and 1 is expected");
  if (!(o.limit54.cases >= 0) || o.limit54.periods < 1)
    return refuse("limit54: cases >= 0 and periods >= 1 are expected");
  return {};
}

}  // namespace

std::size_t farrington_start(const Series& series, const FarringtonOptions& options) {
  const auto least = static_cast<std::ptrdiff_t>(series.freq) * options.b + options.w;
  auto at = static_cast<std::size_t>(std::max<std::ptrdiff_t>(least, 0));
  while (at < series.size() && years_before(series, at, options.b) < 0) ++at;
  return std::min(at, series.size());
}

Result<std::vector<FarringtonPoint>> farrington(const Series& series, Range range,
                                                const FarringtonOptions& options) {
  if (const auto sound = check(options); !sound) return unexpected(sound.error());
  if (const auto sound = check_range(series, range, 0); !sound) return unexpected(sound.error());
  const double z = normal_quantile(1 - options.alpha / 2);
  GroupedCounts counts;
  std::vector<FarringtonPoint> points(range.size());
  for (std::size_t at = range.first; at < range.last; ++at) {
    FarringtonPoint& point = points[at - range.first];
    collect(series, at, options, counts);
    if (counts.size() == 0) continue;
    std::optional<Prediction> now;
    if (options.trend && options.b >= least_years) now = predict(at, true, options, counts);
    point.trend = now.has_value();
    if (!now) now = predict(at, false, options, counts);
    if (!now) continue;
    const double observed = series.observed[at];
    const PowerBound bound =
        power_bound(now->mean, now->se, now->phi, z, observed, options.powertrans);
    const bool enough = recent_cases(series, at, options.limit54.periods) >= options.limit54.cases;
    point.expected = point.median = now->mean;
    point.quantile = bound.quantile;
    point.upperbound = enough ? bound.upper : 0;
    const double score = (observed - now->mean) / (bound.upper - now->mean);
    if (enough && score > 1) point.alarm = Alarm::yes;
  }
  return points;
}

}  // namespace hb::surveillance
