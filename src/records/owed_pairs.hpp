#pragma once
#include <cstdint>
#include <functional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "records/key_table.hpp"
#include "records/sorted_runs.hpp"

namespace hb::records {

/// The entries that one index owes while a bulk load runs: in memory, and beyond `limit` as sorted
/// runs in a temporary file. One thread (the writer) adds, spills and clears; any thread finds.
class OwedPairs {
 public:
  enum class Lookup {
    often,
    seldom
  };  ///< often: hashed; seldom: read from end to end, half the memory

  OwedPairs(std::string folder, std::size_t limit, Lookup lookup)
      : folder_(std::move(folder)), limit_(limit), lookup_(lookup), runs_(folder_) {}

  void add(const std::vector<Pair>& pairs);
  /// errors  unavailable: the temporary file cannot be read
  Result<void> find(std::int64_t key, const std::function<void(std::int64_t)>& visit) const;

  /// Moves what is in memory to a run when it passed the limit. A full disk is no error: it stays
  /// in memory until the next attempt.
  void spill_if_large();
  std::int64_t size() const;
  /// In rising order; equal pairs once. Only for the writer.
  Result<void> merge(const std::function<Result<void>(const Pair&)>& visit) const;
  void clear();

 private:
  std::size_t in_memory() const;
  std::vector<Pair> sorted_memory() const;

  std::string folder_;
  std::size_t limit_;
  Lookup lookup_;
  mutable std::shared_mutex mutex_;
  KeyTable table_;            // Lookup::often
  std::vector<Pair> listed_;  // Lookup::seldom
  SortedRuns runs_;
  std::size_t next_attempt_ = 0;  // entries in memory at which to try again after a failed spill
};

}  // namespace hb::records
