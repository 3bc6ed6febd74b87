#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace hb::records {

/// Who has a word that many have, in rising order: the lists of the index on disk that were gone
/// through at length, kept in memory so that whoever sees few of these people need not read them
/// all again. The writer drops what it changes, before it answers; whoever puts a list in holds the
/// lock of the residents from before reading it, so that no list misses a change.
class TokenLists {
 public:
  using List = std::shared_ptr<const std::vector<std::uint32_t>>;

  List find(std::int64_t token) const {
    const std::lock_guard lock(mutex_);
    const auto found = lists_.find(token);
    return found == lists_.end() ? nullptr : found->second;
  }
  void put(std::int64_t token, List list) {
    const std::lock_guard lock(mutex_);
    if (kept_ + list->size() > most) lists_.clear(), kept_ = 0;
    kept_ += list->size();
    List& place = lists_[token];
    if (place) kept_ -= place->size();
    place = std::move(list);
  }
  void drop(const std::vector<std::int64_t>& tokens) {
    const std::lock_guard lock(mutex_);
    for (const std::int64_t token : tokens)
      if (const auto found = lists_.find(token); found != lists_.end()) {
        kept_ -= found->second->size();
        lists_.erase(found);
      }
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    lists_.clear();
    kept_ = 0;
  }

 private:
  static constexpr std::size_t most = 8'000'000;  ///< people in all lists: 32 MB
  mutable std::mutex mutex_;
  std::map<std::int64_t, List> lists_;
  std::size_t kept_ = 0;
};

}  // namespace hb::records
