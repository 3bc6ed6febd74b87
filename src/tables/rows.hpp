#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hb::tables {

enum class ColumnType : std::uint8_t {
  boolean,    ///< ints: 0 or 1
  integer,    ///< ints: 32 bits
  bigint,     ///< ints: 64 bits; ids and keys
  decimal,    ///< ints: DECIMAL(18,4), scaled by 10,000
  real,       ///< reals
  text,       ///< bytes and ends
  date,       ///< ints: days since 1970-01-01
  timestamp,  ///< ints: microseconds since 1970-01-01T00:00:00Z
};

struct ColumnSpec {
  std::string name;
  ColumnType type;
  friend bool operator==(const ColumnSpec&, const ColumnSpec&) = default;
};

/// A derived table. Every table has `seq` BIGINT first: the number of the resource version that
/// made the row. Nothing else is a key.
struct TableSchema {
  std::string name;  ///< [a-z_]+
  std::vector<ColumnSpec> columns;
  /// Column (date, or timestamp: its day in Shanghai) from which age_band is worked out again when
  /// a birth date is corrected; empty: the table has no age_band.
  std::string event_date_column;
  /// Fingerprint of what makes the rows besides names and types (the view's paths and conditions);
  /// a new one makes a new physical table.
  std::string definition;
  /// What the rows can be made from again (the text of the view): kept with the table, so that it
  /// can be kept up to date while its successor is built. Empty: it then stands still.
  std::string source = {};
  /// Rows that are wanted only as long as the successor is built; afterwards apply() drops them.
  bool former = false;
  friend bool operator==(const TableSchema&, const TableSchema&) = default;
};

/// One column of a block: only the vectors of its type are used. `null[i]` = 1 means no value; the
/// other vectors then hold a placeholder (0, NaN, empty) so that all have one entry per row.
struct Column {
  std::vector<std::uint8_t> null;
  std::vector<std::int64_t> ints;
  std::vector<double> reals;
  std::string bytes;                ///< all texts one after the other
  std::vector<std::uint32_t> ends;  ///< end of text i in bytes; begin = end of i-1

  std::string_view text(std::size_t row) const {
    const std::uint32_t begin = row == 0 ? 0 : ends[row - 1];
    return std::string_view(bytes).substr(begin, ends[row] - begin);
  }
};

/// Rows of one table, column by column, in the order of schema->columns; column 0 (`seq`) is filled
/// when the records have numbered the versions (stamp()).
struct RowBlock {
  const TableSchema* schema = nullptr;  ///< outlives the block
  std::vector<Column> columns;
  std::vector<std::uint32_t> owner;  ///< row → index of the resource in its chunk
  std::size_t rows() const { return owner.size(); }
};

/// Fills `seq` from owner: seq_of[owner[row]]; rows whose seq is 0 (duplicates) are removed.
void stamp(RowBlock& block, const std::vector<std::int64_t>& seq_of);

/// Appends the rows of `more` (same schema) to `block`; owners are not kept meaningful.
void append(RowBlock& block, const RowBlock& more);

}  // namespace hb::tables
