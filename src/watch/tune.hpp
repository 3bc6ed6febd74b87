#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/principal.hpp"
#include "tables/database.hpp"
#include "watch/truth.hpp"

namespace hb::watch {

struct TuneOptions {
  Date from;  ///< history that is replayed, both ends included
  Date to;
  int injections = 12;                   ///< per stream, shape and size
  std::vector<int> sizes = {5, 10, 20};  ///< cases put into the stream
  std::int64_t least_cases = 10;         ///< of known outbreaks that are to be found
  double false_a_week = 2;               ///< signals that fit no known outbreak, at most
  std::uint64_t seed = 1;                ///< of the series that outbreaks are put into
  /// Told how much is done, 0…1, now and then; false stops.
  std::function<bool(double)> progress;
};

/// One line of what tuning says; a point of the curves of sensitivity against false signals (ROC)
/// and of days to detection against them (AMOC).
struct TuneRow {
  std::string part;      ///< injected | truth
  std::string detector;  ///< method, or "fused"
  std::string stream;    ///< or all
  std::string disease = "all";
  std::string season = "all";  ///< quarter of the year, 1–4
  std::string shape = "all";
  std::string size = "all";  ///< cases
  double threshold = 0;      ///< p-value; fused: share of false discoveries; truth: score
  std::size_t outbreaks = 0;
  std::size_t detected = 0;
  std::size_t outbreak_days = 0;  ///< injected: days with cases
  std::size_t alarm_days = 0;     ///< of them with an alarm
  std::vector<int> delays;        ///< injected: since the first case; truth: since the third onset
  std::size_t signals = 0;
  std::size_t wrong = 0;  ///< signals that fit no known outbreak
  double weeks = 0;
};

struct Tuning {
  std::vector<TuneRow> rows;
  /// The operating point that finds most known outbreaks with no more false signals a week than
  /// asked for, at equal numbers the earlier, then the calmer one. Without known outbreaks: the
  /// most sensitive one with no more signals a week.
  std::optional<TuneRow> chosen;
};

/// Replays history with outbreaks put into it, and holds fused signals and each method by itself
/// against known outbreaks, when there are any.
///
/// Methods are those of the stream (`scan` against known outbreaks alone) and, for comparison,
/// EARS, EWMA/regression, moving percentile, Bayes and Farrington flexible, each with weekly or
/// daily windows as its authors use it. In part `truth` every method has all streams and one signal
/// per street and disease in quiet_days, as the fused signals have.
///
/// errors   invalid_input: no days, no injections, no sizes; unavailable: stopped by `progress`;
///          those of replay()
Result<Tuning> tune(const tables::Database& database, const Principal& principal,
                    std::span<const Stream> streams, std::span<const Outbreak> truth,
                    const TuneOptions& options);

/// part,detector,stream,disease,season,shape,size,threshold,outbreaks,detected,pod,pod_low,pod_high,
/// outbreak_days,alarm_days,sensitivity,sensitivity_low,sensitivity_high,days,signals,wrong,
/// false_per_week,false_low,false_high,ppv,ppv_low,ppv_high; 95 % intervals of Wilson, of a Poisson
/// count exact; empty where it means nothing.
std::string tune_csv(std::span<const TuneRow> rows);

}  // namespace hb::watch
