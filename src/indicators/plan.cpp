#include "indicators/plan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "indicators/content.hpp"
#include "indicators/measure.hpp"

namespace hb::indicators {
namespace {

using Dictionary = std::map<std::string, Localized>;

struct PlanReader {
  ContentReader& content;
  Plan& plan;
  std::string target_level;
  Localized value_source;
  Basis basis;  ///< of rows that state none of their own
  Dictionary fields;
  Dictionary scopes;
  Dictionary units;
  std::map<std::string, Standard> standards;
};

Dictionary read_dictionary(ContentReader& content, const YAML::Node& root, const char* key) {
  Dictionary words;
  for (const YAML::Node& entry : content.list(root, key, false)) {
    const std::string id = content.text(entry, "id");
    if (!words.emplace(id, content.localized(entry, "name")).second) {
      content.fault(entry, std::string("“") + id + "” stands twice in " + key);
    }
  }
  return words;
}

Localized look_up(ContentReader& content, const Dictionary& words, const YAML::Node& row,
                  const char* key, bool required) {
  const std::string id = content.text(row, key, required);
  if (id.empty()) return {};
  const auto found = words.find(id);
  if (found != words.end()) return found->second;
  content.fault(content.child(row, key),
                std::string("no ") + key + " “" + id + "” is listed in this file");
  return {};
}

Basis read_basis(ContentReader& content, const YAML::Node& parent, const Basis* otherwise) {
  const bool required = otherwise == nullptr;
  Basis basis = otherwise != nullptr ? *otherwise : Basis{};
  const YAML::Node node = content.child(parent, "basis", required);
  if (node.IsNull()) return basis;
  const auto take = [&](const char* key, Localized& into) {
    const Localized stated = content.localized(node, key, required);
    if (!stated.zh.empty()) into = stated;
  };
  take("population", basis.population);
  take("area", basis.area);
  take("year", basis.year);
  take("date", basis.date);
  return basis;
}

std::optional<Better> read_better(std::string_view text) {
  for (const Better better : {Better::higher, Better::lower, Better::none}) {
    if (better_word(better) == text) return better;
  }
  return std::nullopt;
}

void read_standards(PlanReader& reader, const YAML::Node& root) {
  ContentReader& content = reader.content;
  for (const YAML::Node& entry : content.list(root, "standards", false)) {
    Standard standard;
    standard.id = content.text(entry, "id");
    standard.name = content.localized(entry, "name");
    standard.authority = content.localized(entry, "authority");
    standard.source = content.localized(entry, "source");
    standard.target_text = content.text(entry, "target", false);
    if (!reader.standards.emplace(standard.id, standard).second) {
      content.fault(entry, "standard “" + standard.id + "” stands twice");
    }
  }
}

std::optional<Standard> row_standard(PlanReader& reader, const YAML::Node& row) {
  ContentReader& content = reader.content;
  const YAML::Node node = content.child(row, "standard", false);
  if (node.IsNull()) return std::nullopt;
  const std::string id = content.text(node, "id");
  const auto found = reader.standards.find(id);
  if (found == reader.standards.end()) {
    content.fault(node, "no standard “" + id + "” is listed in this file");
    return std::nullopt;
  }
  Standard standard = found->second;
  const std::string finding = content.text(node, "finding", standard.target_text.empty());
  if (finding.empty()) return standard;
  for (const Status status : {Status::met, Status::nearly, Status::missed}) {
    if (status_word(status) == finding) standard.finding = status;
  }
  if (!standard.finding) content.fault(node, "“finding” is not met, nearly or missed");
  standard.finding_value_text = content.text(node, "value");
  return standard;
}

std::optional<Decimal> plain_number(const std::string& text) {
  const Cell cell = read_value(text);
  const bool plain = cell.kind == CellKind::numbers && cell.quantities.size() == 1 &&
                     cell.quantities.front().comparison == Comparison::unstated;
  return plain ? std::optional(cell.quantities.front().number) : std::nullopt;
}

void read_values(PlanReader& reader, const YAML::Node& row, Indicator& indicator) {
  ContentReader& content = reader.content;
  for (const YAML::Node& entry : content.list(row, "values", false)) {
    ReportedPoint point;
    point.year = content.whole(entry, "year", false);
    point.text = content.text(entry, "text");
    point.number = plain_number(point.text);
    point.source = content.localized(entry, "source", false);
    if (point.source.zh.empty()) point.source = reader.value_source;
    const bool falls = !indicator.history.empty() && point.year && indicator.history.back().year &&
                       *point.year <= *indicator.history.back().year;
    if (falls) content.fault(entry, "values stand oldest first, one per year");
    indicator.history.push_back(std::move(point));
  }
  if (indicator.history.empty()) return;
  const ReportedPoint& latest = indicator.history.back();
  indicator.value_text = latest.text;
  indicator.value = latest.number;
  indicator.value_year = latest.year;
}

void read_targets(PlanReader& reader, const YAML::Node& row, Indicator& indicator) {
  ContentReader& content = reader.content;
  indicator.target_text = content.text(row, "target");
  for (const YAML::Node& entry : content.list(row, "levels", false)) {
    LevelTarget target;
    target.level = content.text(entry, "level");
    target.year = content.whole(entry, "year", false).value_or(reader.plan.year);
    target.text = content.text(entry, "text");
    indicator.targets.push_back(std::move(target));
  }
  const auto own = std::ranges::find(indicator.targets, reader.target_level, &LevelTarget::level);
  if (own == indicator.targets.end()) {
    indicator.targets.push_back({reader.target_level, reader.plan.year, indicator.target_text});
  } else if (own->text != indicator.target_text) {
    content.fault(row, "“target” differs from the target of level " + reader.target_level);
  }
}

Question question_of(const Indicator& indicator, int target_year) {
  Question question;
  question.target_text = indicator.target_text;
  question.better = indicator.better;
  question.unit = indicator.unit;
  question.value_text = indicator.value_text;
  question.value_year = indicator.value_year;
  question.target_year = target_year;
  question.part_names = indicator.part_names;
  question.standard = indicator.standard;
  return question;
}

Indicator read_indicator(PlanReader& reader, const YAML::Node& row) {
  ContentReader& content = reader.content;
  Indicator indicator;
  indicator.line = line_of(row);
  indicator.id = content.text(row, "id");
  indicator.plan = reader.plan.id;
  indicator.no = content.text(row, "no");
  indicator.field = look_up(content, reader.fields, row, "field", true);
  indicator.name = content.localized(row, "name");
  indicator.scope = look_up(content, reader.scopes, row, "scope", false);
  indicator.unit = look_up(content, reader.units, row, "unit", false);
  const std::optional<Better> better = read_better(content.text(row, "better"));
  if (!better) content.fault(content.child(row, "better"), "“better” is not higher, lower or none");
  indicator.better = better.value_or(Better::none);
  read_targets(reader, row, indicator);
  read_values(reader, row, indicator);
  for (const YAML::Node& part : content.list(row, "parts", false)) {
    indicator.part_names.push_back(content.localized(part, "name"));
  }
  indicator.printed_status = content.text(row, "printed_status", false);
  indicator.basis = read_basis(content, row, &reader.basis);
  const Localized note = content.localized(row, "note", false);
  if (!note.zh.empty()) indicator.note = note;
  indicator.standard = row_standard(reader, row);
  indicator.evaluation = evaluate(question_of(indicator, reader.plan.year));
  return indicator;
}

void read_head(PlanReader& reader, const YAML::Node& root) {
  ContentReader& content = reader.content;
  Plan& plan = reader.plan;
  if (content.text(root, "schema") != "plan-1") content.fault(root, "“schema” is not plan-1");
  plan.id = content.text(root, "id");
  plan.title = content.localized(root, "title");
  plan.level = content.text(root, "level");
  plan.area = content.localized(root, "area");
  plan.year = content.whole(root, "year").value_or(0);
  const YAML::Node source = content.child(root, "source");
  plan.source.title = content.localized(source, "title");
  plan.source.document = content.text(source, "document");
  plan.source.place = content.text(source, "place");
  plan.note = content.localized(root, "note", false);
  reader.target_level = content.text(root, "target_level", false);
  if (reader.target_level.empty()) reader.target_level = plan.level;
  reader.value_source = plan.source.title;
  reader.basis = read_basis(content, root, nullptr);
  reader.fields = read_dictionary(content, root, "fields");
  reader.scopes = read_dictionary(content, root, "scopes");
  reader.units = read_dictionary(content, root, "units");
  read_standards(reader, root);
}

}  // namespace

std::string_view better_word(Better better) {
  switch (better) {
    case Better::higher:
      return "higher";
    case Better::lower:
      return "lower";
    case Better::none:
      return "none";
  }
  return "none";
}

StatusCounts count_statuses(const std::vector<Indicator>& indicators) {
  StatusCounts counts;
  for (const Indicator& indicator : indicators) {
    switch (indicator.evaluation.status) {
      case Status::met:
        ++counts.met;
        break;
      case Status::nearly:
        ++counts.nearly;
        break;
      case Status::missed:
        ++counts.missed;
        break;
      case Status::not_decidable:
        ++counts.not_decidable;
        break;
    }
  }
  return counts;
}

Result<Plan> load_plan(const std::filesystem::path& file) {
  Result<YAML::Node> root = read_yaml(file);
  if (!root) return unexpected(root.error());
  ContentReader content(file.string());
  if (!root->IsMap()) {
    return fail(ErrorCode::invalid_input, "expected a mapping that describes a plan",
                file.string());
  }
  Plan plan;
  plan.file = file.string();
  plan.scene = file.parent_path().parent_path().filename().string();
  PlanReader reader{content, plan, {}, {}, {}, {}, {}, {}, {}};
  read_head(reader, *root);
  std::set<std::string> ids;
  for (const YAML::Node& row : content.list(*root, "indicators")) {
    plan.indicators.push_back(read_indicator(reader, row));
    if (!ids.insert(plan.indicators.back().id).second) {
      content.fault(row, "id “" + plan.indicators.back().id + "” stands twice");
    }
  }
  if (!content.ok()) return unexpected(content.error());
  return plan;
}

Result<std::vector<Plan>> load_plans(const std::filesystem::path& scenes_dir) {
  std::error_code problem;
  std::vector<std::filesystem::path> files;
  for (const auto& scene : std::filesystem::directory_iterator(scenes_dir, problem)) {
    const std::filesystem::path folder = scene.path() / "indicators";
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
      if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    }
  }
  if (problem) return fail(ErrorCode::not_found, "no such directory", scenes_dir.string());
  std::ranges::sort(files);
  std::vector<Plan> plans;
  for (const std::filesystem::path& file : files) {
    const Result<bool> computed = is_measure_file(file);
    if (!computed) return unexpected(computed.error());
    if (*computed) continue;
    Result<Plan> plan = load_plan(file);
    if (!plan) return unexpected(plan.error());
    plans.push_back(std::move(*plan));
  }
  return plans;
}

}  // namespace hb::indicators
