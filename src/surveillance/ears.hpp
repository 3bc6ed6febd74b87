#pragma once
#include <optional>

#include "surveillance/series.hpp"

namespace hb::surveillance {

enum class EarsMethod : std::uint8_t { c1, c2, c3 };

/// Names and defaults are those of earsC of the R package surveillance.
struct EarsOptions {
  int baseline = 7;             ///< time points of the moving baseline, >= 2
  double min_sigma = 0;         ///< cases, >= 0; floor of the standard deviation
  std::optional<double> alpha;  ///< one-sided; 0.001, for C3 0.025
};

/// First time point with a bound: baseline + 1 (C1), + 3 (C2), + 5 (C3), counted from 1.
std::size_t ears_start(EarsMethod method, const EarsOptions& options);

/// Early Aberration Reporting System: a time point against a short baseline that ends just before
/// it (C1), three time points before it (C2), or C2 with the excesses of the last two (C3).
///
/// expected is the mean of the baseline. A missing count makes the bounds that rest on it missing.
/// C3 follows R: its bound moves with the observed count, so that it alarms exactly when the two
/// former excesses sum to more than the normal quantile.
/// errors   invalid_input: an option out of its bounds, a range that begins before ears_start
/// source   Hutwagner et al. (2003), Journal of Urban Health 80:i89–i96; Fricker, Hegler, Dunfee
///          (2008), Statistics in Medicine 27:3407–3429; numbers as of R surveillance 1.20.3
Result<std::vector<Judged>> ears(EarsMethod method, const Series& series, Range range,
                                 const EarsOptions& options);

}  // namespace hb::surveillance
