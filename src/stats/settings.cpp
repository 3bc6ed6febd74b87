#include "stats/settings.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "stats/sheet.hpp"
#include "stats/sheet_options.hpp"

namespace hb::stats {
namespace {

constexpr std::size_t largest_file = 1 << 20;  // options, not data

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(mark);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

const SettingRule* rule_of(std::span<const SettingRule> rules, std::string_view name) {
  const auto found = std::ranges::find(rules, name, &SettingRule::name);
  return found == rules.end() ? nullptr : &*found;
}

std::string known_options(std::span<const SettingRule> rules) {
  std::vector<std::string_view> names;
  for (const SettingRule& rule : rules) names.push_back(rule.name);
  std::ranges::sort(names);
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

std::optional<bool> parse_truth(std::string_view text) {
  if (text == "true" || text == "TRUE" || text == "True" || text == "T" || text == "yes")
    return true;
  if (text == "false" || text == "FALSE" || text == "False" || text == "F" || text == "no")
    return false;
  return std::nullopt;
}

bool holds_number(const SettingRule& rule, const std::string& item) {
  const auto number = parse_number(item);
  return number && *number >= rule.least && *number <= rule.most &&
         (rule.kind != SettingKind::whole || *number == std::floor(*number));
}

/// What an option expects, when the item is not that; empty = it is.
std::string expectation(const SettingRule& rule, const std::string& item) {
  switch (rule.kind) {
    case SettingKind::truth:
      return parse_truth(item) ? "" : "true or false";
    case SettingKind::day:
      return parse_date(item) ? "" : "a day such as 2026-11-21";
    case SettingKind::text:
    case SettingKind::texts:
      return item.empty() ? "a text" : "";
    case SettingKind::word: {
      const auto words = split(rule.words, '|');
      return std::ranges::find(words, item) == words.end() ? list_of_words(rule.words) : "";
    }
    case SettingKind::number:
    case SettingKind::whole:
    case SettingKind::numbers:
      break;
  }
  if (holds_number(rule, item)) return "";
  std::string expected = rule.kind == SettingKind::whole ? "a whole number" : "a number";
  if (rule.least > -1e300) expected += " from " + number_text(rule.least);
  if (rule.most < 1e300) expected += " to " + number_text(rule.most);
  return expected;
}

bool takes_many(SettingKind kind) {
  return kind == SettingKind::numbers || kind == SettingKind::texts;
}

bool is_nothing(const YAML::Node& node, SettingKind kind) {
  if (node.IsNull()) return true;
  if (kind == SettingKind::text || kind == SettingKind::texts) return false;  // NA is a text there
  return node.IsScalar() && (node.Scalar() == "NULL" || node.Scalar() == "NA");
}

struct Given {
  std::string name;
  std::vector<std::string> items;
  int line;
};

/// Options of a map and of the maps in it, in file order.
Result<void> collect(const YAML::Node& map, const std::string& file,
                     std::span<const SettingRule> rules, int depth, std::vector<Given>& all) {
  for (const auto& entry : map) {
    const int line = entry.first.Mark().line + 1;
    const std::string place = file + ":" + std::to_string(line);
    if (!entry.first.IsScalar())
      return fail(ErrorCode::invalid_input, "the name of an option is expected", place);
    const std::string name = entry.first.Scalar();
    const YAML::Node& value = entry.second;
    if (value.IsMap() && rule_of(rules, name) == nullptr && depth < 3 &&
        (name == "control" || name == "config")) {
      if (auto read = collect(value, file, rules, depth + 1, all); !read) return read;
      continue;
    }
    const SettingRule* rule = rule_of(rules, name);
    if (rule == nullptr)
      return fail(ErrorCode::invalid_input,
                  "option " + name + " is unknown; the options are " + known_options(rules), place);
    if (is_nothing(value, rule->kind)) continue;
    Given given{name, {}, line};
    if (value.IsScalar()) given.items.push_back(value.Scalar());
    if (value.IsSequence())
      for (const auto& item : value) {
        if (!item.IsScalar())
          return fail(ErrorCode::invalid_input, name + ": a list of single values is expected",
                      place);
        given.items.push_back(item.Scalar());
      }
    if (given.items.empty())
      return fail(ErrorCode::invalid_input, name + ": a value is expected", place);
    all.push_back(std::move(given));
  }
  return {};
}

Result<std::vector<Given>> parse(std::string_view yaml, const std::string& file,
                                 std::span<const SettingRule> rules) {
  if (yaml.size() > largest_file)
    return fail(ErrorCode::invalid_input, "a file of options is at most 1 MB", file);
  std::vector<Given> all;
  try {
    const YAML::Node root = YAML::Load(std::string(yaml));
    if (root.IsNull()) return all;
    if (!root.IsMap())
      return fail(ErrorCode::invalid_input, "options are written NAME: VALUE, one in a line",
                  file + ":1");
    if (auto read = collect(root, file, rules, 0, all); !read) return unexpected(read.error());
  } catch (const YAML::Exception& fault) {
    return fail(ErrorCode::invalid_input, "no YAML: " + fault.msg,
                file + ":" + std::to_string(std::max(fault.mark.line, 0) + 1));
  }
  return all;
}

}  // namespace

Result<Settings> Settings::read(std::string_view yaml, const std::string& file,
                                std::span<const SettingRule> rules) {
  Settings settings;
  settings.rules_ = rules;
  settings.file_ = file;
  auto all = parse(yaml, file, rules);
  if (!all) return unexpected(all.error());
  for (Given& given : *all) {
    const SettingRule& rule = *rule_of(rules, given.name);
    const std::string place = file + ":" + std::to_string(given.line);
    if (settings.has(given.name))
      return fail(ErrorCode::invalid_input, "option " + given.name + " is given twice", place);
    if (given.items.size() > 1 && !takes_many(rule.kind))
      return fail(ErrorCode::invalid_input, given.name + ": one value is expected, not a list",
                  place);
    for (const std::string& item : given.items)
      if (const std::string expected = expectation(rule, item); !expected.empty())
        return fail(ErrorCode::invalid_input,
                    given.name + ": " + expected + " is expected, not “" + item + "”", place);
    settings.values_.emplace(given.name, Value{std::move(given.items), given.line});
  }
  return settings;
}

std::vector<std::string> Settings::items(std::string_view name) const {
  if (const auto found = values_.find(name); found != values_.end()) return found->second.items;
  const SettingRule* rule = rule_of(rules_, name);
  HB_CHECK(rule != nullptr && !rule->fallback.empty());
  std::vector<std::string> parts;
  for (const std::string_view part : split(rule->fallback, ','))
    parts.emplace_back(part.substr(part.find_first_not_of(' ')));
  return parts;
}

double Settings::number(std::string_view name) const { return *parse_number(items(name).front()); }

std::optional<double> Settings::number_if(std::string_view name) const {
  return has(name) ? std::optional(number(name)) : std::nullopt;
}

bool Settings::truth(std::string_view name) const { return *parse_truth(items(name).front()); }

std::string Settings::text(std::string_view name) const { return items(name).front(); }

Date Settings::day(std::string_view name) const { return *parse_date(items(name).front()); }

std::vector<double> Settings::numbers(std::string_view name) const {
  std::vector<double> numbers;
  for (const std::string& item : items(name)) numbers.push_back(*parse_number(item));
  return numbers;
}

std::vector<std::string> Settings::texts(std::string_view name) const { return items(name); }

Error Settings::fault(std::string_view name, std::string message) const {
  const auto found = values_.find(name);
  const std::string place =
      found == values_.end() ? file_ : file_ + ":" + std::to_string(found->second.line);
  return {ErrorCode::invalid_input, std::string(name) + ": " + message, place};
}

Error Settings::fault(std::string message) const {
  return {ErrorCode::invalid_input, std::move(message), file_};
}

std::string help_of_settings(std::span<const SettingRule> rules) {
  std::string text;
  for (const SettingRule& rule : rules) {
    std::string line = "  " + std::string(rule.name);
    line.resize(std::max<std::size_t>(line.size() + 1, 20), ' ');
    line += rule.what;
    if (!rule.words.empty()) line += " (" + list_of_words(rule.words) + ")";
    if (!rule.fallback.empty()) line += ", " + std::string(rule.fallback) + " if not given";
    text += line + "\n";
  }
  return text;
}

}  // namespace hb::stats
