#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cards/fields.hpp"
#include "core/result.hpp"

namespace hb::cards {

/// What the columns of the hospitals' front-end software are called, and what its words mean.
struct FrontEndColumns {
  /// Field of a card, or "number", "identity", "name" → names of the column, any of them.
  std::map<std::string, std::vector<std::string>, std::less<>> names;
  /// Field → word in the file → our code.
  std::map<std::string, std::map<std::string, std::string>, std::less<>> words;
};

/// One row of such an export, in our words.
struct FrontEndRow {
  std::int64_t line = 0;
  std::string identity;  ///< number of the person's document
  std::string number;    ///< national card number; may be empty
  Fields fields;
  std::string problem;  ///< why it cannot be taken; empty: it can be tried
};

/// Rows of a CSV export. A row that cannot be read says so and the rest goes on.
/// diseases  name → code (ExportColumns::diseases)
/// errors    invalid_input with where = "cards.csv:1": no column of identity numbers or diseases
Result<std::vector<FrontEndRow>> read_front_end(std::string_view csv, const std::string& name,
                                                const FrontEndColumns& columns,
                                                const std::map<std::string, std::string>& diseases);

/// "2025/11/3", "2025-11-03 08:00", "2025-11-03T08:00:00+08:00" → "2025-11-03"; empty: no day
std::string day_text(std::string text);

}  // namespace hb::cards
