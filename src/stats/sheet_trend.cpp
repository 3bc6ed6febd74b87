// Trends of yearly series of a table.
#include <cmath>

#include "stats/sheet_method.hpp"
#include "stats/trend.hpp"

namespace hb::stats {
namespace {

/// proportion or rate for each row: the column kind, else the option.
Result<std::vector<bool>> are_shares(const Sheet& sheet, const StatOptions& options) {
  const auto column = sheet.find("kind");
  if (!column || options.has("kind"))
    return std::vector<bool>(sheet.rows(), options.is("kind", "proportion"));
  std::vector<bool> shares;
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    const std::string& word = sheet.text(row, *column);
    if (word != "proportion" && word != "rate")
      return unexpected(
          sheet.fault(row, *column, "kind: proportion or rate is expected, not “" + word + "”"));
    shares.push_back(word == "proportion");
  }
  return shares;
}

struct Series {
  std::vector<TrendPoint> points;  ///< those with both numbers
  bool is_share = false;
};

std::string_view direction_of(const TrendTest& test) {
  constexpr double significant = 0.05;
  if (!(test.p_value < significant)) return "no_significant_change";
  return test.slope > 0 ? "increasing" : "decreasing";
}

void add_series(Answer& answer, std::size_t row, const Series& series, double least) {
  const std::string_view name = series.is_share ? "Cochran-Armitage" : "Poisson score";
  const auto test =
      series.is_share ? trend_of_proportions(series.points) : trend_of_rates(series.points);
  const std::string points = std::to_string(series.points.size());
  if (static_cast<double>(series.points.size()) < least || !test || !*test) {
    const bool few = static_cast<double>(series.points.size()) < least;
    answer.add(row, {{}, {}, {}, name, few ? "cannot_be_tested_few_periods" : "cannot_be_tested"},
               {"", "", "", points, ""});
    return;
  }
  const TrendTest& found = **test;
  const auto limits = [&](double confidence) {
    const double half = *normal_z(confidence) * found.slope_se;
    return Interval{found.slope - half, found.slope + half};
  };
  answer.add(row, {found.slope, limits(0.95), limits(0.998), name},
             {number_text(found.chi_squared), number_text(found.p_value), number_text(found.slope),
              points, std::string(direction_of(found))});
}

}  // namespace

Result<StatAnswer> run_trend(const StatMethod& method, const Sheet& sheet,
                             const StatOptions& options) {
  std::vector<double> columns[3];
  constexpr std::string_view names[] = {"year", "numerator", "denominator"};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto column = sheet.column(names[i]);
    if (!column) return unexpected(column.error());
    auto numbers = i == 0 ? sheet.all_numbers(*column) : sheet.numbers(*column);
    if (!numbers) return unexpected(numbers.error());
    columns[i] = std::move(*numbers);
  }
  const auto shares = are_shares(sheet, options);
  if (!shares) return unexpected(shares.error());
  const Groups groups = group_rows(sheet, group_columns(method, sheet));
  Answer answer(sheet, groups.columns, added_names(method));
  for (const auto& rows : groups.rows) {
    Series series{{}, (*shares)[rows.front()]};
    for (const std::size_t row : rows) {
      const double x = columns[1][row];
      const double n = columns[2][row];
      if (std::isnan(x) || std::isnan(n)) continue;
      const auto place = [&](std::string_view name, const std::string& expected) {
        return unexpected(sheet.fault(row, *sheet.find(name),
                                      std::string(name) + ": " + expected + " is expected"));
      };
      if ((*shares)[row] != series.is_share)
        return place("kind", "the same word in a whole series");
      if (!(n > 0)) return place("denominator", "a number above 0");
      if (x < 0) return place("numerator", "0 or more");
      if (series.is_share && x > n) return place("numerator", "at most the denominator");
      series.points.push_back({columns[0][row], x, n});
    }
    add_series(answer, rows.front(), series, options.number("least"));
  }
  return finish(answer);
}

}  // namespace hb::stats
