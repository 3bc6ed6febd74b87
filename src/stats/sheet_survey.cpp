// Estimates from a sample, and suppression of small counts, of a table.
#include <algorithm>
#include <cmath>
#include <map>

#include "stats/sheet_method.hpp"
#include "stats/suppression.hpp"
#include "stats/survey.hpp"

namespace hb::stats {
namespace {

SurveyFigure figure_of(const StatOptions& options) {
  if (options.is("kind", "proportion")) return SurveyFigure::proportion;
  if (options.is("kind", "total")) return SurveyFigure::total;
  return options.is("kind", "ratio") ? SurveyFigure::ratio : SurveyFigure::mean;
}

LonelyUnit lonely_of(const StatOptions& options) {
  if (options.is("lonely", "certain")) return LonelyUnit::certain;
  return options.is("lonely", "centre") ? LonelyUnit::centre : LonelyUnit::refuse;
}

/// Numbers 0, 1, 2 … for the texts of a column (within those of another).
std::vector<std::size_t> numbered(const Sheet& sheet, std::optional<std::size_t> column,
                                  const std::vector<std::size_t>* within) {
  std::vector<std::size_t> numbers(sheet.rows(), 0);
  if (!column) return numbers;
  std::map<std::pair<std::size_t, std::string_view>, std::size_t> known;
  for (std::size_t row = 0; row < sheet.rows(); ++row)
    numbers[row] =
        known
            .try_emplace({within == nullptr ? 0 : (*within)[row], sheet.text(row, *column)},
                         known.size())
            .first->second;
  return numbers;
}

/// Optional column of numbers; `fallback` everywhere where it is absent.
Result<std::vector<double>> optional_numbers(const Sheet& sheet, std::string_view name,
                                             double fallback, bool above_0) {
  const auto column = sheet.find(name);
  if (!column) return std::vector<double>(sheet.rows(), fallback);
  auto numbers = sheet.all_numbers(*column);
  if (!numbers) return numbers;
  for (std::size_t row = 0; row < numbers->size(); ++row)
    if (above_0 && !((*numbers)[row] > 0))
      return unexpected(sheet.fault(
          row, *column,
          std::string(name) + ": a number above 0 is expected, not " + sheet.text(row, *column)));
  return numbers;
}

Result<std::vector<SurveyUnit>> survey_units(const Sheet& sheet, const StatOptions& options) {
  const auto value = sheet.column("value");
  if (!value) return unexpected(value.error());
  const auto values = sheet.numbers(*value);
  if (!values) return unexpected(values.error());
  const auto weights = optional_numbers(sheet, "weight", 1, true);
  if (!weights) return unexpected(weights.error());
  const auto bases = optional_numbers(sheet, "base", 1, false);
  if (!bases) return unexpected(bases.error());
  const auto sizes = optional_numbers(sheet, "stratum_clusters", 0, true);
  if (!sizes) return unexpected(sizes.error());
  const std::vector<std::size_t> strata = numbered(sheet, sheet.find("stratum"), nullptr);
  std::vector<std::size_t> clusters = numbered(sheet, sheet.find("cluster"), &strata);
  if (!sheet.find("cluster"))  // everybody is a primary unit
    for (std::size_t row = 0; row < clusters.size(); ++row) clusters[row] = row;
  std::vector<SurveyUnit> units;
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    const double one = (*values)[row];
    if (options.is("kind", "proportion") && !std::isnan(one) && one != 0 && one != 1)
      return unexpected(
          sheet.fault(row, *value, "value: 0 or 1 is expected, not " + sheet.text(row, *value)));
    units.push_back(
        {one, (*weights)[row], strata[row], clusters[row], false, (*bases)[row], (*sizes)[row]});
  }
  return units;
}

}  // namespace

Result<StatAnswer> run_survey(const StatMethod& method, const Sheet& sheet,
                              const StatOptions& options) {
  auto units = survey_units(sheet, options);
  if (!units) return unexpected(units.error());
  const SurveyOptions asked{figure_of(options), lonely_of(options)};
  const double factor = options.number("multiplier");
  const Groups groups = group_rows(sheet, group_columns(method, sheet));
  Answer answer(sheet, groups.columns, added_names(method));
  for (const auto& rows : groups.rows) {
    for (const std::size_t row : rows) (*units)[row].in_domain = true;
    const auto found = survey_estimate(*units, asked);
    for (const std::size_t row : rows) (*units)[row].in_domain = false;
    if (!found) return unexpected(sheet.fault(found.error().message));
    Estimate estimate{found->value, *survey_limits(*found, asked.figure, 0.95),
                      *survey_limits(*found, asked.figure, 0.998), "Taylor linearisation",
                      status_word(found->status)};
    const bool has_spread = found->se.has_value();
    answer.add(rows.front(), scaled(estimate, factor),
               {has_spread ? number_text(*found->se * std::abs(factor)) : "",
                number_text(found->design_effect), std::to_string(found->answers),
                number_text(found->weight), has_spread ? number_text(found->degrees) : ""});
  }
  return finish(answer);
}

namespace {

/// Which rows are hidden in one set: a table of rows × columns, or a single line.
/// errors  a cell of the table is there twice
Result<void> hide(const Sheet& sheet, const std::vector<std::optional<double>>& counts,
                  const std::vector<std::size_t>& set, const std::vector<std::size_t>& lines,
                  int below, bool sum_is_known, std::vector<bool>& hidden) {
  std::vector<std::optional<double>> of_set;
  if (lines.size() != 2) {
    for (const std::size_t row : set) of_set.push_back(counts[row]);
    const std::vector<bool> found = hidden_counts(of_set, below, sum_is_known);
    for (std::size_t i = 0; i < set.size(); ++i) hidden[set[i]] = found[i];
    return {};
  }
  std::map<std::string_view, std::size_t> places[2];
  for (std::size_t side = 0; side < 2; ++side)
    for (const std::size_t row : set)
      places[side].try_emplace(sheet.text(row, lines[side]), places[side].size());
  const std::size_t columns = places[1].size();
  of_set.resize(places[0].size() * columns);
  std::vector<std::size_t> cells;
  for (const std::size_t row : set) {
    const std::size_t cell =
        places[0][sheet.text(row, lines[0])] * columns + places[1][sheet.text(row, lines[1])];
    if (std::ranges::find(cells, cell) != cells.end())
      return unexpected(sheet.fault(
          row, lines[0], "each cell of the table once is expected, this one is there again"));
    cells.push_back(cell);
    of_set[cell] = counts[row];
  }
  const std::vector<bool> found = hidden_in_table(of_set, columns, below);
  for (std::size_t i = 0; i < set.size(); ++i) hidden[set[i]] = found[cells[i]];
  return {};
}

Result<std::vector<std::optional<double>>> counts_of(const Sheet& sheet) {
  const auto column = sheet.column("count");
  if (!column) return unexpected(column.error());
  const auto numbers = sheet.numbers(*column);
  if (!numbers) return unexpected(numbers.error());
  std::vector<std::optional<double>> counts(sheet.rows());
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    const double count = (*numbers)[row];
    if (std::isnan(count)) continue;
    if (count < 0 || count != std::floor(count))
      return unexpected(sheet.fault(
          row, *column,
          "count: a whole number of persons is expected, not " + sheet.text(row, *column)));
    counts[row] = count;
  }
  return counts;
}

}  // namespace

Result<StatAnswer> run_suppress(const StatMethod& method, const Sheet& sheet,
                                const StatOptions& options) {
  const auto counts = counts_of(sheet);
  if (!counts) return unexpected(counts.error());
  const auto within = option_columns(sheet, options, "within");
  if (!within) return unexpected(within.error());
  const auto lines = option_columns(sheet, options, "table");
  if (!lines) return unexpected(lines.error());
  if (options.has("table") && lines->size() != 2)
    return fail(ErrorCode::invalid_input,
                "two columns are expected: that of the rows and that of the columns",
                "--option table=" + std::string(options.text("table")));
  const auto below = static_cast<int>(options.number("below"));
  std::vector<bool> hidden(sheet.rows(), false);
  for (const auto& set : group_rows(sheet, *within).rows)
    if (const auto done =
            hide(sheet, *counts, set, *lines, below, options.is("secondary", "true"), hidden);
        !done)
      return unexpected(done.error());
  Answer answer(sheet, group_columns(method, sheet), added_names(method));
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    const auto& count = (*counts)[row];
    Estimate estimate{{}, {}, {}, "minimum frequency", "ok"};
    if (!count)
      estimate.status = "missing";
    else if (hidden[row])
      estimate.status = *count < below ? "suppressed_primary" : "suppressed_secondary";
    else
      estimate.value = *count;
    answer.add(row, estimate);
  }
  return finish(answer);
}

}  // namespace hb::stats
