#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace hb::indicators {

struct CsvRow {
  std::size_t line = 0;  ///< 1-based line of its first character
  std::vector<std::string> fields;
  std::string
      fault;  ///< not empty: the row is broken and this says how; fields holds what was read
};

/// Text of a table as UTF-8: a byte order mark is removed, GB18030 is converted.
/// errors  invalid_input: UTF-16, binary, or neither UTF-8 nor GB18030
Result<std::string> table_text(std::string_view bytes, const std::string& name);

/// RFC 4180 with LF or CRLF; empty lines are left out. A row with a quote that never closes is
/// broken and ends with its own line, so that the rows behind it are still read.
std::vector<CsvRow> read_csv(std::string_view utf8);

/// One field, quoted where it must be.
std::string csv_field(std::string_view text);

}  // namespace hb::indicators
