#include "stats/sheet_options.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "stats/sheet.hpp"

namespace hb::stats {
namespace {

std::vector<std::string> split(std::string_view text, char mark) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(mark);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// What an option expects, when the value is not that; empty = it is.
std::string expectation(const OptionRule& rule, const std::string& value) {
  if (rule.kind == OptionKind::word) {
    const auto words = split(rule.words, '|');
    return std::ranges::find(words, value) == words.end() ? list_of_words(rule.words) : "";
  }
  if (rule.kind == OptionKind::columns) return value.empty() ? "the name of a column" : "";
  const auto number = parse_number(value);
  const bool whole = rule.kind == OptionKind::whole;
  if (number && *number >= rule.least && *number <= rule.most &&
      (!whole || *number == std::floor(*number)))
    return "";
  std::string expected = whole ? "a whole number" : "a number";
  if (rule.least > -1e300) expected += " from " + number_text(rule.least);
  if (rule.most < 1e300) expected += " to " + number_text(rule.most);
  return expected;
}

const OptionRule* rule_of(std::span<const OptionRule> rules, std::string_view name) {
  const auto found = std::ranges::find(rules, name, &OptionRule::name);
  return found == rules.end() ? nullptr : &*found;
}

}  // namespace

std::string list_of_words(std::string_view words) {
  const auto parts = split(words, '|');
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " or " : ", ";
    text += parts[i];
  }
  return text;
}

Result<StatOptions> StatOptions::read(std::span<const std::string> given,
                                      std::span<const OptionRule> rules) {
  StatOptions options;
  options.rules_ = rules;
  for (const std::string& text : given) {
    const std::size_t equals = text.find('=');
    const std::string where = "--option " + text;
    if (equals == std::string::npos)
      return fail(ErrorCode::invalid_input, "NAME=VALUE is expected", where);
    const std::string name = text.substr(0, equals);
    const OptionRule* rule = rule_of(rules, name);
    if (rule == nullptr) {
      std::string known;
      for (const OptionRule& one : rules)
        known += (known.empty() ? "" : ", ") + std::string(one.name);
      return fail(ErrorCode::invalid_input,
                  "there is no option " + name + "; " +
                      (known.empty() ? "this method has none" : "this method knows " + known),
                  where);
    }
    std::string value = text.substr(equals + 1);
    if (const std::string expected = expectation(*rule, value); !expected.empty())
      return fail(ErrorCode::invalid_input, name + ": " + expected + " is expected", where);
    if (!options.values_.emplace(name, std::move(value)).second)
      return fail(ErrorCode::invalid_input, name + " is given twice", where);
  }
  return options;
}

std::string_view StatOptions::text(std::string_view name) const {
  if (const auto found = values_.find(name); found != values_.end()) return found->second;
  const OptionRule* rule = rule_of(rules_, name);
  HB_CHECK(rule != nullptr);
  return rule->fallback;
}

double StatOptions::number(std::string_view name) const {
  const auto number = parse_number(text(name));
  HB_CHECK(number.has_value());
  return *number;
}

std::vector<std::string> StatOptions::list(std::string_view name) const {
  return has(name) ? split(text(name), ',') : std::vector<std::string>();
}

}  // namespace hb::stats
