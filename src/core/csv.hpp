#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace hb {

struct CsvRow {
  std::int64_t line = 0;  ///< 1-based line on which the row begins
  std::vector<std::string> fields;
  std::string fault;  ///< of read_csv: why the row is broken; empty = sound
};

/// CSV as of RFC 4180: comma, quotes doubled inside quotes, LF or CRLF, line breaks inside quotes.
/// A byte order mark is skipped; lines without any character are no rows.
///
/// text     UTF-8
/// returns  rows with as many fields as they have (the caller knows how many there should be)
/// errors   invalid_input with where = "line 7": a quote that is never closed, or text behind one
Result<std::vector<CsvRow>> parse_csv(std::string_view text);

/// The same for files whose sound rows count although others are broken: a broken row carries its
/// fault. A quote that is never closed ends with its own line, so that the rows behind it are read.
std::vector<CsvRow> read_csv(std::string_view text);

/// A field as it must be written: quoted when it holds a comma, quote or line break.
std::string csv_field(std::string_view text);

}  // namespace hb
