// NDJSON → typed rows → DuckDB tables, beside DuckDB's own JSON reader with the same fields in the
// same run. Unit: bytes of NDJSON per second, real time. The sample is in memory for our side and
// in the page cache for DuckDB's.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>

#include <benchmark/benchmark.h>
#include <duckdb.h>
#include <boost/json.hpp>

#include "fhir/check.hpp"
#include "peer.hpp"
#include "sample.hpp"
#include "tables/database.hpp"
#include "views/view.hpp"

namespace {

using namespace hb;
namespace json = boost::json;
using bench::Sample;

constexpr int threads = 2;
/// Large batches fill whole row groups, which DuckDB compresses without a detour through its log.
constexpr std::size_t chunk_bytes = 2 << 20;
constexpr std::size_t rows_per_append = 1'500'000;

/// The core views as they are loaded.
const views::Flattener& core_views() {
  static const views::Flattener flattener(
      views::load_views(std::string(HB_SOURCE_DIR) + "/scenes/core/views").value());
  return flattener;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

/// The text of a core view without what DuckDB's reader cannot know: residents become keys like all
/// others, and no sex, area and age band is stamped.
json::object plain_view(const std::string& name) {
  std::ifstream in(std::string(HB_SOURCE_DIR) + "/scenes/core/views/" + name + ".json");
  std::ostringstream text;
  text << in.rdbuf();
  std::string view = text.str();
  replace_all(view, R"("hb/role", "value": "resident")", R"("hb/store", "value": "key")");
  replace_all(view, R"("hb/role", "value": "event_date")", R"("note", "value": "")");
  return json::parse(view).as_object();
}

/// left_out  names of columns, each after a space
void leave_out(json::object& view, const std::string& left_out) {
  for (json::value& select : view.at("select").as_array()) {
    json::array& columns = select.at("column").as_array();
    for (auto column = columns.begin(); column != columns.end();) {
      const std::string name(column->at("name").as_string());
      const bool named = (left_out + " ").find(" " + name + " ") != std::string::npos;
      column = named ? columns.erase(column) : column + 1;
    }
  }
}

/// The core views with the columns that DuckDB's reader makes, typed or automatic: same columns on
/// both sides.
const views::Flattener& peer_views(bool typed) {
  static const auto make = [](bool of_typed) {
    std::vector<views::View> views;
    for (const bench::PeerTable& table : bench::peer_tables) {
      json::object view = plain_view(table.name);
      leave_out(view, of_typed ? table.not_typed : std::string(table.not_typed) + table.not_auto);
      views.push_back(views::View::compile(json::serialize(view)).value());
    }
    return views::Flattener(std::move(views));
  };
  static const views::Flattener flatteners[] = {make(false), make(true)};
  return flatteners[typed ? 1 : 0];
}

/// Demographics stand ready, as they do for a loader that read the patients first.
views::ResidentStamp resident_of(std::string_view patient_id) {
  return {.id = static_cast<ResidentId>(patient_id.size()),
          .sex = "female",
          .has_birth_date = true,
          .birth_date = Date{-3000},
          .area = "770102003"};
}

/// Whole lines of about chunk_bytes each.
std::vector<std::string_view> chunks(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    std::size_t end = text.size() <= chunk_bytes ? text.size() : text.find('\n', chunk_bytes) + 1;
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return parts;
}

template <class Use>
void for_each_resource(fhir::Parser& parser, std::string_view text, Use&& use) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const auto resource = parser.parse(text.substr(0, end));
    if (!resource) throw std::runtime_error("the sample has a fault: " + resource.error().expected);
    use(*resource);
    text.remove_prefix(std::min(text.size(), end + 1));
  }
}

void set_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(Sample::get().text().size()));
}

void BM_Parse(benchmark::State& state) {
  fhir::Parser parser;
  std::int64_t resources = 0;
  for (auto _ : state)
    for_each_resource(parser, Sample::get().text(), [&](const fhir::Resource&) { ++resources; });
  set_bytes(state);
  state.SetItemsProcessed(resources);
}
BENCHMARK(BM_Parse)->Unit(benchmark::kMillisecond);

void BM_ParseAndCheck(benchmark::State& state) {
  fhir::Parser parser;
  std::int64_t resources = 0;
  for (auto _ : state)
    for_each_resource(parser, Sample::get().text(), [&](const fhir::Resource& resource) {
      if (!fhir::check(resource, {}).empty()) throw std::runtime_error("the sample has a fault");
      ++resources;
    });
  set_bytes(state);
  state.SetItemsProcessed(resources);
}
BENCHMARK(BM_ParseAndCheck)->Unit(benchmark::kMillisecond);

/// One core: NDJSON → RowBlocks.
void BM_Flatten(benchmark::State& state) {
  const views::ResidentOf residents = resident_of;
  fhir::Parser parser;
  views::Flattener::Sink sink(core_views());
  std::int64_t resources = 0;
  for (auto _ : state)
    for (const std::string_view chunk : chunks(Sample::get().text())) {
      for_each_resource(parser, chunk, [&](const fhir::Resource& resource) {
        if (!sink.add(resource, 0, residents))
          throw std::runtime_error("the sample does not fit its tables");
        ++resources;
      });
      benchmark::DoNotOptimize(sink.take());
    }
  set_bytes(state);
  state.SetItemsProcessed(resources);
}
BENCHMARK(BM_Flatten)->Unit(benchmark::kMillisecond);

/// As the loader does it: rows are collected to large appends.
void append_chunks(tables::Database& database, const views::Flattener& flattener,
                   const std::vector<std::string_view>& parts, std::atomic<std::size_t>& next) {
  const views::ResidentOf residents = resident_of;
  fhir::Parser parser;
  views::Flattener::Sink sink(flattener);
  tables::TableBatch batch;
  std::size_t rows = 0;
  const auto apply = [&] {
    if (batch.batches.empty()) return;
    if (auto done = database.apply(batch); !done) throw std::runtime_error(done.error().message);
    batch = {};
    rows = 0;
  };
  for (std::size_t part; (part = next++) < parts.size();) {
    std::vector<std::int64_t> seqs;
    for_each_resource(parser, parts[part], [&](const fhir::Resource& resource) {
      if (!sink.add(resource, static_cast<std::uint32_t>(seqs.size()), residents))
        throw std::runtime_error("does not fit");
      seqs.push_back(static_cast<std::int64_t>(part << 32 | (seqs.size() + 1)));
    });
    batch.batches.push_back(static_cast<BatchId>(part + 1));
    for (tables::RowBlock& block : sink.take()) {
      tables::stamp(block, seqs);
      rows += block.rows();
      batch.blocks.push_back(std::move(block));
    }
    if (rows >= rows_per_append) apply();
  }
  apply();
}

/// What is made: the core views with the person's stamps, or the columns of DuckDB's reader.
enum Columns : std::int64_t { core, of_auto, of_typed };

const views::Flattener& views_of(std::int64_t columns) {
  return columns == core ? core_views() : peer_views(columns == of_typed);
}

/// Two threads: NDJSON → tables, to the end of compression (checkpoint). Arguments: compress;
/// columns (see Columns).
void BM_FlattenToTables(benchmark::State& state) {
  const auto parts = chunks(Sample::get().text());
  const views::Flattener& flattener = views_of(state.range(1));
  const std::string path = Sample::get().directory() / "ours.db";
  for (auto _ : state) {
    std::filesystem::remove(path);
    std::filesystem::remove(path + ".wal");
    // One thread inside DuckDB for each of ours: a second pool would only wait for the first.
    auto database =
        tables::Database::open(
            path, {.threads = 1, .memory_limit_mb = 2048, .compress = state.range(0) == 1})
            .value();
    database->define(flattener.schemas()).value();
    std::atomic<std::size_t> next = 0;
    std::vector<std::jthread> workers;
    for (int i = 0; i < threads; ++i)
      workers.emplace_back([&] { append_chunks(*database, flattener, parts, next); });
    workers.clear();
    if (state.range(0) == 1)
      if (auto done = database->checkpoint(); !done) throw std::runtime_error(done.error().message);
  }
  set_bytes(state);
}
BENCHMARK(BM_FlattenToTables)
    ->ArgNames({"compress", "columns"})
    ->Args({1, of_typed})
    ->Args({0, of_typed})
    ->Args({1, of_auto})
    ->Args({1, core})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

struct Connection {
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  explicit Connection(const std::string& path) {
    if (duckdb_open(path.c_str(), &database) != DuckDBSuccess ||
        duckdb_connect(database, &connection) != DuckDBSuccess)
      throw std::runtime_error("DuckDB does not open " + path);
  }
  ~Connection() {
    duckdb_disconnect(&connection);
    duckdb_close(&database);
  }
  void run(const std::string& sql) {
    duckdb_result result;
    const bool failed = duckdb_query(connection, sql.c_str(), &result) != DuckDBSuccess;
    const std::string message = failed ? duckdb_result_error(&result) : "";
    duckdb_destroy_result(&result);
    if (failed) throw std::runtime_error(message);
  }
};

/// DuckDB's own reader, typed (argument 1) or read_ndjson_auto (0), same fields, same threads,
/// checkpoint inside the measured time. our_format 0 is how DuckDB writes a file unasked, 1 the
/// format that our tables have.
void BM_DuckDbReader(benchmark::State& state) {
  const bool typed = state.range(0) == 1;
  const std::filesystem::path path = Sample::get().directory() / "peer.db";
  for (auto _ : state) {
    std::filesystem::remove(path);
    std::filesystem::remove(path.string() + ".wal");
    Connection duckdb(":memory:");
    duckdb.run("ATTACH '" + path.string() + "' AS peer" +
               (state.range(1) == 1 ? " (STORAGE_VERSION 'v1.5.0', ROW_GROUP_SIZE 30720)" : ""));
    duckdb.run("USE peer");
    duckdb.run("SET threads = " + std::to_string(threads));
    duckdb.run("SET preserve_insertion_order = false");
    for (const auto& table : bench::peer_tables) {
      const std::string file = "'" + Sample::get().file(table.type) + "'";
      const std::string reader = typed
                                     ? "read_ndjson(" + file + ", columns = " + table.columns + ")"
                                     : "read_ndjson_auto(" + file + ")";
      duckdb.run(std::string("CREATE TABLE ") + table.name + " AS SELECT " +
                 (typed ? table.select : table.select_auto) + " FROM " + reader + " " + table.tail);
    }
    duckdb.run("CHECKPOINT");
  }
  set_bytes(state);
}
BENCHMARK(BM_DuckDbReader)
    ->ArgNames({"typed", "our_format"})
    ->Args({1, 0})
    ->Args({1, 1})
    ->Args({0, 0})
    ->Args({0, 1})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
