#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <random>
#include <string_view>
#include <thread>

#include "given.hpp"
#include "support/small_disk.hpp"

using namespace hb;
using namespace hb::test;

namespace {

constexpr std::int64_t rows_per_batch = 3'000;

/// Batch n makes the rows (n-1)·3000+1 … n·3000 and replaces the first 10 rows of batch n-1.
TableBatch numbered(BatchId id) {
  std::vector<Visit> rows;
  for (std::int64_t i = 1; i <= rows_per_batch; ++i)
    rows.push_back({.seq = (id - 1) * rows_per_batch + i,
                    .code = "code of a length beyond the short ones " + std::to_string(i % 97),
                    .day = Date{20'000},
                    .cost = i,
                    .resident = i,
                    .area = "330105"});
  std::vector<std::int64_t> replaced;
  for (std::int64_t i = 1; id > 1 && i <= 10; ++i)
    replaced.push_back((id - 2) * rows_per_batch + i);
  return batch({id}, rows, replaced);
}

std::int64_t want_rows(BatchId reached) {
  return reached == 0 ? 0 : reached * rows_per_batch - (reached - 1) * 10;
}

/// Runs in the child: applies until it is killed, and tells each batch that apply() confirmed.
[[noreturn]] void apply_for_ever(const std::string& path, int pipe) {
  Result<std::unique_ptr<Database>> database = Database::open(path, {});
  if (!database || !(*database)->define({visit_schema()})) _exit(3);
  for (BatchId id = *(*database)->reached() + 1;; ++id) {
    if (!(*database)->apply(numbered(id))) _exit(4);
    if (write(pipe, &id, sizeof id) != sizeof id) _exit(5);
    if (id % 7 == 0 && !(*database)->checkpoint()) _exit(6);
  }
}

/// Kills a writing process some microseconds after it has confirmed some batches; returns the last
/// one it confirmed.
BatchId kill_while_applying(const std::string& path, unsigned batches,
                            std::chrono::microseconds after) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    close(ends[0]);
    apply_for_ever(path, ends[1]);
  }
  close(ends[1]);
  BatchId last = 0;
  for (unsigned i = 0; i < batches; ++i) REQUIRE(read(ends[0], &last, sizeof last) == sizeof last);
  std::this_thread::sleep_for(after);
  kill(child, SIGKILL);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));  // it had not ended by itself with an error
  while (read(ends[0], &last, sizeof last) == sizeof last) continue;
  close(ends[0]);
  return last;
}

}  // namespace

TEST_CASE("apply: killed at any moment, every batch is there as a whole or not at all") {
  const TempDir directory;
  const std::string path = (directory.path() / "tables.db").string();
  const int rounds = is_long_run() ? 300 : 10;
  std::mt19937 random(20'251'122);
  BatchId reached = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto first = static_cast<unsigned>(random() % 6);  // 0: also while it opens the file
    const auto after = std::chrono::microseconds(random() % 60'000);
    const BatchId confirmed = kill_while_applying(path, first, after);
    const auto database = given_database(path);
    const BatchId now = *database->reached();
    CAPTURE(round);
    CHECK(now >= std::max(confirmed, reached));
    reached = now;
    if (database->schemas().empty()) continue;  // killed before the table was made
    CHECK(count(*database) == want_rows(reached));
    // Each batch has its own sums, so that half of two batches would not look like one.
    const ResultSet batches = ask(*database,
                                  "SELECT (v.seq - 1) / 3000 AS b, count(*) AS n FROM visit AS v "
                                  "GROUP BY 1 ORDER BY 1 NULLS LAST");
    REQUIRE(batches.rows.size() == static_cast<std::size_t>(reached));
    for (std::size_t b = 0; b < batches.rows.size(); ++b)
      CHECK(batches.rows[b][1] ==
            Value(b + 1 == batches.rows.size() ? rows_per_batch : rows_per_batch - 10));
  }
  CHECK(reached > 0);
  MESSAGE(rounds << " kills, " << reached << " batches of " << rows_per_batch << " rows kept");
}

TEST_CASE("apply: a full disk changes nothing, and it goes on when there is room") {
  SmallDisk disk(12);
  if (!disk.mounted()) {
    MESSAGE("skipped: a small file system cannot be mounted here");
    return;
  }
  const std::string path = (disk.path() / "tables.db").string();
  {
    REQUIRE(disk.take(6));
    auto database = given_database(path);
    REQUIRE(database->define({visit_schema()}).has_value());
    BatchId id = 1;
    Result<void> applied;
    while (id < 400 && (applied = database->apply(numbered(id)))) ++id;
    REQUIRE_FALSE(applied.has_value());
    CHECK(applied.error().code == ErrorCode::unavailable);
    CHECK(applied.error().message.find("disk") != std::string::npos);
    CHECK(*database->reached() == id - 1);
    CHECK(count(*database) == want_rows(id - 1));
    REQUIRE(disk.give_back());
    require_ok(database->apply(numbered(id)));
    CHECK(count(*database) == want_rows(id));
    database.reset();
    database = given_database(path);
    CHECK(*database->reached() == id);
    CHECK(count(*database) == want_rows(id));
  }
}

TEST_CASE("apply: many threads, disjoint batches, the same batch from two") {
  Given given;
  std::vector<std::thread> threads;
  std::atomic<BatchId> next{1};
  std::atomic<int> failed{0};
  for (int t = 0; t < 6; ++t)
    threads.emplace_back([&] {
      for (BatchId id = next++; id <= 60; id = next++) {
        if (!given.database->apply(batch({id}, {{.seq = id, .code = "x", .area = "330105"}})))
          ++failed;
        if (!given.database->apply(batch({(id + 1) / 2}, {{.seq = (id + 1) / 2, .code = "x"}})))
          ++failed;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == 0);
  CHECK(*given.database->reached() == 60);
  CHECK(count(*given.database) == 60);
}

TEST_CASE("apply: deletes and fixes from many threads do not conflict") {
  Given given;
  std::vector<Visit> rows;
  for (Seq seq = 1; seq <= 400; ++seq) rows.push_back({.seq = seq, .code = "x", .resident = 1});
  require_ok(given.database->apply(batch({1}, rows)));
  std::vector<std::thread> threads;
  std::atomic<BatchId> next{2};
  std::atomic<int> failed{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (BatchId id = next++; id <= 41; id = next++) {
        TableBatch change = batch({id}, {{.seq = 1'000 + id, .code = "y", .resident = 1}}, {id});
        change.resident_fixes = {{1, "female", true, Date{0}}};
        if (!given.database->apply(change)) ++failed;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == 0);
  CHECK(count(*given.database) == 400);  // 40 went, 40 came
}
