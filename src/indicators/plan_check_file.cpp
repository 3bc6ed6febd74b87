#include <algorithm>

#include "indicators/content.hpp"
#include "indicators/formula.hpp"
#include "indicators/plan_check.hpp"

namespace hb::indicators {
namespace {

namespace fs = std::filesystem;

Decimal decimal_of(ContentReader& content, const YAML::Node& map, const char* key) {
  const auto number = parse_decimal(content.text(map, key));
  if (!number) content.fault(content.child(map, key), std::string("“") + key + "” is not a number");
  return number.value_or(Decimal{});
}

CheckKind kind_of(ContentReader& content, const YAML::Node& entry) {
  const std::string word = content.text(entry, "kind", false);
  if (word == "at-most") return CheckKind::at_most;
  if (word == "at-least") return CheckKind::at_least;
  if (word == "implied") return CheckKind::implied;
  if (!word.empty()) content.fault(entry, "“kind” is not at-most, at-least or implied");
  return CheckKind::equal;
}

PrintedFigure figure_of(ContentReader& content, const YAML::Node& entry) {
  PrintedFigure figure;
  figure.line = line_of(entry);
  figure.id = content.text(entry, "id");
  figure.source = content.text(entry, "source");
  figure.name = content.localized(entry, "name");
  figure.rule = content.text(entry, "rule");
  figure.kind = kind_of(content, entry);
  figure.formula = content.text(entry, "formula");
  figure.printed = decimal_of(content, entry, "printed");
  figure.unit = content.localized(entry, "unit", false);
  figure.misprint = content.text(entry, "reading", false) == "misprint";
  figure.note = content.localized(entry, "note", false);
  const bool known = std::ranges::any_of(
      plan_rules(), [&](const auto& rule) { return rule.first == figure.rule; });
  if (!known) content.fault(entry, "there is no rule “" + figure.rule + "”");
  if (const auto value = evaluate_formula(figure.formula); !value)
    content.fault(content.child(entry, "formula"),
                  value.error().message + " (" + value.error().where + ")");
  return figure;
}

ImpliedDenominator denominator_of(ContentReader& content, const YAML::Node& entry) {
  ImpliedDenominator one;
  one.line = line_of(entry);
  one.source = content.text(entry, "source");
  one.year = content.whole(entry, "year").value_or(0);
  one.name = content.localized(entry, "name");
  one.numerator = decimal_of(content, entry, "numerator");
  one.rate = decimal_of(content, entry, "rate");
  one.scale = content.whole(entry, "scale").value_or(1);
  one.group = content.text(entry, "group");
  if (one.rate.scaled <= 0) content.fault(entry, "“rate” is not above 0");
  return one;
}

}  // namespace

Localized CheckFile::source_name(const std::string& id) const {
  for (const auto& [known, name] : sources)
    if (known == id) return name;
  return {id, id};
}

Result<CheckFile> load_checks(const fs::path& file) {
  const Result<YAML::Node> root = read_yaml(file);
  if (!root) return unexpected(root.error());
  ContentReader content(file.string());
  if (content.text(*root, "schema") != "checks-1") content.fault(*root, "“schema” is not checks-1");
  CheckFile checks;
  checks.scene = file.parent_path().filename().string();
  checks.file = file.string();
  for (const YAML::Node& entry : content.list(*root, "sources"))
    checks.sources.emplace_back(content.text(entry, "id"), content.localized(entry, "name"));
  for (const YAML::Node& entry : content.list(*root, "orders", false))
    checks.orders.push_back({content.text(entry, "part"), content.text(entry, "whole"),
                             content.localized(entry, "why")});
  for (const YAML::Node& entry : content.list(*root, "figures", false)) {
    checks.figures.push_back(figure_of(content, entry));
    const std::string& source = checks.figures.back().source;
    if (std::ranges::none_of(checks.sources, [&](const auto& s) { return s.first == source; }))
      content.fault(entry, "no source “" + source + "” is listed in this file");
  }
  for (const YAML::Node& entry : content.list(*root, "denominators", false))
    checks.denominators.push_back(denominator_of(content, entry));
  if (!content.ok()) return unexpected(content.error());
  return checks;
}

Result<std::vector<CheckFile>> load_all_checks(const fs::path& scenes_dir) {
  std::error_code problem;
  std::vector<fs::path> files;
  for (const fs::directory_entry& scene : fs::directory_iterator(scenes_dir, problem))
    if (const fs::path file = scene.path() / "checks.yaml"; fs::exists(file)) files.push_back(file);
  if (problem) return fail(ErrorCode::not_found, "no such directory", scenes_dir.string());
  std::ranges::sort(files);
  std::vector<CheckFile> all;
  for (const fs::path& file : files) {
    auto read = load_checks(file);
    if (!read) return unexpected(read.error());
    all.push_back(std::move(*read));
  }
  return all;
}

}  // namespace hb::indicators
