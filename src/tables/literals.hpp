#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "tables/state.hpp"

namespace hb::tables {

/// The statement with its parameters ($name) written as literals. DuckDB plans a prepared statement
/// anew at every run when it has parameters, which for a handful of rows takes longer than the run;
/// one with literals is planned once. Texts in quotes and comments stay as they are.
///
/// values  dates and texts; others than the statement names are left out
/// returns nothing where a parameter is missing or of another kind, or the text has dollar quotes:
///         the parameters are then to be bound
std::optional<std::string> with_literals(std::string_view sql, const NamedValues& values);

}  // namespace hb::tables
