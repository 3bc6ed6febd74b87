#include "server/feed.hpp"

#include <chrono>
#include <utility>

namespace hb::server {

namespace {
constexpr auto look_every = std::chrono::milliseconds(20);
constexpr std::int64_t patience_micros = 500'000;  // before we bring the tables up ourselves
}  // namespace

FeedWatch::FeedWatch(ingest::Hub& hub, Clock clock) : hub_(hub), clock_(std::move(clock)) {
  static_cast<void>(look());
}

FeedWatch::~FeedWatch() { stop(); }

void FeedWatch::on_move(std::function<void(const FeedState&)> listener) {
  listeners_.push_back(std::move(listener));
}

void FeedWatch::set_writer_busy(std::function<bool()> busy) { writer_busy_ = std::move(busy); }

void FeedWatch::start() {
  thread_ = std::thread([this] { run(); });
}

void FeedWatch::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

FeedState FeedWatch::state() const {
  FeedState state{committed_, reached_, Instant{committed_at_}, 0};
  if (const std::int64_t since = behind_since_; since != 0 && state.reached < state.committed)
    state.lag_ms = (clock_().micros - since) / 1000;
  return state;
}

std::optional<Error> FeedWatch::fault() const {
  const std::lock_guard lock(fault_mutex_);
  return fault_;
}

/// returns whether records or tables moved
bool FeedWatch::look() {
  const BatchId committed = hub_.store().last_batch();
  const Result<BatchId> reached = std::as_const(hub_).tables().reached();
  const BatchId known = reached ? *reached : reached_.load();
  const bool moved = committed != committed_ || known != reached_;
  if (committed != committed_) {
    const auto last = hub_.store().feed(committed - 1, 1);
    if (last && !last->empty()) committed_at_ = last->front().committed.micros;
  }
  committed_ = committed;
  reached_ = known;
  if (known >= committed) {
    behind_since_ = 0;
    const std::lock_guard lock(fault_mutex_);
    fault_.reset();
  } else if (behind_since_ == 0) {
    behind_since_ = clock_().micros;
  }
  return moved;
}

void FeedWatch::run() {
  while (!stopping_) {
    if (look())
      for (const auto& listener : listeners_) listener(state());
    const std::int64_t since = behind_since_;
    const bool overdue = since != 0 && clock_().micros - since > patience_micros;
    if (overdue && !(writer_busy_ && writer_busy_())) {
      // A failure shows as lag on every page, and in the state of the server; it is tried again.
      const Result<BatchId> caught_up = hub_.catch_up();
      {
        const std::lock_guard lock(fault_mutex_);
        fault_ = caught_up ? std::nullopt : std::optional(caught_up.error());
      }
      if (!caught_up) std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    std::this_thread::sleep_for(look_every);
  }
}

}  // namespace hb::server
