#include "indicators/outlook.hpp"

#include <algorithm>
#include <cmath>

#include "stats/monotone.hpp"

namespace hb::indicators {
namespace {

__extension__ using Wide = __int128;

std::int64_t power_of_ten(int exponent) {
  std::int64_t value = 1;
  for (int i = 0; i < exponent; ++i) value *= 10;
  return value;
}

/// Quotient rounded towards plus infinity; divisor above 0.
Wide ceiling(Wide dividend, Wide divisor) {
  const Wide quotient = dividend / divisor;
  return dividend % divisor > 0 ? quotient + 1 : quotient;
}

Result<Quantity> one_level(std::string_view target, Better better) {
  const Cell cell = read_target(target, better);
  const std::string where = "target “" + std::string(target) + "”";
  const bool one = cell.kind == CellKind::numbers && cell.quantities.size() == 1 &&
                   !cell.quantities[0].change && !cell.quantities[0].upper;
  const Comparison comparison = one ? cell.quantities[0].comparison : Comparison::unstated;
  if (!one || comparison == Comparison::unstated || comparison == Comparison::about)
    return fail(ErrorCode::invalid_input, "one number with a direction is expected, like ≥92.3",
                where);
  return cell.quantities[0];
}

Goal goal_of(const Quantity& quantity) {
  const Comparison comparison = quantity.comparison;
  return {to_double(quantity.number),
          comparison == Comparison::at_least || comparison == Comparison::above,
          comparison == Comparison::above || comparison == Comparison::below};
}

void add_path(Outlook& out, const std::vector<YearValue>& path, const SeriesPoint& base,
              const Goal& goal) {
  const double way = std::abs(goal.value - base.value);
  for (OutlookYear& one : out.years) {
    const auto step = std::ranges::find(path, one.year, &YearValue::year);
    if (step == path.end()) continue;
    one.path = step->value;
    if (!one.point) continue;
    one.pace = pace_of(one.point->value, one.point->at95, step->value, way, goal.higher);
    out.pace = one.pace;
  }
}

/// Inside the bounds of the model by `least`; a line has none.
double inside(double value, const OutlookAsk& ask, double least) {
  if (ask.model == stats::ForecastModel::linear) return value;
  if (ask.model == stats::ForecastModel::exponential) return std::max(value, least);
  return std::clamp(value, least, ask.ceiling - least);
}

Result<void> add_forecast(Outlook& out, const std::vector<SeriesPoint>& series,
                          const OutlookAsk& ask) {
  std::vector<stats::TimedValue> points;
  for (const SeriesPoint& one : series)
    points.push_back({static_cast<double>(one.year),
                      inside(one.value, ask, one.half > 0 ? one.half : ask.rounding)});
  out.probability_year =
      ask.target_year > series.back().year ? ask.target_year : out.years.back().year;
  for (OutlookYear& one : out.years) {
    if (one.year <= series.back().year) continue;
    const auto found = stats::forecast(points, one.year, ask.model, ask.ceiling);
    if (!found) return unexpected(found.error());
    if (!*found) {
      out.reason = {"不足3个年度的数值，不作预测", "fewer than 3 yearly values: no forecast"};
      return {};
    }
    one.forecast = (*found)->value();
    if (const auto limits = stats::forecast_limits(**found, 0.95)) one.forecast95 = *limits;
    if (one.year == out.probability_year) {
      const double level = inside(ask.goal.value, ask, ask.rounding);
      const double above = stats::probability_at_least(**found, level);
      out.probability = ask.goal.higher ? above : 1 - above;
    }
  }
  return {};
}

}  // namespace

Result<Goal> read_goal(std::string_view target, Better better) {
  const auto level = one_level(target, better);
  if (!level) return unexpected(level.error());
  return goal_of(*level);
}

Result<Outlook> outlook(std::vector<SeriesPoint> series, const OutlookAsk& ask) {
  std::ranges::sort(series, {}, &SeriesPoint::year);
  for (std::size_t i = 1; i < series.size(); ++i)
    if (series[i].year == series[i - 1].year)
      return fail(ErrorCode::invalid_input, "a year stands twice in the series",
                  std::to_string(series[i].year));
  Outlook out;
  if (series.empty()) {
    out.reason = {"没有年度数值", "there is no yearly value"};
    return out;
  }
  const int base_year = ask.base_year.value_or(series.front().year);
  const int last = std::max({ask.target_year, series.back().year, ask.until});
  for (int year = std::min(series.front().year, base_year); year <= last; ++year) {
    OutlookYear one;
    one.year = year;
    const auto point = std::ranges::find(series, year, &SeriesPoint::year);
    if (point != series.end()) one.point = *point;
    out.years.push_back(one);
  }
  const auto base = std::ranges::find(series, base_year, &SeriesPoint::year);
  if (base == series.end()) {
    out.reason = {"基期年没有数值", "there is no value in the base year"};
  } else if (ask.target_year > base_year) {
    const auto path = target_path({base_year, base->value}, {ask.target_year, ask.goal.value},
                                  ask.milestones, ask.path);
    if (!path) return unexpected(path.error());
    add_path(out, *path, *base, ask.goal);
  }
  if (auto added = add_forecast(out, series, ask); !added) return unexpected(added.error());
  return out;
}

Result<Closing> closing(std::int64_t numerator, std::int64_t denominator, double multiplier,
                        std::string_view target, Better better) {
  if (denominator <= 0) return fail(ErrorCode::invalid_input, "the denominator is not above 0");
  const auto level = one_level(target, better);
  if (!level) return unexpected(level.error());
  const Goal goal = goal_of(*level);
  // multiplier·k/n against scaled/10^scale: k against scaled·n over multiplier·10^scale.
  const auto whole = static_cast<std::int64_t>(std::llround(multiplier));
  const Wide top = static_cast<Wide>(level->number.scaled) * denominator;
  const Wide bottom = static_cast<Wide>(whole) * power_of_ten(level->number.scale);
  Closing out{numerator, denominator, 0};
  if (goal.higher) {
    Wide least = ceiling(top, bottom);
    if (goal.strict && least * bottom == top) ++least;
    out.needed = static_cast<std::int64_t>(std::max<Wide>(0, least - numerator));
  } else {
    Wide most = top / bottom;
    if (goal.strict && most * bottom == top) --most;
    out.needed = static_cast<std::int64_t>(std::max<Wide>(0, numerator - most));
  }
  return out;
}

}  // namespace hb::indicators
