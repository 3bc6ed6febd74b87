#pragma once
#include <memory>
#include <mutex>
#include <vector>

#include "ingest/prepare.hpp"

namespace hb::ingest {

/// Preparers that wait for the next small write: to make one costs more than such a write. Those
/// who write at once each have their own.
class IdlePreparers {
 public:
  std::unique_ptr<Preparer> take(Hub& hub) {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Preparer> preparer = std::move(idle_.back());
        idle_.pop_back();
        return preparer;
      }
    }
    return std::make_unique<Preparer>(hub);
  }
  /// Only one that has come to its end without an error: nothing is left in it.
  void give_back(std::unique_ptr<Preparer> preparer) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < most_idle) idle_.push_back(std::move(preparer));
  }

 private:
  static constexpr std::size_t most_idle = 8;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Preparer>> idle_;
};

}  // namespace hb::ingest
