#pragma once
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "ingest/hub.hpp"

namespace hb::server {

/// Where records and tables stand.
struct FeedState {
  BatchId committed = 0;
  BatchId reached = 0;
  Instant committed_at;     ///< of the last commit
  std::int64_t lag_ms = 0;  ///< how long the tables have been behind; 0 = they are not
};

/// Follows the change feed on a thread of its own and tells listeners when it moves; brings the
/// tables up to it when nobody else does.
class FeedWatch {
 public:
  FeedWatch(ingest::Hub& hub, Clock clock);
  ~FeedWatch();
  FeedWatch(const FeedWatch&) = delete;
  FeedWatch& operator=(const FeedWatch&) = delete;

  /// Before start() only; called on the watch's thread.
  void on_move(std::function<void(const FeedState&)> listener);
  /// True while somebody else (a running load) writes the tables; asked before catching up.
  void set_writer_busy(std::function<bool()> busy);
  void start();
  void stop();

  FeedState state() const;
  /// Why the tables do not follow; none: they do.
  std::optional<Error> fault() const;
  BatchId reached() const { return reached_.load(std::memory_order_acquire); }

 private:
  void run();
  bool look();

  ingest::Hub& hub_;
  Clock clock_;
  std::vector<std::function<void(const FeedState&)>> listeners_;
  std::function<bool()> writer_busy_;
  std::atomic<BatchId> committed_{0};
  std::atomic<BatchId> reached_{0};
  std::atomic<std::int64_t> committed_at_{0};
  std::atomic<std::int64_t> behind_since_{0};  // micros; 0 = not behind
  std::atomic<bool> stopping_{false};
  mutable std::mutex fault_mutex_;
  std::optional<Error> fault_;
  std::thread thread_;
};

}  // namespace hb::server
