#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "tables/duck.hpp"
#include "tables/rows.hpp"

namespace hb::tables::duck {

/// Appends whole columns to one table in chunks of DuckDB's vector size. Within the connection's
/// transaction, if there is one.
class Writer {
 public:
  /// errors  invalid_input: no such table
  static Result<Writer> open(const Connection& connection, const std::string& schema,
                             const std::string& table, const std::vector<ColumnType>& types);
  Writer(Writer&& other) noexcept;
  Writer& operator=(Writer&&) = delete;
  ~Writer();

  /// columns  one per type of the table, each with `rows` entries; must live until close()
  /// errors   invalid_input: an integer or date outside 32 bits; unavailable: disk full
  Result<void> append(const std::vector<Column>& columns, std::size_t rows);
  /// A whole chunk with the columns of the table.
  Result<void> append(duckdb_data_chunk chunk);
  /// Must be called: only then are the rows in the transaction.
  Result<void> close();

 private:
  Writer() = default;
  Result<void> last_error();

  duckdb_appender appender_ = nullptr;
  duckdb_data_chunk chunk_ = nullptr;
  std::vector<ColumnType> types_;
};

/// Appends a materialised answer to a table of schema main, whose columns have its types, of any
/// connection. errors  those of Writer
Result<void> append_answer(Answer& answer, const Connection& connection, const std::string& table);

}  // namespace hb::tables::duck
