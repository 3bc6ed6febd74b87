#include "indicators/assess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "indicators/phrases.hpp"

namespace hb::indicators {
namespace {

std::vector<const Definition*> definitions_of(const Definitions& definitions,
                                              const Indicator& row) {
  if (const Definition* whole = definitions.of_row(row.id)) return {whole};
  std::vector<const Definition*> parts;
  for (int part = 1;; ++part) {
    const Definition* one = definitions.of_row(row.id, part);
    if (one == nullptr) return parts;
    parts.push_back(one);
  }
}

/// Several values of a cell as one, by the weakest of their origins.
CurrentFigure joined(const std::vector<CurrentFigure>& figures) {
  CurrentFigure all = figures.front();
  for (std::size_t i = 1; i < figures.size(); ++i) {
    const CurrentFigure& one = figures[i];
    if (one.value.empty() || all.value.empty()) {
      all.value.clear();
      all.origin = FigureOrigin::none;
      all.remark = {"部分数值缺", "some of the values are missing"};
      return all;
    }
    all.value += "、" + one.value;
    all.origin = std::max(all.origin, one.origin);
    if (all.state.empty()) all.state = one.state;
    if (all.remark.zh.empty()) all.remark = one.remark;
  }
  return all;
}

CurrentFigure current_of(const AssessedRow& row, int year, const FigureSource& figures) {
  std::vector<CurrentFigure> found;
  for (const Definition* definition : row.definitions) found.push_back(figures(*definition, year));
  CurrentFigure current = found.empty() ? CurrentFigure{} : joined(found);
  if (!current.value.empty()) return current;
  for (const ReportedPoint& point : row.row->history)
    if (point.year == year) return {FigureOrigin::printed, point.text, 1, "", {}};
  return current;
}

/// The value that another plan of the same level and area prints for the year before the period of
/// this one: five years before its targets.
void take_base(AssessedRow& row, const Plan& plan, const std::vector<Plan>& others,
               const Definitions& definitions) {
  constexpr int period = 5;
  for (const Plan& other : others) {
    if (other.id == plan.id || other.level != plan.level || other.area.zh != plan.area.zh) continue;
    for (const Indicator& candidate : other.indicators) {
      if (definitions_of(definitions, candidate) != row.definitions) continue;
      for (const ReportedPoint& point : candidate.history)
        if (point.year == plan.year - period) {
          row.base_text = point.text;
          row.base_year = point.year;
          return;
        }
    }
  }
}

Evaluation judge_row(const Indicator& row, int target_year, const CurrentFigure& current,
                     int year) {
  Question question;
  question.target_text = row.target_text;
  question.better = row.better;
  question.unit = row.unit;
  question.value_text = current.value;
  if (!current.value.empty()) question.value_year = year;
  question.target_year = target_year;
  question.part_names = row.part_names;
  question.standard = row.standard;
  return evaluate(question);
}

std::optional<double> plain(const std::string& text) {
  const Cell cell = read_value(text);
  const bool one = cell.kind == CellKind::numbers && cell.quantities.size() == 1 &&
                   cell.quantities[0].comparison == Comparison::unstated &&
                   !cell.quantities[0].change && !cell.quantities[0].period;
  return one ? std::optional(to_double(cell.quantities[0].number)) : std::nullopt;
}

/// Linear path from the base to a target that is one level.
void add_pace(AssessedRow& row, const Plan& plan, int year) {
  const auto base = plain(row.base_text);
  const auto value = plain(row.current.value);
  if (base && value) row.change = *value - *base;
  const Cell& target = row.evaluation.target;
  const bool level = target.kind == CellKind::numbers && target.quantities.size() == 1 &&
                     !target.quantities[0].change && !target.quantities[0].upper;
  if (!base || !value || !row.base_year || !level || plan.year <= *row.base_year) return;
  const double goal = to_double(target.quantities[0].number);
  const bool higher = row.row->better == Better::higher;
  // A target that the base reaches already asks for no way: there is no pace.
  if (row.row->better == Better::none || (higher ? goal <= *base : goal >= *base)) return;
  const auto path = target_path({*row.base_year, *base}, {plan.year, goal}, {}, PathKind::linear);
  if (!path) return;
  const auto step = std::ranges::find(*path, year, &YearValue::year);
  if (step == path->end()) return;
  row.expected = step->value;
  row.pace = pace_of(*value, std::nullopt, step->value, std::abs(goal - *base), higher);
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c == '\n' ? ' ' : c);
  }
  return out + "\"";
}

std::string both(const Localized& text) {
  return fmt::format("{{ zh: {}, en: {} }}", in_quotes(text.zh), in_quotes(text.en));
}

/// Ids for texts that occur in many rows; the printed order is kept.
class Words {
 public:
  explicit Words(const char* prefix) : prefix_(prefix) {}
  std::string id(const Localized& text) {
    if (text.zh.empty()) return {};
    for (const auto& [known, name] : words_)
      if (name == text) return known;
    words_.emplace_back(prefix_ + std::to_string(words_.size() + 1), text);
    return words_.back().first;
  }
  std::string yaml(const char* key) const {
    if (words_.empty()) return {};
    std::string out = std::string(key) + ":\n";
    for (const auto& [id, name] : words_)
      out += fmt::format("  - {{ id: {}, name: {} }}\n", id, both(name));
    return out;
  }

 private:
  std::string prefix_;
  std::vector<std::pair<std::string, Localized>> words_;
};

std::string tail_of(const std::string& id) {
  // "hangzhou-2025-04-city" → "04-city": what stands behind the year.
  const std::size_t year = id.find("-20");
  return year == std::string::npos ? id : id.substr(std::min(id.size(), year + 6));
}

/// The unit of the definition where the printed one is none of its spellings.
Localized unit_of(const AssessedRow& row) {
  if (row.definitions.empty()) return row.row->unit;
  const UnitRule& rule = row.definitions.front()->unit;
  const bool fits = std::ranges::find(rule.spellings, row.row->unit.zh) != rule.spellings.end();
  if (fits || is_no_unit(rule.name.zh)) return fits ? row.row->unit : Localized{};
  return rule.name;
}

std::string draft_row(const AssessedRow& assessed, const DraftOptions& options,
                      const CurrentFigure& base, Words& fields, Words& scopes, Words& units) {
  const Indicator& row = *assessed.row;
  std::string out =
      fmt::format("\n  - id: {}-{}\n    no: {}\n    field: {}\n    name: {}\n", options.prefix,
                  tail_of(row.id), in_quotes(row.no), fields.id(row.field), both(row.name));
  if (const std::string scope = scopes.id(row.scope); !scope.empty())
    out += "    scope: " + scope + "\n";
  if (const std::string unit = units.id(unit_of(assessed)); !unit.empty())
    out += "    unit: " + unit + "\n";
  out += fmt::format("    better: {}\n    target: \"-\"\n", better_word(row.better));
  if (!row.part_names.empty()) {
    out += "    parts:\n";
    for (const Localized& part : row.part_names)
      out += fmt::format("      - {{ name: {} }}\n", both(part));
  }
  if (!base.value.empty())
    out += fmt::format("    values:\n      - {{ year: {}, text: {}, source: {} }}\n",
                       options.base_year, in_quotes(base.value), both(origin_name(base.origin)));
  out += fmt::format("    basis:\n      population: {}\n      area: {}\n",
                     both(row.basis.population), both(row.basis.area));
  return out;
}

}  // namespace

std::string_view origin_word(FigureOrigin origin) {
  constexpr std::string_view words[] = {"published", "computed", "reported", "printed", "none"};
  return words[static_cast<std::size_t>(origin)];
}

Localized origin_name(FigureOrigin origin) {
  switch (origin) {
    case FigureOrigin::published:
      return {"已发布数据", "published figure"};
    case FigureOrigin::computed:
      return {"由居民记录计算", "computed from records"};
    case FigureOrigin::reported:
      return {"部门填报（未发布）", "reported by a department, not published"};
    case FigureOrigin::printed:
      return {"原表所载", "printed in the table"};
    case FigureOrigin::none:
      break;
  }
  return {"待报", "not reported yet"};
}

PlanAssessment assess_plan(const Plan& plan, const Definitions& definitions, int year,
                           const FigureSource& figures, const std::vector<Plan>& others) {
  PlanAssessment out;
  out.plan = &plan;
  out.year = year;
  std::vector<Indicator> judged;
  for (const Indicator& indicator : plan.indicators) {
    AssessedRow row;
    row.row = &indicator;
    row.definitions = definitions_of(definitions, indicator);
    for (const ReportedPoint& point : indicator.history)
      if (point.year && *point.year < year) {
        row.base_text = point.text;
        row.base_year = point.year;
      }
    if (row.base_text.empty()) take_base(row, plan, others, definitions);
    row.current = current_of(row, year, figures);
    row.evaluation = judge_row(indicator, plan.year, row.current, year);
    if (row.current.value.empty()) {
      ++out.without_figure;
      row.evaluation.reason = {fmt::format("{}年数据待报", year),
                               fmt::format("the figure of {} is not reported yet", year)};
    }
    add_pace(row, plan, year);
    Indicator counted;
    counted.evaluation.status = row.evaluation.status;
    judged.push_back(std::move(counted));
    out.rows.push_back(std::move(row));
  }
  out.counts = count_statuses(judged);
  return out;
}

std::string draft_plan(const Plan& former, const Definitions& definitions,
                       const DraftOptions& options, const FigureSource& figures) {
  Words fields("field-");
  Words scopes("scope-");
  Words units("unit-");
  std::string rows = "indicators:\n";
  for (const Indicator& indicator : former.indicators) {
    AssessedRow row;
    row.row = &indicator;
    row.definitions = definitions_of(definitions, indicator);
    rows +=
        draft_row(row, options, current_of(row, options.base_year, figures), fields, scopes, units);
  }
  const Localized nothing = {"空表，目标待定", "an empty table: no target has been set"};
  const Localized year = {fmt::format("{}年（基期）", options.base_year),
                          fmt::format("{} (the base)", options.base_year)};
  const Localized open = {"目标确定时一并确定", "to be set with the targets"};
  std::string out = fmt::format(
      "# The indicators of the former plan without targets; the figures of {} are the base.\n"
      "schema: plan-1\nid: {}\ntitle: {}\nlevel: {}\narea: {}\nyear: {}\nsource:\n"
      "  title: {}\n  document: {}\n  place: {}\nnote: {}\nbasis:\n  population: {}\n  area: {}\n"
      "  year: {}\n  date: {}\n",
      options.base_year, options.id, both(options.title), former.level, both(former.area),
      options.year, both(nothing), in_quotes(nothing.zh), in_quotes(nothing.zh), both(nothing),
      both(open), both(open), both(year), both(open));
  return out + fields.yaml("fields") + scopes.yaml("scopes") + units.yaml("units") + rows;
}

}  // namespace hb::indicators
