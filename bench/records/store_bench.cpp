#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "records/audit.hpp"
#include "records/store.hpp"

/// The record store as a loading region uses it: bodies of 172 bytes (an average Synthea resource,
/// packed), one Patient in 25 resources with 20 search words, ids that look like random UUIDs.
namespace {

using namespace hb;
using namespace hb::records;

constexpr std::size_t body_bytes = 172;
constexpr int resources_per_person = 25;
constexpr int resources_per_commit = 4'000;

/// Where the store lies: HB_BENCH_DIR, else the temporary folder. Removed at the end.
class Folder {
 public:
  explicit Folder(const char* name = "hb-records-bench") {
    const char* given = std::getenv("HB_BENCH_DIR");
    path_ =
        (given != nullptr ? std::filesystem::path(given) : std::filesystem::temp_directory_path()) /
        name;
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file() const { return (path_ / "records.db").string(); }
  std::int64_t bytes() const {
    return static_cast<std::int64_t>(std::filesystem::file_size(file()));
  }

 private:
  std::filesystem::path path_;
};

std::string uuid(std::uint64_t number) {
  const auto hash = crypto::fingerprint({reinterpret_cast<const char*>(&number), sizeof number});
  char text[40];
  std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%012llx",
                static_cast<unsigned>(hash.high >> 32),
                static_cast<unsigned>(hash.high >> 16 & 0xFFFF),
                static_cast<unsigned>(hash.high & 0xFFFF), static_cast<unsigned>(hash.low >> 48),
                static_cast<unsigned long long>(hash.low & 0xFFFF'FFFF'FFFFULL));
  return text;
}

NewVersion resource(std::uint64_t number, ResidentId resident) {
  NewVersion version{number % resources_per_person == 0 ? "Patient" : "Observation",
                     uuid(number),
                     {number, 1},
                     std::string(body_bytes, 'b'),
                     resident};
  version.body[0] = 0;  // raw: the store does not look inside
  return version;
}

std::vector<std::string> words_of(std::uint64_t person) {
  std::vector<std::string> words;
  for (std::uint64_t i = 0; i < 8; ++i) {  // parts of names, which many share
    words.push_back("part " + std::to_string((person * 2654435761U >> i) % 3000));
  }
  for (int i = 0; i < 12; ++i) words.push_back(std::to_string(person) + "/" + std::to_string(i));
  return words;
}

/// Resources first … first + count of the endless load, as ingest would commit them.
WriteSet part_of_load(Store& store, std::uint64_t first, int count) {
  WriteSet set;
  set.resources.reserve(static_cast<std::size_t>(count));
  ResidentId resident = 0;
  for (std::uint64_t number = first; number < first + static_cast<std::uint64_t>(count); ++number) {
    if (number % resources_per_person == 0 || resident == 0) {
      Resident person = store.resolve_resident(uuid(number - number % resources_per_person))->first;
      resident = person.id;
      if (number % resources_per_person == 0) {
        person.provisional = false;
        person.sex = number % 2 == 0 ? "male" : "female";
        person.birth_date = Date{static_cast<std::int32_t>(number % 30'000) - 10'000};
        person.area = "3301" + std::to_string(10 + number % 14) + "00" + std::to_string(number % 9);
        set.residents.push_back(
            {std::move(person), set.resources.size(), words_of(number / resources_per_person)});
      }
    }
    set.resources.push_back(resource(number, resident));
  }
  set.touched.assign(20, {"observation", "330105", "2025-11", 200});
  return set;
}

std::int64_t peak_memory_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::strtoll(line.c_str() + 6, nullptr, 10) / 1024;
  }
  return 0;
}

/// User and system time of all threads so far: what a load costs, however busy the machine is.
double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Loads with two threads until `total` resources are there.
void load(benchmark::State& state, Store& store, std::int64_t from, std::int64_t total) {
  std::atomic<std::int64_t> next = from;
  std::atomic<bool> failed = false;
  const auto work = [&] {
    while (!failed) {
      const std::int64_t first = next.fetch_add(resources_per_commit);
      if (first >= total) return;
      if (!store.commit(
              part_of_load(store, static_cast<std::uint64_t>(first), resources_per_commit))) {
        failed = true;
      }
    }
  };
  std::thread second(work);
  work();
  second.join();
  if (failed) state.SkipWithError("a commit failed");
}

/// 0 → N resources, keys and indexes paid inside the time. items = resources/s.
void BM_BulkLoad(benchmark::State& state) {
  for (auto _ : state) {
    const Folder folder;
    const double cpu_before = cpu_seconds();
    auto store = std::move(*Store::open(folder.file(), {}));
    if (!store->begin_bulk()) state.SkipWithError("no bulk load");
    load(state, *store, 0, state.range(0));
    const auto loaded = std::chrono::steady_clock::now();
    if (!store->finish_bulk()) state.SkipWithError("the index could not be paid");
    state.counters["index_seconds"] =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - loaded).count();
    state.counters["cpu_us_per_resource"] =
        (cpu_seconds() - cpu_before) * 1e6 / static_cast<double>(state.range(0));
    state.counters["bytes_per_resource"] =
        static_cast<double>(folder.bytes()) / static_cast<double>(state.range(0));
    state.counters["peak_memory_MB"] = static_cast<double>(peak_memory_mb());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_BulkLoad)
    ->Arg(2'000'000)
    ->Arg(20'000'000)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kSecond);

/// Single resources, each durable before the next: commits/s, by number of writing threads.
void BM_DurableCommits(benchmark::State& state) {
  const Folder folder;
  auto store = std::move(*Store::open(folder.file(), {}));
  const auto threads = static_cast<int>(state.range(0));
  constexpr int commits_each = 400;
  std::atomic<std::uint64_t> number = 1;
  for (auto _ : state) {
    std::vector<std::thread> workers;
    for (int t = 0; t < threads; ++t) {
      workers.emplace_back([&] {
        for (int i = 0; i < commits_each; ++i) {
          WriteSet set;
          set.resources.push_back(resource(number++ * resources_per_person + 1, 0));
          if (!store->commit(std::move(set))) std::abort();
        }
      });
    }
    for (std::thread& worker : workers) worker.join();
  }
  state.SetItemsProcessed(state.iterations() * threads * commits_each);
}
BENCHMARK(BM_DurableCommits)
    ->Arg(1)
    ->Arg(16)
    ->Arg(64)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// One million residents, one Patient and one Observation each, made once for the benches that
/// read.
Store& million() {
  static const Folder folder;
  static const std::unique_ptr<Store> store = [] {
    auto made = std::move(*Store::open(folder.file(), {}));
    if (!made->begin_bulk()) std::abort();
    for (std::uint64_t first = 0; first < 1'000'000; first += 2'000) {
      WriteSet set;
      for (std::uint64_t person = first; person < first + 2'000; ++person) {
        const std::uint64_t number = person * resources_per_person;
        WriteSet part = part_of_load(*made, number, 2);
        part.residents.front().resource = set.resources.size();
        set.residents.push_back(std::move(part.residents.front()));
        for (NewVersion& version : part.resources) set.resources.push_back(std::move(version));
      }
      if (!made->commit(std::move(set))) std::abort();
    }
    if (!made->finish_bulk()) std::abort();
    return made;
  }();
  return *store;
}

const Principal reader = Principal::system("bench");

/// items = reads/s of one thread, ids in random order; a body is unpacked and an audit entry
/// queued.
void BM_ReadById(benchmark::State& state) {
  const Store& store = million();
  std::mt19937_64 random(42);
  for (auto _ : state) {
    const auto version =
        store.read(reader, "Patient", uuid(random() % 1'000'000 * resources_per_person));
    if (!version) state.SkipWithError("not found");
    benchmark::DoNotOptimize(version);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ReadById)->Unit(benchmark::kMicrosecond);

/// items = audited reads/s of two threads until all entries are chained and durable.
void BM_AuditedReads(benchmark::State& state) {
  const Store& store = million();
  constexpr int reads = 100'000;
  for (auto _ : state) {
    std::vector<std::jthread> readers;
    for (unsigned thread = 0; thread < 2; ++thread)
      readers.emplace_back([&store, thread] {
        std::mt19937_64 random(thread);
        for (int i = 0; i < reads / 2; ++i)
          benchmark::DoNotOptimize(
              store.read(reader, "Patient", uuid(random() % 1'000'000 * resources_per_person)));
      });
    readers.clear();
    if (!store.audit(reader, {.limit = 1})) state.SkipWithError("the audit cannot be read");
  }
  state.SetItemsProcessed(state.iterations() * reads);
}
BENCHMARK(BM_AuditedReads)->Unit(benchmark::kMillisecond)->UseRealTime();

/// An entry as people make them: of 200 accounts about 100,000 residents, in the order of time.
Store::AuditEntry some_entry(std::int64_t number, std::mt19937_64& random) {
  return {Instant{number * std::int64_t{31'000'000}},
          "user" + std::to_string(random() % 200),
          "care",
          random() % 10 == 0 ? "search" : "read",
          "resident " + std::to_string(random() % 100'000),
          "10.0.0." + std::to_string(random() % 250)};
}

/// A store with a million audit entries.
std::unique_ptr<Store> make_audited(const std::string& path, const OpenOptions& options) {
  const std::string id = Store::open(path, {}).value()->info().id;
  {
    auto connection = sqlite::Connection::open(path, sqlite::Connection::Mode::write);
    if (!connection || !connection->run("BEGIN")) std::abort();
    std::mt19937_64 random(42);
    for (int group = 0; group < 1'000; ++group) {
      std::vector<Store::AuditEntry> entries;
      for (int i = 0; i < 1'000; ++i) entries.push_back(some_entry(group * 1'000 + i, random));
      if (!append_audit(*connection, id, nullptr, entries)) std::abort();
    }
    if (!connection->run("COMMIT")) std::abort();
  }
  return Store::open(path, options).value();
}

const Store& audited() {
  static const Folder folder("hb-audit-bench");
  static const std::unique_ptr<Store> store = make_audited(folder.file(), {});
  return *store;
}

/// items = entries/s in group commit, chained, signed every thousand and durable, into a store that
/// holds a million already.
void BM_WriteAudit(benchmark::State& state) {
  static const Folder folder("hb-audit-write");
  OpenOptions options;
  options.audit_key = crypto::Key::generate(crypto::Signature::ed25519);
  static const std::unique_ptr<Store> store = make_audited(folder.file(), options);
  constexpr int entries = 50'000;
  std::mt19937_64 random(7);
  std::int64_t number = 1'000'000;
  for (auto _ : state) {
    std::vector<Store::AuditEntry> batch;
    for (int i = 0; i < entries; ++i) batch.push_back(some_entry(number++, random));
    if (!store->note_acts(std::move(batch))) state.SkipWithError("the audit cannot be written");
  }
  state.SetItemsProcessed(state.iterations() * entries);
}
BENCHMARK(BM_WriteAudit)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(4);

/// A page of 50 of a million audit entries: 0 = the newest, 1 = of one account, 2 = about one
/// person, 3 = of one account in a week a year ago, 4 = from one address in that week, 5 = what
/// nobody did, given up after 200,000 entries.
void BM_SearchAudit(benchmark::State& state) {
  const Store& store = audited();
  const Instant then{500'000 * std::int64_t{31'000'000}};
  const Instant week_later{then.micros + std::int64_t{7} * 86'400 * 1'000'000};
  Store::AuditQuery query{.limit = 50, .most = 200'000};
  if (state.range(0) == 1 || state.range(0) == 3) query.user = "user7";
  if (state.range(0) == 2) query.resident = 4711;
  if (state.range(0) == 3 || state.range(0) == 4) {
    query.since = then;
    query.until = week_later;
  }
  if (state.range(0) == 4) query.from = "10.0.0.77";
  if (state.range(0) == 5) query.purpose = "none";
  for (auto _ : state) {
    const auto page = store.search_audit(reader, query);
    if (!page) state.SkipWithError("the audit cannot be searched");
    benchmark::DoNotOptimize(page);
  }
}
BENCHMARK(BM_SearchAudit)->DenseRange(0, 5)->Unit(benchmark::kMicrosecond)->UseRealTime();

/// items = entries/s of the check of the whole chain.
void BM_VerifyAudit(benchmark::State& state) {
  const Store& store = audited();
  for (auto _ : state) {
    const auto verdict = store.verify_audit(reader);
    if (!verdict || !verdict->faults.empty()) state.SkipWithError("the chain is not sound");
  }
  state.SetItemsProcessed(state.iterations() * 1'000'000);
}
BENCHMARK(BM_VerifyAudit)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(2);

/// A page of 50 of one million residents: 0 = no filter, 1 = two common parts of names, 2 = an
/// identifier, 3 = a common part with sex, age and area, 4 = age and area only.
void BM_FindResidents(benchmark::State& state) {
  const Store& store = million();
  const Date today = *make_date(2026, 11, 21);
  PersonQuery query{.today = today};
  if (state.range(0) == 1) query.words = {words_of(777)[0], words_of(777)[1]};
  if (state.range(0) == 2) query.words = {"123456/7"};
  if (state.range(0) == 3) {
    query = {.words = {words_of(777)[0]},
             .area = "33011",
             .sex = "male",
             .age_from = 40,
             .age_to = 60,
             .today = today};
  }
  if (state.range(0) == 4) query = {.area = "330112", .age_from = 80, .age_to = 90, .today = today};
  std::int64_t total = 0;
  benchmark::DoNotOptimize(store.find_residents(reader, query));  // the filters are loaded
  for (auto _ : state) {
    const auto page = store.find_residents(reader, query);
    if (!page) state.SkipWithError("search failed");
    total = page->total;
  }
  state.counters["total"] = static_cast<double>(total);
}
BENCHMARK(BM_FindResidents)->DenseRange(0, 4)->Unit(benchmark::kMillisecond);

/// resolve_resident as loading threads call it, everybody known. items = look-ups/s of one thread.
void BM_ResolveResident(benchmark::State& state) {
  Store& store = million();
  std::mt19937_64 random(42);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        store.resolve_resident(uuid(random() % 20'000 * resources_per_person)));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ResolveResident);

}  // namespace
