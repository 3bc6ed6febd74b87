// Series of a table: Mann-Kendall, joinpoint, seasonal adjustment.
#include <algorithm>
#include <cmath>

#include "stats/joinpoint.hpp"
#include "stats/monotone.hpp"
#include "stats/seasonal.hpp"
#include "stats/sheet_method.hpp"

namespace hb::stats {
namespace {

Result<std::vector<double>> numbers_of(const Sheet& sheet, std::string_view name, bool all) {
  const auto column = sheet.column(name);
  if (!column) return unexpected(column.error());
  return all ? sheet.all_numbers(*column) : sheet.numbers(*column);
}

/// errors  one time twice in a group
Result<void> check_times(const Sheet& sheet, std::string_view name,
                         const std::vector<double>& times, const std::vector<std::size_t>& rows) {
  std::vector<std::size_t> sorted = rows;
  std::ranges::stable_sort(sorted, {}, [&](std::size_t row) { return times[row]; });
  for (std::size_t i = 1; i < sorted.size(); ++i)
    if (times[sorted[i]] == times[sorted[i - 1]])
      return unexpected(sheet.fault(sorted[i], *sheet.find(name),
                                    std::string(name) + ": each once per group is expected, " +
                                        number_text(times[sorted[i]]) + " is there again"));
  return {};
}

}  // namespace

Result<StatAnswer> run_mann_kendall(const StatMethod& method, const Sheet& sheet,
                                    const StatOptions&) {
  const auto year = numbers_of(sheet, "year", true);
  if (!year) return unexpected(year.error());
  const auto value = numbers_of(sheet, "value", false);
  if (!value) return unexpected(value.error());
  const Groups groups = group_rows(sheet, group_columns(method, sheet));
  Answer answer(sheet, groups.columns, added_names(method));
  for (const auto& rows : groups.rows) {
    if (const auto sound = check_times(sheet, "year", *year, rows); !sound)
      return unexpected(sound.error());
    std::vector<TimedValue> points;
    for (const std::size_t row : rows)
      if (!std::isnan((*value)[row])) points.push_back({(*year)[row], (*value)[row]});
    const auto trend = monotone_trend(points);
    if (!trend) return unexpected(sheet.fault(trend.error().message));
    const std::string number = std::to_string(points.size());
    Estimate estimate{{}, {}, {}, "Mann-Kendall and Sen", "cannot_be_tested"};
    if (!*trend) {
      answer.add(rows.front(), estimate, {"", "", "", number, ""});
      continue;
    }
    const MonotoneTrend& found = **trend;
    estimate.value = found.slope;
    estimate.at95 = *sen_limits(points, 0.95);
    estimate.at998 = *sen_limits(points, 0.998);
    estimate.status = "ok";
    std::string change = "no_significant_change";
    if (found.p_value < 0.05) change = found.s > 0 ? "increasing" : "decreasing";
    answer.add(rows.front(), estimate,
               {number_text(found.tau), std::to_string(found.s), number_text(found.p_value), number,
                change});
  }
  return finish(answer);
}

namespace {

Estimate change_estimate(double slope, double se, double degrees) {
  const auto at95 = percent_change(slope, se, degrees, 0.95);
  const auto at998 = percent_change(slope, se, degrees, 0.998);
  Estimate estimate{at95->value, at95->limits, at998->limits, "joinpoint by BIC"};
  if (!at95->limits) estimate.status = "no_degrees_of_freedom_no_limits";
  return estimate;
}

void add_joinpoint(Answer& answer, std::size_t row, const Joinpoint& found) {
  const std::string joins = std::to_string(found.joins.size());
  const std::string bic = number_text(found.bic[found.joins.size()]);
  for (std::size_t i = 0; i < found.segments.size(); ++i) {
    const JoinpointSegment& segment = found.segments[i];
    answer.add(row, change_estimate(segment.slope, segment.slope_se, found.degrees),
               {"apc", number_text(segment.from), number_text(segment.to), joins, bic});
  }
  answer.add(row, change_estimate(found.average_slope, found.average_se, found.degrees),
             {"aapc", number_text(found.segments.front().from),
              number_text(found.segments.back().to), joins, bic});
}

/// Rates of the rows: the column value with se if there is one, else numerator / denominator with
/// the Poisson standard error.
Result<std::vector<RatePoint>> rate_points(const Sheet& sheet) {
  const auto year = numbers_of(sheet, "year", true);
  if (!year) return unexpected(year.error());
  std::vector<RatePoint> points;
  if (sheet.find("value")) {
    const auto value = numbers_of(sheet, "value", false);
    if (!value) return unexpected(value.error());
    std::vector<double> se(sheet.rows(), missing);
    if (sheet.find("se")) {
      auto given = numbers_of(sheet, "se", false);
      if (!given) return unexpected(given.error());
      se = std::move(*given);
    }
    for (std::size_t row = 0; row < sheet.rows(); ++row)
      points.push_back({(*year)[row], (*value)[row],
                        std::isnan(se[row]) ? std::nullopt : std::optional(se[row])});
    return points;
  }
  const auto x = numbers_of(sheet, "numerator", false);
  if (!x) return unexpected(x.error());
  const auto n = numbers_of(sheet, "denominator", false);
  if (!n) return unexpected(n.error());
  for (std::size_t row = 0; row < sheet.rows(); ++row)
    points.push_back(
        {(*year)[row], (*x)[row] / (*n)[row], std::sqrt(std::max((*x)[row], 0.0)) / (*n)[row]});
  return points;
}

}  // namespace

Result<StatAnswer> run_joinpoint(const StatMethod& method, const Sheet& sheet,
                                 const StatOptions& options) {
  const auto points = rate_points(sheet);
  if (!points) return unexpected(points.error());
  std::vector<double> years;
  for (const RatePoint& point : *points) years.push_back(point.year);
  const JoinpointOptions asked{static_cast<int>(options.number("joins")),
                               static_cast<int>(options.number("between")),
                               static_cast<int>(options.number("ends"))};
  const Groups groups = group_rows(sheet, group_columns(method, sheet));
  Answer answer(sheet, groups.columns, added_names(method));
  const Estimate refused{{}, {}, {}, "joinpoint by BIC", "cannot_be_tested_few_periods"};
  for (const auto& rows : groups.rows) {
    if (const auto sound = check_times(sheet, "year", years, rows); !sound)
      return unexpected(sound.error());
    std::vector<RatePoint> series;
    bool has_zero = false;
    for (const std::size_t row : rows) {
      const RatePoint& point = (*points)[row];
      if (std::isnan(point.rate)) continue;
      has_zero = has_zero || !(point.rate > 0) || !std::isfinite(point.rate);
      series.push_back(point);
    }
    Estimate none = refused;
    if (has_zero) none.status = "rate_le_0";
    const auto found = has_zero ? Result<std::optional<Joinpoint>>(std::optional<Joinpoint>{})
                                : joinpoint_regression(series, asked);
    if (!found) return unexpected(sheet.fault(found.error().message));
    if (*found)
      add_joinpoint(answer, rows.front(), **found);
    else
      answer.add(rows.front(), none);
  }
  return finish(answer);
}

Result<StatAnswer> run_seasonal(const StatMethod& method, const Sheet& sheet,
                                const StatOptions& options) {
  const auto value = numbers_of(sheet, "value", false);
  if (!value) return unexpected(value.error());
  const auto period = sheet.column("period");
  if (!period) return unexpected(period.error());
  const auto cycle = static_cast<int>(options.number("cycle"));
  const bool adds = options.is("model", "additive");
  const Groups groups = group_rows(sheet, group_columns(method, sheet));
  std::vector<std::size_t> echoed = groups.columns;
  echoed.push_back(*period);
  struct Row {
    std::optional<SeasonalPoint> point;
    std::string_view status = "ok";
  };
  std::vector<Row> answers(sheet.rows());
  for (auto rows : groups.rows) {
    std::ranges::stable_sort(rows, {}, [&](std::size_t row) { return sheet.text(row, *period); });
    std::vector<double> values;
    std::string_view status = "ok";
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i > 0 && sheet.text(rows[i], *period) == sheet.text(rows[i - 1], *period))
        return unexpected(sheet.fault(rows[i], *period, "period: each once per group is expected"));
      values.push_back((*value)[rows[i]]);
      if (std::isnan(values.back())) status = "missing";
      if (!adds && values.back() <= 0) status = "value_le_0";
    }
    if (status == "ok" && values.size() < 2 * static_cast<std::size_t>(cycle))
      status = "fewer_than_2_cycles";
    if (status != "ok") {
      for (const std::size_t row : rows) answers[row].status = status;
      continue;
    }
    const auto points = seasonal_adjustment(
        values, cycle, adds ? SeasonalModel::additive : SeasonalModel::multiplicative);
    if (!points) return unexpected(sheet.fault(points.error().message));
    for (std::size_t i = 0; i < rows.size(); ++i) answers[rows[i]].point = (*points)[i];
  }
  Answer answer(sheet, echoed, added_names(method));
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    Estimate estimate{{}, {}, {}, "classical decomposition", answers[row].status};
    if (const auto& point = answers[row].point) {
      estimate.value = point->adjusted;
      answer.add(row, estimate,
                 {number_text((*value)[row]), number_text(point->trend), number_text(point->season),
                  number_text(point->rest)});
    } else {
      answer.add(row, estimate, {number_text((*value)[row])});
    }
  }
  return finish(answer);
}

}  // namespace hb::stats
