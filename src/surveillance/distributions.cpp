#include "surveillance/distributions.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace hb::surveillance {
namespace {

namespace policies = boost::math::policies;
/// Double precision is enough; what cannot be computed is NaN.
using Quick = policies::policy<policies::promote_double<false>,
                               policies::evaluation_error<policies::ignore_error>,
                               policies::domain_error<policies::ignore_error>,
                               policies::overflow_error<policies::ignore_error>>;
constexpr Quick quick{};

/// From here on the normal approximation has less than one case of error.
constexpr double large = 1e8;

// Half-open search around a first guess: the distribution function is the costly part.
template <class Cdf>
double least_whole(const Cdf& cdf, double guess, double sd, double probability) {
  // A sum of rounding errors must not move an exact step: R allows for 64 units in the last place.
  const double target = probability * (1 - 64 * 2.220446049250313e-16);
  double step = std::max(1.0, std::floor(sd / 16));
  double high = std::max(0.0, std::floor(guess));
  while (cdf(high) < target) {
    high += step;
    step *= 2;
  }
  step = std::max(1.0, std::floor(sd / 16));
  double low = high - step;  // below the answer, or -1
  while (low >= 0 && cdf(low) >= target) {
    high = low;
    step *= 2;
    low -= step;
  }
  low = std::max(low, -1.0);
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    if (middle <= low || middle >= high) break;  // beyond 2⁵³ not every whole number is a double
    (cdf(middle) >= target ? high : low) = middle;
  }
  return high;
}

/// Third-order normal approximation (Cornish and Fisher).
double cornish_fisher(double mean, double sd, double skewness, double probability) {
  const double z = normal_quantile(probability);
  return mean + sd * (z + skewness * (z * z - 1) / 6);
}

}  // namespace

double normal_quantile(double probability) {
  return boost::math::quantile(boost::math::normal{}, probability);
}

double normal_cdf(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

double t_two_sided(double t, double degrees) {
  if (std::isnan(t) || !(degrees > 0)) return std::nan("");
  if (std::isinf(t)) return 0;
  return 2 *
         boost::math::cdf(boost::math::complement(boost::math::students_t(degrees), std::abs(t)));
}

double quantile(const NegativeBinomial& law, double probability) {
  const double mean = law.size * (1 - law.prob) / law.prob;
  if (mean == 0) return 0;
  const double sd = std::sqrt(mean / law.prob);
  const double skewness = (2 - law.prob) / (law.prob * sd);
  if (law.size > large) return std::ceil(cornish_fisher(mean, sd, skewness, probability));
  const auto cdf = [&](double x) { return boost::math::ibeta(law.size, x + 1, law.prob, quick); };
  return least_whole(cdf, cornish_fisher(mean, sd, skewness, probability), sd, probability);
}

double poisson_quantile(double mean, double probability) {
  if (mean == 0) return 0;
  const double sd = std::sqrt(mean);
  if (mean > large) return std::ceil(cornish_fisher(mean, sd, 1 / sd, probability));
  const auto cdf = [&](double x) { return boost::math::gamma_q(x + 1, mean, quick); };
  return least_whole(cdf, cornish_fisher(mean, sd, 1 / sd, probability), sd, probability);
}

double at_least(const NegativeBinomial& law, double x) {
  if (x <= 0) return 1;
  const double mean = law.size * (1 - law.prob) / law.prob;
  if (law.size > large) return normal_cdf((mean - x + 0.5) / std::sqrt(mean / law.prob));
  return boost::math::ibetac(law.size, x, law.prob, quick);
}

double poisson_at_least(double mean, double x) {
  if (x <= 0) return 1;
  if (mean > large) return normal_cdf((mean - x + 0.5) / std::sqrt(mean));
  return boost::math::gamma_p(x, mean, quick);
}

}  // namespace hb::surveillance
