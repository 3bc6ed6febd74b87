// Flows: acts per second, a restart with many instances, clocks that wait, lists of work.
//   bench_workflow fill DIR N      N open instances of the flow `repair` of the tests
//   bench_workflow store DIR SCENES N  N open instances of the flow `bench-work` in a store, for
//   HTTP bench_workflow measure DIR     restart, waiting clocks, lists: CSV name,value,unit on
//   stdout bench_workflow act DIR T S     T threads act on instances of their own for S seconds,
//   durable
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "crypto/key_file.hpp"
#include "workflow/engine.hpp"
#include "workflow/records_sink.hpp"

namespace {

using namespace hb;
using namespace hb::workflow;
using Steady = std::chrono::steady_clock;

constexpr std::int64_t minute = 60'000'000;
const Instant beginning{1'790'000'000'000'000};

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void row(const std::string& name, double value, const char* unit) {
  std::printf("%s,%.3f,%s\n", name.c_str(), value, unit);
}

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "bench_workflow: %s\n", result.error().message.c_str());
  std::exit(1);
}

template <class T>
T must(Outcome<T> outcome) {
  if (outcome) return std::move(*outcome);
  std::fprintf(stderr, "bench_workflow: %s\n", outcome.error().error().message.c_str());
  std::exit(1);
}

void load(Library& library) {
  const auto faults = must(library.load(std::string(HB_SOURCE_DIR) + "/tests/workflow/flows"));
  if (faults.empty()) return;
  std::fprintf(stderr, "bench_workflow: %s\n", describe(faults.front()).c_str());
  std::exit(1);
}

Principal person(const std::string& user, const std::string& role, const std::string& area) {
  Principal principal;
  principal.user = user;
  principal.roles = {role};
  principal.areas = {area};
  return principal;
}

/// 100 communities of one district.
std::string area_of(int i) {
  char text[16];
  std::snprintf(text, sizeof text, "330105%03d", i % 100);
  return text;
}

/// Every tenth belongs to one of 500 people; the others wait for the first.
int fill_with(Journal& journal, const Library::Entry& flow, const Principal& starter,
              const std::string& area, Instant first, int count) {
  const Library::Entry* entry = &flow;
  std::atomic<int> next = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 64; ++t)
    threads.emplace_back([&] {
      for (int i = next++; i < count; i = next++) {
        Environment around;
        around.calendars = &entry->calendars;
        if (i % 10 == 0)
          around.candidates = [i](const Actor&, const Instance&) {
            return std::vector<Candidate>{{"user-" + std::to_string(i / 10 % 500), 0, false}};
          };
        // Deadlines spread over a year after the first.
        const Instant now{first.micros + i % 525'600 * minute};
        Fired fired = must(start(entry->flow, around, "i" + std::to_string(i),
                                 {.data = {{"area", area + area_of(i).substr(6)}, {"what", "灯"}}},
                                 starter, now));
        fired.outgoing.clear();  // carried out long ago
        if (!journal.append(fired)) std::exit(1);
      }
    });
  for (std::thread& thread : threads) thread.join();
  return 0;
}

int fill(const std::string& folder, int count) {
  Library library;
  load(library);
  auto journal = must(Journal::open(folder + "/flows.db"));
  return fill_with(*journal, *must(library.find("repair", 1)), person("zhao", "nurse", "3301"),
                   "330105", beginning, count);
}

/// Deadlines from three days after now on, so that none passes while the server is measured.
int fill_store(const std::string& folder, const std::string& scenes, int count) {
  Library library;
  const auto faults = must(library.load(scenes));
  if (!faults.empty()) {
    std::fprintf(stderr, "bench_workflow: %s\n", describe(faults.front()).c_str());
    return 1;
  }
  records::OpenOptions options;
  if (std::filesystem::exists(folder + ".key"))
    options.master_key = must(crypto::read_master_key(folder + ".key"));
  auto store = must(records::Store::open(folder + "/records.db", options));
  auto journal = must(Journal::open(folder + "/flows.db", sealing_of(*store)));
  return fill_with(*journal, *must(library.find("bench-work", 1)), Principal::system("bench"),
                   "770101001", system_clock()(), count);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

template <class Query>
void time_list(const char* name, const Query& query) {
  std::vector<double> times;
  for (int i = 0; i < 21; ++i) {
    const auto start = Steady::now();
    query(i);
    times.push_back(seconds_since(start) * 1000);
  }
  row(std::string(name) + "_p50", median(times), "ms");
  row(std::string(name) + "_max", *std::ranges::max_element(times), "ms");
}

int measure(const std::string& folder) {
  const auto start = Steady::now();
  Library library;
  load(library);
  auto journal = must(Journal::open(folder + "/flows.db"));
  std::atomic<std::int64_t> now = beginning.micros;
  Engine engine(library, *journal, {}, [&now] { return Instant{now.load()}; });
  must(engine.tick());
  must(journal->work({.user = "user-1", .actors = {"repair/worker"}, .areas = {"330105001"}}));
  row("restart", seconds_since(start), "s");
  const auto counts = must(journal->counts());
  row("instances", static_cast<double>(counts.instances), "instances");
  row("bytes",
      static_cast<double>(std::filesystem::file_size(folder + "/flows.db")) /
          static_cast<double>(std::max<std::int64_t>(1, counts.instances)),
      "bytes/instance");

  // Clocks asked ten times a second, nothing due.
  const double cpu = cpu_seconds();
  const auto waiting = Steady::now();
  for (int i = 0; i < 100; ++i) {
    must(engine.tick());
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  row("idle_clocks", (cpu_seconds() - cpu) / seconds_since(waiting) * 100, "% of a core");

  time_list("mine", [&](int i) { must(journal->work({.user = "user-" + std::to_string(i)})); });
  time_list("mine_and_community", [&](int i) {
    must(journal->work(
        {.user = "user-" + std::to_string(i), .actors = {"repair/worker"}, .areas = {area_of(i)}}));
  });
  time_list("whole_district_restricted",
            [&](int) { must(journal->work({.actors = {"repair/worker"}, .areas = {"330105"}})); });
  time_list("unrestricted", [&](int) { must(journal->work({.actors = {"repair/worker"}})); });

  // One act alone, in memory.
  const auto entry = must(library.find("repair", 1));
  Environment around;
  around.calendars = &entry->calendars;
  const Principal nurse = person("zhao", "nurse", "3301");
  const Principal worker = person("wang", "engineer", "3301");
  const Instance before =
      must(workflow::start(entry->flow, around, "x", {.data = {{"area", "330105"}, {"what", "灯"}}},
                           nurse, beginning))
          .after;
  const auto pure = Steady::now();
  int fired = 0;
  for (; seconds_since(pure) < 2; ++fired)
    must(fire(entry->flow, around, before, {.move = "accept"}, worker, beginning));
  row("fire", fired / seconds_since(pure), "acts/s on one thread (not written)");
  return 0;
}

/// Each act starts an instance or moves it; all are answered when durable.
int act(const std::string& folder, int threads_count, int seconds) {
  Library library;
  load(library);
  auto journal = must(Journal::open(folder + "/act.db"));
  Engine engine(library, *journal, {}, system_clock());
  std::atomic<std::int64_t> acts = 0;
  std::atomic<bool> stop = false;
  std::vector<std::vector<double>> times(static_cast<std::size_t>(threads_count));
  std::vector<std::thread> threads;
  for (int t = 0; t < threads_count; ++t)
    threads.emplace_back([&, t] {
      const Principal reporter = person("zhao", "nurse", "3301");
      const Principal worker = person("wang", "engineer", "3301");
      const auto timed = [&](auto&& what) {
        const auto begun = Steady::now();
        auto made = what();
        times[static_cast<std::size_t>(t)].push_back(seconds_since(begun) * 1000);
        ++acts;
        return made;
      };
      while (!stop) {
        const Instance begun = timed([&] {
          return must(
              engine.start("repair", {.data = {{"area", area_of(t)}, {"what", "灯"}}}, reporter));
        });
        int seen = begun.events;
        for (const auto kind : {Command::Kind::take, Command::Kind::release, Command::Kind::take}) {
          Command command;
          command.kind = kind;
          command.seen = seen;
          command.key = begun.id + std::to_string(seen);
          seen = timed([&] { return must(engine.fire(begun.id, command, worker)); }).events;
        }
        timed(
            [&] { return must(engine.fire(begun.id, {.move = "repair", .seen = seen}, worker)); });
      }
    });
  const auto start = Steady::now();
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  stop = true;
  for (std::thread& thread : threads) thread.join();
  const double took = seconds_since(start);
  std::vector<double> all;
  for (const auto& list : times) all.insert(all.end(), list.begin(), list.end());
  std::ranges::sort(all);
  row("acts", static_cast<double>(acts) / took, "acts/s durable");
  row("act_p50", all[all.size() / 2], "ms");
  row("act_p99", all[all.size() * 99 / 100], "ms");
  const auto faults = must(journal->check());
  row("faults", static_cast<double>(faults.size()),
      "instances whose log replays to something else");
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string what = count > 2 ? arguments[1] : "";
  if (what == "fill" && count == 4) return fill(arguments[2], std::atoi(arguments[3]));
  if (what == "store" && count == 5)
    return fill_store(arguments[2], arguments[3], std::atoi(arguments[4]));
  if (what == "measure" && count == 3) return measure(arguments[2]);
  if (what == "act" && count == 5)
    return act(arguments[2], std::atoi(arguments[3]), std::atoi(arguments[4]));
  std::fprintf(
      stderr,
      "bench_workflow fill DIR N | store DIR SCENES N | measure DIR | act DIR THREADS SECONDS\n");
  return 2;
}
