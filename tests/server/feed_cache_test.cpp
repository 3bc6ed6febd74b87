#include "server/feed_cache.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace hb;
using namespace hb::server;
using namespace std::chrono_literals;

TEST_CASE("FeedCache: made once per feed number, equal requests at once make once") {
  std::atomic<int> made{0};
  std::atomic<BatchId> reached{1};
  FeedCache cache(
      [&](const std::string& key) -> Result<std::string> {
        std::this_thread::sleep_for(50ms);
        return key + std::to_string(++made);
      },
      [&] { return reached.load(); });
  std::vector<std::thread> askers;
  std::atomic<int> same{0};
  for (int i = 0; i < 8; ++i)
    askers.emplace_back([&] { same += *cache.get("a", 0)->text == "a1" ? 1 : 0; });
  for (std::thread& asker : askers) asker.join();
  CHECK(same == 8);
  CHECK(made == 1);

  // The feed moves: the former text is served at once and made again behind it.
  reached = 2;
  CHECK(*cache.get("a", 0)->text == "a1");
  cache.refresh();
  for (int i = 0; i < 100 && cache.get("a", 0)->feed < 2; ++i) std::this_thread::sleep_for(10ms);
  CHECK(*cache.get("a", 0)->text == "a2");
  // Somebody who wrote wants at least their own number.
  reached = 3;
  CHECK(*cache.get("a", 3)->text == "a3");
}

TEST_CASE("FeedCache: what nobody watches is made seldom, and not given old to who comes back") {
  std::atomic<int> made{0};
  std::atomic<int> rounds{0};
  std::atomic<BatchId> reached{1};
  FeedCache cache([&](const std::string&) -> Result<std::string> { return std::to_string(++made); },
                  [&] { return reached.load(); }, [&] { ++rounds; });
  CHECK(*cache.get("a", 0)->text == "1");
  const auto move = [&](std::chrono::milliseconds time) {
    for (const auto until = std::chrono::steady_clock::now() + time;
         std::chrono::steady_clock::now() < until; std::this_thread::sleep_for(20ms)) {
      ++reached;
      cache.refresh();
    }
  };
  move(2'200ms);
  CHECK(made == 1);  // nobody asked
  CHECK(rounds == 0);
  const auto first = cache.get("a", 0);
  CHECK(first->feed == reached);         // made at once, for it was old
  static_cast<void>(cache.get("a", 0));  // watched from now on
  ++reached;
  cache.refresh();
  for (int i = 0; i < 200 && rounds == 0; ++i) std::this_thread::sleep_for(10ms);
  CHECK(rounds == 1);
  CHECK(made == 3);
}

TEST_CASE("FeedCache: a failure is told to who asks and not kept") {
  int calls = 0;
  FeedCache cache(
      [&](const std::string&) -> Result<std::string> {
        if (++calls == 1) return fail(ErrorCode::unavailable, "busy");
        return std::string("now");
      },
      [] { return BatchId{1}; });
  CHECK(cache.get("a", 0).error().message == "busy");
  CHECK(*cache.get("a", 0)->text == "now");
}

TEST_CASE("FeedCache: keeps four hundred texts at most") {
  FeedCache cache([](const std::string& key) -> Result<std::string> { return key; },
                  [] { return BatchId{1}; });
  for (int i = 0; i < 1000; ++i) CHECK(cache.get(std::to_string(i), 0).has_value());
  CHECK(cache.size() <= 400);
}
