// One durable commit for many writers, and nobody is told before it is on the disk. The disk is
// watched through a file layer of SQLite that counts the syncs of the log and can hold them up.
#include <sqlite3.h>

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "records/given.hpp"
#include "records/health.hpp"
#include "support/small_disk.hpp"

using namespace hb;
using namespace hb::records;
using namespace hb::test;

namespace {

/// Syncs of write-ahead logs in this process.
struct Disk {
  std::atomic<std::uint64_t> synced{0};
  std::atomic<int> sync_ms{0};
  std::atomic<bool> held{false};
} disk;

sqlite3_vfs* real = nullptr;
sqlite3_vfs watched;
const sqlite3_io_methods* methods = nullptr;
sqlite3_io_methods watched_methods;

int sync_log(sqlite3_file* file, int flags) {
  while (disk.held) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (disk.sync_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(disk.sync_ms));
  const int code = methods->xSync(file, flags);
  ++disk.synced;
  return code;
}

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
  const int code = real->xOpen(real, name, file, flags, out);
  if (code != SQLITE_OK || (flags & SQLITE_OPEN_WAL) == 0) return code;
  methods = file->pMethods;
  watched_methods = *methods;
  watched_methods.xSync = sync_log;
  file->pMethods = &watched_methods;
  return code;
}

/// SQLite files opened while this lives are watched.
class WatchedDisk {
 public:
  WatchedDisk() {
    real = sqlite3_vfs_find(nullptr);
    watched = *real;
    watched.zName = "watched";
    watched.xOpen = open_file;
    sqlite3_vfs_register(&watched, 1);
    disk.synced = 0;
    disk.sync_ms = 0;
    disk.held = false;
  }
  ~WatchedDisk() {
    sqlite3_vfs_register(real, 1);
    sqlite3_vfs_unregister(&watched);
  }
};

WriteSet small_write(Store& store, int writer, int number) {
  const std::string id = std::to_string(writer) + "-" + std::to_string(number);
  return one(version_of(store, "Observation", id, "{\"n\":\"" + id + "\"}"));
}

}  // namespace

TEST_CASE("commit: nobody is told while the disk has not answered") {
  const TempDir folder;
  const WatchedDisk watch;
  auto store = given_store(folder.path());
  committed(*store, small_write(*store, 0, 0));
  disk.held = true;
  constexpr int writers = 8;
  std::atomic<int> told{0};
  std::array<std::thread, writers> threads;
  for (int writer = 0; writer < writers; ++writer)
    threads[static_cast<std::size_t>(writer)] = std::thread([&, writer] {
      if (store->commit(small_write(*store, writer + 1, 0))) ++told;
    });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  CHECK(told == 0);
  CHECK(store->last_seq() == 1);  // nor is it shown to anybody
  disk.held = false;
  for (std::thread& thread : threads) thread.join();
  CHECK(told == writers);
  CHECK(store->last_seq() == 1 + writers);
}

TEST_CASE("commit: 64 writers share commits, and each sees a sync between call and answer") {
  const TempDir folder;
  const WatchedDisk watch;
  auto store = given_store(folder.path());
  committed(*store, small_write(*store, 0, 0));
  disk.sync_ms = 2;  // an ordinary disk
  constexpr int writers = 64;
  constexpr int writes_each = 25;
  const Health::Counts before = store->health().counts();
  const std::uint64_t synced_before = disk.synced;
  std::atomic<int> unsynced{0}, refused{0};
  std::array<std::thread, writers> threads;
  for (int writer = 0; writer < writers; ++writer)
    threads[static_cast<std::size_t>(writer)] = std::thread([&, writer] {
      for (int number = 0; number < writes_each; ++number) {
        const std::uint64_t then = disk.synced;
        if (!store->commit(small_write(*store, writer + 1, number))) ++refused;
        if (disk.synced == then) ++unsynced;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(refused == 0);
  CHECK(unsynced == 0);
  const Health::Counts after = store->health().counts();
  const std::uint64_t commits = after.commits - before.commits;
  const std::uint64_t writes = after.writes - before.writes;
  CHECK(writes == writers * writes_each);
  CHECK(after.failed == 0);
  CHECK(disk.synced - synced_before >= commits);
  // While one commit is synced all others queue up: 64 writers make about 25 to 50 groups.
  CHECK(writes >= 8 * commits);
  MESSAGE(writes << " writes in " << commits << " commits, " << disk.synced - synced_before
                 << " syncs");
  check_sound(*store);
}

TEST_CASE("health: a full disk is said until something could be written again") {
  SmallDisk small(2);
  if (!small.mounted()) {
    MESSAGE("skipped: no right to mount a small disk");
    return;
  }
  auto store = given_store(small.path());
  committed(*store, small_write(*store, 0, 0));
  CHECK_FALSE(store->health().write_fault().has_value());
  int number = 0;
  Result<Receipt> last;
  do last = store->commit(small_write(*store, 1, ++number));
  while (last && number < 50'000);
  REQUIRE_FALSE(last.has_value());
  CHECK(is_disk_full(last.error()));
  REQUIRE(store->health().write_fault().has_value());
  CHECK(is_disk_full(*store->health().write_fault()));
  const Health::Counts counts = store->health().counts();
  CHECK(counts.failed >= 1);
  CHECK(counts.writes >= static_cast<std::uint64_t>(number));
}

TEST_CASE("group commit: what the feed tells of can be read, however soon it is asked") {
  // Between a commit and its becoming known there is a moment: whoever made tables of a batch in it
  // would find nothing there. Two threads that keep a processor busy make the moment longer.
  const TempDir folder;
  const auto store = given_store(folder.path());
  std::atomic<bool> done{false};
  std::vector<std::jthread> busy;
  for (int i = 0; i < 4; ++i)
    busy.emplace_back([&done] {
      for (volatile unsigned n = 0; !done; n = n + 1) {
      }
    });
  std::jthread writer([&] {
    for (int i = 0; i < 1'500; ++i) {
      const std::string id = "o" + std::to_string(i);
      const std::string json = R"({"resourceType":"Organization","id":")" + id + "\"}";
      if (!store->commit(one(version_of(*store, "Organization", id, json)))) break;
    }
    done = true;
  });
  BatchId after = 0;
  int empty = 0;
  while (!done || after < store->last_batch()) {
    const auto entries = store->feed(after, 100);
    REQUIRE(entries.has_value());
    for (const FeedEntry& entry : *entries) {
      int versions = 0;
      const auto count = [&](const StoredVersion&) { return ++versions > 0; };
      REQUIRE(store->scan(anyone, entry.first_seq - 1, entry.last_seq, count, {}).has_value());
      empty += versions == 0 ? 1 : 0;
      after = entry.batch;
    }
  }
  CHECK(after == 1'500);
  CHECK(empty == 0);
}
