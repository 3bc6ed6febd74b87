#include "fhir/check_levels.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <optional>

namespace hb::fhir {
namespace {

constexpr std::string_view kind_names[rule_kinds] = {
    "structure", "binding", "reference", "invariant", "invariant-warning", "narrative", "profile"};
constexpr std::string_view level_names[] = {"off", "warn", "quarantine", "reject"};

unexpected<Error> fault(const YAML::Node& node, const std::string& name, std::string message) {
  return fail(ErrorCode::invalid_input, std::move(message),
              name + ":" + std::to_string(node.Mark().line + 1));
}

std::optional<Level> level_of(const YAML::Node& node) {
  if (!node.IsScalar()) return std::nullopt;
  const auto found = std::find(std::begin(level_names), std::end(level_names), node.Scalar());
  if (found == std::end(level_names)) return std::nullopt;
  return static_cast<Level>(found - std::begin(level_names));
}

}  // namespace

std::string_view level_name(Level level) { return level_names[static_cast<std::size_t>(level)]; }

Level Levels::level(RuleKind kind, std::string_view rule) const {
  const auto found = of_rule.find(rule);
  return found != of_rule.end() ? found->second : of_kind[static_cast<std::size_t>(kind)];
}

Result<Levels> parse_levels(const std::string& yaml, const std::string& name) {
  Levels levels;
  try {
    const YAML::Node root = YAML::Load(yaml);
    if (!root.IsMap()) return fault(root, name, "'kinds' and 'rules' are expected");
    for (const auto& part : root) {
      const std::string section = part.first.as<std::string>();
      if ((section != "kinds" && section != "rules") || !part.second.IsMap())
        return fault(part.first, name, "only 'kinds' and 'rules' are expected, each with names");
      for (const auto& entry : part.second) {
        const std::string key = entry.first.as<std::string>();
        const auto level = level_of(entry.second);
        if (!level) return fault(entry.second, name, "off, warn, quarantine or reject is expected");
        if (section == "rules") {
          levels.of_rule[key] = *level;
          continue;
        }
        const auto kind = std::find(std::begin(kind_names), std::end(kind_names), key);
        if (kind == std::end(kind_names))
          return fault(entry.first, name, "'" + key + "' is no kind of rule");
        levels.of_kind[static_cast<std::size_t>(kind - std::begin(kind_names))] = *level;
      }
    }
  } catch (const YAML::Exception& error) {
    return fail(ErrorCode::invalid_input, "not YAML: " + error.msg,
                name + ":" + std::to_string(error.mark.line + 1));
  }
  return levels;
}

}  // namespace hb::fhir
