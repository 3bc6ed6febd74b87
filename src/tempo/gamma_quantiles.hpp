#pragma once
#include <array>
#include <cstdint>
#include <unordered_map>

namespace hb::tempo {

inline constexpr std::size_t quantile_count = 7;
/// The levels at which estimates of R are given.
inline constexpr std::array<double, quantile_count> quantile_levels = {0.025, 0.05, 0.25, 0.5,
                                                                       0.75,  0.95, 0.975};
using Quantiles = std::array<double, quantile_count>;

/// Quantiles of gamma distributions of scale 1. Days with the same number of cases share a shape,
/// so that each shape is worked out once.
class GammaQuantiles {
 public:
  /// shape  > 0. returns  quantiles at quantile_levels, accurate to about 1e-10
  const Quantiles& of(double shape);

 private:
  std::unordered_map<double, Quantiles> known_;
};

/// P(X ≤ x) of a gamma distribution of scale 1, and its density.
double gamma_below(double shape, double x);
double gamma_density(double shape, double x);

}  // namespace hb::tempo
