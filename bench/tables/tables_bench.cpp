#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tables/database.hpp"

/// The tables alone: ten mixed columns as an event table has them. Rows are made before the clock
/// runs; the file is on the disk of the temporary directory.
namespace {

using namespace hb;
using namespace hb::tables;

const TableSchema& event_schema() {
  static const TableSchema schema{"event",
                                  {{"seq", ColumnType::bigint},
                                   {"key", ColumnType::bigint},
                                   {"code", ColumnType::text},
                                   {"resident_sex", ColumnType::text},
                                   {"display", ColumnType::text},
                                   {"day", ColumnType::date},
                                   {"value", ColumnType::real},
                                   {"resident_id", ColumnType::bigint},
                                   {"resident_area", ColumnType::text},
                                   {"age_band", ColumnType::integer}},
                                  "day",
                                  ""};
  return schema;
}

void put(Column& column, std::int64_t value) {
  column.null.push_back(0);
  column.ints.push_back(value);
}
void put(Column& column, const std::string& value) {
  column.null.push_back(0);
  column.bytes += value;
  column.ends.push_back(static_cast<std::uint32_t>(column.bytes.size()));
}

/// 200 codes, 300 displays of about 30 bytes, 120 areas, 5 years of days, random keys.
RowBlock events(Seq first, std::int64_t rows) {
  RowBlock block;
  block.schema = &event_schema();
  block.columns.resize(10);
  for (std::int64_t i = 0; i < rows; ++i) {
    const Seq seq = first + i;
    const auto mixed = static_cast<std::uint64_t>(seq) * 0x9E3779B97F4A7C15u;
    put(block.columns[0], seq);
    put(block.columns[1], static_cast<std::int64_t>(mixed >> 1));
    put(block.columns[2], "C" + std::to_string(mixed % 200));
    put(block.columns[3], std::string(mixed % 11 == 0 ? "male" : "female"));
    put(block.columns[4], "Essential hypertension, type " + std::to_string(mixed % 300));
    put(block.columns[5], std::int64_t{18'000} + static_cast<std::int64_t>(mixed % 1'826));
    block.columns[6].null.push_back(0);
    block.columns[6].reals.push_back(static_cast<double>(mixed % 10'000) / 16.0);
    put(block.columns[7], static_cast<std::int64_t>(mixed % 1'100'000));
    put(block.columns[8], "330105" + std::to_string(100 + mixed % 120));
    put(block.columns[9], static_cast<std::int64_t>(mixed % 18) * 5);
    block.owner.push_back(0);
  }
  return block;
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

struct Store {
  std::filesystem::path directory;
  std::unique_ptr<Database> database;
  explicit Store(const OpenOptions& options) {
    std::string name = (std::filesystem::temp_directory_path() / "hb-bench-XXXXXX").string();
    directory = mkdtemp(name.data());
    database = must(Database::open((directory / "tables.db").string(), options));
    must(database->define({event_schema()}));
  }
  ~Store() {
    database.reset();
    std::filesystem::remove_all(directory);
  }
};

constexpr std::int64_t batch_rows = 50'000;

std::vector<TableBatch> batches(BatchId count) {
  std::vector<TableBatch> result;
  for (BatchId id = 1; id <= count; ++id) {
    TableBatch batch;
    batch.batches = {id};
    batch.blocks.push_back(events((id - 1) * batch_rows + 1, batch_rows));
    result.push_back(std::move(batch));
  }
  return result;
}

/// Every batch by the next free thread.
void apply_all(Database& database, const std::vector<TableBatch>& work, int threads) {
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> pool;
  for (int t = 0; t < threads; ++t)
    pool.emplace_back([&] {
      for (std::size_t i = next++; i < work.size(); i = next++) must(database.apply(work[i]));
    });
  for (std::thread& thread : pool) thread.join();
}

/// rows/s into a file that is checkpointed (compressed, or not) within the measured time.
void BM_Append(benchmark::State& state) {
  const auto work = batches(40);  // two million rows
  std::int64_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto store = std::make_unique<Store>(OpenOptions{.compress = state.range(1) != 0});
    state.ResumeTiming();
    apply_all(*store->database, work, static_cast<int>(state.range(0)));
    must(store->database->checkpoint());
    state.PauseTiming();
    bytes = static_cast<std::int64_t>(std::filesystem::file_size(store->directory / "tables.db"));
    store.reset();
    state.ResumeTiming();
  }
  const auto rows = static_cast<double>(state.iterations() * 40 * batch_rows);
  state.counters["rows/s"] = benchmark::Counter(rows, benchmark::Counter::kIsRate);
  state.counters["bytes/row"] = static_cast<double>(bytes) / (40 * batch_rows);
}
BENCHMARK(BM_Append)
    ->ArgNames({"threads", "compress"})
    ->ArgsProduct({{1, 2}, {1, 0}})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

/// A table of state.range(0) million rows, made once.
Database& filled(std::int64_t millions) {
  static std::unique_ptr<Store> store;
  static std::int64_t size = 0;
  if (size != millions) {
    store = std::make_unique<Store>(OpenOptions{});
    for (BatchId id = 1; id <= millions * 1'000'000 / batch_rows; ++id) {
      TableBatch batch;
      batch.batches = {id};
      batch.blocks.push_back(events((id - 1) * batch_rows + 1, batch_rows));
      must(store->database->apply(batch));
    }
    must(store->database->checkpoint());
    size = millions;
  }
  return *store->database;
}

/// A small commit: one new row, one former version gone (an everyday update); updates/s.
void BM_ReplaceOne(benchmark::State& state) {
  Database& database = filled(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    const BatchId id = must(database.reached()) + 1;
    TableBatch batch;
    batch.batches = {id};
    batch.blocks.push_back(events(1'000'000'000 + id, 1));
    batch.replaced = {id * 7 % (state.range(0) * 1'000'000)};
    state.ResumeTiming();
    must(database.apply(batch));
  }
}
BENCHMARK(BM_ReplaceOne)->Arg(2)->Arg(10)->Iterations(50)->Unit(benchmark::kMillisecond);

/// One scene statement: a count by code over the whole table.
void BM_GroupByCode(benchmark::State& state) {
  Database& database = filled(state.range(0));
  const Principal who = state.range(1) != 0
                            ? Principal::system("bench")
                            : Principal{"li", {}, {"330105150", "330105151"}, {}, "bench", false};
  for (auto _ : state)
    benchmark::DoNotOptimize(
        must(database.query(who, "SELECT code, count(*) AS n FROM event GROUP BY code")));
  state.counters["rows/s"] =
      benchmark::Counter(static_cast<double>(state.iterations() * state.range(0) * 1'000'000),
                         benchmark::Counter::kIsRate);
}
BENCHMARK(BM_GroupByCode)
    ->ArgNames({"million", "unrestricted"})
    ->ArgsProduct({{10}, {1, 0}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

/// What a statement costs besides its work: check (remembered), scope, prepare, answer.
void BM_SmallQuery(benchmark::State& state) {
  Database& database = filled(10);
  const Principal who = Principal::system("bench");
  for (auto _ : state) benchmark::DoNotOptimize(must(database.query(who, "SELECT 1 AS one")));
}
BENCHMARK(BM_SmallQuery)->Unit(benchmark::kMicrosecond)->UseRealTime();

/// The check of a statement that has not been seen before.
void BM_CheckSceneSql(benchmark::State& state) {
  Database& database = filled(10);
  std::int64_t n = 0;
  for (auto _ : state) {
    const std::string sql =
        "SELECT code, resident_area, count(*) FILTER (WHERE age_band >= 65) AS old, count(*) AS n "
        "FROM event WHERE day >= $first AND day <= $last AND resident_sex = 'female' AND seq > " +
        std::to_string(++n) + " GROUP BY code, resident_area ORDER BY n DESC NULLS LAST";
    must(database.check_scene_sql(sql));
  }
}
BENCHMARK(BM_CheckSceneSql)->Unit(benchmark::kMicrosecond);

/// One corrected birth date in ten million event rows.
void BM_ResidentFix(benchmark::State& state) {
  Database& database = filled(10);
  for (auto _ : state) {
    TableBatch batch;
    batch.batches = {must(database.reached()) + 1};
    batch.resident_fixes = {{77, "male", true, Date{0}}};
    must(database.apply(batch));
  }
}
BENCHMARK(BM_ResidentFix)->Iterations(5)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
