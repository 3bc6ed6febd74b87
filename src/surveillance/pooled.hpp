#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "surveillance/series.hpp"

namespace hb::surveillance {

/// How a place is held against all others.
struct PooledOptions {
  std::vector<int> windows = {1, 2, 3, 5, 7, 14};  ///< days, rising; the strongest speaks
  int baseline = 364;                              ///< days in which the share of a place is learnt
  int guard = 14;                                  ///< days between them and the day judged
  int level = 56;        ///< days before the window from which a level is taken over
  double worth = 10;     ///< counts that level is worth, at most
  double alike = 2;      ///< counts the size of a place is worth when its share is learnt
  double spread = 0.15;  ///< coefficient of variation beyond chance
  double min_cases = 2;  ///< nothing is said of fewer in the window; 0: of every day
  double alpha = 0.001;  ///< one-sided level of the threshold that is told
};

/// Counts above 0 of one place, by day (index), rising.
using SparseCounts = std::vector<std::pair<std::uint32_t, double>>;

/// All places together, also those that have none of the cases counted.
struct PooledSizes {
  std::vector<double> sums;        ///< of their counts of all kinds before each day
  std::vector<std::size_t> known;  ///< on each day judged: with counts in its baseline or since
};

/// Places that are alike, over the same days.
struct PooledCounts {
  std::size_t days = 0;
  std::vector<SparseCounts> places;
  std::vector<SparseCounts> sizes;  ///< what says how large a place is: its counts of all kinds
  std::shared_ptr<const PooledSizes> all;  ///< null: the places above are all there are
  std::optional<std::size_t> only;         ///< the place to judge; absent: all
  /// Of each day: true where the share of a place is expected to be another (weekends, holidays).
  /// Null: all days are alike.
  std::shared_ptr<const std::vector<bool>> apart;
};

/// One place on one day: the window with the smallest p-value. Where it is longer than 7 days, a
/// second point tells the strongest that is not, so that what is new does not hide behind what was.
struct PooledPoint {
  std::size_t place;
  std::size_t day;   ///< last of the window
  int window;        ///< days
  double observed;   ///< cases in the window
  double expected;   ///< cases in the window
  double threshold;  ///< cases in the window; the count alarms above it
  double pvalue;     ///< of counts as high: harmonic mean over the windows
};

struct Pooled {
  std::vector<PooledPoint> points;  ///< by place, then day
  std::vector<std::size_t> judged;  ///< places known on each day judged
};

/// What pooled() needs to know of all places for the days it judges.
PooledSizes sizes_of(const std::vector<SparseCounts>& places, std::size_t days, Range judged,
                     const PooledOptions& options);

/// Holds every place against all others together, in windows that end on the day judged.
///
/// A window of a place is expected to have the place's share of what all the others have in the
/// very same days, so that weekday, holiday, season and a wave through all of them explain
/// themselves; where the others have few counts, their level of the weeks before is taken over.
/// The share is learnt from the year before and drawn towards the size of the place; where days are
/// apart, that of either kind of days by itself, drawn towards that of all days. Both are
/// gamma distributed, the count is negative binomial. A day counts at most for thrice the mean of
/// the place's eight weeks before it (and for one), so that past outbreaks raise no expectation.
/// What is said of a day rests on its `memory(options)` days before alone.
///
/// days     judged; keep: points with a larger p-value are left out (1: all with min_cases)
/// errors   invalid_input: an option out of its bounds; sizes or days apart that do not fit
/// source   expected counts as in Kulldorff et al. (2005), PLoS Medicine 2:e59 (permutation model);
///          shrinkage as in DuMouchel (1999), The American Statistician 53:177–190; harmonic mean
///          of p-values: Wilson (2019), PNAS 116:1195–1200
Result<Pooled> pooled(const PooledCounts& counts, Range days, const PooledOptions& options,
                      double keep);

/// Days before a day on which its judgement rests.
int memory(const PooledOptions& options);

}  // namespace hb::surveillance
