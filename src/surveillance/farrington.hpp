#pragma once
#include "surveillance/farrington_baseline.hpp"

namespace hb::surveillance {

/// Names and defaults are those of algo.farrington of the R package surveillance.
struct FarringtonOptions {
  int b = 5;             ///< years back, >= 1
  int w = 3;             ///< half-window, time points >= 0
  bool reweight = true;  ///< past outbreaks count less
  double alpha = 0.05;   ///< two-sided: the bound is the 1 − alpha/2 quantile
  bool trend = true;     ///< kept only where p < 0.05, b >= 3 and the prediction is no record
  MinimumCases limit54;
  PowerTransform powertrans = PowerTransform::two_thirds;
};

struct FarringtonPoint : Judged {
  bool trend = false;      ///< the slope was kept
  double quantile = none;  ///< P(Y <= observed)
  double median = none;    ///< cases
};

std::size_t farrington_start(const Series& series, const FarringtonOptions& options);

/// Farrington's original method: quasi-Poisson regression on the same weeks of past years.
///
/// Missing counts are left out of the baseline. A window that reaches below the first time point is
/// cut off there.
/// returns  one per time point of the range; upperbound is 0 where there were too few recent cases
/// errors   invalid_input: an option out of its bounds
/// source   Farrington, Andrews, Beale, Catchpole (1996), JRSS-A 159:547–563; numbers as of R
///          surveillance 1.20.3
Result<std::vector<FarringtonPoint>> farrington(const Series& series, Range range,
                                                const FarringtonOptions& options);

}  // namespace hb::surveillance
