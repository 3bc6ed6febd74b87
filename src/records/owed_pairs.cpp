#include "records/owed_pairs.hpp"

#include <algorithm>
#include <mutex>

namespace hb::records {

void OwedPairs::add(const std::vector<Pair>& pairs) {
  const std::unique_lock lock(mutex_);
  if (lookup_ == Lookup::often) {
    for (const Pair& pair : pairs) table_.add(pair.key, pair.value);
  } else {
    listed_.insert(listed_.end(), pairs.begin(), pairs.end());
  }
}

Result<void> OwedPairs::find(std::int64_t key,
                             const std::function<void(std::int64_t)>& visit) const {
  const std::shared_lock lock(mutex_);
  table_.find(key, visit);
  for (const Pair& pair : listed_) {
    if (pair.key == key) visit(pair.value);
  }
  return runs_.find(key, visit);
}

std::size_t OwedPairs::in_memory() const { return table_.size() + listed_.size(); }

std::vector<Pair> OwedPairs::sorted_memory() const {
  std::vector<Pair> pairs = lookup_ == Lookup::often ? table_.pairs() : listed_;
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

void OwedPairs::spill_if_large() {
  if (in_memory() < std::max(limit_, next_attempt_)) return;
  // No lock: only this thread changes anything, and readers keep finding the entries in memory.
  Result<SortedRuns::Run> run = runs_.write(sorted_memory());
  if (!run) {
    next_attempt_ = in_memory() + limit_ / 8 + 1;
    return;
  }
  const std::unique_lock lock(mutex_);
  runs_.add(std::move(*run));
  table_.clear();
  listed_.clear();
  next_attempt_ = 0;
}

std::int64_t OwedPairs::size() const {
  const std::shared_lock lock(mutex_);
  return static_cast<std::int64_t>(in_memory()) + runs_.size();
}

Result<void> OwedPairs::merge(const std::function<Result<void>(const Pair&)>& visit) const {
  return runs_.merge(sorted_memory(), visit);
}

void OwedPairs::clear() {
  const std::unique_lock lock(mutex_);
  table_.release();
  listed_ = {};
  runs_ = SortedRuns(folder_);
}

}  // namespace hb::records
