#pragma once
#include "surveillance/series.hpp"

namespace hb::surveillance {

/// What the column upperbound holds.
enum class Returned : std::uint8_t {
  value,  ///< the statistic itself
  cases,  ///< the least count that would alarm, given the past
};

/// Names and defaults are those of algo.outbreakP of the R package surveillance.
struct OutbreakPOptions {
  double k = 100;  ///< alarm above it
  Returned ret = Returned::value;
  double max_upperbound_cases = 1e5;  ///< no more are looked for
};

struct OutbreakPPoint : Judged {
  double log_statistic = none;  ///< natural logarithm, where the statistic itself overflows
};

/// Semiparametric detection of the start of a rise: likelihood of an increasing mean against that
/// of a constant one, over everything observed so far.
///
/// The statistic is a plain product as in R: it overflows to Inf, loses itself in 0, or is missing
/// after both; log_statistic is what it should be. Missing counts are left out.
/// errors   invalid_input: k not above 0
/// source   Frisén, Andersson, Schiöler (2009), Statistics in Medicine 28:476–493; numbers as of R
///          surveillance 1.20.3
Result<std::vector<OutbreakPPoint>> outbreak_p(const Series& series, Range range,
                                               const OutbreakPOptions& options);

}  // namespace hb::surveillance
