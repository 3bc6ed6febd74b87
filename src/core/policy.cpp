#include "core/policy.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hb {
namespace {

constexpr std::array<std::pair<std::string_view, Mask>, 7> masks = {{
    {"hidden", Mask::hidden},
    {"name", Mask::name},
    {"identity", Mask::identity},
    {"phone", Mask::phone},
    {"address", Mask::address},
    {"year", Mask::year},
    {"street", Mask::street},
}};

constexpr std::string_view token_role = "token:";
constexpr std::string_view machine_role = "machine";

bool holds(const std::vector<std::string>& list, std::string_view one) {
  return std::ranges::find(list, one) != list.end();
}

/// How far a rule reaches for this principal; more is wider.
int width(const Policy::Rule& rule, const Principal& principal) {
  if (rule.all_rows || (rule.area && principal.unrestricted)) return 4;
  if (rule.area) return 3;
  if (rule.relations != 0) return rule.own_rows ? 1 : 2;
  return rule.own ? 1 : 0;
}

}  // namespace

std::string_view show_word(Show show) {
  return show == Show::full ? "full" : show == Show::masked ? "masked" : "none";
}

std::optional<Mask> mask_of(std::string_view word) {
  for (const auto& [known, mask] : masks)
    if (known == word) return mask;
  return std::nullopt;
}

std::string_view mask_word(Mask mask) {
  for (const auto& [word, known] : masks)
    if (known == mask) return word;
  return "hidden";
}

std::string_view reach_word(const Policy::Rule& rule) {
  if (rule.all_rows) return "all";
  if (rule.area) return "area";
  if (rule.relations != 0) return rule.own_rows ? "organization" : "relationship";
  return rule.own ? "own" : "none";
}

Policy::Policy(Content content) : content_(std::move(content)) {
  for (std::size_t i = 0; i < content_.kinds.size(); ++i) {
    for (const std::string& type : content_.kinds[i].types) types_[type] = i;
    for (const std::string& table : content_.kinds[i].tables) tables_[table] = i;
  }
}

const Policy::Rule* Policy::rule(std::string_view role) const {
  const auto found = std::ranges::find(content_.rules, role, &Rule::role);
  return found == content_.rules.end() ? nullptr : &*found;
}

std::optional<std::size_t> Policy::kind_of_type(std::string_view type) const {
  const auto found = types_.find(type);
  return found == types_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> Policy::kind_of_table(std::string_view table) const {
  const auto found = tables_.find(table);
  return found == tables_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> Policy::group(std::string_view id) const {
  const auto found = std::ranges::find(content_.groups, id, &Group::id);
  if (found == content_.groups.end()) return std::nullopt;
  return static_cast<std::size_t>(found - content_.groups.begin());
}

bool Policy::is_own_job(const Principal& principal) {
  return principal.user == "system" &&
         (holds(principal.roles, "system") || holds(principal.roles, "published"));
}

std::vector<const Policy::Rule*> Policy::rules_of(const Principal& principal) const {
  std::vector<const Rule*> rules;
  for (const std::string& role : principal.roles) {
    const Rule* found = rule(role.starts_with(token_role) ? machine_role : std::string_view(role));
    if (found == nullptr || std::ranges::find(rules, found) != rules.end()) continue;
    if (!holds(found->purposes, principal.purpose)) continue;
    if (found->needs_approval && principal.approval.empty()) continue;
    rules.push_back(found);
  }
  return rules;
}

const Policy::Rule* Policy::widest_rule(const Principal& principal) const {
  const Rule* widest = nullptr;
  for (const Rule* one : rules_of(principal))
    if (widest == nullptr || width(*one, principal) > width(*widest, principal)) widest = one;
  return widest;
}

bool Policy::sees_small_counts(const Principal& principal) const {
  if (principal.user == "system" && holds(principal.roles, "system")) return true;
  return std::ranges::any_of(rules_of(principal), &Rule::small_counts);
}

std::optional<Localized> Policy::conflict(const std::vector<std::string>& roles) const {
  const auto count = [&roles](const std::vector<std::string>& list) {
    return std::ranges::count_if(list, [&](const std::string& one) { return holds(roles, one); });
  };
  for (const Apart& apart : content_.apart) {
    if (apart.from.empty() ? count(apart.of) > 1 : count(apart.of) > 0 && count(apart.from) > 0)
      return apart.why;
  }
  return std::nullopt;
}

}  // namespace hb
