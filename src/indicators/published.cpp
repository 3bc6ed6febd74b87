#include "indicators/published.hpp"

#include <algorithm>

#include "indicators/decimal.hpp"

namespace hb::indicators {
namespace {

constexpr std::size_t points_of_trend = 5;

std::optional<double> number_of(const std::string& text) {
  const auto number = parse_decimal(text);
  if (!number) return std::nullopt;
  return to_double(*number);
}

Figure figure_of(const Vintage* vintage) {
  const Localized nothing{"未发布", "not published"};
  if (vintage == nullptr) return no_figure(nothing);
  Figure figure;
  figure.value = number_of(vintage->value);
  if (!figure.value)
    return no_figure({"已发布：" + vintage->value, "published: " + vintage->value});
  figure.lower = number_of(vintage->lower);
  figure.upper = number_of(vintage->upper);
  return figure;
}

}  // namespace

Result<Published> Published::load(const ReportBook& book) {
  auto vintages = book.vintages({});
  if (!vintages) return unexpected(vintages.error());
  Published published;
  for (Vintage& one : *vintages)  // in order of cell, then number
    published.newest_.insert_or_assign(one.cell, std::move(one));
  return published;
}

const Vintage* Published::find(const FigureCell& cell) const {
  const auto found = newest_.find(cell);
  return found == newest_.end() ? nullptr : &found->second;
}

std::vector<std::string> Published::streets(const std::string& indicator,
                                            const std::string& district,
                                            const std::string& period) const {
  std::vector<std::string> codes;
  for (auto at = newest_.lower_bound({indicator, district, ""});
       at != newest_.end() && at->first.indicator == indicator &&
       at->first.area.starts_with(district);
       ++at)
    if (at->first.area.size() == street_digits && at->first.period == period)
      codes.push_back(at->first.area);
  return codes;
}

MeasureCell published_cell(const Published& published, const Measure& measure, const Period& period,
                           const std::string& area) {
  MeasureCell cell;
  cell.period = period;
  cell.area = area;
  const Vintage* const vintage =
      measure.internal ? nullptr : published.find({measure.id, area, format_period(period)});
  cell.figure = figure_of(vintage);
  if (vintage != nullptr) cell.feed = static_cast<BatchId>(vintage->feed);
  const bool is_street = area.size() >= street_digits;
  cell.judged = judge_figure(measure, cell.figure, period, is_street ? "street" : "district");
  return cell;
}

std::vector<MeasureCell> published_streets(const Published& published, const Measure& measure,
                                           const Period& period, const std::string& district) {
  std::vector<MeasureCell> cells;
  if (measure.internal) return cells;
  for (const std::string& code : published.streets(measure.id, district, format_period(period)))
    cells.push_back(published_cell(published, measure, period, code));
  set_ranks(measure, cells);
  return cells;
}

std::vector<Period> published_trend(const Period& period) {
  std::vector<Period> periods = {period};
  while (periods.size() < points_of_trend) periods.push_back(period_before(periods.back()));
  std::ranges::reverse(periods);
  return periods;
}

}  // namespace hb::indicators
