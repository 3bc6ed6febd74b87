#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/ids.hpp"
#include "core/period.hpp"
#include "core/result.hpp"

namespace hb::server {

/// Text that is dear to make (a board), kept per key with the feed number it was made at. A page
/// never scans twice for the same number, equal requests at the same time scan once, and when the
/// feed moves on the keys in use are made again in the background while the former text is still
/// served. A text that nobody asked for since it was made is made again seldom, and at once when
/// somebody asks who would get an old one.
class FeedCache {
 public:
  struct Made {
    std::shared_ptr<const std::string> text;
    BatchId feed = 0;  ///< reached when it was made
  };
  /// make  what the text of a key is; called on any thread
  /// on_made  called after texts were made again in the background, on its thread
  FeedCache(std::function<Result<std::string>(const std::string& key)> make,
            std::function<BatchId()> reached, std::function<void()> on_made = {});
  ~FeedCache();
  FeedCache(const FeedCache&) = delete;
  FeedCache& operator=(const FeedCache&) = delete;

  /// at_least  made again now when what is kept is older than this feed number
  Result<Made> get(const std::string& key, BatchId at_least);
  /// Wakes the background thread: the feed moved.
  void refresh();
  std::size_t size() const;

 private:
  struct Entry {
    Made made;
    bool making = false;
    bool watched = false;  ///< asked for since it was made
    std::chrono::steady_clock::time_point used;
    std::chrono::steady_clock::time_point made_at;
  };
  using Moment = std::chrono::steady_clock::time_point;
  Result<Made> make_now(const std::string& key);
  void run();
  std::vector<std::string> due(Moment now, BatchId reached);
  void drop_oldest();

  std::function<Result<std::string>(const std::string&)> make_;
  std::function<BatchId()> reached_;
  std::function<void()> on_made_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Entry> entries_;
  bool stopping_ = false;
  bool moved_ = false;
  bool later_ = false;  ///< a text is old that nobody watches: look again soon
  std::thread thread_;
};

}  // namespace hb::server
