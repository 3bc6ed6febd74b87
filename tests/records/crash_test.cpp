#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <random>
#include <thread>

#include "records/given.hpp"

/// A child writes and says what was acknowledged; it is killed at a random moment; everything it
/// said must be there exactly once, and of nothing only a part.
using namespace hb;
using namespace hb::records;
using namespace hb::test;

namespace {

constexpr int set_size = 5;

struct Ack {
  std::int32_t round;
  std::int32_t thread;
  std::int32_t number;
};

std::string set_id(const Ack& ack) {
  return std::to_string(ack.round) + "-" + std::to_string(ack.thread) + "-" +
         std::to_string(ack.number);
}

WriteSet set_of(Store& store, const Ack& ack) {
  WriteSet set = patient(store, "p-" + set_id(ack), "{\"p\":\"" + set_id(ack) + "\"}",
                         {.sex = "male", .area = "330105"}, {"word", set_id(ack)});
  const ResidentId resident = set.residents.front().resident.id;
  for (int i = 1; i < set_size; ++i) {
    set.resources.push_back(version_of(store, "Observation", set_id(ack) + "-" + std::to_string(i),
                                       "{\"set\":\"" + set_id(ack) + "\"}", resident));
  }
  set.touched.push_back({"observation", "330105", "2025-11", set_size - 1});
  return set;
}

OpenOptions with_spills() {
  OpenOptions options;
  options.bulk_entries_in_memory = 60;
  return options;
}

/// Runs until it is killed.
[[noreturn]] void write_for_ever(const std::filesystem::path& folder, int round, bool bulk,
                                 int pipe) {
  auto opened = Store::open((folder / "records.db").string(), with_spills());
  if (!opened) _exit(3);
  Store& store = **opened;
  const auto worker = [&](int thread, int from, int count) {
    for (int number = from; number < from + count; ++number) {
      const Ack ack{round, thread, number};
      if (!store.commit(set_of(store, ack))) _exit(4);
      if (write(pipe, &ack, sizeof ack) != sizeof ack) _exit(5);
    }
  };
  for (int from = 0;; from += 40) {
    if (bulk && !store.begin_bulk()) _exit(6);
    std::array<std::thread, 3> threads;
    for (int t = 0; t < 3; ++t) {
      threads[static_cast<std::size_t>(t)] = std::thread(worker, t, from, 40);
    }
    for (std::thread& thread : threads) thread.join();
    if (bulk && !store.finish_bulk()) _exit(7);
  }
}

std::vector<Ack> crash_once(const std::filesystem::path& folder, int round, bool bulk,
                            std::chrono::milliseconds life) {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    close(ends[0]);
    write_for_ever(folder, round, bulk, ends[1]);
  }
  close(ends[1]);
  std::vector<Ack> acknowledged;
  std::thread killer([&] {
    std::this_thread::sleep_for(life);
    kill(child, SIGKILL);
  });
  Ack ack{};
  while (read(ends[0], &ack, sizeof ack) == sizeof ack) acknowledged.push_back(ack);
  killer.join();
  close(ends[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));  // not one of its own exits
  return acknowledged;
}

/// Versions per set as they stand in the store.
std::map<std::string, int> sets_in(const Store& store) {
  std::map<std::string, int> sets;
  REQUIRE(store.scan(anyone, 0, store.last_seq(), [&](const StoredVersion& version) {
    CHECK(version.version == 1);
    const std::size_t quote = version.json.find(":\"") + 2;
    ++sets[version.json.substr(quote, version.json.size() - quote - 2)];
    return true;
  }));
  return sets;
}

void crash_rounds(bool bulk, int rounds) {
  const TempDir folder;
  std::mt19937 random(bulk ? 20261121 : 20261122);
  std::vector<Ack> acknowledged;
  for (int round = 0; round < rounds; ++round) {
    const std::chrono::milliseconds life(std::uniform_int_distribution<int>(15, 250)(random));
    const std::vector<Ack> now = crash_once(folder.path(), round, bulk, life);
    acknowledged.insert(acknowledged.end(), now.begin(), now.end());
    auto store = given_store(folder.path(), with_spills());
    check_sound(*store);
    const std::map<std::string, int> sets = sets_in(*store);
    for (const auto& [name, versions] : sets) CHECK(versions == set_size);
    for (const Ack& ack : acknowledged) CHECK(sets.contains(set_id(ack)));
    for (const Ack& ack : now) {
      const auto people = store->find_residents(anyone, {.words = {set_id(ack)}});
      REQUIRE(people->residents.size() == 1);
      CHECK(store->of_resident(anyone, people->residents.front().id)->size() == set_size);
    }
  }
  CHECK(acknowledged.size() > static_cast<std::size_t>(rounds));
  const std::string what = bulk ? "bulk load: " : "small commits: ";
  MESSAGE(what << rounds << " kills, " << acknowledged.size()
               << " acknowledged commits, none lost");
}

int rounds() { return is_long_run() ? 250 : 10; }

}  // namespace

TEST_CASE("kill -9 during small commits: nothing acknowledged is lost, nothing doubled or half") {
  crash_rounds(false, rounds());
}

TEST_CASE("kill -9 during bulk loads: nothing acknowledged is lost, the owed index is paid") {
  crash_rounds(true, rounds());
}
