#include "tempo/scores.hpp"

#include <algorithm>
#include <cmath>

namespace hb::tempo {

double crps(std::span<const double> sample, double observed) {
  std::vector<double> sorted(sample.begin(), sample.end());
  std::ranges::sort(sorted);
  const auto n = static_cast<double>(sorted.size());
  double distance = 0;
  double spread = 0;  // Σ over ordered pairs of |x − y| is 2 Σ (2i − n − 1) x_i
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    distance += std::abs(sorted[i] - observed);
    spread += (2 * static_cast<double>(i + 1) - n - 1) * sorted[i];
  }
  return distance / n - spread / (n * n);
}

double interval_score(const Central& central, double observed) {
  const double alpha = 1 - central.confidence;
  const auto [lower, upper] = central.limits;
  return (upper - lower) + 2 / alpha * std::max(lower - observed, 0.0) +
         2 / alpha * std::max(observed - upper, 0.0);
}

double weighted_interval_score(double median, std::span<const Central> intervals, double observed) {
  double sum = 0.5 * std::abs(observed - median);
  for (const Central& central : intervals)
    sum += (1 - central.confidence) / 2 * interval_score(central, observed);
  return sum / (static_cast<double>(intervals.size()) + 0.5);
}

}  // namespace hb::tempo
