#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "watch/stream.hpp"

namespace hb::watch {

/// Whose counts: a place, or an area where place is empty, a disease or none, and a part or none.
struct SeriesKey {
  std::string area;
  std::string place;
  std::string disease;
  std::string part;  ///< class of a school, community of a street, age band
  friend auto operator<=>(const SeriesKey&, const SeriesKey&) = default;
};

/// Counts of a stream, by series and day; a day without an entry has none.
using StreamCounts = std::map<SeriesKey, std::map<Date, double>>;

/// Neighbouring areas that have more cases together than the other areas have in the same days.
struct Cluster {
  std::vector<std::string> areas;  ///< from the centre outwards
  bool ongoing;                    ///< one that shares an area with it was there in the week before
};

/// How unusual the counts of a series are on a day.
struct Finding {
  Date day;  ///< on which it could be known: the last day of the window and the delay
  const Stream* stream;
  SeriesKey key;
  double observed;  ///< cases in the window
  double pvalue;    ///< the smallest of the detectors, times how many there are
  double expected = surveillance::none;   ///< cases in the window
  double threshold = surveillance::none;  ///< cases in the window
  Date from{};                            ///< first and last day of the window
  Date to{};
  std::string_view method = "";
  std::shared_ptr<const Cluster> cluster = nullptr;  ///< key: its area with the largest excess
};

/// Findings of a stream and how many series were judged, by day.
struct Findings {
  std::vector<Finding> all;  ///< those with pvalue <= 0.05, or any case of the one-case lane
  std::map<Date, std::size_t> judged;  ///< series
};

/// First day of the counts that judging `first` rests on.
Date counts_from(const Stream& stream, Date first);

/// Judges every series of a stream on the days first … last.
///
/// `pooled` holds every place beside all others of the stream. Methods of single series judge sums
/// over windows of open days, window after window (each of the possible beginnings by itself, so
/// that windows do not overlap). Never with a day that was not known yet.
/// begin    first day of the counts, not after counts_from(first)
/// errors   those of the detectors
Result<Findings> judge_stream(const Stream& stream, const StreamCounts& counts, Date begin,
                              Date first, Date last);

/// A series day by day, with the bound it was held against.
struct ChartDay {
  Date day;
  double count;                        ///< cases of the day alone; NaN on a closed day
  double observed;                     ///< cases in the window that ends there; NaN on a closed day
  double expected;                     ///< cases in the window; NaN: not judged
  double threshold;                    ///< cases in the window; NaN: not judged
  double pvalue = surveillance::none;  ///< NaN: not judged
};

/// A series on the days from … to (of the counts, not of their knowledge), judged by one method
/// with windows of one length. begin    first day of the counts, not after counts_from(stream,
/// from) method   "pooled" or one of the stream's detectors; window: open days errors   those of
/// the detectors
Result<std::vector<ChartDay>> chart_of(const Stream& stream, const StreamCounts& counts, Date begin,
                                       const SeriesKey& key, std::string_view method, int window,
                                       Date from, Date to);

}  // namespace hb::watch
