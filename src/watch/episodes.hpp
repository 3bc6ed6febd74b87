#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "watch/findings.hpp"

namespace hb::watch {

struct FusionOptions {
  double false_discoveries = 0.1;  ///< share among the findings taken on a day (Benjamini–Hochberg)
  int memory_days = 7;             ///< findings so far back support each other
  int quiet_days = 21;             ///< without a finding an episode is over
  double join = 0.01;              ///< p-value from which on a finding supports an open episode
  std::optional<double> at_most;  ///< signals a week in the ranked lane; absent: all
  int tuning_days = 365;          ///< before a day, in which the threshold for it is found
};

/// One line for those who verify: findings of several streams at the same place and time.
struct Signal {
  std::string id;  ///< the same whenever the same data are replayed
  Date date;       ///< on which it could be raised
  Lane lane;
  std::string area;
  std::string place;    ///< of the strongest finding; empty: the area
  std::string disease;  ///< of the strongest finding that names one
  std::vector<std::string> streams;
  double score;     ///< sum over streams of −log10 of the smallest p-value; one case: 0
  Date first_date;  ///< of the first finding of the episode
};

/// Findings of a day that stand out among all series judged that day.
///
/// pvalues  of the findings kept; judged: how many series there were
/// returns  the largest p-value that is taken; −1: none
/// source   Benjamini, Hochberg (1995), JRSS-B 57:289–300
double discovery_threshold(std::vector<double> pvalues, std::size_t judged, double share);

/// Joins findings into episodes and says which are signalled and when. An episode is of one area
/// and syndrome; streams without a syndrome join any. It begins with a discovery and is signalled
/// once. With at_most, a score must also reach the threshold that would have let through so many a
/// week in the tuning days before, and no seven days have more: the threshold knows no later day.
///
/// findings  of all streams, from tuning_days before `from` on where there are any
/// returns   signals with date in from … to, by date, the one-case lane first, then by falling
/// score
std::vector<Signal> fuse(const Findings& findings, Date from, Date to,
                         const FusionOptions& options);

}  // namespace hb::watch
