#include "report/store_figures.hpp"

#include <fmt/format.h>

namespace hb::report {
namespace {

using indicators::By;
using indicators::Measure;
using indicators::MeasureCell;

/// What was published is printed, whatever the records give by now.
void take_vintage(const FigureGround& ground, const std::string& id, const std::string& period,
                  ReportFigure& out) {
  const auto vintage = ground.book.published({id, ground.area, period});
  if (!vintage || !*vintage) return;
  const auto number = indicators::parse_decimal((*vintage)->value);
  if (!number) return;
  const bool same = out.printed == (*vintage)->value;
  out.origin = fmt::format("已发布第{}版（{}）", (*vintage)->number,
                           format_date(day_in_shanghai((*vintage)->at)));
  if (!same) {
    out.origin += fmt::format("；按现有记录计算为{}", out.printed.empty() ? "—" : out.printed);
    out.numerator.clear();
    out.denominator.clear();
    out.lower.reset();
    out.upper.reset();
  }
  out.printed = (*vintage)->value;
  out.value = indicators::to_double(*number);
}

ReportFigure figure_of(const FigureGround& ground, const std::string& id, int year) {
  ReportFigure out;
  out.measure = ground.engine.find(id);
  const auto period = parse_period(fmt::format("{:04}", year));
  if (out.measure == nullptr || !period) return out;
  if (out.measure->internal) {
    out.reason = "内部指标，不入报告";
    return out;
  }
  const auto found = ground.cells({out.measure, *period, ground.area, By::none});
  if (!found) {
    out.reason = found.error().message;
    return out;
  }
  const MeasureCell& cell = found->front();
  const indicators::Figure& figure = cell.figure;
  out.value = figure.value;
  out.printed = indicators::printed(*out.measure, figure.value);
  out.lower = figure.lower;
  out.upper = figure.upper;
  const auto count = [](const std::optional<indicators::Sum>& sum) {
    return sum && !sum->decimal ? std::to_string(sum->n) : std::string();
  };
  out.numerator = count(figure.numerator);
  out.denominator = count(figure.denominator);
  if (figure.reason) out.reason = figure.reason->zh;
  if (cell.judged.target != nullptr) {
    out.target = cell.judged.target->text;
    out.status = indicators::status_name(cell.judged.status).zh;
  }
  out.origin = fmt::format("由居民记录计算，数据批次{}", cell.feed);
  take_vintage(ground, id, format_period(*period), out);
  return out;
}

std::vector<std::pair<std::string, double>> streets_of(const FigureGround& ground,
                                                       const std::string& id) {
  std::vector<std::pair<std::string, double>> out;
  const Measure* measure = ground.engine.find(id);
  const auto period = parse_period(fmt::format("{:04}", ground.year));
  if (measure == nullptr || !period || measure->internal) return out;
  const auto found = ground.cells({measure, *period, ground.area, By::area});
  if (!found) return out;
  for (const MeasureCell& cell : *found)
    if (!cell.area_unknown && cell.figure.value)
      out.emplace_back(ground.area_name(cell.area).zh, *cell.figure.value);
  return out;
}

}  // namespace

ReportData data_of(const FigureGround& ground) {
  ReportData data;
  data.year = ground.year;
  data.area = ground.area_name(ground.area).zh;
  data.figure = [ground](const std::string& id, int year) { return figure_of(ground, id, year); };
  data.streets = [ground](const std::string& id) { return streets_of(ground, id); };
  return data;
}

}  // namespace hb::report
