#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace hb::ingest {

/// Looks at JSON text without parsing it: for cutting Bundles of any size into their entries and
/// for telling a line's type. What it cannot follow it reports as not found; the parser then
/// judges.

/// End of the value that begins at `begin` (one past its last byte); npos when the text ends inside
/// it.
std::size_t value_end(std::string_view text, std::size_t begin);

/// Calls `member(key, value)` for each member of the object `text`, raw texts, key without quotes.
/// Returns false when `text` is no complete object.
bool for_each_member(
    std::string_view text,
    const std::function<void(std::string_view key, std::string_view value)>& member);

/// The first "resourceType" in the text, "" when there is none. Nearly always the resource's own.
std::string_view sniff_type(std::string_view text);

/// JSON text without white space between tokens; strings as they are.
std::string minified(std::string_view json);

/// True when the text holds no white space between tokens (cheap look at the first bytes and none
/// of the line breaks that pretty printing makes).
bool looks_minified(std::string_view json);

}  // namespace hb::ingest
