#include "server/feed_cache.hpp"

#include <algorithm>
#include <vector>

namespace hb::server {

namespace {
constexpr std::size_t most_entries = 400;
constexpr auto in_use = std::chrono::minutes(10);  // keys asked for within are kept fresh
constexpr auto shortest_pause = std::chrono::milliseconds(500);  // between two refreshes
constexpr auto unwatched_pause = std::chrono::seconds(10);       // of a text that nobody asks for
constexpr auto oldest_first = std::chrono::seconds(2);  // age of an old text that is still served
using SteadyClock = std::chrono::steady_clock;
}  // namespace

FeedCache::FeedCache(std::function<Result<std::string>(const std::string&)> make,
                     std::function<BatchId()> reached, std::function<void()> on_made)
    : make_(std::move(make)), reached_(std::move(reached)), on_made_(std::move(on_made)) {
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
      // Of a watched text the thread takes care.
      const bool left_behind = !entry.watched && entry.made.feed < reached_() &&
                               entry.used - entry.made_at > oldest_first;
      if (entry.made.text && entry.made.feed >= at_least && !left_behind) {
        entry.watched = true;
        return entry.made;
      }
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
  entry.watched = false;
  entry.made_at = SteadyClock::now();
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

/// Keys to make again now. What nobody looked at lately is forgotten, so that it is never served
/// old.
std::vector<std::string> FeedCache::due(Moment now, BatchId reached) {
  std::vector<std::string> keys;
  later_ = false;
  for (auto at = entries_.begin(); at != entries_.end();) {
    const Entry& entry = at->second;
    const bool old = !entry.making && entry.made.text && entry.made.feed < reached;
    if (old && now - entry.used >= in_use) {
      at = entries_.erase(at);
      continue;
    }
    const bool wanted = entry.watched || now - entry.made_at >= unwatched_pause;
    if (old && wanted) keys.push_back(at->first);
    later_ = later_ || (old && !wanted);
    ++at;
  }
  return keys;
}

void FeedCache::run() {
  std::unique_lock lock(mutex_);
  const auto has_work = [this] { return stopping_ || moved_; };
  for (;;) {
    if (later_)
      changed_.wait_for(lock, unwatched_pause / 4, has_work);
    else
      changed_.wait(lock, has_work);
    if (stopping_) return;
    moved_ = false;
    const auto began = SteadyClock::now();
    const std::vector<std::string> keys = due(began, reached_());
    for (const std::string& key : keys) {
      Entry& entry = entries_[key];
      if (stopping_ || entry.making) continue;
      entry.making = true;
      lock.unlock();
      // A failure drops the entry; whoever asks next gets the error itself.
      static_cast<void>(make_now(key));
      lock.lock();
    }
    if (!keys.empty() && on_made_) {
      lock.unlock();
      on_made_();
      lock.lock();
    }
    // While a long load moves the feed, at most a seventh of the time goes into boards.
    const auto pause =
        std::max<SteadyClock::duration>(shortest_pause, 6 * (SteadyClock::now() - began));
    changed_.wait_for(lock, pause, [this] { return stopping_; });
  }
}

}  // namespace hb::server
