#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "security/accounts.hpp"

namespace hb::security {
namespace {

constexpr std::int64_t longest_seconds = 10LL * 366 * 86'400;

std::int64_t seconds_of(char unit) {
  switch (unit) {
    case 'm':
      return 60;
    case 'h':
      return 3'600;
    case 'd':
      return 86'400;
    case 'w':
      return 7 * 86'400;
    default:
      return 0;
  }
}

bool is_type(std::string_view text) {
  if (text == "*") return true;
  if (text.empty() || text[0] < 'A' || text[0] > 'Z') return false;
  for (const char c : text)
    if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) return false;
  return true;
}

/// Some of c, r, u, d, s in this order, each once (SMART App Launch 2.0, §3.0.2).
bool is_rights(std::string_view text) {
  constexpr std::string_view order = "cruds";
  std::size_t next = 0;
  for (const char c : text) {
    const std::size_t at = order.find(c, next);
    if (at == std::string_view::npos) return false;
    next = at + 1;
  }
  return !text.empty();
}

}  // namespace

Result<std::int64_t> parse_duration(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  const std::int64_t unit = error == std::errc() && at + 1 == end ? seconds_of(*at) : 0;
  if (unit == 0 || number < 1 || number > longest_seconds / unit)
    return fail(ErrorCode::invalid_input,
                "a time is a number and m, h, d or w (30m, 12h, 1d, 4w), ten years at most");
  return number * unit;
}

Result<void> check_scope(std::string_view scope) {
  std::size_t parts = 0;
  while (!scope.empty()) {
    const std::size_t space = scope.find(' ');
    const std::string_view part = scope.substr(0, space);
    scope.remove_prefix(space == std::string_view::npos ? scope.size() : space + 1);
    if (part.empty()) continue;
    constexpr std::string_view system = "system/";
    const std::size_t point = part.rfind('.');
    const bool fits = part.starts_with(system) && point != std::string_view::npos &&
                      point > system.size() &&
                      is_type(part.substr(system.size(), point - system.size())) &&
                      is_rights(part.substr(point + 1));
    if (!fits)
      return fail(ErrorCode::invalid_input,
                  "a scope is system/TYPE.RIGHTS with a resource type or * and some of cruds",
                  fmt::format("scope {}", ++parts));
    ++parts;
  }
  if (parts > 0) return {};
  return fail(ErrorCode::invalid_input, "a token needs a scope, for example system/*.rs", "scope");
}

bool scope_allows(std::string_view scope, std::string_view type, std::string_view rights) {
  constexpr std::string_view system = "system/";
  while (!scope.empty()) {
    const std::size_t space = scope.find(' ');
    const std::string_view part = scope.substr(0, space);
    scope.remove_prefix(space == std::string_view::npos ? scope.size() : space + 1);
    const std::size_t point = part.rfind('.');
    if (!part.starts_with(system) || point == std::string_view::npos) continue;
    const std::string_view of = part.substr(system.size(), point - system.size());
    const std::string_view given = part.substr(point + 1);
    const bool enough = given.find_first_not_of("cruds") == std::string_view::npos &&
                        std::ranges::all_of(rights, [given](char right) {
                          return given.find(right) != std::string_view::npos;
                        });
    if (enough && (of == "*" || of == type)) return true;
  }
  return false;
}

}  // namespace hb::security
