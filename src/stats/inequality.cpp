#include "stats/inequality.hpp"

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/normal_distribution.hpp>
#include <cmath>
#include <vector>

namespace hb::stats {
namespace {

constexpr std::size_t least_quantiles = 5;
constexpr std::size_t most_quantiles = 100;
constexpr int least_repetitions = 1000;

unexpected<Error> refuse(const char* why) { return fail(ErrorCode::invalid_input, why); }

double to_scale(double value, ValueKind kind) {
  if (kind == ValueKind::rate) return std::log(value);
  if (kind == ValueKind::proportion) return std::log(value / (1 - value));
  return value;
}

double from_scale(double value, ValueKind kind) {
  if (kind == ValueKind::rate) return std::exp(value);
  if (kind == ValueKind::proportion) return 1 / (1 + std::exp(-value));
  return value;
}

bool is_on_scale(double value, ValueKind kind) {
  if (kind == ValueKind::rate) return value > 0;
  if (kind == ValueKind::proportion) return value > 0 && value < 1;
  return std::isfinite(value);
}

/// The least-squares line as weights of the values: slope = Σ slope_weight·y, mean = Σ share·y.
struct Line {
  std::vector<double> share;
  std::vector<double> slope_weight;
  double centre = 0;  ///< weighted mean rank
};

Line line_of(std::span<const QuantileValue> quantiles) {
  double people = 0;
  for (const QuantileValue& quantile : quantiles) people += quantile.pop;
  Line line;
  std::vector<double> rank;
  double below = 0;
  for (const QuantileValue& quantile : quantiles) {
    const double share = quantile.pop / people;
    line.share.push_back(share);
    rank.push_back(below + share / 2);
    line.centre += share * rank.back();
    below += share;
  }
  double spread = 0;
  for (std::size_t i = 0; i < rank.size(); ++i)
    spread += line.share[i] * std::pow(rank[i] - line.centre, 2);
  for (std::size_t i = 0; i < rank.size(); ++i)
    line.slope_weight.push_back(line.share[i] * (rank[i] - line.centre) / spread);
  return line;
}

struct Fit {
  double intercept;
  double slope;
};

Fit fit(const Line& line, const std::vector<double>& y) {
  double mean = 0;
  double slope = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    mean += line.share[i] * y[i];
    slope += line.slope_weight[i] * y[i];
  }
  return {mean - slope * line.centre, slope};
}

/// What an end-to-end line says, on the scale of the figure.
struct Indices {
  double at_0;
  double sii;
  double rii;
};

Indices indices_of(const Fit& line, const InequalityOptions& options) {
  const ValueKind scale = options.transform ? options.kind : ValueKind::plain;
  const double first = from_scale(line.intercept, scale);
  const double last = from_scale(line.intercept + line.slope, scale);
  return {first, (last - first) * options.multiplier,
          options.multiplier < 0 ? first / last : last / first};
}

/// The p-th of the sorted repetitions, as position round(R·p) counted from 1.
double position(std::vector<double>& values, double p) {
  const auto at = static_cast<std::ptrdiff_t>(
      std::max(1.0, std::round(static_cast<double>(values.size()) * p)) - 1);
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

Interval limits_of(std::vector<double>& values, double confidence) {
  const double tail = (1 - confidence) / 2;
  return {position(values, tail), position(values, 1 - tail)};
}

Interval in_order(double a, double b) { return {std::min(a, b), std::max(a, b)}; }

/// Slopes and relative indices of many redrawn sets of values.
struct Simulated {
  std::vector<double> slopes;
  std::vector<double> relative;
};

Simulated simulate(std::span<const QuantileValue> quantiles, const Line& line,
                   const InequalityOptions& options) {
  boost::random::mt19937_64 generator(options.seed);
  boost::random::normal_distribution<double> normal;
  std::vector<double> middle;
  for (const QuantileValue& quantile : quantiles)
    middle.push_back(to_scale(quantile.value, options.kind));
  Simulated result;
  const auto repetitions = static_cast<std::size_t>(options.repetitions);
  result.slopes.reserve(repetitions);
  result.relative.reserve(repetitions);
  std::vector<double> drawn(quantiles.size());
  for (std::size_t repetition = 0; repetition < repetitions; ++repetition) {
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      drawn[i] = middle[i] + *quantiles[i].se * normal(generator);
      if (!options.transform) drawn[i] = from_scale(drawn[i], options.kind);
    }
    const Fit line_drawn = fit(line, drawn);
    result.slopes.push_back(line_drawn.slope);
    result.relative.push_back(indices_of(line_drawn, options).rii);
  }
  return result;
}

/// Limits of both indices at one confidence. With a transformation the limits of the slope turn
/// about the middle of the fitted line, whose ends are then transformed back.
void add_limits(Inequality& found, Simulated& simulated, const Fit& line,
                const InequalityOptions& options, Interval BothLimits::*which, double confidence) {
  const Interval slope = limits_of(simulated.slopes, confidence);
  if (!options.transform) {
    (*found.sii_limits).*which =
        in_order(slope.lower * options.multiplier, slope.upper * options.multiplier);
    (*found.rii_limits).*which = limits_of(simulated.relative, confidence);
    return;
  }
  const double middle = line.intercept + line.slope / 2;
  const Indices low = indices_of({middle - slope.lower / 2, slope.lower}, options);
  const Indices high = indices_of({middle - slope.upper / 2, slope.upper}, options);
  (*found.sii_limits).*which = in_order(low.sii, high.sii);
  (*found.rii_limits).*which = in_order(low.rii, high.rii);
}

const char* fault_of(std::span<const QuantileValue> quantiles, const InequalityOptions& options) {
  if (quantiles.size() < least_quantiles) return "there are fewer than 5 quantiles";
  if (quantiles.size() > most_quantiles) return "there are more than 100 quantiles";
  if (options.multiplier == 0) return "the multiplier is 0";
  if (options.repetitions < least_repetitions) return "there are fewer than 1000 repetitions";
  for (const QuantileValue& quantile : quantiles) {
    if (!(quantile.pop > 0)) return "the population of a quantile is not above 0";
    if (quantile.se && !(*quantile.se >= 0)) return "a standard error is negative";
    const bool needs_scale = options.transform || quantile.se.has_value();
    if (!is_on_scale(quantile.value, needs_scale ? options.kind : ValueKind::plain))
      return "a rate is not above 0, or a proportion not between 0 and 1";
  }
  return nullptr;
}

}  // namespace

Result<double> standard_error(const Interval& at95, ValueKind kind) {
  if (!is_on_scale(at95.lower, kind) || !is_on_scale(at95.upper, kind))
    return refuse("a limit of a rate is not above 0, or of a proportion not between 0 and 1");
  if (!(at95.lower <= at95.upper)) return refuse("the lower limit is above the upper limit");
  return (to_scale(at95.upper, kind) - to_scale(at95.lower, kind)) / (2 * *normal_z(0.95));
}

Result<Inequality> inequality(std::span<const QuantileValue> quantiles,
                              const InequalityOptions& options) {
  if (const char* fault = fault_of(quantiles, options)) return refuse(fault);
  const Line line = line_of(quantiles);
  std::vector<double> y;
  for (const QuantileValue& quantile : quantiles)
    y.push_back(options.transform ? to_scale(quantile.value, options.kind) : quantile.value);
  const Fit fitted = fit(line, y);
  const Indices indices = indices_of(fitted, options);
  Inequality found{indices.at_0 * std::abs(options.multiplier), indices.sii, indices.rii, {}, {}};
  const bool has_errors = std::ranges::all_of(
      quantiles, [](const QuantileValue& quantile) { return quantile.se.has_value(); });
  if (!has_errors) return found;
  found.sii_limits.emplace();
  found.rii_limits.emplace();
  Simulated simulated = simulate(quantiles, line, options);
  add_limits(found, simulated, fitted, options, &BothLimits::at95, 0.95);
  add_limits(found, simulated, fitted, options, &BothLimits::at998, 0.998);
  return found;
}

}  // namespace hb::stats
