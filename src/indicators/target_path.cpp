#include "indicators/target_path.hpp"

#include <algorithm>
#include <cmath>

#include "indicators/decimal.hpp"
#include "stats/sheet.hpp"

namespace hb::indicators {

Result<std::vector<YearValue>> target_path(YearValue base, YearValue target,
                                           std::span<const YearValue> milestones, PathKind kind) {
  if (target.year <= base.year)
    return fail(ErrorCode::invalid_input, "the target year is not after the base year");
  std::vector<YearValue> known = {base};
  known.insert(known.end(), milestones.begin(), milestones.end());
  std::ranges::stable_sort(known, {}, &YearValue::year);
  known.push_back(target);
  if (known.front().year != base.year)
    return fail(ErrorCode::invalid_input, "a milestone lies before the base year");
  for (std::size_t i = 1; i < known.size(); ++i)
    if (known[i].year <= known[i - 1].year)
      return fail(ErrorCode::invalid_input,
                  "a milestone is not between the base and the target year, or a year is twice");
  if (kind == PathKind::compound)
    for (const YearValue& one : known)
      if (!(one.value > 0))
        return fail(ErrorCode::invalid_input, "a compound path needs values above 0");
  std::vector<YearValue> path = {base};
  for (std::size_t i = 1; i < known.size(); ++i) {
    const YearValue& from = known[i - 1];
    const YearValue& to = known[i];
    for (int year = from.year + 1; year < to.year; ++year) {
      const double share = static_cast<double>(year - from.year) / (to.year - from.year);
      path.push_back({year, kind == PathKind::linear
                                ? from.value + share * (to.value - from.value)
                                : from.value * std::pow(to.value / from.value, share)});
    }
    path.push_back(to);
  }
  return path;
}

std::string_view pace_word(Pace pace) {
  if (pace == Pace::ahead) return "ahead";
  return pace == Pace::behind ? "behind" : "on_pace";
}

Pace pace_of(double value, const std::optional<stats::Interval>& at95, double expected, double way,
             bool higher) {
  const double lead = higher ? value - expected : expected - value;
  // Decimals are not exact in binary: 0.2 of 4 is no miss of 5 %.
  const double room = pace_tolerance * way * (1 + 1e-9);
  if (std::abs(lead) <= room) return Pace::on_pace;
  if (at95 && at95->lower <= expected && expected <= at95->upper) return Pace::on_pace;
  return lead > 0 ? Pace::ahead : Pace::behind;
}

namespace {

/// A target as one number and the side on which it is met.
struct Goal {
  double value;
  bool higher;
};

Result<Goal> goal_of(const ForecastRequest& request) {
  const Cell cell = read_target(request.target, request.better);
  const std::string where = "target “" + request.target + "”";
  if (cell.kind != CellKind::numbers || cell.quantities.size() != 1 || cell.quantities[0].change)
    return fail(ErrorCode::invalid_input, "one number as a level is expected, like ≥92.3", where);
  const Quantity& quantity = cell.quantities[0];
  switch (quantity.comparison) {
    case Comparison::at_least:
    case Comparison::above:
      return Goal{to_double(quantity.number), true};
    case Comparison::at_most:
    case Comparison::below:
      return Goal{to_double(quantity.number), false};
    default:
      return fail(ErrorCode::invalid_input,
                  "a bound is expected, like ≥92.3, or a plain number with the better side", where);
  }
}

/// What a table says of one group, by year.
struct Series {
  struct Point {
    int year;
    double value;
    std::optional<stats::Interval> at95;
  };
  std::vector<Point> points;  ///< sorted
  std::size_t row = 0;        ///< of the sheet, names the group

  const Point* at(int year) const {
    const auto found = std::ranges::find(points, year, &Point::year);
    return found == points.end() ? nullptr : &*found;
  }
};

struct Columns {
  std::vector<double> year, value, lower, upper;
};

Result<Columns> columns_of(const stats::Sheet& sheet) {
  Columns columns;
  const auto year = sheet.column("year");
  if (!year) return unexpected(year.error());
  auto years = sheet.all_numbers(*year);
  if (!years) return unexpected(years.error());
  for (std::size_t row = 0; row < years->size(); ++row)
    if (!((*years)[row] >= 1900 && (*years)[row] <= 2200) ||
        (*years)[row] != std::floor((*years)[row]))
      return unexpected(
          sheet.fault(row, *year, "year: a year is expected, not " + sheet.text(row, *year)));
  columns.year = std::move(*years);
  const std::pair<const char*, std::vector<double>*> numbers[] = {
      {"value", &columns.value}, {"lower95", &columns.lower}, {"upper95", &columns.upper}};
  for (const auto& [name, target] : numbers) {
    const auto column = sheet.find(name);
    if (!column && name == std::string_view("value")) return unexpected(sheet.column(name).error());
    target->assign(sheet.rows(), stats::missing);
    if (!column) continue;
    auto found = sheet.numbers(*column);
    if (!found) return unexpected(found.error());
    *target = std::move(*found);
  }
  return columns;
}

/// errors  a year twice in the group
Result<Series> series_of(const stats::Sheet& sheet, const Columns& columns,
                         std::vector<std::size_t> rows) {
  Series series{{}, rows.front()};
  std::ranges::stable_sort(rows, {}, [&](std::size_t row) { return columns.year[row]; });
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t row = rows[i];
    if (i > 0 && columns.year[row] == columns.year[rows[i - 1]])
      return unexpected(sheet.fault(row, *sheet.find("year"),
                                    "year: each once per group is expected, " +
                                        stats::number_text(columns.year[row]) + " is there again"));
    if (std::isnan(columns.value[row])) continue;
    Series::Point point{static_cast<int>(columns.year[row]), columns.value[row], {}};
    if (!std::isnan(columns.lower[row]) && !std::isnan(columns.upper[row]))
      point.at95 = stats::Interval{columns.lower[row], columns.upper[row]};
    series.points.push_back(point);
  }
  return series;
}

/// Fields behind the year of one row, empty where there is nothing to say.
struct Line {
  std::string path, value, lower, upper, pace, forecast, forecast_lower, forecast_upper,
      probability, status;
};

void append(std::string& csv, const std::string& group, int year, const Line& line) {
  csv += group + std::to_string(year);
  for (const std::string* field :
       {&line.path, &line.value, &line.lower, &line.upper, &line.pace, &line.forecast,
        &line.forecast_lower, &line.forecast_upper, &line.probability, &line.status})
    csv += "," + *field;
  csv += "\n";
}

/// Forecast fields of a year behind the last value.
Result<void> add_forecast(Line& line, const Series& series, int year, const Goal& goal,
                          const ForecastRequest& request) {
  std::vector<stats::TimedValue> points;
  for (const Series::Point& point : series.points)
    points.push_back({static_cast<double>(point.year), point.value});
  const auto found = stats::forecast(points, year, request.model, request.ceiling);
  if (!found) return unexpected(found.error());
  if (!*found) {
    line.status = "no_forecast_few_values";
    return {};
  }
  const auto limits = stats::forecast_limits(**found, 0.95);
  line.forecast = stats::number_text((*found)->value());
  line.forecast_lower = stats::number_text(limits->lower);
  line.forecast_upper = stats::number_text(limits->upper);
  if (year == request.year) {
    const double at_least = stats::probability_at_least(**found, goal.value);
    line.probability = stats::number_text(goal.higher ? at_least : 1 - at_least);
  }
  return {};
}

/// All years of one group.
Result<void> add_group(std::string& csv, const std::string& group, const Series& series,
                       const Goal& goal, const ForecastRequest& request) {
  const int first = series.points.empty() ? request.year : series.points.front().year;
  const int base_year = request.base_year.value_or(first);
  const Series::Point* base = series.at(base_year);
  if (base == nullptr) {
    Line line;
    line.status = "no_base_value";
    append(csv, group, base_year, line);
    return {};
  }
  const auto path = target_path({base_year, base->value}, {request.year, goal.value},
                                request.milestones, request.path);
  if (!path) return unexpected(path.error());
  const int last = series.points.back().year;
  for (const YearValue& one : *path) {
    Line line;
    line.status = "ok";
    line.path = stats::number_text(one.value);
    if (const Series::Point* point = series.at(one.year)) {
      line.value = stats::number_text(point->value);
      if (point->at95) {
        line.lower = stats::number_text(point->at95->lower);
        line.upper = stats::number_text(point->at95->upper);
      }
      line.pace = pace_word(pace_of(point->value, point->at95, one.value,
                                    std::abs(goal.value - base->value), goal.higher));
    }
    if (one.year > last)
      if (const auto added = add_forecast(line, series, one.year, goal, request); !added)
        return added;
    append(csv, group, one.year, line);
  }
  return {};
}

}  // namespace

Result<std::string> forecast_table(std::string_view csv, const std::string& file,
                                   const ForecastRequest& request) {
  const Result<Goal> goal = goal_of(request);
  if (!goal) return unexpected(goal.error());
  const Result<stats::Sheet> sheet = stats::Sheet::read(csv, file);
  if (!sheet) return unexpected(sheet.error());
  const Result<Columns> columns = columns_of(*sheet);
  if (!columns) return unexpected(columns.error());
  std::vector<std::size_t> named;
  std::string header;
  for (std::size_t column = 0; column < sheet->columns(); ++column) {
    const std::string_view name = sheet->name(column);
    if (name == "year" || name == "value" || name == "lower95" || name == "upper95") continue;
    named.push_back(column);
    header += csv_field(name) + ",";
  }
  std::string out = header +
                    "year,path,value,lower95,upper95,pace,forecast,forecast_lower95,"
                    "forecast_upper95,probability,status\n";
  for (const auto& rows : stats::group_rows(*sheet, named).rows) {
    const Result<Series> series = series_of(*sheet, *columns, rows);
    if (!series) return unexpected(series.error());
    std::string group;
    for (const std::size_t column : named)
      group += csv_field(sheet->text(series->row, column)) + ",";
    if (const auto added = add_group(out, group, *series, *goal, request); !added)
      return unexpected(sheet->fault(series->row, *sheet->find("year"), added.error().message));
  }
  return out;
}

}  // namespace hb::indicators
