#include "surveillance/farrington_baseline.hpp"

#include <algorithm>
#include <cmath>

#include "surveillance/distributions.hpp"

namespace hb::surveillance {

double recent_cases(const Series& series, std::size_t at, int periods) {
  const std::size_t back = std::min(at + 1, static_cast<std::size_t>(periods));
  double sum = 0;
  for (std::size_t i = at + 1 - back; i <= at; ++i) sum += series.observed[i];
  return sum;
}

PowerBound power_bound(double mean, double se, double phi, double z, double observed,
                       PowerTransform transform) {
  const double tau = phi + se * se / mean;
  double power = 1;
  double spread = std::sqrt(mean * tau);
  if (transform == PowerTransform::two_thirds) {
    power = 2.0 / 3;
    spread = std::sqrt(4.0 / 9 * std::cbrt(mean) * tau);
  } else if (transform == PowerTransform::half) {
    power = 0.5;
    spread = std::sqrt(tau / 4);
  }
  const double centre = std::pow(mean, power);
  const double raised = std::max(0.0, centre + z * spread);
  const double off = (std::pow(observed, power) - centre) / spread;
  return {std::pow(raised, 1 / power), normal_cdf(off), normal_cdf(-off)};
}

void anscombe_weights(const std::vector<double>& residual, double threshold,
                      std::vector<double>& weight) {
  weight.resize(residual.size());
  double sum = 0;
  for (std::size_t i = 0; i < residual.size(); ++i) {
    const double s = residual[i];
    weight[i] = s > threshold ? 1 / (s * s) : 1;
    sum += weight[i];
  }
  const double gamma = static_cast<double>(residual.size()) / sum;
  for (double& w : weight) w *= gamma;
}

}  // namespace hb::surveillance
