#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace hb::report {

/// A cell of a spreadsheet: a text, or a number that stays one.
struct SheetCell {
  std::string text;
  std::optional<double> number;
  int decimals = 0;  ///< shown of a number, 0–6

  SheetCell(std::string words = {}) : text(std::move(words)) {}
  SheetCell(const char* words) : text(words) {}
  SheetCell(double value, int shown) : number(value), decimals(shown) {}
};

struct SheetTable {
  std::string name;  ///< at most 31 characters, without []:*?/\ (they become spaces)
  std::vector<std::vector<SheetCell>> rows;  ///< the first one is the header
  std::vector<int> widths;                   ///< in characters; missing ones are 12
};

/// An XLSX workbook. errors  those of write_zip; invalid_input: no sheet
Result<std::string> write_xlsx(const std::vector<SheetTable>& sheets);

/// Texts of the first sheet, row by row; numbers as the shortest text that gives the same number,
/// dates as the numbers they are. Rows that are left out are empty.
/// errors  invalid_input: not an XLSX workbook, damaged, more than 100,000 rows or 1,000 columns
Result<std::vector<std::vector<std::string>>> read_xlsx(std::string_view bytes);

/// The first sheet as CSV, a line per row, so that lines are rows.
Result<std::string> xlsx_to_csv(std::string_view bytes);

/// Whether bytes begin like a ZIP file, as every XLSX does.
bool looks_like_xlsx(std::string_view bytes);

/// & < > " as entities; control characters that XML does not know are left out.
std::string xml_text(std::string_view text);

}  // namespace hb::report
