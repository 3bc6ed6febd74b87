#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/principal.hpp"
#include "signals/kept.hpp"
#include "tables/database.hpp"
#include "watch/findings.hpp"

namespace hb::signals {

/// The counts of a stream as far back as there are any.
struct Counts {
  const watch::Stream* stream = nullptr;
  watch::StreamCounts series;
  Date begin;  ///< first day with a count in any series; the last day when there is none
  Date end;    ///< last day read
};

/// A day of a series with the window of open days that ends on it; NaN where there is no figure.
struct CurveDay {
  Date day;
  bool open = true;  ///< false: a day on which this stream has no counts
  double count = 0;
  double window = 0;  ///< sum of the window
  double expected = 0;
  double threshold = 0;  ///< the window alarms strictly above it
  double pvalue = 0;
  bool alarm = false;
};

/// A series behind a signal, as its stream's first detector judges it.
struct Curve {
  const watch::Stream* stream = nullptr;
  watch::SeriesKey key;
  std::string method;
  int window = 0;  ///< open days summed
  std::vector<CurveDay> days;
};

/// Days from … to of a series; windows are judged as the daily run judges them.
/// errors  those of the detector
Result<Curve> curve(const Counts& counts, const watch::SeriesKey& key, Date from, Date to);

/// The series of a stream that raised a signal, by the method and window that did. Where the signal
/// does not say which: of its area, at its place and of its disease where the stream tells them
/// apart, with the smallest p-value in the week before.
/// errors  not_found: the stream has no counts there; those of the detector
Result<Curve> curve_of(const Counts& counts, const Facts& facts, int days_before, Date to);

/// One method over the windows of a series that end on the last day and multiples of the window
/// before it.
struct Compared {
  const surveillance::Detector* method = nullptr;
  bool own = false;        ///< with the options of the stream; else the method's defaults
  bool too_short = false;  ///< there is less history than it needs
  std::string refused;     ///< why it cannot judge otherwise; empty: it can
  struct Point {
    Date last;                             ///< of the window
    double observed, expected, threshold;  ///< NaN: none
    bool alarm;
  };
  std::vector<Point> points;  ///< oldest first, the last `most`
};
/// Every method there is, over the same windows, so that they can be compared.
std::vector<Compared> compare(const Counts& counts, const watch::SeriesKey& key, Date last,
                              std::size_t most);

/// The window of each other area of the same stream and disease, and what is usual there.
struct Neighbour {
  std::string area;
  double window = 0;
  double usual = 0;  ///< mean of the eight windows before
};
std::vector<Neighbour> neighbours(const Counts& counts, const Facts& facts, Date last);

/// Cases per day of a disease in all areas together, days from … to.
std::vector<double> daily_total(const Counts& counts, const std::string& disease, Date from,
                                Date to);

/// Counts of the streams, kept while the tables stand where they are. They are read without any
/// compartment and for all areas: what of them is shown to whom is the caller's business.
class Evidence {
 public:
  Evidence(const tables::Database& database, std::span<const watch::Stream> streams)
      : database_(database), streams_(streams) {}

  const watch::Stream* stream(std::string_view id) const;
  /// errors  not_found: no such stream; those of the tables
  Result<std::shared_ptr<const Counts>> counts(std::string_view stream, Date last, BatchId feed);

 private:
  struct Entry {
    std::shared_ptr<const Counts> counts;
    Date last;
    BatchId feed = 0;
  };
  const tables::Database& database_;
  std::span<const watch::Stream> streams_;
  std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;
};

/// Counts of a stream on the days from … to, by series.
Result<watch::StreamCounts> read_counts(const tables::Database& database,
                                        const Principal& principal, const watch::Stream& stream,
                                        Date from, Date to);

}  // namespace hb::signals
