#include "server/feed_cache.hpp"

#include <algorithm>
#include <vector>

namespace hb::server {

namespace {
constexpr std::size_t most_entries = 400;
constexpr auto in_use = std::chrono::minutes(10);  // keys asked for within are kept fresh
constexpr auto shortest_pause = std::chrono::milliseconds(500);  // between two refreshes
using SteadyClock = std::chrono::steady_clock;
}  // namespace

FeedCache::FeedCache(std::function<Result<std::string>(const std::string&)> make,
                     std::function<BatchId()> reached)
    : make_(std::move(make)), reached_(std::move(reached)) {
  thread_ = std::thread([this] { run(); });
}

FeedCache::~FeedCache() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::size_t FeedCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void FeedCache::refresh() {
  {
    const std::lock_guard lock(mutex_);
    moved_ = true;
  }
  changed_.notify_all();
}

Result<FeedCache::Made> FeedCache::get(const std::string& key, BatchId at_least) {
  {
    std::unique_lock lock(mutex_);
    for (;;) {
      Entry& entry = entries_[key];
      entry.used = SteadyClock::now();
      if (entry.made.text && entry.made.feed >= at_least) return entry.made;
      if (!entry.making) {
        entry.making = true;
        break;
      }
      changed_.wait(lock);  // another request is making it
    }
  }
  return make_now(key);
}

/// Called by whoever set `making`.
Result<FeedCache::Made> FeedCache::make_now(const std::string& key) {
  const BatchId feed = reached_();
  Result<std::string> text = fail(ErrorCode::unavailable, "stopped while it was made");
  try {
    text = make_(key);
  } catch (...) {  // a bug: those who wait must not wait for ever
    const std::lock_guard lock(mutex_);
    entries_.erase(key);
    changed_.notify_all();
    throw;
  }
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
  if (!text) {
    entries_.erase(key);
    return unexpected(text.error());
  }
  Entry& entry = entries_[key];
  entry.made = {std::make_shared<const std::string>(std::move(*text)), feed};
  entry.making = false;
  const Made made = entry.made;
  drop_oldest();
  return made;
}

void FeedCache::drop_oldest() {
  if (entries_.size() <= most_entries) return;
  auto oldest = entries_.end();
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry)
    if (!entry->second.making &&
        (oldest == entries_.end() || entry->second.used < oldest->second.used))
      oldest = entry;
  if (oldest != entries_.end()) entries_.erase(oldest);
}

void FeedCache::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || moved_; });
    if (stopping_) return;
    moved_ = false;
    const BatchId reached = reached_();
    const auto began = SteadyClock::now();
    std::vector<std::string> stale;
    for (auto& [key, entry] : entries_) {
      if (entry.making || !entry.made.text || entry.made.feed >= reached) continue;
      if (began - entry.used < in_use) stale.push_back(key);
    }
    // What nobody looked at lately is forgotten, so that it is never served old.
    std::erase_if(entries_, [&](const auto& item) {
      return !item.second.making && item.second.made.feed < reached &&
             began - item.second.used >= in_use;
    });
    for (const std::string& key : stale) {
      Entry& entry = entries_[key];
      if (stopping_ || entry.making) continue;
      entry.making = true;
      lock.unlock();
      // A failure drops the entry; whoever asks next gets the error itself.
      static_cast<void>(make_now(key));
      lock.lock();
    }
    // While a long load moves the feed, at most a seventh of the time goes into boards.
    const auto pause =
        std::max<SteadyClock::duration>(shortest_pause, 6 * (SteadyClock::now() - began));
    changed_.wait_for(lock, pause, [this] { return stopping_; });
  }
}

}  // namespace hb::server
