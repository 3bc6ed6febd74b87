#include "surveillance/detect_options.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "stats/sheet.hpp"

namespace hb::surveillance {
namespace {

using Values = std::map<std::string, std::vector<std::string>, std::less<>>;

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(mark);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string joined(const std::vector<std::string_view>& parts, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? last : ", ";
    text += parts[i];
  }
  return text;
}

std::optional<bool> flag_of(std::string_view text) {
  for (const std::string_view yes : {"TRUE", "True", "true", "T", "yes"})
    if (text == yes) return true;
  for (const std::string_view no : {"FALSE", "False", "false", "F", "no"})
    if (text == no) return false;
  return std::nullopt;
}

bool is_null(const YAML::Node& node) {
  return node.IsNull() || (node.IsScalar() && (node.Scalar() == "NULL" || node.Scalar() == "~"));
}

std::string line_of(const std::string& file, const YAML::Node& node) {
  return file + ":" + std::to_string(node.Mark().line + 1);
}

bool in_bounds(const DetectOption& rule, const std::string& text) {
  const auto number = stats::parse_number(text);
  constexpr double largest_whole = 1e6;
  return number && *number >= rule.least && *number <= rule.most &&
         (rule.kind != OptionKind::whole ||
          (*number == std::floor(*number) && std::abs(*number) <= largest_whole));
}

std::string bounds(const DetectOption& rule) {
  std::string text;
  if (rule.least > -1e300) text += " from " + stats::number_text(rule.least);
  if (rule.most < 1e300) text += " to " + stats::number_text(rule.most);
  return text;
}

/// What the option expects; empty = the texts are that.
std::string expectation(const DetectOption& rule, const std::vector<std::string>& texts) {
  const bool numbers =
      std::ranges::all_of(texts, [&](const std::string& text) { return in_bounds(rule, text); });
  switch (rule.kind) {
    case OptionKind::flag:
      return texts.size() == 1 && flag_of(texts[0]) ? "" : "TRUE or FALSE";
    case OptionKind::word: {
      const auto words = split(rule.words, '|');
      const bool known = texts.size() == 1 && std::ranges::find(words, texts[0]) != words.end();
      return known ? "" : joined(words, " or ");
    }
    case OptionKind::number:
      return texts.size() == 1 && numbers ? "" : "a number" + bounds(rule);
    case OptionKind::whole:
      return texts.size() == 1 && numbers ? "" : "a whole number" + bounds(rule);
    case OptionKind::numbers:
      return !texts.empty() && numbers ? "" : "a number or a list of numbers" + bounds(rule);
    case OptionKind::mean:
      return (texts.size() == 1 && texts[0] == rule.words) || (!texts.empty() && numbers)
                 ? ""
                 : std::string(rule.words) + ", a number or a list of numbers";
    case OptionKind::pair:
      return texts.size() == 2 && numbers ? "" : "a list of two numbers" + bounds(rule);
    case OptionKind::range:
      return texts.size() == 2 && numbers ? "" : "the first and last time point, 100:160,";
  }
  return "";
}

/// One value in its texts; nothing where it is neither a scalar nor a list of scalars.
std::optional<std::vector<std::string>> texts_of(const DetectOption& rule, const YAML::Node& node) {
  std::vector<std::string> texts;
  if (node.IsScalar()) {
    texts.push_back(node.Scalar());
    if (rule.kind == OptionKind::range)
      if (const std::size_t colon = texts[0].find(':'); colon != std::string::npos)
        texts = {node.Scalar().substr(0, colon), node.Scalar().substr(colon + 1)};
    return texts;
  }
  if (!node.IsSequence()) return std::nullopt;
  for (const YAML::Node& item : node) {
    if (!item.IsScalar()) return std::nullopt;
    texts.push_back(item.Scalar());
  }
  return texts;
}

/// Reads one map into values; `prefix` names the level above.
class Reader {
 public:
  Reader(const std::string& file, std::span<const DetectOption> rules)
      : file_(file), rules_(rules) {}

  Result<void> read(const YAML::Node& map, const std::string& prefix, Values& values) const {
    std::vector<std::string> seen;
    for (const auto& entry : map) {
      if (!entry.first.IsScalar())
        return fail(ErrorCode::invalid_input, "the name of an option is expected",
                    line_of(file_, entry.first));
      const std::string name = prefix + entry.first.Scalar();
      if (std::ranges::find(seen, name) != seen.end())
        return fail(ErrorCode::invalid_input, name + " is given twice",
                    line_of(file_, entry.first));
      seen.push_back(name);
      if (prefix.empty() && name == "preset") continue;
      if (const auto one = option(name, entry.first, entry.second, values); !one) return one;
    }
    return {};
  }

 private:
  Result<void> option(const std::string& name, const YAML::Node& key, const YAML::Node& node,
                      Values& values) const {
    const bool level = std::ranges::any_of(
        rules_, [&](const DetectOption& rule) { return rule.name.starts_with(name + "."); });
    if (level && node.IsMap()) {
      values.erase(name);
      return read(node, name + ".", values);
    }
    const auto rule = std::ranges::find(rules_, name, &DetectOption::name);
    if (rule == rules_.end())
      return fail(ErrorCode::invalid_input,
                  "there is no option " + name + "; this method knows " + known(),
                  line_of(file_, key));
    if (is_null(node) && rule->may_be_null) {
      values.erase(name);
      return {};
    }
    const auto texts = texts_of(*rule, node);
    const std::string expected = expectation(*rule, texts.value_or(std::vector<std::string>()));
    if (!texts || !expected.empty())
      return fail(ErrorCode::invalid_input, name + ": " + expected + " is expected",
                  line_of(file_, key));
    values[name] = *texts;
    return {};
  }

  std::string known() const {
    std::vector<std::string_view> names;
    for (const DetectOption& rule : rules_) names.push_back(rule.name);
    names.push_back("preset");
    return joined(names, ", ");
  }

  const std::string& file_;
  std::span<const DetectOption> rules_;
};

Result<YAML::Node> parse(std::string_view yaml, const std::string& file) {
  try {
    return YAML::Load(std::string(yaml));
  } catch (const YAML::Exception& error) {
    return fail(ErrorCode::invalid_input, "this is no YAML: " + error.msg,
                file + ":" + std::to_string(error.mark.line + 1));
  }
}

}  // namespace

Result<DetectOptions> DetectOptions::read(std::string_view yaml, const std::string& file,
                                          std::span<const DetectOption> rules,
                                          std::span<const Preset> presets) {
  const Result<YAML::Node> root = parse(yaml, file);
  if (!root) return unexpected(root.error());
  DetectOptions options;
  if (root->IsNull()) return options;
  if (!root->IsMap())
    return fail(ErrorCode::invalid_input, "a map of options is expected", line_of(file, *root));
  const Reader reader(file, rules);
  if (const YAML::Node preset = (*root)["preset"]) {
    const std::string name = preset.IsScalar() ? preset.Scalar() : "";
    const auto found = std::ranges::find(presets, name, &Preset::name);
    if (found == presets.end()) {
      std::vector<std::string_view> names;
      for (const Preset& one : presets) names.push_back(one.name);
      return fail(ErrorCode::invalid_input,
                  names.empty() ? "preset: this method has none"
                                : "preset: " + joined(names, " or ") + " is expected",
                  line_of(file, preset));
    }
    const auto done = reader.read(YAML::Load(std::string(found->yaml)), "", options.values_);
    HB_CHECK(done.has_value());
  }
  if (const auto done = reader.read(*root, "", options.values_); !done)
    return unexpected(done.error());
  return options;
}

void DetectOptions::number(std::string_view name, double& value) const {
  if (const auto found = values_.find(name); found != values_.end())
    value = stats::parse_number(found->second.front()).value_or(value);
}

void DetectOptions::number(std::string_view name, std::optional<double>& value) const {
  double given = 0;
  if (!has(name)) return;
  number(name, given);
  value = given;
}

void DetectOptions::whole(std::string_view name, int& value) const {
  double given = value;
  number(name, given);
  value = static_cast<int>(given);
}

void DetectOptions::whole(std::string_view name, std::optional<int>& value) const {
  int given = 0;
  if (!has(name)) return;
  whole(name, given);
  value = given;
}

void DetectOptions::flag(std::string_view name, bool& value) const {
  if (const auto found = values_.find(name); found != values_.end())
    value = flag_of(found->second.front()).value_or(value);
}

std::string_view DetectOptions::word(std::string_view name, std::string_view fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() ? fallback : std::string_view(found->second.front());
}

std::vector<double> DetectOptions::numbers(std::string_view name) const {
  std::vector<double> numbers;
  if (const auto found = values_.find(name); found != values_.end())
    for (const std::string& text : found->second)
      numbers.push_back(stats::parse_number(text).value_or(0));
  return numbers;
}

std::size_t place_of_word(std::string_view word, std::string_view words) {
  const auto parts = split(words, '|');
  const auto found = std::ranges::find(parts, word);
  HB_CHECK(found != parts.end());
  return static_cast<std::size_t>(found - parts.begin());
}

}  // namespace hb::surveillance
