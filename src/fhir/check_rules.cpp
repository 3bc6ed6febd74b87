#include "fhir/check_rules.hpp"

#include <algorithm>

namespace hb::fhir {
namespace {

/// Rules that the walk over a resource does itself.
bool is_structural(std::string_view key) { return key == "ele-1" || key == "dom-3"; }
bool is_narrative(std::string_view key) { return key == "txt-1" || key == "txt-2"; }

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// All words of an expression outside its quoted texts.
std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\'') {
      for (++at; at < text.size() && text[at] != '\''; ++at)
        if (text[at] == '\\') ++at;
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && is_letter(text[at])) ++at;
    if (at > begin)
      found.push_back(text.substr(begin, at - begin));
    else
      ++at;
  }
  return found;
}

std::string where_of(const InvariantRow& row) {
  if (row.type != no_type) return std::string(definitions::type(row.type).name);
  for (std::size_t t = 0; t < definitions::type_count(); ++t)
    for (const ElementRow& element : definitions::elements(static_cast<TypeId>(t)))
      if (definitions::index_of(element) == static_cast<std::size_t>(row.element))
        return std::string(definitions::type(static_cast<TypeId>(t)).name) + "." +
               std::string(element.key);
  return {};
}

}  // namespace

std::optional<bool> evaluate_condition(Evaluation& evaluation, const Expression& expression,
                                       const Value& focus, std::string* failure) {
  std::optional<bool> outcome;
  std::size_t count = 0;
  const auto done = evaluation.each(expression, focus, [&](const Value& value) {
    const auto plain = system_value(value);
    const bool* truth = plain ? std::get_if<bool>(&*plain) : nullptr;
    outcome = truth == nullptr || *truth;  // one item that is no boolean counts as true
    return ++count < 2;
  });
  if (!done && failure != nullptr) *failure = done.error().message;
  if (!done || count != 1) return std::nullopt;
  return outcome;
}

Invariants::Invariants(const Levels& levels)
    : by_type_(definitions::type_count()),
      group_of_element_(definitions::element_count(), 0),
      by_element_(1) {
  for (const InvariantRow& row : definitions::invariants()) {
    if (is_structural(row.key) || is_narrative(row.key)) continue;
    const RuleKind kind = row.is_error ? RuleKind::invariant : RuleKind::invariant_warning;
    add(row, levels.level(kind, row.key));
  }
}

void Invariants::add(const InvariantRow& row, Level level) {
  Rule rule{&row, level, presence_rule(row.expression), std::nullopt};
  rule.about_contained = row.key == "ref-1";
  rule.needs_root = row.expression.find("%rootResource") != std::string_view::npos;
  auto expression = Expression::parse(row.expression);
  if (!expression && !rule.presence) {
    const std::string place = expression.error().where;
    not_evaluated_.push_back(
        {std::string(row.key), where_of(row),
         expression.error().message + (place.empty() ? "" : " (" + place + " of the expression)")});
    return;
  }
  if (level == Level::off) return;
  if (expression) {
    if (row.type != no_type) expression->bind(row.type);
    rule.expression = std::move(*expression);
  }
  const auto number = static_cast<std::uint16_t>(rules_.size());
  rules_.push_back(std::move(rule));
  if (row.type != no_type) return add_to_types(number);
  std::uint16_t& group = group_of_element_[static_cast<std::size_t>(row.element)];
  if (group == 0) {
    group = static_cast<std::uint16_t>(by_element_.size());
    by_element_.emplace_back();
  }
  Use use{number};
  use.always = true;
  by_element_[group].push_back(use);
}

/// A rule applies to its type and to all types made from it.
void Invariants::add_to_types(std::uint16_t number) {
  Rule& rule = rules_[number];
  const auto mentioned = words(rule.row->expression);
  const bool of_all_children = rule.row->expression.starts_with("children(") ||
                               rule.row->expression.starts_with("descendants(");
  for (std::size_t t = 0; t < definitions::type_count(); ++t) {
    const auto type = static_cast<TypeId>(t);
    if (!definitions::is_a(type, rule.row->type) || definitions::elements(type).empty()) continue;
    Use use{number};
    std::size_t named = 0;
    for (const ElementRow& element : definitions::elements(type)) {
      if (std::find(mentioned.begin(), mentioned.end(), element.stem) == mentioned.end()) continue;
      use.slots |= std::uint64_t{1} << element.slot;
      if (!rule.presence) continue;
      const auto& names = rule.presence->names;
      const auto name = std::find(names.begin(), names.end(), element.stem);
      if (name == names.end()) continue;
      std::uint8_t& slot = use.slot_of[name - names.begin()];
      if (slot == element.slot + 1) continue;  // another type of the same choice
      slot = static_cast<std::uint8_t>(element.slot + 1);
      ++named;
    }
    if (rule.presence && named != rule.presence->names.size()) rule.presence.reset();
    use.always = of_all_children || !holds_on_nothing(rule, type);
    by_type_[t].push_back(use);
  }
}

/// Whether the rule holds for an object without elements: then it need not be asked where none of
/// the elements it mentions is there.
bool Invariants::holds_on_nothing(const Rule& rule, TypeId type) {
  if (rule.presence) return rule.presence->holds(0);
  static const PaddedText text("{}");
  static Parser parser;
  static const auto nothing = parser.parse_json(text.view());
  Evaluation evaluation;
  const Value focus = Element{*nothing, type};
  evaluation.reset(focus);
  evaluation.set_constant("rootResource", focus);
  return evaluate_condition(evaluation, *rule.expression, focus).value_or(true);
}

std::span<const Invariants::Use> Invariants::of_element(const ElementRow& row) const {
  return by_element_[group_of_element_[definitions::index_of(row)]];
}

}  // namespace hb::fhir
