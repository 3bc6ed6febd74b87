#include "tempo/growth.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numbers>

namespace hb::tempo {
namespace {

struct Line {
  double level;  ///< log of cases/day in the middle of the window
  double slope;
  double slope_variance;  ///< at dispersion 1
  bool converged;
};

/// Newton's method for y ~ Poisson(exp(level + slope·x)), x = day − middle of the window.
Line fit(std::span<const double> counts) {
  const auto n = static_cast<double>(counts.size());
  const double middle = (n - 1) / 2;
  double sum = 0;
  for (const double count : counts) sum += count;
  Line line{std::log(sum / n), 0, 0, false};
  constexpr int most_steps = 100;
  for (int step = 0; step < most_steps && !line.converged; ++step) {
    double w0 = 0, w1 = 0, w2 = 0, s0 = 0, s1 = 0;
    for (std::size_t day = 0; day < counts.size(); ++day) {
      const double x = static_cast<double>(day) - middle;
      const double mean = std::exp(line.level + line.slope * x);
      w0 += mean;
      w1 += mean * x;
      w2 += mean * x * x;
      s0 += counts[day] - mean;
      s1 += (counts[day] - mean) * x;
    }
    const double determinant = w0 * w2 - w1 * w1;
    if (!(determinant > 0) || !std::isfinite(determinant)) return line;
    const double up = (w2 * s0 - w1 * s1) / determinant;
    const double turn = (w0 * s1 - w1 * s0) / determinant;
    const double most = std::max(std::abs(up), std::abs(turn) * middle);
    const double damping = most > 2 ? 2 / most : 1;  // far from the solution a step may overshoot
    line.level += damping * up;
    line.slope += damping * turn;
    line.slope_variance = w0 / determinant;
    line.converged = most < 1e-10;
  }
  return line;
}

double dispersion(std::span<const double> counts, const Line& line) {
  const auto n = static_cast<double>(counts.size());
  double sum = 0;
  for (std::size_t day = 0; day < counts.size(); ++day) {
    const double mean =
        std::exp(line.level + line.slope * (static_cast<double>(day) - (n - 1) / 2));
    sum += (counts[day] - mean) * (counts[day] - mean) / mean;
  }
  return std::max(sum / (n - 2), 1.0);
}

}  // namespace

std::optional<double> Growth::doubling() const {
  if (!known || rate == 0) return std::nullopt;
  return std::numbers::ln2 / rate;
}

std::optional<stats::Interval> Growth::doubling_limits() const {
  if (!known || limits.lower * limits.upper <= 0) return std::nullopt;
  return stats::Interval{std::numbers::ln2 / limits.upper, std::numbers::ln2 / limits.lower};
}

Result<std::vector<Growth>> growth_rates(std::span<const double> counts,
                                         std::span<const Window> windows, double confidence) {
  if (!(confidence > 0 && confidence < 1))
    return fail(ErrorCode::invalid_input, "confidence is not in (0, 1)");
  std::vector<Growth> all;
  for (const Window& window : windows) {
    if (window.start < 1 || window.end > counts.size() || window.end < window.start + 2)
      return fail(ErrorCode::invalid_input, "window " + std::to_string(window.start) + " to " +
                                                std::to_string(window.end) +
                                                " does not hold 3 days of the series");
    const auto part = counts.subspan(window.start - 1, window.end - window.start + 1);
    Growth growth{window};
    const auto days_with_cases = std::ranges::count_if(part, [](double n) { return n > 0; });
    double cases = 0;
    for (const double count : part) cases += count;
    if (const Line line = fit(part); cases >= 3 && days_with_cases > 1 && line.converged) {
      growth.known = true;
      growth.rate = line.slope;
      growth.dispersion = dispersion(part, line);
      const boost::math::students_t t(static_cast<double>(part.size()) - 2);
      const double reach = boost::math::quantile(t, 0.5 + confidence / 2) *
                           std::sqrt(growth.dispersion * line.slope_variance);
      growth.limits = {line.slope - reach, line.slope + reach};
    }
    all.push_back(growth);
  }
  return all;
}

}  // namespace hb::tempo
