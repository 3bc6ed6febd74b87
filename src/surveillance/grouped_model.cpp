#include "surveillance/grouped_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hb::surveillance {
namespace {

constexpr int most_steps = 25;
constexpr double tolerance = 1e-8;
constexpr double least_mean = std::numeric_limits<double>::epsilon();
const double least_eta = std::log(least_mean);

double offset_of(const GroupedCounts& data, std::size_t i) {
  return data.offset.empty() ? 0 : data.offset[i];
}

double weight_of(const GroupedCounts& data, std::size_t i) {
  return data.weight.empty() ? 1 : data.weight[i];
}

/// Half the deviance, as far as it does not depend on the means, and as it is at the start.
struct HalfDeviance {
  double constant = 0;
  double start = 0;
};

/// Cuts the rows into runs of one group and equal steps of time.
void cut(const GroupedCounts& data, GroupedFit& fit) {
  const std::size_t n = data.size();
  fit.runs.clear();
  double sum = 0;
  for (const double time : data.time) sum += time;
  fit.shift = n == 0 ? 0 : sum / static_cast<double>(n);
  fit.step = n > 1 ? data.time[1] - data.time[0] : 1;
  for (std::size_t i = 0; i < n; ++i) {
    const bool goes_on = i > 0 && data.offset.empty() && data.group[i] == data.group[i - 1] &&
                         data.time[i] - data.time[i - 1] == fit.step;
    if (goes_on)
      fit.runs.back().end = i + 1;
    else
      fit.runs.push_back({i, i + 1, data.group[i]});
  }
}

/// Sums of the normal equations at the means so far. The working response times its weight is
/// weight · (mean · linear predictor + y − mean): nothing is divided.
struct Sums {
  double w = 0;   ///< working weights
  double t = 0;   ///< × time
  double z = 0;   ///< × response
  double tt = 0;  ///< × time²
  double tz = 0;  ///< × time × response

  void add(double weight, double mean, double linear, double y, double time) {
    const double working = weight * mean;
    const double response = weight * (mean * linear + y - mean);
    w += working;
    t += working * time;
    z += response;
    tt += working * time * time;
    tz += response * time;
  }
  void add(const Sums& other) {
    w += other.w;
    t += other.t;
    z += other.z;
    tt += other.tt;
    tz += other.tz;
  }
};

HalfDeviance begin(const GroupedCounts& data, GroupedFit& fit, std::vector<Sums>& sums) {
  const std::size_t n = data.size();
  fit.mean.resize(n);
  fit.former.resize(n);
  HalfDeviance deviance;
  for (std::size_t i = 0; i < n; ++i) {
    const double y = data.y[i];
    const double mu = y + 0.1;
    const double w = weight_of(data, i);
    fit.mean[i] = mu;
    sums[data.group[i]].add(w, mu, data.log_start[i] - offset_of(data, i), y,
                            data.time[i] - fit.shift);
    if (y > 0) deviance.constant += w * (y * std::log(y) - y);
    deviance.start += w * (mu - (y > 0 ? y * data.log_start[i] : 0));
  }
  deviance.start += deviance.constant;
  return deviance;
}

/// The step of weighted least squares: slope within groups, then the levels. Times are counted from
/// the middle (shift).
void solve(bool slope, const std::vector<Sums>& sums, GroupedFit& fit) {
  const std::size_t groups = sums.size();
  fit.weight.resize(groups);
  fit.centre.resize(groups);
  fit.level.resize(groups);
  fit.rank = 0;
  fit.has_slope = slope;
  fit.slope = 0;
  fit.spread = 0;
  double covariance = 0;
  double squares = 0;
  for (std::size_t g = 0; g < groups; ++g) {
    const Sums& s = sums[g];
    fit.weight[g] = s.w;
    fit.centre[g] = fit.level[g] = 0;
    if (!(s.w > 0)) continue;
    ++fit.rank;
    fit.centre[g] = s.t / s.w;
    fit.level[g] = s.z / s.w;
    fit.spread += s.tt - s.t * fit.centre[g];
    covariance += s.tz - s.t * fit.level[g];
    squares += s.tt;
  }
  if (!slope) return;
  // No time left beside the groups: rounding alone gives about 1e-16 of the squares.
  constexpr double negligible = 1e-13;
  if (!(fit.spread > negligible * squares)) {
    fit.has_slope = false;
    return;
  }
  ++fit.rank;
  fit.slope = covariance / fit.spread;
  for (std::size_t g = 0; g < groups; ++g) fit.level[g] -= fit.slope * fit.centre[g];
}

/// New means and the sums at them; returns the deviance. Within a run the means are a geometric
/// series.
double advance(const GroupedCounts& data, double constant, GroupedFit& fit,
               std::vector<Sums>& sums) {
  std::ranges::fill(sums, Sums{});
  std::swap(fit.mean, fit.former);
  const double ratio = std::exp(fit.slope * fit.step);
  double deviance = constant;
  for (const GroupedFit::Run& run : fit.runs) {
    Sums part;
    const double level = fit.level[run.group];
    const double first = level + fit.slope * (data.time[run.begin] - fit.shift);
    double power = std::exp(first + offset_of(data, run.begin));
    for (std::size_t i = run.begin; i < run.end; ++i, power *= ratio) {
      const double w = weight_of(data, i);
      const double time = data.time[i] - fit.shift;
      const double linear = level + fit.slope * time;
      const double y = data.y[i];
      const double mu = std::max(power, least_mean);
      fit.mean[i] = mu;
      if (!(w > 0)) continue;
      deviance += w * (mu - y * std::max(linear + offset_of(data, i), least_eta));
      part.add(w, mu, linear, y, time);
    }
    sums[run.group].add(part);
  }
  return 2 * deviance;
}

}  // namespace

double GroupedFit::leverage(std::size_t group, double time) const {
  double answer = 1 / weight[group];
  if (has_slope) answer += (time - centre[group]) * (time - centre[group]) / spread;
  return answer;
}

void fit_grouped(const GroupedCounts& data, bool slope, GroupedFit& fit) {
  cut(data, fit);
  std::vector<Sums> sums(data.groups);
  const HalfDeviance half = begin(data, fit, sums);
  fit.converged = false;
  double before = 2 * half.start;
  for (int step = 0; step < most_steps; ++step) {
    solve(slope, sums, fit);
    const double deviance = advance(data, half.constant, fit, sums);
    if (!std::isfinite(deviance)) break;
    fit.converged = std::abs(deviance - before) / (std::abs(deviance) + 0.1) < tolerance;
    if (fit.converged) break;
    before = deviance;
  }
  double rows = 0;
  fit.working.resize(data.size());  // R keeps the weights that the last step used
  for (std::size_t i = 0; i < data.size(); ++i) {
    rows += weight_of(data, i) > 0;
    fit.working[i] = weight_of(data, i) * fit.former[i];
  }
  fit.degrees = rows - static_cast<double>(fit.rank);
  for (std::size_t g = 0; g < data.groups; ++g) {
    fit.level[g] -= fit.slope * fit.shift;
    fit.centre[g] += fit.shift;
  }
}

double dispersion(const GroupedCounts& data, const GroupedFit& fit,
                  const std::vector<double>& weight) {
  double squares = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (!(weight[i] > 0)) continue;
    const double residual = (data.y[i] - fit.mean[i]) / fit.mean[i];
    squares += weight[i] * residual * residual;
  }
  return squares / fit.degrees;
}

void anscombe_residuals(const GroupedCounts& data, const GroupedFit& fit, double phi,
                        std::vector<double>& residual) {
  residual.resize(data.size());
  for (std::size_t i = 0; i < data.size(); ++i) {
    const double root = std::sqrt(fit.mean[i]);
    const double hat = fit.working[i] * fit.leverage(data.group[i], data.time[i]);
    const double raised = data.y[i] > 0 ? std::cbrt(data.y[i] * data.y[i] / root) : 0;
    const double s = 1.5 * (raised - root) / std::sqrt(phi * (1 - std::min(hat, 1.0)));
    residual[i] = std::isnan(s) ? 0 : s;  // 0/0: a group of one time point, fitted exactly
  }
}

}  // namespace hb::surveillance
