#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "records/key_table.hpp"

namespace hb::records {

/// Says "surely not here" for most keys that were never added: 10 bits a key, about 1 % mistakes.
class Bloom {
 public:
  explicit Bloom(std::size_t keys);
  void add(std::int64_t key);
  bool may_have(std::int64_t key) const;

 private:
  std::vector<std::uint64_t> words_;
};

/// Pairs of a bulk load that no longer fit in memory: sorted runs, one after the other in one
/// temporary file without a name (nothing remains of it after a crash). Reading is thread safe
/// while nobody adds.
class SortedRuns {
 public:
  /// folder  where the temporary file lies
  explicit SortedRuns(std::string folder) : folder_(std::move(folder)) {}
  ~SortedRuns();
  SortedRuns(SortedRuns&& other) noexcept;
  SortedRuns& operator=(SortedRuns&& other) noexcept;

  /// A run written but not yet seen by readers.
  struct Run {
    std::int64_t first = 0;  ///< number of its first pair in the file
    std::int64_t count = 0;
    std::vector<std::int64_t> fences;  ///< key of every 256th pair
    Bloom bloom{0};
  };
  /// Writes pairs, which must be sorted, behind the runs.
  /// errors  unavailable: disk full; the runs are as before
  Result<Run> write(const std::vector<Pair>& sorted);
  void add(Run run) { runs_.push_back(std::move(run)); }

  bool empty() const { return runs_.empty(); }
  std::int64_t size() const;
  /// errors  unavailable: the file cannot be read
  Result<void> find(std::int64_t key, const std::function<void(std::int64_t)>& visit) const;

  /// All pairs of the runs and of `last` (sorted) in rising order, equal ones once.
  /// visit may fail, which ends the merge.
  Result<void> merge(const std::vector<Pair>& last,
                     const std::function<Result<void>(const Pair&)>& visit) const;

 private:
  Result<void> read_pairs(std::int64_t first, std::int64_t count, std::vector<Pair>& into) const;

  std::string folder_;
  int file_ = -1;
  std::vector<Run> runs_;
};

}  // namespace hb::records
