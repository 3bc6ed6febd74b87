#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "fhir/fhirpath.hpp"
#include "tables/rows.hpp"

namespace hb::views {

/// A typed value on its way into a column.
struct Cell {
  bool null = true;
  std::int64_t integer = 0;  ///< as tables::Column::ints wants it for its type
  double real = 0;
  std::string_view text;
};

/// Converts one item; texts point into the resource or into `kept`.
/// returns  nullptr, or what was expected when the value does not fit
const char* to_cell(const fhir::Value& value, tables::ColumnType type, Cell& cell,
                    std::string& kept);

/// The common cases straight from JSON; false = take the long way.
/// is_decimal  the element's FHIR type is decimal: 2 is then no whole number
bool quick_cell(fhir::Json json, tables::ColumnType type, bool is_decimal, Cell& cell);

}  // namespace hb::views
