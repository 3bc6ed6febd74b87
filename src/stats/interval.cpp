#include "stats/interval.hpp"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace hb::stats {
namespace {

/// Counts below it have exact limits.
constexpr double byar_from = 10;

unexpected<Error> refuse(const char* why) { return fail(ErrorCode::invalid_input, why); }

bool is_share(double confidence) { return confidence > 0 && confidence < 1; }

/// In double throughout: long double is five times slower and changes no digit that is given.
using InDouble = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

double chi_squared_quantile(double probability, double degrees) {
  return boost::math::quantile(boost::math::chi_squared_distribution<double, InDouble>(degrees),
                               probability);
}

double byar_factor(double x, double signed_z) {
  const double root = 1 - 1 / (9 * x) + signed_z / (3 * std::sqrt(x));
  return x * root * root * root;
}

}  // namespace

Result<double> normal_z(double confidence) {
  if (!is_share(confidence)) return refuse("the confidence is not in (0, 1)");
  return boost::math::quantile(boost::math::normal(), 0.5 + confidence / 2);
}

Result<Interval> wilson(double x, double n, double confidence) {
  if (!(n > 0)) return refuse("the denominator is not above 0");
  if (!(x >= 0)) return refuse("the numerator is negative");
  if (x > n) return refuse("the numerator is above the denominator");
  if (confidence == 1) return Interval{0, 1};
  const Result<double> z = normal_z(confidence);
  if (!z) return unexpected(z.error());
  const double square = *z * *z;
  const double half = *z * std::sqrt(square + 4 * x * (1 - x / n));
  const double below = 2 * (n + square);
  // At the ends the formula is exact only without rounding.
  return Interval{x == 0 ? 0 : (2 * x + square - half) / below,
                  x == n ? 1 : (2 * x + square + half) / below};
}

Result<CountLimits> byar(double x, double confidence) {
  if (!(x >= 0)) return refuse("the count is negative");
  const Result<double> z = normal_z(confidence);
  if (!z) return unexpected(z.error());
  CountLimits limits;
  if (x > 0) limits.lower = byar_factor(x, -*z);
  if (limits.lower && *limits.lower < 0) limits.lower.reset();
  limits.upper = byar_factor(x + 1, *z);
  return limits;
}

Result<Interval> poisson_exact(double x, double confidence) {
  if (!(x >= 0)) return refuse("the count is negative");
  if (!is_share(confidence)) return refuse("the confidence is not in (0, 1)");
  const double tail = (1 - confidence) / 2;
  return Interval{x == 0 ? 0 : chi_squared_quantile(tail, 2 * x) / 2,
                  chi_squared_quantile(confidence + tail, 2 * x + 2) / 2};
}

Result<Count> count_limits(double x, double confidence) {
  if (!(x >= byar_from)) {
    const Result<Interval> exact = poisson_exact(x, confidence);
    if (!exact) return unexpected(exact.error());
    return Count{*exact, CountMethod::exact};
  }
  const Result<CountLimits> limits = byar(x, confidence);
  if (!limits) return unexpected(limits.error());
  return Count{{limits->lower.value_or(0), *limits->upper}, CountMethod::byar};
}

Result<Rate> crude_rate(double x, double n, double confidence) {
  if (!(n > 0)) return refuse("the denominator is not above 0");
  const Result<Count> count = count_limits(x, confidence);
  if (!count) return unexpected(count.error());
  return Rate{x / n, {count->limits.lower / n, count->limits.upper / n}, count->method};
}

Result<Mean> mean(std::span<const double> values, double confidence) {
  if (values.empty()) return refuse("there are no values");
  long double sum = 0;
  for (const double value : values) sum += value;
  const long double middle = sum / static_cast<long double>(values.size());
  long double squares = 0;  // around the mean: nothing is lost where values are alike
  for (const double value : values) squares += (value - middle) * (value - middle);
  const auto k = static_cast<std::int64_t>(values.size());
  // Σx² = Σ(x-m)² + k·m², handed on with m = 0 so that only the spread is left.
  Result<Mean> spread = mean_of_sums(0, static_cast<double>(squares), k, confidence);
  if (!spread) return spread;
  const auto centre = static_cast<double>(middle);
  spread->value = centre;
  if (spread->limits)
    spread->limits = Interval{centre + spread->limits->lower, centre + spread->limits->upper};
  return spread;
}

Result<Mean> mean_of_sums(double sum, double squares, std::int64_t k, double confidence) {
  if (k < 1) return refuse("there are no values");
  if (!is_share(confidence)) return refuse("the confidence is not in (0, 1)");
  const auto count = static_cast<long double>(k);
  const long double centre = sum / count;
  Mean mean{static_cast<double>(centre), std::nullopt, std::nullopt};
  if (k == 1) return mean;
  long double spread = squares - sum * centre;
  const long double rounding = 1e-12L * squares;  // of sums that came as double
  if (spread < -rounding) return refuse("the sum of squares is too small for the sum");
  if (spread < 0) spread = 0;
  mean.sd = static_cast<double>(std::sqrt(spread / (count - 1)));
  const double t = boost::math::quantile(boost::math::students_t(static_cast<double>(k - 1)),
                                         1 - (1 - confidence) / 2);
  const double half = t * *mean.sd / std::sqrt(static_cast<double>(k));
  mean.limits = Interval{mean.value - half, mean.value + half};
  return mean;
}

}  // namespace hb::stats
