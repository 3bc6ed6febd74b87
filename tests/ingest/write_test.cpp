#include "ingest/write.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <random>
#include <thread>

#include "ingest/given.hpp"

using namespace hb;
using namespace hb::ingest;
using namespace hb::test;

namespace {

const Principal client{"his", {"machine"}, {}, {}, "operation", true, ""};

std::vector<Written> written(Hub& hub, const std::vector<std::string>& texts,
                             const std::vector<Deletion>& deletions) {
  auto done = write(hub, client, texts, deletions);
  REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
  REQUIRE(hub.catch_up().has_value());
  return std::move(*done);
}

}  // namespace

TEST_CASE("write: texts and deletions are one commit; the tables follow") {
  const TempDir folder;
  auto hub = given_hub(folder.path());
  const auto first =
      written(*hub, {encounter("e1", "p1"), patient("p1"), encounter("e2", "p1")}, {});
  REQUIRE(first.size() == 3);
  CHECK(first[0].former == 0);
  CHECK(rows_of(*hub, "encounter") == 2);
  const auto second =
      written(*hub, {encounter("e3", "p1")}, {{"Encounter", "e1"}, {"Encounter", "never"}});
  REQUIRE(second.size() == 3);
  CHECK(second[0].seq == 4);
  CHECK(second[1].seq == 5);
  CHECK(second[1].former == first[0].seq);
  CHECK(second[2].seq == 0);
  CHECK(rows_of(*hub, "encounter") == 2);
  const BatchId last = hub->store().last_batch();
  CHECK(write(*hub, client, {}).value().empty());
  CHECK(hub->store().last_batch() == last);
  const auto refused = write(*hub, client, {encounter("e4", "p1")}, {{"Patient", "p1"}});
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK_FALSE(hub->store().exists("Encounter", "e4").value());
  check_sound(*hub);
  REQUIRE(hub->rebuild().has_value());
  CHECK(rows_of(*hub, "encounter") == 2);
  check_sound(*hub);
}

TEST_CASE("write: a delivery brings back what was deleted, and withdraws by status as before") {
  const TempDir folder;
  auto hub = given_hub(folder.path());
  written(*hub, {patient("p1"), encounter("e1", "p1")}, {});
  written(*hub, {}, {{"Encounter", "e1"}});
  CHECK(rows_of(*hub, "encounter") == 0);
  std::string withdrawn = encounter("e1", "p1");
  withdrawn.replace(withdrawn.find("finished"), 8, "entered-in-error");
  const auto report = given_loaded(
      *hub, {given_file(folder.path(), "again.ndjson", encounter("e1", "p1") + "\n" + withdrawn)});
  CHECK(report.accepted == 2);
  CHECK(rows_of(*hub, "encounter") == 1);
  CHECK(hub->store().history(tester(), "Encounter", "e1")->size() == 4);
  check_sound(*hub);
}

TEST_CASE("write: kill -9 between writes and deletions; tables and records agree again") {
  const TempDir folder;
  const auto store = folder.path() / "store";
  { written(*given_hub(store), {patient("p1")}, {}); }
  std::mt19937 random(20'251'122);
  std::map<int, bool> there;  // what the child was told, by number of the visit
  for (int round = 0; round < (is_long_run() ? 100 : 6); ++round) {
    CAPTURE(round);
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      auto hub = Hub::open(store.string(), hub_options());
      if (!hub) _exit(2);
      std::thread tables([&hub] {
        while (true) (void)(*hub)->catch_up();
      });
      for (int number = 0;; number = (number + 7) % 20) {
        const std::string id = "e" + std::to_string(number);
        const bool deletes = (*hub)->store().exists("Encounter", id).value();
        const auto done = deletes ? write(**hub, client, {}, {{"Encounter", id}})
                                  : write(**hub, client, {encounter(id, "p1")});
        const int told = deletes ? -1 - number : number;
        if (!done || ::write(ends[1], &told, sizeof told) != sizeof told) _exit(3);
      }
    }
    close(ends[1]);
    int told = 0;
    REQUIRE(read(ends[0], &told, sizeof told) == sizeof told);
    there[told < 0 ? -1 - told : told] = told >= 0;
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
    kill(child, SIGKILL);
    while (read(ends[0], &told, sizeof told) == sizeof told)
      there[told < 0 ? -1 - told : told] = told >= 0;
    close(ends[0]);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));

    auto hub = given_hub(store);
    int others = 0;  // at most the one write whose answer did not come
    for (const auto& [number, is_there] : there)
      if (hub->store().exists("Encounter", "e" + std::to_string(number)).value() != is_there)
        ++others;
    CHECK(others <= 1);
    std::int64_t visits = 0;
    for (int number = 0; number < 20; ++number) {
      there[number] = hub->store().exists("Encounter", "e" + std::to_string(number)).value();
      visits += there[number] ? 1 : 0;
    }
    CHECK(rows_of(*hub, "encounter") == visits);
    check_sound(*hub);
  }
}
