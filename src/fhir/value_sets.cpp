#include "fhir/value_sets.hpp"

#include <algorithm>
#include <iterator>
#include <span>

namespace hb::fhir {
namespace {

struct CodeRow {
  std::string_view code;
  std::uint16_t system;  ///< in system_rows
};
/// Codes first … first + count of code_rows, ordered by code and system.
struct SetRow {
  std::string_view url;
  std::uint32_t first;
  std::uint32_t count;
};

#include "fhir_value_sets.inc"

std::span<const CodeRow> with_code(const SetRow& set, std::string_view code) {
  const CodeRow* begin = code_rows + set.first;
  const auto [first, last] =
      std::equal_range(begin, begin + set.count, CodeRow{code, 0},
                       [](const CodeRow& a, const CodeRow& b) { return a.code < b.code; });
  return {first, last};
}

bool has(const SetRow& set, std::string_view system, std::string_view code) {
  const auto rows = with_code(set, code);
  if (system.empty()) return !rows.empty();
  return std::any_of(rows.begin(), rows.end(),
                     [&](const CodeRow& row) { return system_rows[row.system] == system; });
}

}  // namespace

Membership member_of(std::string_view value_set_url, std::string_view system,
                     std::string_view code) {
  const std::string_view url = value_set_url.substr(0, value_set_url.find('|'));
  const auto found =
      std::lower_bound(std::begin(set_rows), std::end(set_rows), url,
                       [](const SetRow& row, std::string_view key) { return row.url < key; });
  if (found == std::end(set_rows) || found->url != url) return Membership::unknown;
  return has(*found, system, code) ? Membership::yes : Membership::no;
}

namespace value_sets {

std::string_view url(std::uint16_t binding) { return set_rows[binding - 1].url; }

bool contains(std::uint16_t binding, std::string_view code) {
  return !with_code(set_rows[binding - 1], code).empty();
}

bool contains(std::uint16_t binding, std::string_view system, std::string_view code) {
  return has(set_rows[binding - 1], system, code);
}

std::string codes(std::uint16_t binding, std::size_t most) {
  const SetRow& set = set_rows[binding - 1];
  std::string text;
  for (std::size_t i = 0; i < set.count; ++i) {
    if (i > 0) text += ", ";
    if (i == most) return text + "…";
    text += code_rows[set.first + i].code;
  }
  return text;
}

std::size_t count() { return std::size(set_rows); }

}  // namespace value_sets
}  // namespace hb::fhir
