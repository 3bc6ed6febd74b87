#pragma once
#include <string>

#include "watch/findings.hpp"

namespace hb::watch {

struct SeriesOptions {
  Date from;
  Date to;
  int window = 7;  ///< days summed in each time point; the last one ends on `to`
  double least =
      1;  ///< series with fewer cases in every window of the last `recent` days are left out
  int recent = 731;
};

/// Series of a stream as `healthbrain detect` reads them: unit,t,date,observed and, behind them,
/// area,place,disease,part. Every window has a row, also without cases; windows are of days of the
/// calendar, a closed day counts nothing.
///
/// errors   invalid_input: a window below 1 day or longer than from … to
Result<std::string> series_csv(const StreamCounts& counts, const SeriesOptions& options);

/// Findings as day,stream,method,area,place,disease,part,from,to,observed,expected,pvalue, by day.
std::string findings_csv(const Findings& findings);

}  // namespace hb::watch
