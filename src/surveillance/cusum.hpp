#pragma once
#include <vector>

#include "surveillance/series.hpp"

namespace hb::surveillance {

enum class CusumTransform : std::uint8_t {
  standard,          ///< (y − m)/√m
  rossi,             ///< (y − 3m + 2√(ym))/(2√m)
  anscombe,          ///< 1.5 (y^⅔ − m^⅔)/m^⅙
  pearson_negative,  ///< (y − m)/√(m + alpha m²)
};

enum class CusumMean : std::uint8_t {
  history,   ///< mean of everything before the range
  seasonal,  ///< Poisson regression on cos and sin of the year before the range
  given,     ///< `mean`
};

/// Names and defaults are those of algo.cusum of the R package surveillance.
struct CusumOptions {
  double k = 1.04;  ///< reference value, standard deviations
  double h = 2.26;  ///< decision interval, standard deviations
  CusumTransform trans = CusumTransform::standard;
  CusumMean m = CusumMean::history;
  std::vector<double> mean;  ///< cases expected: one, or one per time point of the range
  double alpha = 0;          ///< of pearson_negative: variance = m + alpha m²
};

struct CusumPoint : Judged {
  double cusum = none;  ///< standard deviations
  double m = none;      ///< cases expected
};

/// First time point with enough before it: a year of the seasonal mean; else a year, 60 at most.
std::size_t cusum_start(const Series& series, const CusumOptions& options);

/// Cumulative sum C = max(0, C + x − k) of standardised counts; alarm at C >= h, not reset after.
///
/// upperbound is the least count that alarms, given the sum before; 0 where any does. Where m is 0
/// nothing can be standardised: the sum is missing and the alarm unknown from then on. A missing
/// count leaves the sum as it is.
/// errors   invalid_input: an option out of its bounds; nothing before the range to learn from
/// source   Rossi, Lampugnani, Marchi (1999), Statistics in Medicine 18:2111–2122; numbers as of R
///          surveillance 1.20.3
Result<std::vector<CusumPoint>> cusum(const Series& series, Range range,
                                      const CusumOptions& options);

}  // namespace hb::surveillance
