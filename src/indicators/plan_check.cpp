#include "indicators/plan_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "indicators/formula.hpp"

namespace hb::indicators {
namespace {

const Localized basis_open = {"口径待核", "basis to be checked"};
const Localized misprint = {"疑似笔误", "probably a misprint"};

/// A row of a plan whose value or target is one plain or bounded number, or several.
struct RowNumbers {
  const Plan* plan;
  const Indicator* row;
};

PlanFinding finding_of(const char* rule, const Plan& plan, const Indicator& row,
                       const Localized& reading) {
  PlanFinding found;
  found.rule = rule;
  found.id = row.id;
  found.plan = plan.id;
  found.no = row.no;
  found.name = row.name;
  found.source = {plan.source.title.zh + "，" + plan.source.place, plan.source.title.en};
  found.reading = reading;
  return found;
}

std::string decimal_or_empty(const std::optional<Decimal>& number) {
  return number ? format_decimal(*number) : "";
}

/// A value of the year of the targets or of the year before (which tables mark) is a result; an
/// older one is the base that the plan began with.
bool is_base(const Plan& plan, const Indicator& row) {
  return row.value_year && *row.value_year + 1 < plan.year;
}

/// The value of an earlier year reaches the target already and lies on the better side of it.
void weaker_targets(const Plan& plan, std::vector<PlanFinding>& out) {
  for (const Indicator& row : plan.indicators) {
    const Evaluation& judged = row.evaluation;
    if (!is_base(plan, row) || judged.status != Status::met) continue;
    if (!judged.gap || judged.gap->scaled <= 0) continue;
    PlanFinding found =
        finding_of("target-weaker-than-base", plan, row, {"目标宽于基期", "weaker than the base"});
    found.text = {fmt::format("{}年目标“{}”宽于{}年数值{}", plan.year, row.target_text,
                              *row.value_year, row.value_text),
                  fmt::format("the target of {} ({}) is weaker than the value of {} ({})",
                              plan.year, row.target_text, *row.value_year, row.value_text)};
    found.computed = row.value_text;
    found.printed = row.target_text;
    found.difference = decimal_or_empty(judged.gap);
    out.push_back(std::move(found));
  }
}

/// Of a plan whose values are those of its last year.
void missed_targets(const Plan& plan, std::vector<PlanFinding>& out) {
  for (const Indicator& row : plan.indicators) {
    const Evaluation& judged = row.evaluation;
    const bool closed = !is_base(plan, row);
    const bool missed = judged.status == Status::missed || judged.status == Status::nearly;
    if (!closed || !missed) continue;
    PlanFinding found =
        finding_of("target-not-reached", plan, row, {"未达目标值", "target not reached"});
    found.text = judged.reason;
    found.computed = row.value_text;
    found.printed = row.target_text;
    found.difference = decimal_or_empty(judged.gap);
    out.push_back(std::move(found));
  }
}

void units(const Plan& plan, const Definitions& definitions, std::vector<PlanFinding>& out) {
  for (const Indicator& row : plan.indicators) {
    const Definition* definition = definitions.of_row(row.id);
    if (definition == nullptr || row.unit.zh == definition->unit.name.zh) continue;
    const auto& known = definition->unit.spellings;
    if (std::ranges::find(known, row.unit.zh) != known.end()) continue;
    PlanFinding found = finding_of("unit-against-indicator", plan, row, misprint);
    found.text = {
        fmt::format("单位印作“{}”，该指标的单位应为“{}”", row.unit.zh, definition->unit.name.zh),
        fmt::format("the unit is printed “{}”; the indicator is given in “{}”", row.unit.en,
                    definition->unit.name.en)};
    found.computed = definition->unit.name.zh;
    found.printed = row.unit.zh;
    out.push_back(std::move(found));
  }
}

const Indicator* row_of(const Plan& plan, const Definition& definition) {
  for (const RowReference& reference : definition.rows) {
    const auto found = std::ranges::find(plan.indicators, reference.row, &Indicator::id);
    if (found != plan.indicators.end()) return &*found;
  }
  return nullptr;
}

std::optional<Decimal> one_number(const Cell& cell) {
  if (cell.kind != CellKind::numbers || cell.quantities.size() != 1) return std::nullopt;
  return cell.quantities[0].number;
}

void orders(const Plan& plan, const Definitions& definitions, const CheckFile& checks,
            std::vector<PlanFinding>& out) {
  for (const RateOrder& order : checks.orders) {
    const Definition* part = definitions.find(order.part);
    const Definition* whole = definitions.find(order.whole);
    if (part == nullptr || whole == nullptr) continue;
    const Indicator* inner = row_of(plan, *part);
    const Indicator* outer = row_of(plan, *whole);
    if (inner == nullptr || outer == nullptr) continue;
    const auto compare = [&](const Cell& a, const Cell& b, const char* zh, const char* en) {
      const auto low = one_number(a);
      const auto high = one_number(b);
      if (!low || !high || *low <= *high) return;
      PlanFinding found = finding_of("order-of-rates", plan, *inner, misprint);
      found.text = {fmt::format("{}：{}（{}）高于{}（{}）；{}", zh, inner->name.zh, a.text,
                                outer->name.zh, b.text, order.why.zh),
                    fmt::format("{}: {} ({}) above {} ({}); {}", en, inner->name.en, a.text,
                                outer->name.en, b.text, order.why.en)};
      found.computed = a.text;
      found.printed = b.text;
      found.difference = format_decimal(subtract(*low, *high));
      out.push_back(std::move(found));
    };
    compare(inner->evaluation.target, outer->evaluation.target, "目标", "targets");
    compare(inner->evaluation.value, outer->evaluation.value, "数值", "values");
  }
}

/// Rows of two plans with the same definition, level and year of value.
void between_plans(const std::vector<Plan>& plans, const Definitions& definitions,
                   const PlanCheckOptions& options, std::vector<PlanFinding>& out) {
  std::map<std::pair<const Definition*, std::string>, std::vector<RowNumbers>> rows;
  for (const Plan& plan : plans)
    for (const Indicator& row : plan.indicators) {
      const Definition* definition = definitions.of_row(row.id);
      if (definition == nullptr) definition = definitions.of_row(row.id, 1);
      const bool stated = row.evaluation.value.kind == CellKind::numbers;
      if (definition == nullptr || !row.value_year || !stated) continue;
      rows[{definition, plan.level + " " + std::to_string(*row.value_year)}].push_back(
          {&plan, &row});
    }
  for (const auto& [key, group] : rows) {
    for (std::size_t i = 1; i < group.size(); ++i) {
      const Cell& first = group[0].row->evaluation.value;
      const Cell& other = group[i].row->evaluation.value;
      const bool same =
          first.quantities.size() == other.quantities.size() &&
          std::ranges::equal(first.quantities, other.quantities,
                             [](const Quantity& a, const Quantity& b) {
                               return a.number == b.number && a.comparison == b.comparison;
                             });
      if (same && !options.agreeing) continue;
      PlanFinding found =
          finding_of("same-indicator-two-tables", *group[i].plan, *group[i].row, basis_open);
      found.verdict = same ? Verdict::agree : Verdict::disagree;
      found.text = {
          fmt::format("另表（{}）为{}", group[0].plan->title.zh, group[0].row->value_text),
          fmt::format("the other table ({}) has {}", group[0].plan->title.en,
                      group[0].row->value_text)};
      found.computed = group[0].row->value_text;
      found.printed = group[i].row->value_text;
      out.push_back(std::move(found));
    }
  }
}

/// A number with decimals of two indicators: one may have been copied for the other.
void equal_numbers(const std::vector<Plan>& plans, const Definitions& definitions,
                   std::vector<PlanFinding>& out) {
  std::map<std::pair<std::string, std::string>, RowNumbers> seen;
  for (const Plan& plan : plans)
    for (const Indicator& row : plan.indicators) {
      if (!row.value || row.value->scale < 2 || !row.value_year) continue;
      const Definition* definition = definitions.of_row(row.id);
      if (definition == nullptr) continue;
      const auto key =
          std::make_pair(plan.level + std::to_string(*row.value_year), format_decimal(*row.value));
      const auto [known, is_new] = seen.emplace(key, RowNumbers{&plan, &row});
      if (is_new || definitions.of_row(known->second.row->id) == definition) continue;
      if (known->second.plan == &plan) continue;
      PlanFinding found = finding_of("same-number-two-indicators", plan, row, basis_open);
      found.text = {fmt::format("与另表“{}”的数值相同而指标不同", known->second.row->name.zh),
                    fmt::format("the same number as “{}” of another table, another indicator",
                                known->second.row->name.en)};
      found.computed = known->second.row->value_text;
      found.printed = row.value_text;
      out.push_back(std::move(found));
    }
}

std::string behind(const char* separator, const std::string& text) {
  return text.empty() ? "" : separator + text;
}

std::string shown(long double value) {
  std::string text = fmt::format("{:.4f}", static_cast<double>(value));
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

Localized relation(const PrintedFigure& figure) {
  switch (figure.kind) {
    case CheckKind::at_most:
      return {"不应大于", "should not exceed"};
    case CheckKind::at_least:
      return {"不应小于", "should not be below"};
    case CheckKind::implied:
      return {"供参照", "for orientation"};
    case CheckKind::equal:
      break;
  }
  return {"印作", "is printed as"};
}

Result<void> figures(const CheckFile& checks, const PlanCheckOptions& options,
                     std::vector<PlanFinding>& out) {
  for (const PrintedFigure& figure : checks.figures) {
    const auto again = recompute(figure);
    if (!again)
      return fail(ErrorCode::invalid_input, again.error().message,
                  checks.file + ":" + std::to_string(figure.line));
    if (again->verdict != Verdict::disagree && !options.agreeing) continue;
    PlanFinding found;
    found.rule = figure.rule;
    found.id = figure.id;
    found.name = figure.name;
    found.source = checks.source_name(figure.source);
    found.verdict = again->verdict;
    found.reading = figure.misprint ? misprint : basis_open;
    if (again->verdict == Verdict::agree) found.reading = {"一致", "agrees"};
    if (again->verdict == Verdict::rounding)
      found.reading = {"舍入可解释", "explained by rounding"};
    if (again->verdict == Verdict::implied) found.reading = {"推算，未印", "derived, not printed"};
    const Localized word = relation(figure);
    const std::string printed = format_decimal(figure.printed);
    found.computed = shown(again->computed);
    found.printed = printed;
    found.difference = shown(again->difference);
    const bool plain = parse_decimal(figure.formula).has_value();
    const std::string left = plain ? figure.formula : figure.formula + " = " + found.computed;
    found.text = {left + "，" + word.zh + printed + figure.unit.zh + behind("；", figure.note.zh),
                  left + ", " + word.en + " " + printed + behind(" ", figure.unit.en) +
                      behind("; ", figure.note.en)};
    out.push_back(std::move(found));
  }
  return {};
}

/// Denominators of one group that do not overlap with the first that stands apart.
void denominators(const CheckFile& checks, std::vector<PlanFinding>& out) {
  std::map<std::tuple<std::string, int, std::string>, std::vector<const ImpliedDenominator*>> all;
  for (const ImpliedDenominator& one : checks.denominators)
    all[{one.source, one.year, one.group}].push_back(&one);
  for (const auto& [key, group] : all) {
    for (const ImpliedDenominator* one : group) {
      const Denominator mine = implied_denominator(*one);
      const Denominator base = implied_denominator(*group.front());
      if (mine.lower <= base.upper && base.lower <= mine.upper) continue;
      PlanFinding found;
      found.rule = "population-basis";
      found.id = one->source + "-" + std::to_string(one->year);
      found.name = one->name;
      found.source = checks.source_name(one->source);
      found.reading = basis_open;
      found.computed = fmt::format("{:.0f}", mine.value);
      found.printed = fmt::format("{:.0f}", base.value);
      found.difference = fmt::format("{:.0f}", mine.value - base.value);
      found.text = {
          fmt::format("分母推算为{:.0f}（{:.0f}～{:.0f}），“{}”推算为{:.0f}：人口口径不同",
                      mine.value, mine.lower, mine.upper, group.front()->name.zh, base.value),
          fmt::format("implies a denominator of {:.0f} ({:.0f} to {:.0f}), “{}” implies {:.0f}: "
                      "different populations",
                      mine.value, mine.lower, mine.upper, group.front()->name.en, base.value)};
      out.push_back(std::move(found));
    }
  }
}

}  // namespace

std::string_view verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::agree:
      return "agree";
    case Verdict::rounding:
      return "rounding";
    case Verdict::implied:
      return "implied";
    case Verdict::disagree:
      return "disagree";
  }
  return "disagree";
}

const std::vector<std::pair<std::string_view, Localized>>& plan_rules() {
  static const std::vector<std::pair<std::string_view, Localized>> rules = {
      {"target-weaker-than-base", {"目标宽于基期", "target weaker than the base"}},
      {"target-not-reached", {"未达目标值", "target not reached"}},
      {"unit-against-indicator", {"单位与指标不符", "unit does not fit the indicator"}},
      {"order-of-rates", {"包含关系不成立", "a part above its whole"}},
      {"same-indicator-two-tables", {"同一指标两表不一", "one indicator, two figures"}},
      {"same-number-two-indicators", {"两个指标数值相同", "one figure, two indicators"}},
      {"parts-do-not-sum", {"分项之和与合计不符", "parts do not sum"}},
      {"part-over-whole", {"部分大于整体", "part above the whole"}},
      {"rate-not-reproducible", {"率不能由分子分母复算", "rate not reproducible"}},
      {"count-not-possible", {"没有整数人数可得该百分比", "no whole number gives the percentage"}},
      {"growth-does-not-add-up", {"增速与首末年不符", "growth does not add up"}},
      {"text-against-table", {"正文与表不一", "text against table"}},
      {"target-against-result", {"完成情况与目标不符", "result against target"}},
      {"population-basis", {"人口口径不同", "different populations"}}};
  return rules;
}

Result<Recomputed> recompute(const PrintedFigure& figure) {
  const auto value = evaluate_formula(figure.formula);
  if (!value) return unexpected(value.error());
  const long double printed = to_double(figure.printed);
  Recomputed again{Verdict::disagree, value->value, value->value - printed};
  const long double noise = 1e-9L * std::max(1.0L, std::abs(printed));
  const long double half = 0.5L * std::pow(10.0L, -static_cast<long double>(figure.printed.scale));
  switch (figure.kind) {
    case CheckKind::implied:
      again.verdict = Verdict::implied;
      break;
    case CheckKind::at_most:
      if (value->value <= printed + noise) again.verdict = Verdict::agree;
      break;
    case CheckKind::at_least:
      if (value->value >= printed - noise) again.verdict = Verdict::agree;
      break;
    case CheckKind::equal:
      if (std::abs(round_half_up(value->value, figure.printed.scale) - printed) <= noise)
        again.verdict = Verdict::agree;
      else if (value->lower < printed + half - noise && value->upper >= printed - half - noise)
        again.verdict = Verdict::rounding;
      break;
  }
  return again;
}

Denominator implied_denominator(const ImpliedDenominator& given) {
  const double numerator = to_double(given.numerator) * given.scale;
  const double rate = to_double(given.rate);
  const double half = 0.5 * std::pow(10.0, -given.rate.scale);
  return {numerator / rate, numerator / (rate + half), numerator / (rate - half)};
}

Result<std::vector<PlanFinding>> check_plans(const std::vector<Plan>& plans,
                                             const Definitions& definitions,
                                             const std::vector<CheckFile>& checks,
                                             const PlanCheckOptions& options) {
  std::vector<PlanFinding> out;
  for (const Plan& plan : plans) {
    if (!options.plan.empty() && plan.id != options.plan) continue;
    weaker_targets(plan, out);
    missed_targets(plan, out);
    units(plan, definitions, out);
    for (const CheckFile& file : checks) orders(plan, definitions, file, out);
  }
  if (!options.plan.empty()) return out;
  between_plans(plans, definitions, options, out);
  equal_numbers(plans, definitions, out);
  for (const CheckFile& file : checks) {
    if (auto done = figures(file, options, out); !done) return unexpected(done.error());
    denominators(file, out);
  }
  return out;
}

}  // namespace hb::indicators
