#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "tables/state.hpp"

/// Looking at whole tables: sums for `store check`, copies for another engine.
namespace hb::tables {
namespace {

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

/// One column as CSV: texts in quotes, everything else as DuckDB writes it, NULL as nothing.
std::string csv_expression(const ColumnSpec& column) {
  const std::string name = duck::quoted(column.name);
  if (column.type == ColumnType::text)
    return fmt::format("coalesce('\"' || replace({}, '\"', '\"\"') || '\"', '')", name);
  return fmt::format("coalesce(CAST({} AS VARCHAR), '')", name);
}

std::string csv_sql(const Physical& physical) {
  std::string line;
  for (const ColumnSpec& column : physical.schema.columns)
    line += (line.empty() ? "" : " || ',' || ") + csv_expression(column);
  return fmt::format("SELECT {} FROM main.{}", line, duck::quoted(physical.table));
}

std::string csv_header(const TableSchema& schema) {
  std::string line;
  for (const ColumnSpec& column : schema.columns) line += (line.empty() ? "" : ",") + column.name;
  return line;
}

bool write_line(std::FILE* file, const char* text, std::size_t length) {
  return std::fwrite(text, 1, length, file) == length && std::fputc('\n', file) != EOF;
}

bool write_chunk(std::FILE* file, duckdb_data_chunk chunk) {
  duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, 0);
  auto* texts = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
  for (idx_t row = 0; row < duckdb_data_chunk_get_size(chunk); ++row)
    if (!write_line(file, duckdb_string_t_data(&texts[row]), duckdb_string_t_length(texts[row])))
      return false;
  return true;
}

Result<void> write_csv(duck::Answer& answer, std::FILE* file, const std::string& path) {
  for (;;) {
    duckdb_data_chunk chunk = duckdb_fetch_chunk(answer.get());
    if (chunk == nullptr) break;
    const bool written = write_chunk(file, chunk);
    duckdb_destroy_data_chunk(&chunk);
    if (!written)
      return fail(ErrorCode::unavailable,
                  "the file is not written: " + std::string(std::strerror(errno)), path);
  }
  return answer.whole();
}

}  // namespace

Result<Database::Checksum> Database::checksum(const std::string& table) const {
  const std::shared_lock lock(state_->tables_mutex);
  const auto physical = state_->tables.find(table);
  if (physical == state_->tables.end()) return fail(ErrorCode::not_found, "no such table", table);
  const Result<duck::Connection> connection = duck::Connection::open(*state_->engine);
  if (!connection) return unexpected(connection.error());
  std::string columns;
  for (const ColumnSpec& column : physical->second.schema.columns)
    columns += (columns.empty() ? "" : ", ") + duck::quoted(column.name);
  // A sum and an exclusive or of row hashes: neither depends on the order, and equal rows that
  // cancel out in one do not in the other.
  const Result<ResultSet> set = connection->ask(fmt::format(
      "SELECT count(*), coalesce(CAST(sum(h) AS VARCHAR), '0') || '-' || "
      "coalesce(CAST(bit_xor(h) AS VARCHAR), '0') FROM (SELECT hash({}) AS h FROM main.{})",
      columns, duck::quoted(physical->second.table)));
  if (!set) return unexpected(set.error());
  return Checksum{std::get<std::int64_t>(set->rows[0][0]), std::get<std::string>(set->rows[0][1])};
}

Result<void> Database::export_csv(const std::string& table, const std::string& path) const {
  const std::shared_lock lock(state_->tables_mutex);
  const auto physical = state_->tables.find(table);
  if (physical == state_->tables.end()) return fail(ErrorCode::not_found, "no such table", table);
  const Result<duck::Connection> connection = duck::Connection::open(*state_->engine);
  if (!connection) return unexpected(connection.error());
  const File file(std::fopen(path.c_str(), "wb"));
  if (!file)
    return fail(ErrorCode::unavailable,
                "the file does not open: " + std::string(std::strerror(errno)), path);
  const std::string header = csv_header(physical->second.schema);
  if (!write_line(file.get(), header.data(), header.size()))
    return fail(ErrorCode::unavailable,
                "the file is not written: " + std::string(std::strerror(errno)), path);
  Result<duck::Statement> statement =
      duck::Statement::prepare(*connection, csv_sql(physical->second));
  if (!statement) return unexpected(statement.error());
  Result<duck::Answer> answer = statement->stream();
  if (!answer) return unexpected(answer.error());
  if (Result<void> written = write_csv(*answer, file.get(), path); !written) return written;
  if (std::fflush(file.get()) != 0)
    return fail(ErrorCode::unavailable,
                "the file is not written: " + std::string(std::strerror(errno)), path);
  return {};
}

}  // namespace hb::tables
