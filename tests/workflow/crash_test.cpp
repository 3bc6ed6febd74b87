#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <random>
#include <set>
#include <thread>

#include <boost/json.hpp>

#include "workflow/kept.hpp"

/// A child runs instances and says which acts were acknowledged; it is killed at a random moment.
/// Every acknowledged act must be in the logs once, and every effect in the records once.
using namespace hb;
using namespace hb::workflow;
using namespace hb::test;

namespace {

struct Ack {
  char key[24];
  int events;
};

std::string key_of(int round, int thread, int number, int act) {
  return std::to_string(round) + "." + std::to_string(thread) + "." + std::to_string(number) + "." +
         std::to_string(act);
}

/// Runs until it is killed.
[[noreturn]] void act_for_ever(const std::filesystem::path& folder, int round, int pipe) {
  House house(folder);
  const auto say = [&](const std::string& key, const Outcome<Instance>& done) {
    if (!done) _exit(4);
    Ack ack{};
    std::strncpy(ack.key, key.c_str(), sizeof ack.key - 1);
    ack.events = done->events;
    if (write(pipe, &ack, sizeof ack) != sizeof ack) _exit(5);
  };
  const auto worker = [&](int thread) {
    for (int number = 0;; ++number) {
      const std::string start_key = key_of(round, thread, number, 0);
      const auto begun = house.engine->start(
          "repair", {.data = {{"area", "330105"}, {"what", "灯"}}, .key = start_key}, reporter);
      say(start_key, begun);
      const std::string accept_key = key_of(round, thread, number, 1);
      say(accept_key,
          house.engine->fire(begun->id, {.move = "accept", .key = accept_key}, engineer));
      const std::string sign_key = key_of(round, thread, number, 2);
      say(sign_key, house.engine->fire(begun->id, {.move = "sign", .key = sign_key}, head));
    }
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) threads.emplace_back(worker, t);
  for (;;)
    if (!house.engine->pump(*house.sink, 50)) _exit(6);
}

std::vector<Ack> crash_once(const std::filesystem::path& folder, int round,
                            std::chrono::milliseconds life) {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    close(ends[0]);
    act_for_ever(folder, round, ends[1]);
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

}  // namespace

TEST_CASE(
    "killed at any moment: no acknowledged act is lost, no act and no effect is there twice") {
  const TempDir folder;
  std::mt19937 random(20261122);
  std::vector<Ack> acknowledged;
  const int rounds = is_long_run() ? 200 : 8;
  for (int round = 0; round < rounds; ++round) {
    const std::chrono::milliseconds life(std::uniform_int_distribution<int>(60, 400)(random));
    const std::vector<Ack> more = crash_once(folder.path(), round, life);
    acknowledged.insert(acknowledged.end(), more.begin(), more.end());
  }
  MESSAGE(acknowledged.size(), " acts acknowledged in ", rounds, " rounds");
  REQUIRE(acknowledged.size() > 20);

  House house(folder.path());
  house.pump_all();
  CHECK(house.journal->check()->empty());  // every log replays to what was derived from it
  CHECK(house.store->check()->empty());

  std::map<std::string, int> times;  // of each key in all logs
  std::map<std::string, int> numbers;
  std::set<std::string> communications;
  std::size_t accepted = 0;
  std::vector<std::string> ids;
  const auto all = house.journal->work(
      {.user = "", .actors = {"repair/worker", "repair/chief"}, .limit = 1'000'000});
  REQUIRE(all);
  for (const Work& work : *all)
    if (ids.empty() || ids.back() != work.instance) ids.push_back(work.instance);
  std::set<std::string> unique(ids.begin(), ids.end());
  for (const std::string& id : unique) {
    const auto log = house.journal->events(id);
    REQUIRE(log);
    for (const Event& event : *log) {
      if (!event.key.empty()) {
        ++times[event.key];
        numbers[event.key] = event.number;
      }
      accepted += event.move == "accept" ? 1 : 0;
    }
    // The Task shows each act once, in their order.
    const auto versions = house.store->history(Principal::system("test"), "Task", id);
    REQUIRE(versions);
    int newer = INT32_MAX;
    for (const records::StoredVersion& version : *versions) {
      const int number = std::stoi(std::string(
          boost::json::parse(version.json).at("meta").at("tag").at(0).at("code").as_string()));
      CHECK(number < newer);
      newer = number;
    }
  }
  for (const Ack& ack : acknowledged) {
    CHECK(times[ack.key] == 1);
    CHECK(numbers[ack.key] <= ack.events);  // it stands where it was when it was acknowledged
  }
  for (const auto& [key, count] : times) CHECK(count == 1);
  // One message and one sub-flow for each acceptance.
  std::int64_t messages = 0;
  const auto counts = house.store->counts();
  REQUIRE(counts);
  for (const auto& [type, count] : *counts)
    if (type == "Communication") messages = count;
  CHECK(messages == static_cast<std::int64_t>(accepted));
  CHECK(house.journal->counts()->instances == static_cast<std::int64_t>(unique.size() + accepted));
}
