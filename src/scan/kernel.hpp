#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "scan/scan.hpp"

// Inner loops of the scan: shared by the search of the data and of the replicates.

namespace hb::scan {

/// A run of windows side by side: window i holds the steps between two running sums.
struct Row {
  std::size_t high;   ///< index of the upper running sum of window 0
  std::size_t low;    ///< of the lower one
  std::size_t count;  ///< windows
};

/// How windows lie in the running sums of a place. Retrospective: sums from the first step on, one
/// row per length. Until the end: sums from the last step back, one row with all lengths.
class Windows {
 public:
  Windows(std::size_t steps, const ScanOptions& options);

  std::size_t width() const { return width_; }  ///< running sums per place
  std::span<const Row> rows() const { return rows_; }
  /// Running sums of one place's steps; values has `steps` entries.
  void running_sums(const double* values, double* sums) const;
  std::size_t first_step(const Row& row, std::size_t window) const;
  std::size_t last_step(const Row& row, std::size_t window) const;

 private:
  std::size_t steps_;
  std::size_t width_;
  bool until_end_;
  std::vector<Row> rows_;
};

/// sums[i] += more[i]
void add_sums(double* sums, const double* more, std::size_t count);

/// Whether any window of a row may have a statistic above `best`: its cases c and expected e hold
/// c > e and (c − e)² > best · e · (1 − e · share). The likelihood ratio never passes Pearson's χ².
bool may_exceed(const double* cases_high, const double* cases_low, const double* expected_high,
                const double* expected_low, std::size_t count, double best, double share);

/// The statistic with n log n of whole numbers from a table.
class FastStatistic {
 public:
  FastStatistic(const Field& field, const ScanOptions& options);

  double operator()(double cases, double expected) const;
  /// Factor of `best` and share in may_exceed.
  double bound() const { return bound_; }
  double share() const { return share_; }

 private:
  double n_log_n(double n) const { return table_[static_cast<std::size_t>(n)]; }

  Model model_;
  double total_;
  double people_;
  double constant_ = 0;
  double bound_ = 1;
  double share_;
  std::vector<double> table_;
};

double penalty(const ZoneFamily& family, double compactness);

}  // namespace hb::scan
