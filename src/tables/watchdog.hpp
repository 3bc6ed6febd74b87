#pragma once
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "tables/duck.hpp"

namespace hb::tables {

/// Interrupts queries that pass their time limit: one thread for all of them.
class Watchdog {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Watchdog();
  ~Watchdog();

  /// While it lives, the connection is interrupted from `deadline` on.
  class Watch {
   public:
    Watch(Watchdog& dog, const duck::Connection& connection, Time deadline);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    bool expired() const;

   private:
    friend class Watchdog;
    Watchdog& dog_;
    const duck::Connection& connection_;
    Time deadline_;
    bool expired_ = false;  ///< guarded by dog_.mutex_
  };

 private:
  void run();
  Time next(Time now);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Watch*> watches_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace hb::tables
