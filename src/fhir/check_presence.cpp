#include "fhir/check_presence.hpp"

#include <algorithm>

namespace hb::fhir {
namespace {

/// Recursive descent over the small grammar; every value is a table over the six names.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::optional<PresenceRule> read() {
    const auto table = implies();
    skip();
    if (!table || !rest_.empty() || rule_.names.empty()) return std::nullopt;
    rule_.table = *table;
    return rule_;
  }

 private:
  using Table = std::optional<std::uint64_t>;

  void skip() {
    const std::size_t first = rest_.find_first_not_of(' ');
    rest_.remove_prefix(std::min(first, rest_.size()));
  }
  static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }
  bool take(std::string_view token) {
    skip();
    if (!rest_.starts_with(token)) return false;
    if (is_letter(token.back()) && rest_.size() > token.size() && is_letter(rest_[token.size()]))
      return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  // Precedence of FHIRPath, loosest first: implies; or xor; and; = !=.
  Table implies() {
    Table left = either();
    while (left && take("implies")) {
      const Table right = either();
      if (!right) return right;
      left = ~*left | *right;
    }
    return left;
  }
  Table either() {
    Table left = both();
    while (left) {
      const bool exclusive = take("xor");
      if (!exclusive && !take("or")) break;
      const Table right = both();
      if (!right) return right;
      left = exclusive ? *left ^ *right : *left | *right;
    }
    return left;
  }
  Table both() {
    Table left = equal();
    while (left && take("and")) {
      const Table right = equal();
      if (!right) return right;
      left = *left & *right;
    }
    return left;
  }
  Table equal() {
    const Table left = term();
    if (!left) return left;
    const bool differs = take("!=");
    if (!differs && !take("=")) return left;
    const Table right = term();
    if (!right) return right;
    return differs ? *left ^ *right : ~(*left ^ *right);
  }
  Table term() {
    Table value;
    if (take("(")) {
      value = implies();
      if (!value || !take(")")) return std::nullopt;
    } else {
      value = presence();
    }
    while (value && take(".not()")) value = ~*value;
    return value;
  }
  Table presence() {
    skip();
    std::size_t length = 0;
    while (length < rest_.size() && is_letter(rest_[length])) ++length;
    if (length == 0) return std::nullopt;
    const std::string_view name = rest_.substr(0, length);
    rest_.remove_prefix(length);
    const bool empty = take(".empty()");
    if (!empty && !take(".exists()")) return std::nullopt;
    const auto found = std::find(rule_.names.begin(), rule_.names.end(), name);
    const auto at = static_cast<std::size_t>(found - rule_.names.begin());
    if (found == rule_.names.end()) {
      if (at == PresenceRule::most) return std::nullopt;
      rule_.names.push_back(name);
    }
    // Bit i of the k-th table is bit k of i.
    static constexpr std::uint64_t there[PresenceRule::most] = {
        0xAAAAAAAAAAAAAAAA, 0xCCCCCCCCCCCCCCCC, 0xF0F0F0F0F0F0F0F0,
        0xFF00FF00FF00FF00, 0xFFFF0000FFFF0000, 0xFFFFFFFF00000000};
    return empty ? ~there[at] : there[at];
  }

  std::string_view rest_;
  PresenceRule rule_;
};

}  // namespace

std::optional<PresenceRule> presence_rule(std::string_view expression) {
  return Reader(expression).read();
}

}  // namespace hb::fhir
