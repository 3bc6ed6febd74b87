#include "indicators/report_import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/csv.hpp"
#include "core/period.hpp"
#include "core/utf8.hpp"
#include "indicators/phrases.hpp"

namespace hb::indicators {
namespace {

constexpr std::size_t max_bytes = 64U << 20U;
constexpr const char* columns[] = {"indicator", "name",      "unit",        "area",  "period",
                                   "version",   "numerator", "denominator", "value", "note"};

RuleFault fault(const char* rule, std::string zh, std::string en) {
  return {rule, {std::move(zh), std::move(en)}};
}

/// One plain or bounded number; nothing else is a figure.
std::optional<Quantity> quantity_of(std::string_view text) {
  const Cell cell = read_value(text);
  const bool one = cell.kind == CellKind::numbers && cell.quantities.size() == 1;
  if (!one || cell.quantities[0].upper || cell.quantities[0].change) return std::nullopt;
  return cell.quantities[0];
}

std::optional<Decimal> count_of(const std::string& text) {
  const auto quantity = quantity_of(text);
  if (!quantity || quantity->comparison != Comparison::unstated || !quantity->unit.empty())
    return std::nullopt;
  return quantity->number;
}

bool spells(const UnitRule& unit, std::string_view text) {
  if (text == unit.name.zh || text == unit.name.en) return true;
  return std::ranges::find(unit.spellings, text) != unit.spellings.end();
}

std::optional<RuleFault> check_unit(const Definition& definition, const Quantity& value,
                                    std::string_view column) {
  const UnitRule& unit = definition.unit;
  const auto refuse = [&](std::string_view written) {
    return fault("unit-mismatch",
                 fmt::format("单位写作“{}”，该指标的单位是“{}”", written, unit.name.zh),
                 fmt::format("the unit is written “{}”, the indicator is given in “{}”", written,
                             unit.name.en));
  };
  if (!column.empty() && !spells(unit, column)) return refuse(column);
  if (!value.unit.empty() && !spells(unit, value.unit)) return refuse(value.unit);
  return std::nullopt;
}

std::optional<RuleFault> check_range(const UnitRule& unit, const Quantity& value) {
  const double number = to_double(value.number);
  const std::string written = format_decimal(value.number);
  if (unit.most && number > *unit.most) {
    if (*unit.most == 100 && unit.name.zh == "%")
      return fault("percentage-over-100", fmt::format("百分比{}超过100", written),
                   fmt::format("a percentage of {} is over 100", written));
    return fault("value-over-range", fmt::format("数值{}超过上限{:g}", written, *unit.most),
                 fmt::format("{} is above {:g}", written, *unit.most));
  }
  if (unit.least && number < *unit.least)
    return fault("value-under-range", fmt::format("数值{}低于下限{:g}", written, *unit.least),
                 fmt::format("{} is below {:g}", written, *unit.least));
  return std::nullopt;
}

/// value = multiplier × numerator / denominator at the decimals the value is written with.
std::optional<RuleFault> check_rate(const UnitRule& unit, const Quantity& value, double x,
                                    double n) {
  if (!unit.multiplier || value.comparison != Comparison::unstated) return std::nullopt;
  const double expected = *unit.multiplier * x / n;
  const double unit_of_last = std::pow(10.0, -value.number.scale);
  if (std::abs(expected - to_double(value.number)) <= 0.5 * unit_of_last * (1 + 1e-9))
    return std::nullopt;
  const std::string shown = fmt::format("{:.{}f}", expected, value.number.scale);
  return fault("rate-not-of-counts",
               fmt::format("数值{}与分子÷分母（{}）不一致", format_decimal(value.number), shown),
               fmt::format("{} is not numerator over denominator, which gives {}",
                           format_decimal(value.number), shown));
}

std::optional<RuleFault> check_counts(const Definition& definition, const NewFigure& figure,
                                      const Quantity& value) {
  if (figure.numerator.empty() && figure.denominator.empty()) return std::nullopt;
  if (figure.numerator.empty() || figure.denominator.empty())
    return fault("counts-half", "分子、分母须同时填写",
                 "numerator and denominator are given together or not at all");
  const auto x = count_of(figure.numerator);
  const auto n = count_of(figure.denominator);
  if (!x || !n)
    return fault("counts-unreadable", "分子或分母不是数字",
                 "numerator or denominator is no number");
  const Decimal zero;
  if (*x < zero || *n < zero)
    return fault("counts-negative", "分子或分母为负数", "numerator or denominator is negative");
  if (*n == zero) return fault("denominator-zero", "分母为0", "the denominator is 0");
  const UnitRule& unit = definition.unit;
  const bool part_of_whole = unit.most && unit.multiplier && *unit.most == *unit.multiplier;
  if (part_of_whole && *n < *x)
    return fault("numerator-over-denominator",
                 fmt::format("分子{}大于分母{}", figure.numerator, figure.denominator),
                 fmt::format("the numerator {} is over its denominator {}", figure.numerator,
                             figure.denominator));
  return check_rate(unit, value, to_double(*x), to_double(*n));
}

/// "2025", "2025-Q3", "2025-11"; of cumulative indicators also "2021-2025".
std::optional<RuleFault> check_period(const Definition& definition, const std::string& text) {
  if (definition.over == "cumulative" && text.size() == 9 && text[4] == '-') {
    const auto first = parse_period(text.substr(0, 4));
    const auto last = parse_period(text.substr(5));
    if (first && last && first->first < last->first) return std::nullopt;
  }
  const auto period = parse_period(text);
  if (!period)
    return fault("period-unreadable", fmt::format("统计期“{}”无法识别", text),
                 fmt::format("“{}” is no period", text));
  const bool fits = period->kind == Period::Kind::year ||
                    (definition.every == "quarter" && period->kind == Period::Kind::quarter) ||
                    (definition.every == "month" && period->kind != Period::Kind::week &&
                     period->kind != Period::Kind::day);
  if (fits) return std::nullopt;
  return fault("period-not-of-indicator",
               fmt::format("该指标按{}报送", definition.every == "year" ? "年" : "季、月"),
               fmt::format("the indicator is reported by {}", definition.every));
}

struct Columns {
  std::map<std::string, std::size_t, std::less<>> at;
  std::size_t width = 0;
  std::string operator()(const CsvRow& row, std::string_view name) const {
    const auto found = at.find(name);
    if (found == at.end() || found->second >= row.fields.size()) return {};
    std::string text = row.fields[found->second];
    const auto outer = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && outer(text.back())) text.pop_back();
    while (!text.empty() && outer(text.front())) text.erase(text.begin());
    return text;
  }
};

Result<Columns> read_header(const std::vector<CsvRow>& rows, const std::string& file) {
  if (rows.empty()) return fail(ErrorCode::invalid_input, "the file has no header", file + ":1");
  Columns read;
  for (std::size_t i = 0; i < rows.front().fields.size(); ++i)
    read.at.emplace(rows.front().fields[i], i);
  read.width = rows.front().fields.size();
  std::string missing;
  for (const char* name : {"indicator", "period", "value"})
    if (!read.at.contains(name)) missing += (missing.empty() ? "" : ", ") + std::string(name);
  if (missing.empty()) return read;
  return fail(ErrorCode::invalid_input, "columns are missing: " + missing,
              file + ":" + std::to_string(rows.front().line));
}

class Importer {
 public:
  Importer(const Definitions& definitions, ReportBook& book, const ImportOptions& options,
           const Columns& columns_of)
      : definitions_(definitions), book_(book), options_(options), columns_(columns_of) {}

  Result<ImportedRow> row(const CsvRow& row) {
    ImportedRow out;
    out.line = row.line;
    out.cell = {columns_(row, "indicator"), columns_(row, "area"), columns_(row, "period")};
    if (out.cell.area.empty()) out.cell.area = options_.area;
    out.value = columns_(row, "value");
    if (!row.fault.empty()) {
      out.outcome = RowOutcome::unreadable;
      out.rule = "row-unreadable";
      out.message = {"该行不是有效的CSV：" + row.fault, "the row is no CSV: " + row.fault};
      return out;
    }
    if (row.fields.size() > columns_.width) {
      out.outcome = RowOutcome::unreadable;
      out.rule = "row-unreadable";
      out.message = {
          fmt::format("该行有{}列，表头有{}列", row.fields.size(), columns_.width),
          fmt::format("the row has {} fields, the header {}", row.fields.size(), columns_.width)};
      return out;
    }
    NewFigure figure = figure_of(row, out);
    if (out.value.empty() && figure.numerator.empty() && figure.denominator.empty()) {
      out.outcome = RowOutcome::empty;
      return out;
    }
    if (const auto wrong = check(row, figure)) {
      out.outcome =
          wrong->rule.ends_with("-unreadable") ? RowOutcome::unreadable : RowOutcome::refused;
      out.rule = wrong->rule;
      out.message = wrong->message;
      return out;
    }
    const auto entered = options_.dry_run ? book_.would_enter(figure)
                                          : book_.enter(figure, options_.by, {options_.from, 0});
    if (!entered) return unexpected(entered.error());
    out.figure = entered->id;
    if (entered->what == Entered::known) out.outcome = RowOutcome::known;
    if (entered->what == Entered::conflict) {
      out.outcome = RowOutcome::conflict;
      out.message = {"同一指标、区域、统计期已有不同数值，两个数值均保留，待裁定",
                     "another value stands in this cell: both are kept until somebody decides"};
    }
    return out;
  }

 private:
  NewFigure figure_of(const CsvRow& row, const ImportedRow& out) const {
    NewFigure figure;
    figure.cell = out.cell;
    figure.value = out.value;
    figure.numerator = columns_(row, "numerator");
    figure.denominator = columns_(row, "denominator");
    figure.note = columns_(row, "note");
    figure.file = options_.file;
    figure.line = row.line;
    return figure;
  }

  std::optional<RuleFault> check(const CsvRow& row, NewFigure& figure) const {
    const Definition* definition = definitions_.find(figure.cell.indicator);
    if (definition == nullptr)
      return fault("indicator-unknown",
                   fmt::format("没有编号为“{}”的填报指标", figure.cell.indicator),
                   fmt::format("there is no reported indicator “{}”", figure.cell.indicator));
    if (auto wrong = check_area(figure.cell.area)) return wrong;
    figure.version = definition->current().version;
    if (const std::string text = columns_(row, "version"); !text.empty()) {
      const auto number = parse_decimal(text);
      const bool fits = number && number->scale == 0 && number->scaled > 0 &&
                        number->scaled <= std::numeric_limits<int>::max();
      const int version = fits ? static_cast<int>(number->scaled) : 0;
      if (definition->version(version) == nullptr)
        return fault("version-unknown", fmt::format("该指标没有第{}版口径", text),
                     fmt::format("the indicator has no version {}", text));
      figure.version = version;
    }
    return check_figure(*definition, figure, columns_(row, "unit"));
  }

  std::optional<RuleFault> check_area(const std::string& area) const {
    const bool digits = area.find_first_not_of("0123456789") == std::string::npos;
    const bool fits =
        digits && (area.size() == 4 || area.size() == 6 || area.size() == 9 || area.size() == 12);
    if (fits && (!options_.knows_area || options_.knows_area(area))) return std::nullopt;
    return fault("area-unknown", fmt::format("区划代码“{}”不存在", area),
                 fmt::format("there is no area “{}”", area));
  }

  const Definitions& definitions_;
  ReportBook& book_;
  const ImportOptions& options_;
  const Columns& columns_;
};

bool is_of_plan(const Definition& definition, const std::vector<Plan>& plans,
                const std::string& plan) {
  return std::ranges::any_of(definition.rows, [&](const RowReference& reference) {
    return std::ranges::any_of(plans, [&](const Plan& one) {
      return one.id == plan && std::ranges::find(one.indicators, reference.row, &Indicator::id) !=
                                   one.indicators.end();
    });
  });
}

}  // namespace

std::string_view outcome_word(RowOutcome outcome) {
  switch (outcome) {
    case RowOutcome::added:
      return "added";
    case RowOutcome::known:
      return "known";
    case RowOutcome::conflict:
      return "conflict";
    case RowOutcome::empty:
      return "empty";
    case RowOutcome::refused:
      return "refused";
    case RowOutcome::unreadable:
      return "unreadable";
  }
  return "refused";
}

const std::vector<ImportRule>& import_rules() {
  static const std::vector<ImportRule> rules = {
      {"percentage-over-100", {"百分比超过100", "a percentage over 100"}},
      {"value-over-range", {"数值超过单位允许的上限", "a value above what its unit allows"}},
      {"value-under-range", {"数值低于单位允许的下限", "a value below what its unit allows"}},
      {"numerator-over-denominator", {"分子大于分母", "a numerator over its denominator"}},
      {"denominator-zero", {"分母为0", "a denominator of 0"}},
      {"rate-not-of-counts",
       {"数值与分子÷分母不一致", "a value that numerator over denominator does not give"}},
      {"counts-half", {"只填分子或只填分母", "one of numerator and denominator alone"}},
      {"counts-negative", {"分子或分母为负数", "a negative numerator or denominator"}},
      {"unit-mismatch", {"单位不符", "a unit that does not fit the indicator"}},
      {"indicator-unknown", {"没有该指标", "an indicator that is not defined"}},
      {"area-unknown", {"没有该区划代码", "an area that does not exist"}},
      {"version-unknown", {"没有该口径版本", "a version that the definition does not have"}},
      {"period-not-of-indicator",
       {"统计期与报送频次不符", "a period that the indicator is not reported for"}},
      {"period-unreadable", {"统计期无法识别", "a period that cannot be read"}},
      {"value-unreadable", {"数值无法识别", "a value that cannot be read"}},
      {"counts-unreadable", {"分子或分母无法识别", "counts that cannot be read"}},
      {"row-unreadable", {"该行不是有效的CSV", "a row that is no CSV"}}};
  return rules;
}

std::optional<RuleFault> check_figure(const Definition& definition, const NewFigure& figure,
                                      std::string_view unit) {
  if (auto wrong = check_period(definition, figure.cell.period)) return wrong;
  const auto value = quantity_of(figure.value);
  if (!value)
    return fault("value-unreadable", fmt::format("数值“{}”无法识别为一个数", figure.value),
                 fmt::format("“{}” cannot be read as one number", figure.value));
  if (auto wrong = check_unit(definition, *value, unit)) return wrong;
  if (auto wrong = check_range(definition.unit, *value)) return wrong;
  return check_counts(definition, figure, *value);
}

std::vector<std::vector<std::string>> report_template(const Definitions& definitions,
                                                      const std::vector<Plan>& plans,
                                                      const TemplateOptions& options) {
  std::vector<std::vector<std::string>> rows;
  rows.emplace_back(std::begin(columns), std::end(columns));
  const bool english = options.language == Language::en;
  for (const Definition& one : definitions.all()) {
    if (!one.computed.empty() && !options.with_computed) continue;
    if (!options.plan.empty() && !is_of_plan(one, plans, options.plan)) continue;
    rows.push_back({one.id, english ? one.name.en : one.name.zh,
                    english ? one.unit.name.en : one.unit.name.zh, options.area, options.year,
                    std::to_string(one.current().version), "", "", "", ""});
  }
  return rows;
}

Result<std::vector<ImportedRow>> import_figures(std::string_view csv,
                                                const Definitions& definitions, ReportBook& book,
                                                const ImportOptions& options) {
  if (csv.size() > max_bytes)
    return fail(ErrorCode::invalid_input, "a report holds at most 64 MB", options.file);
  const Result<std::string> text = is_utf8(csv) ? Result<std::string>(csv) : gb18030_to_utf8(csv);
  if (!text || csv.find('\0') != std::string_view::npos)
    return fail(ErrorCode::invalid_input, "neither UTF-8 nor GB18030", options.file + ":1");
  const std::vector<CsvRow> rows = read_csv(*text);
  const auto header = read_header(rows, options.file);
  if (!header) return unexpected(header.error());
  Importer importer(definitions, book, options, *header);
  std::vector<ImportedRow> out;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    auto row = importer.row(rows[i]);
    if (!row) return unexpected(row.error());
    out.push_back(std::move(*row));
  }
  return out;
}

}  // namespace hb::indicators
