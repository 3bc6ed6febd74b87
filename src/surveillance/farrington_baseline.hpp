#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "surveillance/series.hpp"

namespace hb::surveillance {

/// Which transformation of the counts is taken to be symmetric.
enum class PowerTransform : std::uint8_t { two_thirds, half, identity };

/// No answer where fewer than `cases` came in the last `periods` time points, this one included.
struct MinimumCases {
  double cases = 5;
  int periods = 4;
};

/// Counts of the last `periods` time points up to `at`; NaN where one is missing.
double recent_cases(const Series& series, std::size_t at, int periods);

/// Bound of the counts and place of an observation, from a prediction with its uncertainty.
struct PowerBound {
  double upper;     ///< counts, >= 0
  double quantile;  ///< P(Y <= observed)
  double tail;      ///< P(Y >= observed)
};

/// mean     predicted count
/// se       standard error of the mean
/// phi      dispersion
/// z        standard normal quantile of the bound
/// source   Farrington et al. (1996), JRSS-A 159:547–563, section 3.6
PowerBound power_bound(double mean, double se, double phi, double z, double observed,
                       PowerTransform transform);

/// Anscombe residuals above `threshold` reduce a weight, low ones do not; weights have mean 1
/// where they are inverse squares.
///
/// residual  standardised Anscombe residuals
void anscombe_weights(const std::vector<double>& residual, double threshold,
                      std::vector<double>& weight);

}  // namespace hb::surveillance
