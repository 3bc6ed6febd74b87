#pragma once
#include <optional>
#include <string>
#include <vector>

#include "watch/findings.hpp"

namespace hb::watch {

struct FusionOptions {
  double threshold = 2;            ///< score below which there is no signal
  double false_discoveries = 0.1;  ///< share among what is taken on a day (Benjamini–Hochberg)
  int memory_days = 7;             ///< findings so far back support each other
  int quiet_days = 10;             ///< after so many days below the threshold it is a new signal
  double rise = 2;                 ///< so much above all that is known it is a new signal earlier
  double support = 1;              ///< −log10 p of a finding that is left out of the score
  std::optional<double> at_most;   ///< signals a week in the ranked lane; absent: all
  int calibration_days = 364;      ///< before a month, which say what `at_most` takes in it
};

/// What one stream says to a signal.
struct Evidence {
  std::string stream;
  std::string method;
  SeriesKey key;
  Date day;   ///< on which it could be known
  Date from;  ///< first and last day of the window
  Date to;
  double observed;   ///< cases in the window
  double expected;   ///< cases in the window; NaN where the method gives none
  double threshold;  ///< cases in the window; NaN where the method gives none
  double pvalue;
  std::shared_ptr<const Cluster> cluster = nullptr;  ///< of neighbouring areas; null: none
};

/// One line for those who verify: findings of several streams at the same place and time.
struct Signal {
  std::string id;  ///< the same whenever the same data are replayed; ASCII
  Date date;       ///< on which it could be raised
  Lane lane;
  std::string area;
  std::string place;     ///< empty: the area
  std::string disease;   ///< of the strongest finding that names one
  std::string syndrome;  ///< of the strongest finding that has one
  std::vector<std::string> streams;
  double score;  ///< sum over families of −log10 of the smallest p-value, less support; one case: 0
  Date first_date;                      ///< of the first finding it rests on
  std::vector<Evidence> evidence = {};  ///< the strongest finding of each stream, strongest first
};

/// Findings of a day that stand out among all series judged that day.
///
/// pvalues  of the findings kept; judged: how many series there were
/// returns  the largest p-value that is taken; −1: none
/// source   Benjamini, Hochberg (1995), JRSS-B 57:289–300
double discovery_threshold(std::vector<double> pvalues, std::size_t judged, double share);

/// First day whose findings the signals of `from` rest on.
Date findings_from(Date from, const FusionOptions& options);

/// Joins findings and says which are signalled and when.
///
/// What is joined: findings of the last memory_days in one area that do not contradict each other:
/// same place or one of the area as a whole, same disease or one without, same syndrome or one
/// without. Of a family of streams the strongest counts, 10^−score is the joint p-value.
/// A signal is raised on a day when its score reaches the threshold, it is among the discoveries of
/// the day, and what agrees with it has not reached the threshold in the quiet days before, or not
/// within `rise` of this score: what grows is told again. Two things are told although something
/// that agrees was there: a place of its own, where only the area as a whole was; and what goes on
/// for longer than the quiet days, when windows that began in them would be a signal by themselves
/// and such windows were none in the quiet days before. With at_most, the threshold of all days of
/// a month is raised to what would have given so many signals a week in the calibration days before
/// that month. So a day's signals rest on that day and what was known before it, not on where a
/// replay began.
///
/// findings  of all streams, from findings_from(from) on
/// returns   signals with date in from … to, by date, the one-case lane first, then by falling
/// score
std::vector<Signal> fuse(const Findings& findings, Date from, Date to,
                         const FusionOptions& options);

}  // namespace hb::watch
