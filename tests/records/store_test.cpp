#include "records/store.hpp"

#include <thread>

#include "records/given.hpp"

using namespace hb;
using namespace hb::records;
using namespace hb::test;

TEST_CASE("Store: what was committed is read back, after reopening too") {
  const TempDir folder;
  std::string id;
  {
    auto store = given_store(folder.path());
    id = store->info().id;
    CHECK(id.size() == 32);
    const Receipt receipt = committed(
        *store,
        one(version_of(*store, "Organization", "o-1", R"({"resourceType":"Organization"})")));
    CHECK(receipt.batch == 1);
    CHECK(receipt.seqs == std::vector<Seq>{1});
    CHECK(receipt.existing == std::vector<Seq>{0});
    CHECK(store->read(anyone, "Organization", "o-1").has_value());
  }
  CHECK_FALSE(std::filesystem::exists(folder.path() / "records.db-wal"));  // all in the file
  const auto store = given_store(folder.path());
  CHECK(store->info().id == id);
  const Result<StoredVersion> version = store->read(anyone, "Organization", "o-1");
  REQUIRE(version.has_value());
  CHECK(version->json == R"({"resourceType":"Organization"})");
  CHECK(version->seq == 1);
  CHECK(version->version == 1);
  CHECK(version->current);
  CHECK(version->batch == 1);
  CHECK(version->recorded > *parse_instant("2025-01-01T00:00:00Z"));
  CHECK(store->read(anyone, "Organization", "o-2").error().code == ErrorCode::not_found);
  CHECK(store->read(anyone, "Location", "o-1").error().code == ErrorCode::not_found);
  CHECK(store->last_seq() == 1);
  CHECK(store->last_batch() == 1);
  check_sound(*store);
}

TEST_CASE("commit: the same again is a duplicate, another body a new version") {
  const TempDir folder;
  auto store = given_store(folder.path());
  const auto observation = [&](const char* json) {
    return version_of(*store, "Observation", "55fc7bc8-9abd-4e26-a3ab-8c5e7a1e1e1e", json);
  };
  WriteSet set;
  set.resources = {observation("{\"v\":1}"), observation("{\"v\":1}"), observation("{\"v\":2}")};
  const Receipt first = committed(*store, set);
  CHECK(first.seqs == std::vector<Seq>{1, 0, 2});
  CHECK(first.existing == std::vector<Seq>{0, 1, 1});
  const Receipt second = committed(*store, set);  // v1 differs from the current v2, then v2 from v1
  CHECK(second.seqs == std::vector<Seq>{3, 0, 4});
  const Receipt third = committed(*store, one(observation("{\"v\":2}")));
  CHECK(third.seqs == std::vector<Seq>{0});
  CHECK(third.existing == std::vector<Seq>{4});

  const auto history =
      store->history(anyone, "Observation", "55fc7bc8-9abd-4e26-a3ab-8c5e7a1e1e1e");
  REQUIRE(history.has_value());
  REQUIRE(history->size() == 4);
  CHECK(history->front().version == 4);
  CHECK(history->front().json == "{\"v\":2}");
  CHECK(history->front().current);
  CHECK_FALSE(history->at(1).current);
  CHECK(history->back().seq == 1);
  const auto counts = store->counts();
  REQUIRE(counts->size() == 1);
  CHECK(counts->front() == std::pair<std::string, std::int64_t>("Observation", 1));
  check_sound(*store);
}

TEST_CASE("commit: ids that share a key stay apart") {
  const TempDir folder;
  OpenOptions narrow;
  narrow.key_bits = 2;  // keys 1, 2, 3: forty ids must collide
  for (const bool bulk : {false, true}) {
    const std::filesystem::path place = folder.path() / (bulk ? "bulk" : "small");
    std::filesystem::create_directory(place);
    auto store = given_store(place, narrow);
    if (bulk) REQUIRE(store->begin_bulk());
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < 40; ++i) {
        const std::string json = "{\"i\":" + std::to_string(i) + "}";
        const Receipt receipt =
            committed(*store, one(version_of(*store, "Location", "id" + std::to_string(i), json)));
        CHECK((receipt.seqs.front() != 0) == (round == 0));
      }
    }
    if (bulk) REQUIRE(store->finish_bulk());
    CHECK(store->read(anyone, "Location", "id7")->json == "{\"i\":7}");
    CHECK(store->last_seq() == 40);
    check_sound(*store);
  }
}

TEST_CASE("commit: what is wrong is refused and harms nothing else") {
  const TempDir folder;
  auto store = given_store(folder.path());
  for (const NewVersion& bad : {NewVersion{"", "1", {}, "x"}, NewVersion{"Patient", "", {}, "x"},
                                NewVersion{"Patient", std::string(256, 'a'), {}, "x"},
                                NewVersion{"Patient", "1", {}, ""}}) {
    CHECK(store->commit(one(bad)).error().code == ErrorCode::invalid_input);
  }
  WriteSet update = one(version_of(*store, "Patient", "1", "{}"));
  update.problem_updates.push_back({99, Problem::State::dismissed, "no such", 1});
  CHECK(store->commit(update).error().code == ErrorCode::invalid_input);
  update.problem_updates.front().resource = ResidentChange::no_resource;
  CHECK(store->commit(update).error().code == ErrorCode::not_found);
  CHECK(store->last_seq() == 0);
  CHECK(committed(*store, one(version_of(*store, "Patient", "1", "{}"))).batch == 1);
  check_sound(*store);
}

TEST_CASE("commit: 64 threads share commits; each gets its own batch") {
  const TempDir folder;
  auto store = given_store(folder.path());
  constexpr int threads = 64;
  constexpr int rounds = 20;
  std::vector<std::thread> workers;
  std::vector<std::vector<BatchId>> batches(threads);
  std::atomic<int> refused = 0;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      for (int i = 0; i < rounds; ++i) {
        WriteSet set = one(version_of(*store, "Task", std::to_string(t) + "-" + std::to_string(i),
                                      "{\"t\":" + std::to_string(t) + "}"));
        const bool broken = i % 5 == 4;  // fails in the middle of others that must not
        if (broken) set.problem_updates.push_back({1, Problem::State::dismissed, ""});
        const Result<Receipt> receipt = store->commit(std::move(set));
        if (receipt)
          batches[static_cast<std::size_t>(t)].push_back(receipt->batch);
        else
          ++refused;
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  std::vector<bool> seen(threads * rounds + 1, false);
  for (const auto& mine : batches) {
    for (const BatchId batch : mine) {
      CHECK_FALSE(seen.at(static_cast<std::size_t>(batch)));
      seen.at(static_cast<std::size_t>(batch)) = true;
    }
  }
  CHECK(refused == threads * rounds / 5);
  CHECK(store->last_batch() == threads * rounds * 4 / 5);
  CHECK(store->last_seq() == threads * rounds * 4 / 5);
  check_sound(*store);
}

TEST_CASE("deliveries, problems, orphans, reported values and the feed") {
  const TempDir folder;
  auto store = given_store(folder.path());
  Delivery delivery = *store->begin_delivery("a.ndjson", "file");
  CHECK(delivery.id == 1);
  CHECK(delivery.state == Delivery::State::receiving);

  WriteSet set = one(version_of(*store, "Location", "l1", "{}"));
  set.delivery = delivery.id;
  Problem problem;
  problem.line = 7;
  problem.rule = "date";
  problem.original = "{\"broken\"";
  set.problems.push_back(problem);
  set.orphans.push_back({0, 8, "Observation", "Patient/x"});
  set.reported.push_back({"plan-1", "4", "全市", "3301", "2020", "95", "%", "", 0, 2});
  set.touched = {{"place", "3301", "2020-01", 1}, {"place", "", "", 2}};
  delivery.digest = "d1";
  delivery.state = Delivery::State::done;
  delivery.accepted = 1;
  delivery.quarantined = 1;
  set.delivery_state = delivery;
  CHECK(committed(*store, set).batch == 1);

  std::int64_t total = 0;
  CHECK(store->deliveries(anyone, 0, 10, &total)->size() == 1);
  CHECK(total == 1);
  CHECK(store->delivery(anyone, 1)->accepted == 1);
  CHECK(store->delivery(anyone, 1)->ended.micros > 0);
  CHECK(store->delivery_by_digest("d1")->id == 1);
  CHECK(store->delivery_by_digest("d2").error().code == ErrorCode::not_found);
  const auto again = store->begin_delivery("b.ndjson", "file", "d1");
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().code == ErrorCode::conflict);
  CHECK(again.error().message.find("delivery 1") != std::string::npos);

  const auto problems = store->problems(anyone, 1, 0, 0, 10, &total);
  REQUIRE(problems->size() == 1);
  CHECK(total == 1);
  CHECK(problems->front().line == 7);
  CHECK(problems->front().delivery == 1);
  CHECK(store->problem(anyone, 1)->original == "{\"broken\"");
  CHECK(store->orphans(anyone, 1, 0, 10)->front().reference == "Patient/x");
  CHECK(store->reported(anyone, "plan-1")->front().value_text == "95");
  CHECK(store->reported(anyone, "plan-2")->empty());

  const auto feed = store->feed(0, 10);
  REQUIRE(feed->size() == 1);
  CHECK(feed->front().first_seq == 1);
  CHECK(feed->front().last_seq == 1);
  CHECK(feed->front().delivery == 1);
  REQUIRE(feed->front().touched.size() == 2);
  CHECK(feed->front().touched[0].period == "2020-01");
  CHECK(feed->front().touched[1].rows == 2);
  CHECK(store->read(anyone, "Location", "l1")->delivery == 1);
  check_sound(*store);
}

TEST_CASE("problem_updates: corrected once, dismissed and opened again") {
  const TempDir folder;
  auto store = given_store(folder.path());
  WriteSet first;
  first.problems.resize(2);
  committed(*store, first);
  const auto update = [&](std::int64_t id, Problem::State state) {
    WriteSet set;
    set.problem_updates.push_back({id, state, "note"});
    return store->commit(std::move(set));
  };
  CHECK(update(1, Problem::State::dismissed));
  CHECK(update(1, Problem::State::open));
  WriteSet correction = one(version_of(*store, "Location", "l", "{}"));
  correction.problem_updates.push_back({2, Problem::State::corrected, "", 0});
  const Receipt receipt = committed(*store, correction);
  const auto corrected = store->problems(anyone, 0, 1, 0, 10);
  REQUIRE(corrected->size() == 1);
  CHECK(corrected->front().resolved_by == receipt.seqs.front());
  CHECK(update(2, Problem::State::open).error().code == ErrorCode::conflict);
  CHECK(update(3, Problem::State::open).error().code == ErrorCode::not_found);
}

TEST_CASE("scan: every version in order, current or not, with its batch") {
  const TempDir folder;
  auto store = given_store(folder.path());
  for (int i = 0; i < 5000; i += 1000) {
    WriteSet set;
    for (int j = i; j < i + 1000; ++j) {
      set.resources.push_back(
          version_of(*store, "Observation", std::to_string(j % 4000), std::to_string(j)));
    }
    committed(*store, set);
  }
  Seq expected = 2;
  std::int64_t current = 0;
  REQUIRE(store->scan(anyone, 2, 4500, [&](const StoredVersion& version) {
    CHECK(version.seq == ++expected);
    CHECK(version.json == std::to_string(version.seq - 1));
    CHECK(version.batch == (version.seq - 1) / 1000 + 1);
    current += version.current ? 1 : 0;
    return true;
  }));
  CHECK(expected == 4500);
  // Ids 0 … 999 came again as seq 4001 … 5000: seq 3 … 1000 of the scan are not current.
  CHECK(current == 4500 - 1000);
  check_sound(*store);
}

TEST_CASE("set_info: simulated only while the store is empty") {
  const TempDir folder;
  {
    auto store = given_store(folder.path());
    StoreInfo info = store->info();
    info.simulated = true;
    info.name_zh = "示例区";
    REQUIRE(store->set_info(info));
    committed(*store, one(version_of(*store, "Location", "l", "{}")));
    info.simulated = false;
    CHECK(store->set_info(info).error().code == ErrorCode::conflict);
  }
  const auto store = given_store(folder.path());
  CHECK(store->info().simulated);
  CHECK(store->info().name_zh == "示例区");
}
