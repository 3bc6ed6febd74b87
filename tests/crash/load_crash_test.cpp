#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

#include <doctest/doctest.h>

#include "ingest/given.hpp"

using namespace hb;
using namespace hb::ingest;
using namespace hb::test;

namespace {

constexpr int small_files = 40;
constexpr int events_per_small_file = 25;
constexpr int events_in_big_file = 40'000;

std::string small_name(int number) { return "small-" + std::to_string(number) + ".ndjson"; }

std::string event_lines(const std::string& prefix, int count) {
  std::string text;
  for (int event = 0; event < count; ++event)
    text += encounter(prefix + std::to_string(event), "p" + std::to_string(event % 500)) + "\n";
  return text;
}

/// 500 people, a file large enough for a bulk load, and many small ones.
std::vector<std::string> given_deliveries(const std::filesystem::path& directory) {
  std::vector<std::string> files;
  std::string people;
  for (int person = 0; person < 500; ++person)
    people += patient("p" + std::to_string(person), R"(,"gender":"female","birthDate":"1990-01-01")") + "\n";
  files.push_back(given_file(directory, "people.ndjson", people));
  // Padding makes the big file pass the size from which indexes are owed until the end.
  std::string big = event_lines("big", events_in_big_file);
  big += std::string(12 << 20, ' ') + "\n";
  files.push_back(given_file(directory, "big.ndjson", big));
  for (int number = 0; number < small_files; ++number)
    files.push_back(given_file(directory, small_name(number),
                               event_lines("s" + std::to_string(number) + "-", events_per_small_file)));
  return files;
}

/// Loads file after file and says so on the pipe when each is durable. Never returns.
[[noreturn]] void load_until_killed(const std::filesystem::path& store,
                                    const std::vector<std::string>& files, int acknowledge) {
  auto hub = Hub::open(store.string(), hub_options());
  if (!hub) _exit(2);
  for (std::size_t index = 0; index < files.size(); ++index) {
    if (!load(**hub, {files[index]}, {})) _exit(3);
    const auto number = static_cast<unsigned char>(index);
    if (write(acknowledge, &number, 1) != 1) _exit(4);
  }
  _exit(0);
}

/// Starts a loader, kills it after `lifetime`, returns the numbers of the files it acknowledged.
std::vector<int> killed_load(const std::filesystem::path& store, const std::vector<std::string>& files,
                             std::chrono::microseconds lifetime) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    close(ends[0]);
    load_until_killed(store, files, ends[1]);
  }
  close(ends[1]);
  std::this_thread::sleep_for(lifetime);
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  const bool finished = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  CHECK_MESSAGE((killed || finished), "the loader failed by itself: status " << status);
  std::vector<int> acknowledged;
  unsigned char number = 0;
  while (read(ends[0], &number, 1) == 1) acknowledged.push_back(number);
  close(ends[0]);
  return acknowledged;
}

/// Every acknowledged file is there whole, nothing twice, tables equal the records.
void check_after_kill(const std::filesystem::path& store, const std::vector<int>& acknowledged) {
  auto hub = given_hub(store);
  for (const int file : acknowledged) {
    const int count = file == 0 ? 500 : file == 1 ? events_in_big_file : events_per_small_file;
    const std::string prefix = file == 1 ? "big" : "s" + std::to_string(file - 2) + "-";
    for (int event = 0; event < count; event += file == 1 ? 997 : 1) {
      const auto there = file == 0 ? hub->store().exists("Patient", "p" + std::to_string(event))
                                   : hub->store().exists("Encounter", prefix + std::to_string(event));
      REQUIRE(there.has_value());
      CHECK_MESSAGE(*there, "file " << file << " was acknowledged; lost: " << prefix << event);
    }
  }
  check_sound(*hub);
}

}  // namespace

TEST_CASE("kill -9 at random points of loads: nothing acknowledged is lost, nothing is doubled") {
  const int rounds = is_long_run() ? 150 : 12;
  std::mt19937 random(20251231);
  const TempDir dir;
  const auto files = given_deliveries(dir.path());
  int kills_with_acknowledged = 0;
  std::size_t acknowledged_files = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto store = dir.path() / ("store-" + std::to_string(round));
    // Two kills on one store, so that recovery itself is interrupted too.
    for (int kill = 0; kill < 2; ++kill) {
      const auto lifetime = std::chrono::microseconds(random() % 2'500'000);
      const auto acknowledged = killed_load(store, files, lifetime);
      acknowledged_files += acknowledged.size();
      if (!acknowledged.empty()) ++kills_with_acknowledged;
      check_after_kill(store, acknowledged);
    }
    auto hub = given_hub(store);
    const LoadReport rest = given_loaded(*hub, files);
    CHECK(rest.quarantined == 0);
    const auto counts = hub->store().counts();
    REQUIRE(counts.has_value());
    for (const auto& [type, count] : *counts)
      CHECK(count == (type == "Patient" ? 500 : events_in_big_file + small_files * events_per_small_file));
    check_sound(*hub);
    hub.reset();
    std::filesystem::remove_all(store);
  }
  CHECK(kills_with_acknowledged > 0);
  std::printf("load crash test: %d kills, %zu files acknowledged before them, none lost, none doubled\n",
              2 * rounds, acknowledged_files);
}
