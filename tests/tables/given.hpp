#pragma once
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/paths.hpp"
#include "tables/database.hpp"

/// Hand-made tables for the tests of this folder.
namespace hb::test {

using namespace hb::tables;

/// Six columns: what a view of encounters gives, in small.
inline const TableSchema& visit_schema() {
  static const TableSchema schema{"visit",
                                  {{"seq", ColumnType::bigint},
                                   {"code", ColumnType::text},
                                   {"day", ColumnType::date},
                                   {"cost", ColumnType::decimal},
                                   {"resident_id", ColumnType::bigint},
                                   {"resident_sex", ColumnType::text},
                                   {"resident_birth_date", ColumnType::date},
                                   {"resident_area", ColumnType::text},
                                   {"age_band", ColumnType::integer}},
                                  "day",
                                  ""};
  return schema;
}

struct Visit {
  Seq seq = 0;
  std::string code;
  Date day;
  std::int64_t cost = 0;  ///< yuan × 10,000
  ResidentId resident = 0;
  std::string area;
};

inline void put(Column& column, std::int64_t value, bool null = false) {
  column.null.push_back(null);
  column.ints.push_back(null ? 0 : value);
}
inline void put(Column& column, double value, bool null = false) {
  column.null.push_back(null);
  column.reals.push_back(value);
}
inline void put(Column& column, const std::string& value, bool null = false) {
  column.null.push_back(null);
  if (!null) column.bytes += value;
  column.ends.push_back(static_cast<std::uint32_t>(column.bytes.size()));
}

inline RowBlock visits(const std::vector<Visit>& rows) {
  RowBlock block;
  block.schema = &visit_schema();
  block.columns.resize(block.schema->columns.size());
  for (const Visit& row : rows) {
    put(block.columns[0], row.seq);
    put(block.columns[1], row.code, row.code.empty());
    put(block.columns[2], std::int64_t{row.day.days});
    put(block.columns[3], row.cost);
    put(block.columns[4], row.resident);
    put(block.columns[5], std::string("male"));
    put(block.columns[6], std::int64_t{make_date(1980, 6, 15)->days});
    put(block.columns[7], row.area, row.area.empty());
    put(block.columns[8], std::int64_t{40});
    block.owner.push_back(static_cast<std::uint32_t>(block.owner.size()));
  }
  return block;
}

inline TableBatch batch(std::vector<BatchId> ids, const std::vector<Visit>& rows = {},
                        std::vector<std::int64_t> replaced = {}) {
  TableBatch result;
  result.batches = std::move(ids);
  if (!rows.empty()) result.blocks.push_back(visits(rows));
  result.replaced = std::move(replaced);
  return result;
}

inline std::unique_ptr<Database> given_database(const std::string& path,
                                                const OpenOptions& options = {}) {
  Result<std::unique_ptr<Database>> database = Database::open(path, options);
  REQUIRE_MESSAGE(database.has_value(), (database ? "" : database.error().message));
  return std::move(*database);
}

/// Opened in a directory of its own, with the table of visits.
struct Given {
  TempDir directory;
  std::string path = (directory.path() / "tables.db").string();
  std::unique_ptr<Database> database;

  explicit Given(const std::vector<TableSchema>& schemas = {visit_schema()})
      : database(given_database(path)) {
    const auto missing = database->define(schemas);
    REQUIRE_MESSAGE(missing.has_value(), (missing ? "" : missing.error().message));
  }
  void reopen() {
    database.reset();
    database = given_database(path);
  }
};

inline Principal anyone() { return Principal::system("test"); }

inline ResultSet ask(const Database& database, const std::string& sql,
                     const std::vector<std::pair<std::string, Value>>& parameters = {},
                     const Principal& principal = anyone()) {
  Result<ResultSet> set = database.query(principal, sql, parameters);
  REQUIRE_MESSAGE(set.has_value(), (set ? "" : set.error().message + " " + set.error().where));
  return std::move(*set);
}

inline std::int64_t count(const Database& database, const Principal& principal = anyone()) {
  return std::get<std::int64_t>(
      ask(database, "SELECT count(*) AS n FROM visit", {}, principal).rows.at(0).at(0));
}

inline void require_ok(const Result<void>& result) {
  REQUIRE_MESSAGE(result.has_value(), (result ? "" : result.error().message));
}

}  // namespace hb::test
