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

#include "core/ids.hpp"
#include "core/period.hpp"
#include "core/result.hpp"

namespace hb::server {

/// Text that is dear to make (a board), kept per key with the feed number it was made at. A page
/// never scans twice for the same number, equal requests at the same time scan once, and when the
/// feed moves on the keys in use are made again in the background while the former text is still
/// served.
class FeedCache {
 public:
  struct Made {
    std::shared_ptr<const std::string> text;
    BatchId feed = 0;  ///< reached when it was made
  };
  /// make  what the text of a key is; called on any thread
  FeedCache(std::function<Result<std::string>(const std::string& key)> make,
            std::function<BatchId()> reached);
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
    std::chrono::steady_clock::time_point used;
  };
  Result<Made> make_now(const std::string& key);
  void run();
  void drop_oldest();

  std::function<Result<std::string>(const std::string&)> make_;
  std::function<BatchId()> reached_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Entry> entries_;
  bool stopping_ = false;
  bool moved_ = false;
  std::thread thread_;
};

}  // namespace hb::server
