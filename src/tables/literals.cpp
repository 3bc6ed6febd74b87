#include "tables/literals.hpp"

#include <algorithm>
#include <cctype>

#include "tables/duck.hpp"

namespace hb::tables {
namespace {

bool begins_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool goes_on(char c) { return begins_name(c) || std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// Behind the quoted text or comment that begins here; `at` itself where none does.
std::size_t behind_closed(std::string_view sql, std::size_t at) {
  const auto after = [&](std::string_view end, std::size_t from) {
    const std::size_t found = sql.find(end, from);
    return found == sql.npos ? sql.size() : found + end.size();
  };
  const char c = sql[at];
  // A doubled quote inside ends one text and begins the next.
  if (c == '\'' || c == '"') return after(std::string_view(&sql[at], 1), at + 1);
  if (sql.substr(at).starts_with("--")) return after("\n", at);
  if (sql.substr(at).starts_with("/*")) return after("*/", at + 2);
  return at;
}

std::optional<std::string> literal_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return duck::literal(*text);
  if (const auto* day = std::get_if<Date>(&value)) return "DATE '" + format_date(*day) + "'";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> with_literals(std::string_view sql, const NamedValues& values) {
  std::string made;
  made.reserve(sql.size() + 64);
  for (std::size_t at = 0; at < sql.size();) {
    if (const std::size_t behind = behind_closed(sql, at); behind != at) {
      made += sql.substr(at, behind - at);
      at = behind;
      continue;
    }
    if (sql[at] != '$') {
      made += sql[at++];
      continue;
    }
    std::size_t end = at + 1;
    if (end == sql.size() || !begins_name(sql[end])) return std::nullopt;
    while (end < sql.size() && goes_on(sql[end])) ++end;
    const std::string_view name = sql.substr(at + 1, end - at - 1);
    if (end < sql.size() && sql[end] == '$') return std::nullopt;  // $tag$…$tag$
    const auto given =
        std::ranges::find_if(values, [&](const auto& value) { return value.first == name; });
    if (given == values.end()) return std::nullopt;
    const auto literal = literal_of(given->second);
    if (!literal) return std::nullopt;
    made += *literal;
    at = end;
  }
  return made;
}

}  // namespace hb::tables
