// Life tables and premature mortality of a table with one row per age group.
#include <algorithm>
#include <cmath>

#include "stats/life_table.hpp"
#include "stats/sheet_method.hpp"

namespace hb::stats {
namespace {

/// Age groups of all rows, and which rows lack a number.
struct AgeColumns {
  std::size_t age;
  std::vector<AgeGroup> groups;
  std::vector<bool> is_missing;
};

Result<AgeColumns> age_columns(const Sheet& sheet, const StatOptions& options,
                               std::string_view age_name, std::string_view pop_name) {
  AgeColumns columns;
  const auto age = sheet.column(age_name);
  if (!age) return unexpected(age.error());
  const auto pop_column = sheet.column(pop_name);
  if (!pop_column) return unexpected(pop_column.error());
  const auto deaths_column = sheet.column("deaths");
  if (!deaths_column) return unexpected(deaths_column.error());
  const auto ages = sheet.all_numbers(*age);
  if (!ages) return unexpected(ages.error());
  const auto pop = sheet.numbers(*pop_column);
  if (!pop) return unexpected(pop.error());
  const auto deaths = sheet.numbers(*deaths_column);
  if (!deaths) return unexpected(deaths.error());
  const auto shares = under_reporting(sheet, options);
  if (!shares) return unexpected(shares.error());
  columns.age = *age;
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    const double from = (*ages)[row];
    if (!(from >= 0 && from <= 150 && from == std::floor(from)))
      return unexpected(sheet.fault(
          row, *age,
          sheet.name(*age) + ": the first age of a group in full years is expected, not " +
              sheet.text(row, *age)));
    columns.groups.push_back({static_cast<int>(from), (*pop)[row], (*deaths)[row], (*shares)[row]});
    columns.is_missing.push_back(std::isnan((*pop)[row]) || std::isnan((*deaths)[row]));
  }
  return columns;
}

std::vector<AgeGroup> groups_of(const AgeColumns& columns, const std::vector<std::size_t>& rows) {
  std::vector<AgeGroup> groups;
  groups.reserve(rows.size());
  for (const std::size_t row : rows) groups.push_back(columns.groups[row]);
  return groups;
}

bool lacks_a_number(const AgeColumns& columns, const std::vector<std::size_t>& rows) {
  return std::ranges::any_of(rows, [&](std::size_t row) { return columns.is_missing[row]; });
}

/// People and deaths at an age and above, as reported.
std::vector<std::string> sums_above(const std::vector<AgeGroup>& groups, int from) {
  double pop = 0;
  double deaths = 0;
  for (const AgeGroup& group : groups) {
    if (group.from < from) continue;
    pop += group.pop;
    deaths += group.deaths;
  }
  return {number_text(pop), number_text(deaths)};
}

constexpr std::string_view chiang = "Chiang II";

/// What stands behind one row of the input.
struct LifeRow {
  Estimate estimate{{}, {}, {}, chiang, "missing"};
  std::vector<std::string> added;
};

/// Fills the rows of one life table.
Result<void> add_table(std::vector<LifeRow>& answers, const std::vector<std::size_t>& rows,
                       const std::vector<AgeGroup>& groups, int open_from) {
  const auto at95 = life_table(groups, {.open_from = open_from, .confidence = 0.95});
  if (!at95) return unexpected(at95.error());
  const auto at998 = life_table(groups, {.open_from = open_from, .confidence = 0.998});
  if (!at998) return unexpected(at998.error());
  const std::string open = std::to_string(open_from) + "+";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto found = std::ranges::find(*at95, groups[i].from, &LifeExpectancy::from);
    if (found == at95->end()) {  // an age that the table does not have: the table is refused
      answers[rows[i]] = {{{}, {}, {}, chiang, status_word(at95->front().status)}, {"", "", open}};
      continue;
    }
    const LifeExpectancy& wide = (*at998)[static_cast<std::size_t>(found - at95->begin())];
    std::vector<std::string> added = {"", ""};
    if (found->limits) added = sums_above(groups, groups[i].from);
    added.push_back(open);
    answers[rows[i]] = {
        {found->years, found->limits, wide.limits, chiang, status_word(found->status)}, added};
  }
  return {};
}

}  // namespace

Result<StatAnswer> run_life_expectancy(const StatMethod& method, const Sheet& sheet,
                                       const StatOptions& options) {
  const auto columns = age_columns(sheet, options, "startage", "pop");
  if (!columns) return unexpected(columns.error());
  const Groups groups = group_rows(sheet, group_columns_beside(method, sheet, columns->age));
  std::vector<std::size_t> echoed = groups.columns;
  echoed.push_back(columns->age);
  const auto open_from = static_cast<int>(options.number("open_from"));
  std::vector<LifeRow> answers(sheet.rows());
  for (const auto& rows : groups.rows) {
    if (lacks_a_number(*columns, rows)) continue;
    const auto made = add_table(answers, rows, groups_of(*columns, rows), open_from);
    if (!made) return unexpected(sheet.fault(made.error().message));
  }
  Answer answer(sheet, echoed, added_names(method));
  for (std::size_t row = 0; row < sheet.rows(); ++row)
    answer.add(row, answers[row].estimate, answers[row].added);
  return finish(answer);
}

Result<StatAnswer> run_premature_mortality(const StatMethod& method, const Sheet& sheet,
                                           const StatOptions& options) {
  const auto columns = age_columns(sheet, options, "age_from", "population");
  if (!columns) return unexpected(columns.error());
  const Groups groups = group_rows(sheet, group_columns_beside(method, sheet, columns->age));
  Answer answer(sheet, groups.columns, added_names(method));
  constexpr std::string_view name = "30q70";
  for (const auto& rows : groups.rows) {
    const std::vector<AgeGroup> ages = groups_of(*columns, rows);
    const LifeTableStatus refused = premature_refusal(ages);
    if (lacks_a_number(*columns, rows) || refused != LifeTableStatus::ok) {
      answer.add(
          rows.front(),
          {{}, {}, {}, name, lacks_a_number(*columns, rows) ? "missing" : status_word(refused)});
      continue;
    }
    const auto at95 = premature_mortality(ages, 0.95);
    const auto at998 = premature_mortality(ages, 0.998);
    double deaths = 0;
    for (const AgeGroup& group : ages)
      if (group.from >= 30 && group.from < 70) deaths += group.deaths;
    constexpr double percent = 100;
    answer.add(rows.front(),
               scaled({at95->probability, at95->limits, at998->limits, name}, percent),
               {number_text(deaths)});
  }
  return finish(answer);
}

}  // namespace hb::stats
