#include "core/compartments.hpp"

#include <algorithm>
#include <utility>

namespace hb {
namespace {

bool holds(const std::vector<std::string>& list, std::string_view one) {
  return std::ranges::find(list, one) != list.end();
}

}  // namespace

std::string plain_code(std::string_view code) {
  std::string plain;
  plain.reserve(code.size());
  for (const char c : code) {
    if (c == '.' || c == ' ') continue;
    plain += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return plain;
}

Compartments::Compartments(std::vector<Compartment> compartments, Columns columns,
                           std::map<std::string, std::string, std::less<>> row_of, std::string link)
    : compartments_(std::move(compartments)),
      columns_(std::move(columns)),
      row_of_(std::move(row_of)),
      link_(std::move(link)) {
  for (std::size_t i = 0; i < compartments_.size() && i < most; ++i) {
    const Set bit = Set{1} << i;
    for (const CompartmentCodes& codes : compartments_[i].codes) {
      for (const std::string& code : codes.codes)
        whole_[plain_code(code)].push_back({codes.systems, bit});
      for (const std::string& prefix : codes.prefixes) {
        const std::string plain = plain_code(prefix);
        beginning_[plain].push_back({codes.systems, bit});
        if (std::ranges::find(lengths_, plain.size()) == lengths_.end())
          lengths_.push_back(plain.size());
      }
    }
  }
  std::ranges::sort(lengths_);
}

Compartments::Set Compartments::closed_to(const Principal& principal) const {
  if (principal.user == "system" && holds(principal.roles, "system")) return 0;
  Set closed = 0;
  for (std::size_t i = 0; i < compartments_.size() && i < most; ++i) {
    const Compartment& one = compartments_[i];
    const bool has_role = std::ranges::any_of(
        principal.roles, [&](const std::string& role) { return holds(one.roles, role); });
    if (!has_role || !holds(one.purposes, principal.purpose)) closed |= Set{1} << i;
  }
  return closed;
}

Compartments::Set Compartments::of_code(std::string_view system, std::string_view code) const {
  const std::string plain = plain_code(code);
  Set set = 0;
  const auto add = [&](const std::vector<Rule>& rules) {
    for (const Rule& rule : rules) {
      const bool fits =
          system.empty() || std::ranges::any_of(rule.systems, [&](const std::string& known) {
            return system.starts_with(known);
          });
      if (fits) set |= rule.set;
    }
  };
  if (const auto found = whole_.find(plain); found != whole_.end()) add(found->second);
  for (const std::size_t length : lengths_) {
    if (length > plain.size()) break;
    const auto found = beginning_.find(std::string_view(plain).substr(0, length));
    if (found != beginning_.end()) add(found->second);
  }
  return set;
}

std::map<std::size_t, std::vector<std::string>> Compartments::beginnings(Set set) const {
  std::map<std::size_t, std::vector<std::string>> lists;
  const auto in_set = [&](const std::vector<Rule>& rules) {
    return std::ranges::any_of(rules, [&](const Rule& rule) { return (rule.set & set) != 0; });
  };
  for (const auto& [code, rules] : whole_)
    if (in_set(rules)) lists[0].push_back(code);
  for (const auto& [beginning, rules] : beginning_)
    if (in_set(rules)) lists[beginning.size()].push_back(beginning);
  return lists;
}

}  // namespace hb
