#include "tables/write.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/check.hpp"

namespace hb::tables::duck {
namespace {

duckdb_logical_type logical_type(ColumnType type) {
  switch (type) {
    case ColumnType::boolean:
      return duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    case ColumnType::integer:
      return duckdb_create_logical_type(DUCKDB_TYPE_INTEGER);
    case ColumnType::bigint:
      return duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    case ColumnType::decimal:
      return duckdb_create_decimal_type(18, 4);
    case ColumnType::real:
      return duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE);
    case ColumnType::text:
      return duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    case ColumnType::date:
      return duckdb_create_logical_type(DUCKDB_TYPE_DATE);
    case ColumnType::timestamp:
      return duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP_TZ);
  }
  HB_CHECK(false);
  return nullptr;
}

/// Rows [first, first + count) of a column on their way into one vector.
struct Slice {
  const Column& column;
  std::size_t first;
  std::size_t count;
};

void put_nulls(const Slice& slice, duckdb_vector vector) {
  const std::uint8_t* null = slice.column.null.data() + slice.first;
  if (std::memchr(null, 1, slice.count) == nullptr) return;
  duckdb_vector_ensure_validity_writable(vector);
  std::uint64_t* valid = duckdb_vector_get_validity(vector);
  for (std::size_t i = 0; i < slice.count; ++i)
    if (null[i] != 0) valid[i / 64] &= ~(std::uint64_t{1} << (i % 64));
}

void put_booleans(const Slice& slice, void* data) {
  auto* out = static_cast<bool*>(data);
  const std::int64_t* in = slice.column.ints.data() + slice.first;
  for (std::size_t i = 0; i < slice.count; ++i) out[i] = in[i] != 0;
}

/// returns  false when a number does not fit into 32 bits
bool put_narrow(const Slice& slice, void* data) {
  auto* out = static_cast<std::int32_t*>(data);
  const std::int64_t* in = slice.column.ints.data() + slice.first;
  bool fits = true;
  for (std::size_t i = 0; i < slice.count; ++i) {
    out[i] = static_cast<std::int32_t>(in[i]);
    fits &= out[i] == in[i];
  }
  return fits;
}

/// Short texts stand in the vector, long ones stay in the column: DuckDB copies them when it takes
/// the chunk, and the column outlives that.
void put_texts(const Slice& slice, void* data) {
  auto* out = static_cast<duckdb_string_t*>(data);
  const Column& column = slice.column;
  std::uint32_t begin = slice.first == 0 ? 0 : column.ends[slice.first - 1];
  for (std::size_t i = 0; i < slice.count; ++i) {
    const std::uint32_t end = column.ends[slice.first + i];
    const char* text = column.bytes.data() + begin;
    const std::uint32_t length = end - begin;
    duckdb_string_t& string = out[i];
    if (length <= sizeof(string.value.inlined.inlined)) {
      string = {};
      string.value.inlined.length = length;
      std::memcpy(string.value.inlined.inlined, text, length);
    } else {
      string.value.pointer.length = length;
      std::memcpy(string.value.pointer.prefix, text, sizeof(string.value.pointer.prefix));
      string.value.pointer.ptr = const_cast<char*>(text);
    }
    begin = end;
  }
}

bool put(ColumnType type, const Slice& slice, duckdb_vector vector) {
  void* data = duckdb_vector_get_data(vector);
  put_nulls(slice, vector);
  switch (type) {
    case ColumnType::boolean:
      put_booleans(slice, data);
      return true;
    case ColumnType::integer:
    case ColumnType::date:
      return put_narrow(slice, data);
    case ColumnType::bigint:
    case ColumnType::decimal:
    case ColumnType::timestamp:
      std::memcpy(data, slice.column.ints.data() + slice.first, slice.count * 8);
      return true;
    case ColumnType::real:
      std::memcpy(data, slice.column.reals.data() + slice.first, slice.count * 8);
      return true;
    case ColumnType::text:
      put_texts(slice, data);
      return true;
  }
  return false;
}

std::size_t entries(ColumnType type, const Column& column) {
  if (type == ColumnType::text) return column.ends.size();
  return type == ColumnType::real ? column.reals.size() : column.ints.size();
}

}  // namespace

Result<Writer> Writer::open(const Connection& connection, const std::string& schema,
                            const std::string& table, const std::vector<ColumnType>& types) {
  Writer writer;
  if (duckdb_appender_create(connection.get(), schema.c_str(), table.c_str(), &writer.appender_) !=
      DuckDBSuccess)
    return unexpected(writer.last_error().error());
  std::vector<duckdb_logical_type> logical;
  for (const ColumnType type : types) logical.push_back(logical_type(type));
  writer.chunk_ = duckdb_create_data_chunk(logical.data(), logical.size());
  for (duckdb_logical_type& type : logical) duckdb_destroy_logical_type(&type);
  writer.types_ = types;
  return writer;
}

Writer::Writer(Writer&& other) noexcept
    : appender_(std::exchange(other.appender_, nullptr)),
      chunk_(std::exchange(other.chunk_, nullptr)),
      types_(std::move(other.types_)) {}

Writer::~Writer() {
  duckdb_destroy_data_chunk(&chunk_);
  duckdb_appender_destroy(&appender_);
}

Result<void> Writer::append(const std::vector<Column>& columns, std::size_t rows) {
  HB_CHECK(columns.size() == types_.size());
  for (std::size_t c = 0; c < columns.size(); ++c)
    HB_CHECK(columns[c].null.size() == rows && entries(types_[c], columns[c]) == rows);
  const std::size_t step = duckdb_vector_size();
  for (std::size_t first = 0; first < rows; first += step) {
    const std::size_t count = std::min(step, rows - first);
    duckdb_data_chunk_reset(chunk_);
    for (std::size_t c = 0; c < columns.size(); ++c)
      if (!put(types_[c], {columns[c], first, count}, duckdb_data_chunk_get_vector(chunk_, c)))
        return fail(ErrorCode::invalid_input,
                    fmt::format("column {} has a number or day outside 32 bits", c));
    duckdb_data_chunk_set_size(chunk_, count);
    if (duckdb_append_data_chunk(appender_, chunk_) != DuckDBSuccess) return last_error();
  }
  return {};
}

Result<void> Writer::append(duckdb_data_chunk chunk) {
  if (duckdb_append_data_chunk(appender_, chunk) != DuckDBSuccess) return last_error();
  return {};
}

Result<void> Writer::close() {
  if (duckdb_appender_close(appender_) != DuckDBSuccess) return last_error();
  return {};
}

Result<void> Writer::last_error() {
  duckdb_error_data error = duckdb_appender_error_data(appender_);
  const char* message = duckdb_error_data_message(error);
  const Error mapped = to_error(duckdb_error_data_error_type(error),
                                message != nullptr ? message : "rows could not be appended");
  duckdb_destroy_error_data(&error);
  return unexpected<Error>(mapped);
}

Result<void> append_answer(Answer& answer, const Connection& connection, const std::string& table) {
  Result<Writer> writer = Writer::open(connection, "main", table, {});
  if (!writer) return unexpected(writer.error());
  for (;;) {
    duckdb_data_chunk chunk = duckdb_fetch_chunk(answer.get());
    if (chunk == nullptr) break;
    Result<void> put = writer->append(chunk);
    duckdb_destroy_data_chunk(&chunk);
    if (!put) return put;
  }
  if (Result<void> whole = answer.whole(); !whole) return whole;
  return writer->close();
}

}  // namespace hb::tables::duck
