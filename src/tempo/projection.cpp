#include "tempo/projection.hpp"

#include <algorithm>
#include <boost/random/gamma_distribution.hpp>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <cmath>
#include <optional>

#include "tempo/scores.hpp"

namespace hb::tempo {
namespace {

constexpr double most_cases = 1e9;  // of one simulated day

/// What the past says of the coming scatter.
struct Scatter {
  double extra = 0;  ///< variance of a day's cases is m + extra·m²
  double drift = 0;  ///< sd of the daily step of log R
};

/// Posterior of R on each day from the window that ends there.
struct Trace {
  std::vector<double> shape, scale;  ///< by day from 0; shape 0 = not known
  std::vector<double> force;
};

Trace trace_of(const Incidence& incidence, std::span<const double> shares,
               const ProjectionOptions& options) {
  const std::size_t days = incidence.days();
  Trace trace{std::vector<double>(days, 0.0), std::vector<double>(days, 0.0),
              infectivity(incidence, shares.first(std::min(shares.size(), days)))};
  const auto windows = sliding_windows(days, options.window);
  const auto all = estimate_reproduction(incidence, shares, windows, options.prior, false);
  if (!all) return trace;
  for (const Reproduction& estimate : *all) {
    if (!estimate.known) continue;
    const std::size_t day = estimate.window.end - 1;
    trace.shape[day] = (estimate.mean / estimate.sd) * (estimate.mean / estimate.sd);
    trace.scale[day] = estimate.sd * estimate.sd / estimate.mean;
  }
  return trace;
}

/// From the days up to and with `origin` only.
Scatter scatter_until(const Trace& trace, const Incidence& incidence, std::size_t origin,
                      std::size_t window) {
  double above = 0;
  double squares = 0;
  double steps = 0;
  std::size_t count = 0;
  for (std::size_t day = 1; day <= origin; ++day) {
    if (trace.shape[day - 1] > 0) {
      const double mean = trace.shape[day - 1] * trace.scale[day - 1] * trace.force[day];
      const double error = incidence.local[day] - mean;
      above += error * error - mean;
      squares += mean * mean;
    }
    if (day < window || trace.shape[day - window] == 0 || trace.shape[day] == 0) continue;
    const double step = std::log(trace.shape[day] * trace.scale[day]) -
                        std::log(trace.shape[day - window] * trace.scale[day - window]);
    // the variance of the logarithm of a gamma variable is about 1 / shape
    steps += step * step - 1 / trace.shape[day] - 1 / trace.shape[day - window];
    ++count;
  }
  Scatter scatter;
  if (squares > 0) scatter.extra = std::max(above / squares, 0.0);
  if (count > 0)
    scatter.drift = std::sqrt(std::max(steps / static_cast<double>(count * window), 0.0));
  return scatter;
}

using Random = boost::random::mt19937_64;

double draw_cases(double mean, double extra, Random& random) {
  if (!(mean > 0)) return 0;
  if (extra > 1e-9)
    mean = boost::random::gamma_distribution<double>(1 / extra, mean * extra)(random);
  if (!(mean > 0)) return 0;
  mean = std::min(mean, most_cases);
  if (mean > 1e6)
    return std::max(
        0.0, std::round(boost::random::normal_distribution<double>(mean, std::sqrt(mean))(random)));
  return static_cast<double>(boost::random::poisson_distribution<long long, double>(mean)(random));
}

/// Simulated cases: result[h][path].
std::vector<std::vector<double>> simulate(const Incidence& incidence,
                                          std::span<const double> shares, const Trace& trace,
                                          std::size_t origin, const ProjectionOptions& options) {
  const Scatter scatter = scatter_until(trace, incidence, origin, options.window);
  Random random(options.seed + 0x9e3779b97f4a7c15ULL * (origin + 1));
  boost::random::gamma_distribution<double> first(trace.shape[origin], trace.scale[origin]);
  boost::random::normal_distribution<double> normal;
  // What the known cases contribute to each coming day.
  std::vector<double> known(options.horizon, 0.0);
  for (std::size_t h = 0; h < options.horizon; ++h)
    for (std::size_t k = h + 1; k < shares.size() && k <= origin + 1 + h; ++k)
      known[h] += incidence.total(origin + 1 + h - k) * shares[k];
  std::vector<std::vector<double>> cases(options.horizon, std::vector<double>(options.paths, 0.0));
  for (std::size_t path = 0; path < options.paths; ++path) {
    double r = first(random);
    for (std::size_t h = 0; h < options.horizon; ++h) {
      if (scatter.drift > 0) r *= std::exp(scatter.drift * normal(random));
      double force = known[h];
      for (std::size_t k = 1; k <= h && k < shares.size(); ++k)
        force += cases[h - k][path] * shares[k];
      cases[h][path] = draw_cases(std::min(r * force, most_cases), scatter.extra, random);
    }
  }
  return cases;
}

double quantile(std::span<const double> sorted, double level) {
  const auto rank = static_cast<std::size_t>(std::ceil(level * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

ProjectedDay summary(std::vector<double> sample, std::size_t origin, std::size_t horizon,
                     std::optional<double> observed) {
  std::ranges::sort(sample);
  ProjectedDay day{origin + 1, horizon, 0, quantile(sample, 0.5), {}};
  for (const double cases : sample) day.mean += cases;
  day.mean /= static_cast<double>(sample.size());
  std::vector<Central> central;
  for (std::size_t i = 0; i < projection_levels.size(); ++i) {
    const double level = projection_levels[i];
    day.intervals[i] = {quantile(sample, 0.5 - level / 2), quantile(sample, 0.5 + level / 2)};
    central.push_back({level, day.intervals[i]});
  }
  if (observed) {
    day.is_past = true;
    day.observed = *observed;
    day.crps = crps(sample, *observed);
    day.wis = weighted_interval_score(day.median, central, *observed);
  }
  return day;
}

std::vector<ProjectionScore> scores_of(std::span<const ProjectedDay> days, std::size_t horizon) {
  std::vector<ProjectionScore> scores;
  for (std::size_t h = 1; h <= horizon; ++h) {
    ProjectionScore score{h, 0, 0, 0, {}};
    for (const ProjectedDay& day : days) {
      if (day.horizon != h || !day.is_past) continue;
      ++score.forecasts;
      score.crps += day.crps;
      score.wis += day.wis;
      for (std::size_t i = 0; i < projection_levels.size(); ++i)
        if (day.intervals[i].lower <= day.observed && day.observed <= day.intervals[i].upper)
          score.coverage[i] += 1;
    }
    if (score.forecasts == 0) continue;
    const auto n = static_cast<double>(score.forecasts);
    score.crps /= n;
    score.wis /= n;
    for (double& share : score.coverage) share /= n;
    scores.push_back(score);
  }
  return scores;
}

}  // namespace

Result<Projection> project(const Incidence& incidence, std::span<const double> shares,
                           const ProjectionOptions& options) {
  const std::size_t days = incidence.days();
  if (options.horizon < 1 || options.horizon > 60)
    return fail(ErrorCode::invalid_input, "horizon is not in 1 to 60 days");
  if (options.paths < 100) return fail(ErrorCode::invalid_input, "n_sim is below 100");
  if (options.window < 1 || days < options.window + 2)
    return fail(
        ErrorCode::invalid_input,
        "a forecast needs the days of the window and two more, these are " + std::to_string(days));
  const auto last = estimate_reproduction(incidence, shares,
                                          std::vector<Window>{{days - options.window + 1, days}},
                                          options.prior, false);
  if (!last) return unexpected(last.error());
  if (!last->front().known)
    return fail(ErrorCode::invalid_input, "the series is not longer than the mean serial interval");
  const Trace trace = trace_of(incidence, shares, options);
  Projection projection;
  const std::size_t first = days - 1 > options.origins ? days - 1 - options.origins : 0;
  for (std::size_t origin = first; origin < days; ++origin) {
    if (trace.shape[origin] == 0) continue;
    auto cases = simulate(incidence, shares, trace, origin, options);
    for (std::size_t h = 0; h < options.horizon; ++h) {
      const std::size_t day = origin + 1 + h;
      const auto observed =
          day < days ? std::optional(incidence.total(day)) : std::optional<double>();
      if (origin + 1 < days && !observed) continue;  // only the last origin looks ahead
      projection.days.push_back(summary(std::move(cases[h]), origin, h + 1, observed));
    }
  }
  projection.scores = scores_of(projection.days, options.horizon);
  return projection;
}

}  // namespace hb::tempo
