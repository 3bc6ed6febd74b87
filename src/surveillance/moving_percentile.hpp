#pragma once
#include <optional>
#include <vector>

#include "surveillance/series.hpp"

namespace hb::surveillance {

struct MovingPercentileOptions {
  std::optional<int> window;  ///< time points summed; 7 in daily series, else 1
  int windows = 5;            ///< of each past year: the same and (windows − 1)/2 on both sides
  int years = 5;              ///< at most so many years back
  int min_years = 3;          ///< fewer give no bound
  double percentile = 80;     ///< 0–100
  std::vector<double> percentile_by_month;  ///< twelve, January first; needs dates
  double min_cases = 1;                     ///< no alarm below so many cases in the window
};

struct MovingPercentilePoint : Judged {
  double window_cases = none;  ///< counts of the current window
  double windows = 0;          ///< past windows compared with
  double percentile = none;    ///< 0–100
};

/// First time point with windows of min_years.
std::size_t moving_percentile_start(const Series& series, const MovingPercentileOptions& options);

/// Moving percentile of the Chinese early warning system: counts of the current 7 days against the
/// same 7 days and the two before and after of up to five past years. Alarm above the percentile.
///
/// expected is the median, upperbound the percentile of the past windows (interpolated as R's
/// quantile type 7, Excel's PERCENTILE), both in cases per window. Past windows with a missing
/// count or not wholly in the series are left out. errors   invalid_input: an option out of its
/// bounds; months without dates source   Yang et al. (2011), Western Pacific Surveillance and
/// Response 2(1):10–15
Result<std::vector<MovingPercentilePoint>> moving_percentile(
    const Series& series, Range range, const MovingPercentileOptions& options);

}  // namespace hb::surveillance
