#include "tables/watchdog.hpp"

#include <algorithm>

namespace hb::tables {
namespace {

/// An interrupt between two phases of a statement is lost: it is repeated.
constexpr std::chrono::milliseconds again{20};

}  // namespace

Watchdog::Watchdog() : thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

/// Interrupts what is due; returns when to look again.
Watchdog::Time Watchdog::next(Time now) {
  Time wake = now + std::chrono::hours(1);
  for (Watch* watch : watches_) {
    if (watch->deadline_ > now) {
      wake = std::min(wake, watch->deadline_);
      continue;
    }
    watch->expired_ = true;
    watch->connection_.interrupt();
    wake = std::min(wake, now + again);
  }
  return wake;
}

void Watchdog::run() {
  std::unique_lock lock(mutex_);
  while (!stop_) changed_.wait_until(lock, next(std::chrono::steady_clock::now()));
}

Watchdog::Watch::Watch(Watchdog& dog, const duck::Connection& connection, Time deadline)
    : dog_(dog), connection_(connection), deadline_(deadline) {
  const std::lock_guard lock(dog_.mutex_);
  dog_.watches_.push_back(this);
  dog_.changed_.notify_one();
}

Watchdog::Watch::~Watch() {
  const std::lock_guard lock(dog_.mutex_);
  dog_.watches_.remove(this);
}

bool Watchdog::Watch::expired() const {
  const std::lock_guard lock(dog_.mutex_);
  return expired_;
}

}  // namespace hb::tables
