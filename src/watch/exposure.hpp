#pragma once
#include <cstddef>
#include <vector>

#include "watch/findings.hpp"

namespace hb::watch {

/// How much fewer (or more) counts a stream has on the weekends and holidays of its calendar. A
/// method of single series is then given a history whose windows have as many of those days as the
/// window it judges, so that a week of the Spring Festival is held against such weeks.
class Exposure {
 public:
  /// days  open days of the stream, rising
  Exposure(const Stream& stream, const StreamCounts& counts, const std::vector<Date>& days);

  /// The calendar makes a difference.
  bool matters() const { return matters_; }
  /// A series of sums over windows, as if all had as many free days as window `at`; window `at`
  /// itself stays as it is, the others are rounded to whole cases.
  ///
  /// ends  index of the last day of each window
  surveillance::Series like(const surveillance::Series& series,
                            const std::vector<std::size_t>& ends, std::size_t at) const;

 private:
  /// Counts of a free day for each of a working day, learnt before a day.
  double factor(std::size_t day) const;

  bool matters_;
  std::size_t window_;
  std::vector<double> free_days_;    ///< before each day, as the next two
  std::vector<double> free_counts_;  ///< of all series of the stream
  std::vector<double> counts_;
};

}  // namespace hb::watch
