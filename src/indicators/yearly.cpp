#include "indicators/yearly.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace hb::indicators {
namespace {

/// Value of half an event; 0 where no count is known.
double half_event(const Measure& measure, const Figure& figure) {
  if (measure.method == Method::count) return measure.multiplier / 2;
  if (!figure.denominator || !(figure.denominator->number() > 0)) return 0;
  return measure.multiplier / 2 / figure.denominator->number();
}

}  // namespace

Result<int> first_whole_year(const tables::Database& tables) {
  constexpr std::int64_t least_share = 10;
  const auto rows =
      tables.query(Principal::system("operation"),
                   "SELECT CAST(EXTRACT(year FROM start_date) AS INTEGER) AS year, count(*) AS n "
                   "FROM encounter WHERE start_date IS NOT NULL GROUP BY 1 ORDER BY 1 NULLS LAST",
                   {}, std::chrono::seconds(20));
  if (!rows) return unexpected(rows.error());
  const auto number = [](const tables::Value& value) {
    const auto* whole = std::get_if<std::int64_t>(&value);
    return whole != nullptr ? *whole : std::int64_t{0};
  };
  std::int64_t most = 0;
  for (const auto& row : rows->rows) most = std::max(most, number(row[1]));
  for (const auto& row : rows->rows)
    if (number(row[1]) * least_share >= most) return static_cast<int>(number(row[0]));
  return 0;
}

std::vector<Period> whole_years(const MeasureEngine& engine, const Measure& measure, int first,
                                int until, int most) {
  std::vector<Period> years;
  if (!measure.has_period(Period::Kind::year)) return years;
  first = std::max(first, until - most + 1);
  for (int year = first; year <= until; ++year) {
    const auto period = parse_period(fmt::format("{:04}", year));
    if (period && period->last <= engine.options().today) years.push_back(*period);
  }
  return years;
}

void set_scale(OutlookAsk& ask, const Measure& measure) {
  const bool index = measure.derivation && measure.derivation->composite &&
                     !measure.derivation->composite->is_relative();
  ask.ceiling = measure.multiplier;
  ask.rounding = 0.5 * std::pow(10, -measure.decimals);
  switch (measure.method) {
    case Method::proportion:
    case Method::premature_30q70:
      ask.model = stats::ForecastModel::logistic;
      return;
    case Method::count:
    case Method::rate:
    case Method::mean:
    case Method::ratio:
      ask.model = stats::ForecastModel::exponential;
      return;
    default:
      ask.model = index ? stats::ForecastModel::logistic : stats::ForecastModel::linear;
  }
}

std::vector<SeriesPoint> series_of(const Measure& measure, const std::vector<MeasureCell>& cells) {
  std::vector<SeriesPoint> series;
  for (const MeasureCell& cell : cells) {
    const Figure& figure = cell.figure;
    if (!figure.value) continue;
    SeriesPoint point{
        civil(cell.period.first).year, *figure.value, {}, half_event(measure, figure)};
    if (figure.lower && figure.upper) point.at95 = stats::Interval{*figure.lower, *figure.upper};
    series.push_back(point);
  }
  return series;
}

const MeasureTarget* latest_target(const Measure& measure) {
  constexpr std::string_view levels[] = {"district", "city", "province", "country"};
  for (const std::string_view level : levels) {
    const MeasureTarget* latest = nullptr;
    for (const MeasureTarget& target : measure.targets)
      if (target.level == level && (latest == nullptr || target.year > latest->year))
        latest = &target;
    if (latest != nullptr) return latest;
  }
  return nullptr;
}

}  // namespace hb::indicators
