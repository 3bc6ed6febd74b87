#pragma once
#include <span>
#include <vector>

#include "stats/interval.hpp"

namespace hb::tempo {

/// Continuous ranked probability score of a sample against what came; in the unit of the figure,
/// 0 is best. sample  not empty, any order.
/// source  Gneiting, Raftery (2007), J Am Stat Assoc 102:359-378, equation 21
double crps(std::span<const double> sample, double observed);

/// A central interval and what it was meant to hold.
struct Central {
  double confidence;  ///< 0.5 = from the 25 % to the 75 % quantile
  stats::Interval limits;
};

/// Interval score of a central interval, 0 is best.
/// source  Gneiting, Raftery (2007), equation 43
double interval_score(const Central& central, double observed);

/// Weighted interval score of a median and central intervals, 0 is best.
/// source  Bracher, Ray, Gneiting, Reich (2021), PLoS Comput Biol 17:e1008618
double weighted_interval_score(double median, std::span<const Central> intervals, double observed);

}  // namespace hb::tempo
