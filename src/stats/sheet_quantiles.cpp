// Quantiles of areas, set by set.
#include <algorithm>
#include <cmath>
#include <set>

#include "stats/quantiles.hpp"
#include "stats/sheet_method.hpp"

namespace hb::stats {
namespace {

std::size_t different(const Sheet& sheet, std::size_t column) {
  std::set<std::string_view> texts;
  for (std::size_t row = 0; row < sheet.rows(); ++row) texts.insert(sheet.text(row, column));
  return texts.size();
}

}  // namespace

Result<Groups> sets_of_areas(const StatMethod& method, const Sheet& sheet,
                             const StatOptions& options) {
  if (options.has("within")) {
    const auto columns = option_columns(sheet, options, "within");
    if (!columns) return unexpected(columns.error());
    return group_rows(sheet, *columns);
  }
  std::vector<std::size_t> columns = group_columns(method, sheet);
  std::erase_if(columns, [&](std::size_t column) {
    return sheet.name(column).starts_with("area") || different(sheet, column) == sheet.rows();
  });
  Groups groups = group_rows(sheet, columns);
  // Where every row is still alone, the column with the most words names the areas.
  while (groups.rows.size() == sheet.rows() && !columns.empty()) {
    const auto most = std::ranges::max_element(
        columns, {}, [&](std::size_t column) { return different(sheet, column); });
    columns.erase(most);
    groups = group_rows(sheet, columns);
  }
  return groups;
}

namespace {

struct QuantileColumns {
  std::vector<double> values;
  std::vector<double> numbers;  ///< of quantiles, per row
  std::vector<bool> highest_first;
};

Result<std::vector<bool>> directions(const Sheet& sheet, const StatOptions& options) {
  const auto column = sheet.find("highest_first");
  if (!column || options.has("highest_first"))
    return std::vector<bool>(sheet.rows(), options.is("highest_first", "true"));
  std::vector<bool> result;
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    std::string word = sheet.text(row, *column);
    std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::tolower(c); });
    const bool yes = word == "true" || word == "yes" || word == "1";
    if (!yes && word != "false" && word != "no" && word != "0")
      return unexpected(sheet.fault(
          row, *column,
          "highest_first: true or false is expected, not “" + sheet.text(row, *column) + "”"));
    result.push_back(yes);
  }
  return result;
}

Result<QuantileColumns> quantile_columns(const Sheet& sheet, const StatOptions& options) {
  QuantileColumns columns;
  const auto value = sheet.column("value");
  if (!value) return unexpected(value.error());
  auto values = sheet.numbers(*value);
  if (!values) return unexpected(values.error());
  columns.values = std::move(*values);
  const auto number = sheet.find("nquantiles");
  if (!number || options.has("nquantiles")) {
    columns.numbers.assign(sheet.rows(), options.number("nquantiles"));
  } else {
    auto numbers = sheet.all_numbers(*number);
    if (!numbers) return unexpected(numbers.error());
    for (std::size_t row = 0; row < numbers->size(); ++row) {
      const double n = (*numbers)[row];
      if (!(n >= 1 && n <= 1000 && n == std::floor(n)))
        return unexpected(
            sheet.fault(row, *number, "nquantiles: a whole number from 1 to 1000 is expected"));
    }
    columns.numbers = std::move(*numbers);
  }
  auto highest = directions(sheet, options);
  if (!highest) return unexpected(highest.error());
  columns.highest_first = std::move(*highest);
  return columns;
}

/// Rows of one set that want the same quantiles.
std::vector<std::vector<std::size_t>> alike(const QuantileColumns& columns,
                                            const std::vector<std::size_t>& rows) {
  std::vector<std::vector<std::size_t>> parts;
  for (const std::size_t row : rows) {
    const auto same = std::ranges::find_if(parts, [&](const auto& part) {
      return columns.numbers[part.front()] == columns.numbers[row] &&
             columns.highest_first[part.front()] == columns.highest_first[row];
    });
    if (same == parts.end())
      parts.push_back({row});
    else
      same->push_back(row);
  }
  return parts;
}

}  // namespace

Result<StatAnswer> run_quantiles(const StatMethod& method, const Sheet& sheet,
                                 const StatOptions& options) {
  const auto columns = quantile_columns(sheet, options);
  if (!columns) return unexpected(columns.error());
  const auto sets = sets_of_areas(method, sheet, options);
  if (!sets) return unexpected(sets.error());
  std::vector<std::optional<int>> quantiles(sheet.rows());
  for (const auto& set : sets->rows) {
    for (const auto& rows : alike(*columns, set)) {
      std::vector<std::optional<double>> values;
      for (const std::size_t row : rows)
        values.push_back(std::isnan(columns->values[row]) ? std::nullopt
                                                          : std::optional(columns->values[row]));
      const auto found = quantiles_of(values, static_cast<int>(columns->numbers[rows.front()]),
                                      columns->highest_first[rows.front()]);
      if (!found) return unexpected(sheet.fault(found.error().message));
      for (std::size_t i = 0; i < rows.size(); ++i) quantiles[rows[i]] = (*found)[i];
    }
  }
  Answer answer(sheet, group_columns(method, sheet), added_names(method));
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    const double value = columns->values[row];
    const auto& quantile = quantiles[row];
    Estimate estimate{{}, {}, {}, "rank", quantile ? "ok" : "fewer_values_than_quantiles"};
    if (std::isnan(value))
      estimate.status = "missing";
    else
      estimate.value = value;
    answer.add(row, estimate,
               {quantile ? std::to_string(*quantile) : "", number_text(columns->numbers[row])});
  }
  return finish(answer);
}

}  // namespace hb::stats
