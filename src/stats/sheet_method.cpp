#include "stats/sheet_method.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace hb::stats {
namespace {

constexpr std::string_view common_names[] = {"value",    "lower95", "upper95", "lower998",
                                             "upper998", "method",  "status"};

bool is_read(const StatMethod& method, std::string_view name) {
  return std::ranges::find(method.columns, name, &ColumnRule::name) != method.columns.end();
}

bool is_written(const StatMethod& method, std::string_view name) {
  const auto added = added_names(method);
  return std::ranges::find(common_names, name) != std::end(common_names) ||
         std::ranges::find(added, name) != added.end();
}

/// Whether a column says something of the band and nothing of the group.
bool describes_band(const Sheet& sheet, std::size_t column, std::size_t band) {
  std::map<std::string_view, std::string_view> of_band;
  bool differs = false;
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    const std::string_view text = sheet.text(row, column);
    differs = differs || text != sheet.text(0, column);
    if (of_band.emplace(sheet.text(row, band), text).first->second != text) return false;
  }
  return differs;
}

}  // namespace

Result<StatAnswer> run_stat(std::string_view method, std::string_view csv, const std::string& file,
                            std::span<const std::string> options) {
  const auto methods = stat_methods();
  const auto found = std::ranges::find(methods, method, &StatMethod::name);
  if (found == methods.end())
    return fail(ErrorCode::not_found, "there is no method of this name", std::string(method));
  const Result<StatOptions> read = StatOptions::read(options, found->options);
  if (!read) return unexpected(read.error());
  const Result<Sheet> sheet = Sheet::read(csv, file);
  if (!sheet) return unexpected(sheet.error());
  return found->run(*found, *sheet, *read);
}

std::vector<std::string_view> added_names(const StatMethod& method) {
  std::vector<std::string_view> names;
  for (std::string_view rest = method.adds; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    names.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return names;
}

std::vector<std::size_t> group_columns(const StatMethod& method, const Sheet& sheet) {
  std::vector<std::size_t> columns;
  for (std::size_t column = 0; column < sheet.columns(); ++column)
    if (!is_read(method, sheet.name(column)) && !is_written(method, sheet.name(column)))
      columns.push_back(column);
  return columns;
}

std::vector<std::size_t> group_columns_beside(const StatMethod& method, const Sheet& sheet,
                                              std::size_t band) {
  std::vector<std::size_t> columns = group_columns(method, sheet);
  std::erase_if(columns, [&](std::size_t column) { return describes_band(sheet, column, band); });
  return columns;
}

Result<std::vector<std::size_t>> option_columns(const Sheet& sheet, const StatOptions& options,
                                                std::string_view name) {
  std::vector<std::size_t> columns;
  for (const std::string& one : options.list(name)) {
    const auto column = sheet.column(one);
    if (!column) return unexpected(column.error());
    columns.push_back(*column);
  }
  return columns;
}

Result<Multiplier> Multiplier::read(const Sheet& sheet, const StatOptions& options,
                                    double fallback) {
  Multiplier multiplier;
  multiplier.constant_ = fallback;
  const auto column = sheet.find("multiplier");
  if (options.has("multiplier")) {
    multiplier.constant_ = options.number("multiplier");
  } else if (column) {
    auto numbers = sheet.all_numbers(*column);
    if (!numbers) return unexpected(numbers.error());
    for (std::size_t row = 0; row < numbers->size(); ++row)
      if ((*numbers)[row] == 0)
        return unexpected(
            sheet.fault(row, *column, "multiplier: a number other than 0 is expected"));
    multiplier.column_ = std::move(*numbers);
  }
  return multiplier;
}

StatAnswer finish(const Answer& answer) { return {answer.csv(), answer.refused()}; }

}  // namespace hb::stats
