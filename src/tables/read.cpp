#include <fmt/format.h>

#include <limits>

#include "tables/duck.hpp"

/// Answers of DuckDB as our values.
namespace hb::tables::duck {
namespace {

/// One column of one chunk of an answer.
struct Reader {
  duckdb_type type;
  duckdb_type inner;  ///< storage of a DECIMAL
  int scale;
};

/// Owns what the C API gives to be destroyed.
struct LogicalType {
  duckdb_logical_type type;
  explicit LogicalType(duckdb_logical_type owned) : type(owned) {}
  ~LogicalType() { duckdb_destroy_logical_type(&type); }
  LogicalType(const LogicalType&) = delete;
  LogicalType& operator=(const LogicalType&) = delete;
};
struct Chunk {
  duckdb_data_chunk chunk;
  explicit Chunk(duckdb_data_chunk owned) : chunk(owned) {}
  ~Chunk() { duckdb_destroy_data_chunk(&chunk); }
  Chunk(const Chunk&) = delete;
  Chunk& operator=(const Chunk&) = delete;
};

template <class T>
T at(const void* data, idx_t row) {
  return static_cast<const T*>(data)[row];
}

bool fits(const duckdb_hugeint& value) {
  const auto lower = static_cast<std::int64_t>(value.lower);
  return (value.upper == 0 && lower >= 0) || (value.upper == -1 && lower < 0);
}

Result<std::int64_t> narrow(const duckdb_hugeint& value) {
  if (!fits(value))
    return fail(ErrorCode::invalid_input,
                "a number has more than 64 bits: write CAST(… AS BIGINT) or DECIMAL(18,4)");
  return static_cast<std::int64_t>(value.lower);
}

Result<Value> decimal_at(const Reader& reader, const void* data, idx_t row) {
  std::int64_t scaled = 0;
  switch (reader.inner) {
    case DUCKDB_TYPE_SMALLINT:
      scaled = at<std::int16_t>(data, row);
      break;
    case DUCKDB_TYPE_INTEGER:
      scaled = at<std::int32_t>(data, row);
      break;
    case DUCKDB_TYPE_BIGINT:
      scaled = at<std::int64_t>(data, row);
      break;
    default: {
      const Result<std::int64_t> narrowed = narrow(at<duckdb_hugeint>(data, row));
      if (!narrowed) return unexpected(narrowed.error());
      scaled = *narrowed;
    }
  }
  return Decimal{scaled, reader.scale};
}

Result<Value> value_at(const Reader& reader, const void* data, idx_t row) {
  switch (reader.type) {
    case DUCKDB_TYPE_SQLNULL:
      return Value{};
    case DUCKDB_TYPE_BOOLEAN:
      return at<bool>(data, row);
    case DUCKDB_TYPE_TINYINT:
      return std::int64_t{at<std::int8_t>(data, row)};
    case DUCKDB_TYPE_SMALLINT:
      return std::int64_t{at<std::int16_t>(data, row)};
    case DUCKDB_TYPE_INTEGER:
      return std::int64_t{at<std::int32_t>(data, row)};
    case DUCKDB_TYPE_BIGINT:
      return at<std::int64_t>(data, row);
    case DUCKDB_TYPE_UTINYINT:
      return std::int64_t{at<std::uint8_t>(data, row)};
    case DUCKDB_TYPE_USMALLINT:
      return std::int64_t{at<std::uint16_t>(data, row)};
    case DUCKDB_TYPE_UINTEGER:
      return std::int64_t{at<std::uint32_t>(data, row)};
    case DUCKDB_TYPE_UBIGINT: {
      const Result<std::int64_t> narrowed = narrow({at<std::uint64_t>(data, row), 0});
      if (!narrowed) return unexpected(narrowed.error());
      return *narrowed;
    }
    case DUCKDB_TYPE_HUGEINT: {
      const Result<std::int64_t> narrowed = narrow(at<duckdb_hugeint>(data, row));
      if (!narrowed) return unexpected(narrowed.error());
      return *narrowed;
    }
    case DUCKDB_TYPE_FLOAT:
      return double{at<float>(data, row)};
    case DUCKDB_TYPE_DOUBLE:
      return at<double>(data, row);
    case DUCKDB_TYPE_DECIMAL:
      return decimal_at(reader, data, row);
    case DUCKDB_TYPE_DATE:
      return Date{at<duckdb_date>(data, row).days};
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return Instant{at<duckdb_timestamp>(data, row).micros};
    case DUCKDB_TYPE_VARCHAR: {
      duckdb_string_t text = at<duckdb_string_t>(data, row);
      return std::string(duckdb_string_t_data(&text), duckdb_string_t_length(text));
    }
    case DUCKDB_TYPE_TIMESTAMP:  // neither a day nor an instant
      return fail(ErrorCode::invalid_input,
                  "a column is a time without zone: CAST it to DATE or TIMESTAMP WITH TIME ZONE");
    default:
      return fail(ErrorCode::invalid_input,
                  "a column has a type that no answer carries: cast it to a number, text or date");
  }
}

Reader reader_of(duckdb_result& result, idx_t column) {
  const LogicalType logical(duckdb_column_logical_type(&result, column));
  Reader reader{duckdb_get_type_id(logical.type), DUCKDB_TYPE_INVALID, 0};
  if (reader.type == DUCKDB_TYPE_DECIMAL) {
    reader.inner = duckdb_decimal_internal_type(logical.type);
    reader.scale = duckdb_decimal_scale(logical.type);
  }
  return reader;
}

Result<void> read_chunk(duckdb_data_chunk chunk, const std::vector<Reader>& readers,
                        ResultSet& set) {
  const idx_t rows = duckdb_data_chunk_get_size(chunk);
  const std::size_t first = set.rows.size();
  set.rows.resize(first + rows, std::vector<Value>(readers.size()));
  for (std::size_t column = 0; column < readers.size(); ++column) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, column);
    const void* data = duckdb_vector_get_data(vector);
    std::uint64_t* valid = duckdb_vector_get_validity(vector);
    for (idx_t row = 0; row < rows; ++row) {
      if (valid != nullptr && !duckdb_validity_row_is_valid(valid, row)) continue;
      Result<Value> value = value_at(readers[column], data, row);
      if (!value) {
        value.error().where = set.columns[column];
        return unexpected(value.error());
      }
      set.rows[first + row][column] = std::move(*value);
    }
  }
  return {};
}

}  // namespace

Result<ResultSet> read_all(Answer& answer, std::size_t limit) {
  ResultSet set;
  std::vector<Reader> readers;
  for (idx_t column = 0; column < duckdb_column_count(&answer.get()); ++column) {
    set.columns.emplace_back(duckdb_column_name(&answer.get(), column));
    readers.push_back(reader_of(answer.get(), column));
  }
  for (;;) {
    const Chunk chunk(duckdb_fetch_chunk(answer.get()));
    if (chunk.chunk == nullptr) break;  // the end, or a failure on the way
    if (set.rows.size() + duckdb_data_chunk_get_size(chunk.chunk) > limit)
      return fail(ErrorCode::invalid_input,
                  fmt::format("the answer has more than {} rows: add a LIMIT or group", limit));
    if (Result<void> read = read_chunk(chunk.chunk, readers, set); !read)
      return unexpected(read.error());
  }
  if (Result<void> whole = answer.whole(); !whole) return unexpected(whole.error());
  return set;
}

Result<void> read_each(Answer& answer,
                       const std::function<bool(const std::vector<Value>&)>& visit) {
  ResultSet piece;
  std::vector<Reader> readers;
  for (idx_t column = 0; column < duckdb_column_count(&answer.get()); ++column) {
    piece.columns.emplace_back(duckdb_column_name(&answer.get(), column));
    readers.push_back(reader_of(answer.get(), column));
  }
  for (;;) {
    const Chunk chunk(duckdb_fetch_chunk(answer.get()));
    if (chunk.chunk == nullptr) break;
    piece.rows.clear();
    if (Result<void> read = read_chunk(chunk.chunk, readers, piece); !read) return read;
    for (const std::vector<Value>& row : piece.rows)
      if (!visit(row)) return {};
  }
  return answer.whole();
}

}  // namespace hb::tables::duck
