// bench_measures STORE: how long the cells of all computed indicators take to follow a delivery.
// The store is changed: give it one that is thrown away. Prints lines of a Markdown table: what
// came, residents, ms (median and worst of the rounds), cells' slices brought up by shares and made
// again.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>

#include "indicators/measure_engine.hpp"
#include "ingest/hub.hpp"

namespace {

using namespace hb;
using indicators::MeasureEngine;
using indicators::Refreshed;

constexpr int rounds = 7;

[[noreturn]] void give_up(const Error& error) {
  std::fprintf(stderr, "bench_measures: %s %s\n", error.where.c_str(), error.message.c_str());
  std::exit(1);
}

template <class T>
T must(Result<T>&& result) {
  if (!result) give_up(result.error());
  return std::move(*result);
}

/// What a server keeps: a year of months, five quarters, six years.
std::vector<Period> kept_periods(Date today) {
  std::vector<Period> periods;
  const std::string year = format_date(today).substr(0, 4);
  for (const auto& [newest, count] : {std::pair{*parse_period(year + "-12"), 13},
                                      {*parse_period(year + "-Q4"), 5},
                                      {*parse_period(year), 6}}) {
    Period period = newest;
    for (int i = 0; i < count; ++i, period = indicators::period_before(period))
      periods.push_back(period);
  }
  return periods;
}

void put(tables::Column& column, tables::ColumnType type, const tables::Value& value) {
  const bool null = std::holds_alternative<std::monostate>(value);
  column.null.push_back(null ? 1 : 0);
  if (type == tables::ColumnType::text) {
    if (!null) column.bytes += std::get<std::string>(value);
    column.ends.push_back(static_cast<std::uint32_t>(column.bytes.size()));
  } else if (type == tables::ColumnType::real) {
    column.reals.push_back(null ? 0 : std::get<double>(value));
  } else if (const auto* day = std::get_if<Date>(&value)) {
    column.ints.push_back(day->days);
  } else if (const auto* instant = std::get_if<Instant>(&value)) {
    column.ints.push_back(instant->micros);
  } else if (const auto* decimal = std::get_if<tables::Decimal>(&value)) {
    column.ints.push_back(decimal->scaled);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    column.ints.push_back(*flag ? 1 : 0);
  } else {
    column.ints.push_back(null ? 0 : std::get<std::int64_t>(value));
  }
}

/// The store's tables, and rows of theirs that come again as new versions of their resources.
struct Tables {
  ingest::Hub& hub;
  std::vector<tables::TableSchema> schemas = hub.tables().schemas();
  std::int64_t next_seq = 4'000'000'000'000;

  const tables::TableSchema& schema(const std::string& name) const {
    return *std::ranges::find(schemas, name, &tables::TableSchema::name);
  }

  /// Rows of a table by SQL over its columns.
  tables::ResultSet rows(const std::string& table, const std::string& where) const {
    std::string names;
    for (const tables::ColumnSpec& column : schema(table).columns)
      names += (names.empty() ? "" : ", ") + column.name;
    return must(std::as_const(hub).tables().query(
        Principal::system("bench"), "SELECT " + names + " FROM " + table + " AS t WHERE " + where,
        {}, std::chrono::seconds(60)));
  }

  /// Applies rows with new numbers in place of the rows they were made of. change  what is
  /// different in them
  template <class Change>
  void replace(const std::string& table, const tables::ResultSet& set, Change change) {
    tables::TableBatch batch;
    batch.batches = {must(std::as_const(hub).tables().reached()) + 1};
    tables::RowBlock block;
    block.schema = &schema(table);
    block.columns.resize(block.schema->columns.size());
    for (std::vector<tables::Value> row : set.rows) {
      batch.replaced.push_back(std::get<std::int64_t>(row[0]));
      row[0] = ++next_seq;
      for (std::size_t i = 0; i < row.size(); ++i) {
        change(block.schema->columns[i].name, row[i]);
        put(block.columns[i], block.schema->columns[i].type, row[i]);
      }
      block.owner.push_back(static_cast<std::uint32_t>(block.owner.size()));
    }
    batch.blocks.push_back(std::move(block));
    const Result<void> applied = hub.tables().apply(batch);
    if (!applied) give_up(applied.error());
  }
};

struct Line {
  std::vector<double> ms;
  Refreshed last;
};

void print(const char* what, int residents, const Line& line) {
  std::vector<double> ms = line.ms;
  std::ranges::sort(ms);
  fmt::print("| {} | {} | {:.0f} | {:.0f} | {} | {} |\n", what, residents, ms[ms.size() / 2],
             ms.back(), line.last.exchanged, line.last.slices);
  std::fflush(stdout);
}

template <class Deliver>
void measure(const char* what, int residents, MeasureEngine& engine, Deliver deliver) {
  Line line;
  for (int round = 0; round < rounds; ++round) {
    deliver();
    const auto began = std::chrono::steady_clock::now();
    line.last = engine.refresh();
    line.ms.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began)
            .count());
  }
  print(what, residents, line);
}

void run(Tables& all, MeasureEngine& engine) {
  std::mt19937 random(3);
  // People with everything: at least one contract or programme.
  const auto ids = must(std::as_const(all.hub).tables().query(
      Principal::system("bench"),
      "SELECT DISTINCT resident_id FROM episode ORDER BY resident_id NULLS LAST", {},
      std::chrono::seconds(60)));
  if (ids.rows.empty())
    give_up({ErrorCode::invalid_input,
             "no resident has an episode; a store is measured once: its tables went ahead of its "
             "records and are built anew from them when it is opened again",
             "STORE"});
  const auto some = [&](int count) {
    std::string list;
    for (int i = 0; i < count; ++i)
      list += (i > 0 ? ", " : "") +
              std::to_string(std::get<std::int64_t>(ids.rows[random() % ids.rows.size()][0]));
    return "resident_id IN (" + list + ")";
  };
  const auto another_street = [&](const std::string& column, tables::Value& value) {
    if (column == "area") value = std::string("7701010") + (random() % 2 == 0 ? "02001" : "05002");
  };
  for (const int count : {1, 20, 200})
    measure("Patients who moved", count, engine,
            [&] { all.replace("resident", all.rows("resident", some(count)), another_street); });
  for (const int count : {1, 20, 200})
    measure("visits with another cost, of", count, engine, [&] {
      all.replace("encounter", all.rows("encounter", some(count)),
                  [](const std::string& column, tables::Value& value) {
                    if (column == "cost") value = tables::Decimal{100 * 10'000, 4};
                  });
    });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "bench_measures STORE\n");
    return 2;
  }
  ingest::HubOptions options;
  options.views_dir = HB_SOURCE_DIR "/scenes/core/views";
  options.create = false;
  options.key_file = std::string(argv[1]) + ".key";  // beside the store, as its maker puts it
  const auto hub = must(ingest::Hub::open(argv[1], options));
  indicators::MeasureOptions measure_options;
  measure_options.today = *make_date(2025, 12, 31);
  MeasureEngine engine(std::as_const(*hub).tables(), hub->store(),
                       must(indicators::load_measures(HB_SOURCE_DIR "/scenes")), measure_options);
  std::vector<const indicators::Measure*> measures;
  for (const indicators::Measure& one : engine.measures()) measures.push_back(&one);
  engine.ensure(measures, kept_periods(measure_options.today));
  engine.prepare();  // as a server does once its cells are made
  Tables all{*hub};
  run(all, engine);
  const indicators::Verified verified = engine.verify();
  fmt::print(stderr, "{} cells recomputed from nothing, {} differ\n", verified.cells,
             verified.differences.size());
  return verified.differences.empty() ? 0 : 1;
}
