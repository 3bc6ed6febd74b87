#include "tempo/reproduction.hpp"

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/normal_distribution.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "tempo/serial_interval.hpp"

namespace hb::tempo {
namespace {

double mean_interval(std::span<const double> shares) {
  double mean = 0;
  for (std::size_t k = 0; k < shares.size(); ++k) mean += static_cast<double>(k) * shares[k];
  return mean;
}

/// As far as the series goes: a day cannot feel what lies before the first one.
std::span<const double> cut(std::span<const double> shares, std::size_t days) {
  return shares.first(std::min(shares.size(), days));
}

Result<void> check(const Incidence& incidence, std::span<const Window> windows,
                   const ReproductionPrior& prior) {
  if (!(prior.mean > 0)) return fail(ErrorCode::invalid_input, "mean_prior is not above 0");
  if (!(prior.sd > 0)) return fail(ErrorCode::invalid_input, "std_prior is not above 0");
  return check_windows(windows, incidence.days());
}

struct Prior {
  double shape;
  double rate;
};

Prior gamma_prior(const ReproductionPrior& prior) {
  const double ratio = prior.mean / prior.sd;
  return {ratio * ratio, prior.mean / (prior.sd * prior.sd)};
}

/// Sums of the days before each day: what lies in a window is a difference. Exact for counts.
std::vector<double> running_sums(std::span<const double> values) {
  std::vector<double> sums(values.size() + 1, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) sums[i + 1] = sums[i] + values[i];
  return sums;
}

double sum_of(std::span<const double> values, const Window& window) {
  double sum = 0;
  for (std::size_t day = window.start - 1; day < window.end; ++day) sum += values[day];
  return sum;
}

/// Quantile of a mixture of gamma distributions of one shape: Newton's steps inside a bracket.
double mixed_quantile(double shape, std::span<const double> scales, double unit, double level) {
  const auto [least, most] = std::ranges::minmax(scales);
  double low = unit * least;
  double high = unit * most;
  double x = 0.5 * (low + high);
  constexpr int most_steps = 60;
  for (int step = 0; step < most_steps && high - low > 1e-12 * high; ++step) {
    double below = 0;
    double density = 0;
    for (const double scale : scales) {
      below += gamma_below(shape, x / scale);
      density += gamma_density(shape, x / scale) / scale;
    }
    const auto n = static_cast<double>(scales.size());
    const double error = below / n - level;
    (error > 0 ? high : low) = x;
    const double next = density > 0 ? x - error * n / density : low;
    const bool inside = next > low && next < high;
    if (inside && std::abs(next - x) < 1e-12 * x) return next;
    x = inside ? next : 0.5 * (low + high);
  }
  return x;
}

}  // namespace

Incidence incidence_of_totals(std::span<const double> totals) {
  Incidence incidence{{totals.begin(), totals.end()}, std::vector<double>(totals.size(), 0.0)};
  if (!totals.empty()) std::swap(incidence.local[0], incidence.imported[0]);
  return incidence;
}

Incidence incidence_of_split(std::span<const double> local, std::span<const double> imported) {
  Incidence incidence{{local.begin(), local.end()}, {imported.begin(), imported.end()}};
  if (!local.empty()) {
    incidence.imported[0] += incidence.local[0];
    incidence.local[0] = 0;
  }
  return incidence;
}

Result<void> check_windows(std::span<const Window> windows, std::size_t days) {
  for (const Window& window : windows)
    if (window.start < 2 || window.end < window.start || window.end > days)
      return fail(ErrorCode::invalid_input,
                  "window " + std::to_string(window.start) + " to " + std::to_string(window.end) +
                      " does not lie within days 2 to " + std::to_string(days));
  return {};
}

std::vector<Window> sliding_windows(std::size_t days, std::size_t length) {
  std::vector<Window> windows;
  if (length == 0) return windows;
  for (std::size_t start = 2; start + length - 1 <= days; ++start)
    windows.push_back({start, start + length - 1});
  return windows;
}

std::vector<double> infectivity(const Incidence& incidence, std::span<const double> shares) {
  const std::size_t days = incidence.days();
  std::vector<double> total(days);
  for (std::size_t day = 0; day < days; ++day) total[day] = incidence.total(day);
  std::vector<double> all(days, 0.0);
  if (days > 0) all[0] = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t from = 0; from < days; ++from) {  // each day's cases, carried forward
    if (total[from] == 0) continue;
    const std::size_t reach = std::min(shares.size(), days - from);
    for (std::size_t k = from == 0 ? 1 : 0; k < reach; ++k)
      all[from + k] += total[from] * shares[k];
  }
  return all;
}

Result<std::vector<Reproduction>> estimate_reproduction(const Incidence& incidence,
                                                        std::span<const double> shares,
                                                        std::span<const Window> windows,
                                                        const ReproductionPrior& prior,
                                                        bool with_quantiles) {
  if (auto sound = check(incidence, windows, prior); !sound) return unexpected(sound.error());
  const auto usable = cut(shares, incidence.days());
  const std::vector<double> force = infectivity(incidence, usable);
  const std::vector<double> local = running_sums(incidence.local);
  const double mean_si = mean_interval(usable);
  const Prior start = gamma_prior(prior);
  GammaQuantiles quantiles;
  std::vector<Reproduction> all;
  all.reserve(windows.size());
  for (const Window& window : windows) {
    Reproduction estimate{window};
    estimate.known = static_cast<double>(window.end) > mean_si;
    if (estimate.known) {
      const double shape = start.shape + local[window.end] - local[window.start - 1];
      const double scale = 1 / (start.rate + sum_of(force, window));
      estimate.mean = shape * scale;
      estimate.sd = std::sqrt(shape) * scale;
      if (with_quantiles) {
        estimate.quantiles = quantiles.of(shape);
        for (double& quantile : estimate.quantiles) quantile *= scale;
      }
    }
    all.push_back(estimate);
  }
  return all;
}

Result<std::vector<Reproduction>> estimate_reproduction_mixed(
    const Incidence& incidence, std::span<const std::vector<double>> all_shares,
    std::span<const Window> windows, const ReproductionPrior& prior) {
  if (auto sound = check(incidence, windows, prior); !sound) return unexpected(sound.error());
  if (all_shares.empty())
    return fail(ErrorCode::invalid_input, "at least one serial interval is expected");
  std::vector<std::vector<double>> forces;
  double mean_si = 0;
  for (const auto& shares : all_shares) {
    const auto usable = cut(shares, incidence.days());
    forces.push_back(infectivity(incidence, usable));
    mean_si += mean_interval(usable) / static_cast<double>(all_shares.size());
  }
  const Prior start = gamma_prior(prior);
  const auto n = static_cast<double>(forces.size());
  GammaQuantiles unit;
  std::vector<Reproduction> all;
  for (const Window& window : windows) {
    Reproduction estimate{window};
    estimate.known = static_cast<double>(window.end) > mean_si;
    if (estimate.known) {
      const double shape = start.shape + sum_of(incidence.local, window);
      std::vector<double> scales;
      for (const auto& force : forces) scales.push_back(1 / (start.rate + sum_of(force, window)));
      double first = 0;
      double second = 0;
      for (const double scale : scales) {
        first += shape * scale / n;
        second += shape * (shape + 1) * scale * scale / n;
      }
      estimate.mean = first;
      estimate.sd = std::sqrt(std::max(second - first * first, 0.0));
      for (std::size_t i = 0; i < quantile_count; ++i)
        estimate.quantiles[i] =
            mixed_quantile(shape, scales, unit.of(shape)[i], quantile_levels[i]);
    }
    all.push_back(estimate);
  }
  return all;
}

Result<std::vector<std::vector<double>>> draw_serial_intervals(const UncertainInterval& uncertain,
                                                               std::size_t count,
                                                               std::size_t length,
                                                               std::uint64_t seed) {
  const UncertainInterval& u = uncertain;
  if (!(u.mean_least <= u.mean && u.mean <= u.mean_most))
    return fail(ErrorCode::invalid_input, "mean_si does not lie in min_mean_si to max_mean_si");
  if (!(u.sd_least <= u.sd && u.sd <= u.sd_most))
    return fail(ErrorCode::invalid_input, "std_si does not lie in min_std_si to max_std_si");
  boost::random::mt19937_64 random(seed);
  boost::random::normal_distribution<double> normal;
  std::size_t refused = 0;
  std::vector<std::vector<double>> all;
  while (all.size() < count) {
    const double mean = u.mean + u.mean_sd * normal(random);
    const double sd = u.sd + u.sd_sd * normal(random);
    if (mean < u.mean_least || mean > u.mean_most || sd < u.sd_least || sd > u.sd_most ||
        sd >= mean) {
      if (++refused > 1000 * (count + 100))
        return fail(ErrorCode::invalid_input,
                    "hardly any draw of mean and sd of the serial interval lies in its limits");
      continue;
    }
    auto shares = discrete_serial_interval(length, mean, sd);
    if (!shares) return unexpected(shares.error());
    all.push_back(std::move(*shares));
  }
  return all;
}

}  // namespace hb::tempo
