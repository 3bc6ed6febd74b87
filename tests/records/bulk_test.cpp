#include <atomic>
#include <set>
#include <thread>

#include "records/given.hpp"
#include "records/owed_pairs.hpp"
#include "records/sorted_runs.hpp"

using namespace hb;
using namespace hb::records;
using namespace hb::test;

TEST_CASE("KeyTable: a multimap that keeps the order of arrival") {
  KeyTable table;
  for (std::int64_t i = 1; i <= 1000; ++i) table.add(i % 100 + 1, i);
  std::vector<std::int64_t> values;
  table.find(1, [&](std::int64_t value) { values.push_back(value); });
  CHECK(values == std::vector<std::int64_t>{100, 200, 300, 400, 500, 600, 700, 800, 900, 1000});
  CHECK(table.size() == 1000);
  table.clear();
  table.find(1, [&](std::int64_t) { FAIL_CHECK("found in an empty table"); });
}

TEST_CASE("Bloom: everything added is found, little else") {
  Bloom bloom(10'000);
  for (std::int64_t key = 1; key <= 10'000; ++key) bloom.add(key);
  int mistakes = 0;
  for (std::int64_t key = 1; key <= 10'000; ++key) CHECK(bloom.may_have(key));
  for (std::int64_t key = 20'001; key <= 30'000; ++key) mistakes += bloom.may_have(key) ? 1 : 0;
  CHECK(mistakes < 400);  // about 2 % expected of a blocked filter with 10 bits a key
  CHECK_FALSE(Bloom(0).may_have(1));
}

TEST_CASE("OwedPairs: found in memory and in runs, merged in order without doubles") {
  const TempDir folder;
  for (const auto lookup : {OwedPairs::Lookup::often, OwedPairs::Lookup::seldom}) {
    OwedPairs owed(folder.path().string(), 700, lookup);
    std::set<Pair> want;
    for (std::int64_t i = 1; i <= 5000; i += 100) {
      std::vector<Pair> pairs;
      for (std::int64_t j = i; j < i + 100; ++j) {
        pairs.push_back({j * 7919 % 997 + 1, j});
        pairs.push_back({j % 3 + 1, 1});  // the same again and again
      }
      want.insert(pairs.begin(), pairs.end());
      owed.add(pairs);
      owed.spill_if_large();
    }
    std::vector<Pair> merged;
    REQUIRE(owed.merge([&](const Pair& pair) -> Result<void> {
      merged.push_back(pair);
      return {};
    }));
    CHECK(merged == std::vector<Pair>(want.begin(), want.end()));
    for (const std::int64_t key : {1, 2, 500, 997, 998, 5000}) {
      std::set<std::int64_t> found;
      REQUIRE(owed.find(key, [&](std::int64_t value) { found.insert(value); }));
      std::set<std::int64_t> expected;
      for (const Pair& pair : want) {
        if (pair.key == key) expected.insert(pair.value);
      }
      CHECK(found == expected);
    }
    owed.clear();
    CHECK(owed.size() == 0);
  }
}

TEST_CASE("SortedRuns: a key with more values than a block") {
  const TempDir folder;
  SortedRuns runs(folder.path().string());
  std::vector<Pair> pairs = {{1, 1}};
  for (std::int64_t i = 1; i <= 1000; ++i) pairs.push_back({2, i});
  pairs.push_back({3, 1});
  auto run = runs.write(pairs);
  REQUIRE(run.has_value());
  runs.add(std::move(*run));
  std::int64_t sum = 0;
  REQUIRE(runs.find(2, [&](std::int64_t value) { sum += value; }));
  CHECK(sum == 500'500);
}

TEST_CASE("SortedRuns: a folder that is not there") {
  SortedRuns runs("/no/such/folder");
  const auto run = runs.write({{1, 1}});
  REQUIRE_FALSE(run.has_value());
  CHECK(run.error().code == ErrorCode::unavailable);
}

namespace {

/// 3,000 versions of 2,000 observations of 20 people in sets of 100; bulk entries spill at 150.
void load_observations(Store& store) {
  for (int first = 0; first < 3000; first += 100) {
    WriteSet set;
    for (int i = first; i < first + 100; ++i) {
      set.resources.push_back(version_of(store, "Observation", "obs-" + std::to_string(i % 2000),
                                         "{\"i\":" + std::to_string(i) + "}", i % 20 + 1));
    }
    committed(store, set);
  }
}

}  // namespace

TEST_CASE("bulk: duplicates, versions and reads while the index is owed, and after") {
  const TempDir folder;
  OpenOptions options;
  options.bulk_entries_in_memory = 150;
  auto store = given_store(folder.path(), options);
  // Before the bulk load: obs-0 with another body, obs-1 with the one that comes again.
  committed(*store, one(version_of(*store, "Observation", "obs-0", "{\"old\":0}", 1)));
  committed(*store, one(version_of(*store, "Observation", "obs-1", "{\"i\":1}", 2)));
  REQUIRE(store->begin_bulk());
  CHECK(store->begin_bulk().error().code == ErrorCode::conflict);
  load_observations(*store);
  const auto verify = [&] {
    // 2 before; the first 2,000 give 1,999 more (obs-1 is a duplicate); the next 1,000 are new
    // versions.
    CHECK(store->last_seq() == 2 + 1999 + 1000);
    CHECK(store->counts()->front().second == 2000);
    CHECK(store->read(anyone, "Observation", "obs-0")->version == 3);
    CHECK(store->read(anyone, "Observation", "obs-1")->version == 2);
    CHECK(store->read(anyone, "Observation", "obs-1999")->version == 1);
    CHECK(store->history(anyone, "Observation", "obs-0")->size() == 3);
    CHECK(*store->exists("Observation", "obs-1234"));
    CHECK_FALSE(*store->exists("Observation", "obs-2000"));
    CHECK(store->of_resident(anyone, 5)->size() == 100);
    CHECK(store->of_resident(anyone, 5, 7)->size() == 7);
  };
  verify();
  CHECK(store->check().error().code == ErrorCode::unavailable);
  double last = 0;
  REQUIRE(store->finish_bulk([&](double fraction) {
    CHECK(fraction >= last);
    last = fraction;
  }));
  CHECK(last == 1.0);
  CHECK(store->finish_bulk().error().code == ErrorCode::conflict);
  verify();
  check_sound(*store);
  REQUIRE(store->begin_bulk());  // once more, over a table that is full
  load_observations(*store);
  REQUIRE(store->finish_bulk());
  check_sound(*store);
}

TEST_CASE("bulk: a store that was closed in the middle pays when it is opened") {
  const TempDir folder;
  OpenOptions options;
  options.bulk_entries_in_memory = 150;
  {
    auto store = given_store(folder.path(), options);
    REQUIRE(store->begin_bulk());
    load_observations(*store);
    committed(*store, patient(*store, "p1", "{\"p\":1}", {.sex = "male"}, {"张伟", "zhang"}));
    OpenOptions reading;
    reading.read_only = true;
    CHECK(Store::open((folder.path() / "records.db").string(), reading).error().code ==
          ErrorCode::unavailable);
  }
  auto store = given_store(folder.path(), options);
  check_sound(*store);
  CHECK(store->read(anyone, "Observation", "obs-999")->version == 2);
  CHECK(store->find_residents(anyone, {.words = {"张伟"}})->total == 1);
  CHECK_FALSE(store->resolve_resident("p1")->second);  // found through the index that was owed
}

TEST_CASE("bulk: readers at work while it loads and ends") {
  const TempDir folder;
  OpenOptions options;
  options.bulk_entries_in_memory = 150;
  auto store = given_store(folder.path(), options);
  REQUIRE(store->begin_bulk());
  std::atomic<int> written = 0;
  std::atomic<bool> stop = false;
  std::atomic<int> missing = 0;
  std::thread reader([&] {
    for (int i = 0; !stop; ++i) {
      const int known = written;
      if (known == 0) continue;
      const std::string id = "obs-" + std::to_string(i % known);
      if (!store->read(anyone, "Observation", id)) ++missing;
    }
  });
  for (int i = 0; i < 1500; ++i) {
    committed(*store, one(version_of(*store, "Observation", "obs-" + std::to_string(i), "{}", 1)));
    ++written;
    if (i % 500 == 499) {
      REQUIRE(store->finish_bulk());
      REQUIRE(store->begin_bulk());
    }
  }
  REQUIRE(store->finish_bulk());
  stop = true;
  reader.join();
  CHECK(missing == 0);
  check_sound(*store);
}
