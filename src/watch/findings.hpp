#pragma once
#include <map>
#include <string>
#include <vector>

#include "watch/stream.hpp"

namespace hb::watch {

/// Whose counts: a place, or an area where place is empty, and a disease or none.
struct SeriesKey {
  std::string area;
  std::string place;
  std::string disease;
  friend auto operator<=>(const SeriesKey&, const SeriesKey&) = default;
};

/// Counts of a stream, by series and day; a day without an entry has none.
using StreamCounts = std::map<SeriesKey, std::map<Date, double>>;

/// How unusual the counts of a series are on a day.
struct Finding {
  Date day;  ///< on which it could be known: the last day of the window and the delay
  const Stream* stream;
  SeriesKey key;
  double observed;  ///< cases in the window
  double pvalue;    ///< the smallest of the detectors, times how many there are
};

/// Findings of a stream and how many series were judged, by day.
struct Findings {
  std::vector<Finding> all;  ///< those with pvalue <= 0.05, or any case of the one-case lane
  std::map<Date, std::size_t> judged;  ///< series
};

/// Judges every series of a stream on the days first … last.
///
/// Counts are summed over windows of open days, judged window after window (each of the possible
/// beginnings by itself, so that windows do not overlap), never with a day that was not known yet.
/// begin    first day of the counts
/// errors   those of the detectors
Result<Findings> judge_stream(const Stream& stream, const StreamCounts& counts, Date begin,
                              Date first, Date last);

}  // namespace hb::watch
