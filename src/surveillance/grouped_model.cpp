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

HalfDeviance begin(const GroupedCounts& data, GroupedFit& fit) {
  const std::size_t n = data.size();
  fit.mean.resize(n);
  fit.working.resize(n);
  fit.response.resize(n);
  HalfDeviance deviance;
  for (std::size_t i = 0; i < n; ++i) {
    const double y = data.y[i];
    const double mu = y + 0.1;
    fit.mean[i] = mu;
    fit.working[i] = weight_of(data, i) * mu;
    fit.response[i] = data.log_start[i] - offset_of(data, i) + (y - mu) / mu;
    const double w = weight_of(data, i);
    if (y > 0) deviance.constant += w * (y * std::log(y) - y);
    deviance.start += w * (mu - (y > 0 ? y * data.log_start[i] : 0));
  }
  deviance.start += deviance.constant;
  return deviance;
}

/// Weighted least squares of the working response: sums per group, then the slope within groups.
void solve(const GroupedCounts& data, bool slope, GroupedFit& fit) {
  const std::size_t n = data.size();
  fit.weight.assign(data.groups, 0);
  fit.centre.assign(data.groups, 0);
  fit.level.assign(data.groups, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t g = data.group[i];
    fit.weight[g] += fit.working[i];
    fit.centre[g] += fit.working[i] * data.time[i];
    fit.level[g] += fit.working[i] * fit.response[i];
  }
  fit.rank = 0;
  for (std::size_t g = 0; g < data.groups; ++g) {
    if (!(fit.weight[g] > 0)) continue;
    ++fit.rank;
    fit.centre[g] /= fit.weight[g];
    fit.level[g] /= fit.weight[g];
  }
  fit.has_slope = slope;
  fit.slope = 0;
  fit.spread = 0;
  if (!slope) return;
  double covariance = 0;
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t g = data.group[i];
    const double off = data.time[i] - fit.centre[g];
    fit.spread += fit.working[i] * off * off;
    covariance += fit.working[i] * off * (fit.response[i] - fit.level[g]);
    squares += fit.working[i] * data.time[i] * data.time[i];
  }
  // No time left beside the groups: R's pivoting calls that a column too many (1e-11).
  if (!(fit.spread > 1e-22 * squares)) {
    fit.has_slope = false;
    return;
  }
  ++fit.rank;
  fit.slope = covariance / fit.spread;
  for (std::size_t g = 0; g < data.groups; ++g) fit.level[g] -= fit.slope * fit.centre[g];
}

/// New means and responses; returns the deviance.
double advance(const GroupedCounts& data, double constant, GroupedFit& fit) {
  double deviance = constant;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const double w = weight_of(data, i);
    if (!(w > 0)) continue;
    const double eta = fit.eta(data.group[i], data.time[i], offset_of(data, i));
    const double mu = std::max(std::exp(eta), least_mean);
    fit.mean[i] = mu;
    deviance += w * (mu - (data.y[i] > 0 ? data.y[i] * std::max(eta, least_eta) : 0));
    fit.response[i] = eta - offset_of(data, i) + (data.y[i] - mu) / mu;
  }
  return 2 * deviance;
}

void renew_weights(const GroupedCounts& data, GroupedFit& fit) {
  for (std::size_t i = 0; i < data.size(); ++i) fit.working[i] = weight_of(data, i) * fit.mean[i];
}

}  // namespace

double GroupedFit::leverage(std::size_t group, double time) const {
  double answer = 1 / weight[group];
  if (has_slope) answer += (time - centre[group]) * (time - centre[group]) / spread;
  return answer;
}

void fit_grouped(const GroupedCounts& data, bool slope, GroupedFit& fit) {
  const HalfDeviance half = begin(data, fit);
  fit.converged = false;
  double before = 2 * half.start;
  for (int step = 0; step < most_steps; ++step) {
    if (step > 0) renew_weights(data, fit);  // R keeps the weights that the last step used
    solve(data, slope, fit);
    const double deviance = advance(data, half.constant, fit);
    if (!std::isfinite(deviance)) break;
    fit.converged = std::abs(deviance - before) / (std::abs(deviance) + 0.1) < tolerance;
    if (fit.converged) break;
    before = deviance;
  }
  double rows = 0;
  for (std::size_t i = 0; i < data.size(); ++i) rows += weight_of(data, i) > 0;
  fit.degrees = rows - static_cast<double>(fit.rank);
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

}  // namespace hb::surveillance
