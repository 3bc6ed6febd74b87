#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace hb::fhir {

/// JSON in memory with the digits of its numbers as they were written (1.0 stays 1.0).
struct JsonTree {
  enum class Kind { null, boolean, number, text, list, object };
  Kind kind = Kind::null;
  std::string text;                                      ///< of number, text; "true", "false"
  std::vector<JsonTree> items;                           ///< of a list
  std::vector<std::pair<std::string, JsonTree>> fields;  ///< of an object, in order

  const JsonTree* find(std::string_view key) const;
};

/// errors  invalid_input: not JSON, a key twice in an object, nested deeper than `depth`
Result<JsonTree> read_json_tree(std::string_view json, std::size_t depth);

/// JSON text without white space. `sorted`: members by name, so that equal content is equal text.
std::string write_json_tree(const JsonTree& tree, bool sorted = false);

/// Appends a text as a JSON string with its quotes.
void append_json_text(std::string& json, std::string_view text);

}  // namespace hb::fhir
