// Deaths against births, and years of life lost, of a table.
#include <algorithm>
#include <cmath>

#include "stats/mortality.hpp"
#include "stats/sheet_method.hpp"

namespace hb::stats {

Result<std::vector<double>> under_reporting(const Sheet& sheet, const StatOptions& options) {
  const auto column = sheet.find("under_reported");
  if (!column || options.has("under_reported"))
    return std::vector<double>(sheet.rows(), options.number("under_reported"));
  auto shares = sheet.all_numbers(*column);
  if (!shares) return shares;
  for (std::size_t row = 0; row < shares->size(); ++row)
    if (!((*shares)[row] >= 0 && (*shares)[row] < 1))
      return unexpected(sheet.fault(row, *column,
                                    "under_reported: a share from 0 to below 1 is expected, not " +
                                        sheet.text(row, *column)));
  return shares;
}

namespace {

constexpr std::pair<std::string_view, BirthMortality> kinds[] = {
    {"neonatal", BirthMortality::neonatal},
    {"infant", BirthMortality::infant},
    {"under5", BirthMortality::under_five},
    {"maternal", BirthMortality::maternal}};

/// Kind of each row: the column, else the option.
Result<std::vector<BirthMortality>> birth_kinds(const Sheet& sheet, const StatOptions& options) {
  const auto column = sheet.find("kind");
  const bool from_column = column && !options.has("kind");
  std::vector<BirthMortality> found;
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    const std::string word(from_column ? sheet.text(row, *column) : options.text("kind"));
    const auto kind = std::ranges::find(kinds, word, [](const auto& pair) { return pair.first; });
    if (kind == std::end(kinds))
      return unexpected(sheet.fault(
          row, *column,
          "kind: neonatal, infant, under5 or maternal is expected, not “" + word + "”"));
    found.push_back(kind->second);
  }
  return found;
}

}  // namespace

Result<StatAnswer> run_mortality(const StatMethod& method, const Sheet& sheet,
                                 const StatOptions& options) {
  const auto deaths_column = sheet.column("deaths");
  if (!deaths_column) return unexpected(deaths_column.error());
  const auto births_column = sheet.column("live_births");
  if (!births_column) return unexpected(births_column.error());
  const auto deaths = sheet.numbers(*deaths_column);
  if (!deaths) return unexpected(deaths.error());
  const auto births = sheet.numbers(*births_column);
  if (!births) return unexpected(births.error());
  const auto shares = under_reporting(sheet, options);
  if (!shares) return unexpected(shares.error());
  const auto kind = birth_kinds(sheet, options);
  if (!kind) return unexpected(kind.error());
  std::vector<std::size_t> columns = group_columns(method, sheet);
  if (const auto column = sheet.find("kind")) columns.push_back(*column);
  Answer answer(sheet, columns, added_names(method));
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    const double x = (*deaths)[row];
    const double n = (*births)[row];
    const double factor =
        options.has("multiplier") ? options.number("multiplier") : usual_multiplier((*kind)[row]);
    const std::vector<std::string> added = {number_text(x), number_text(n), number_text(factor)};
    const bool is_missing = std::isnan(x) || std::isnan(n);
    if (is_missing || x < 0 || !(n > 0)) {
      const char* status = x < 0 ? "negative_numerator" : "denominator_le_0";
      answer.add(row, {{}, {}, {}, "", is_missing ? "missing" : status}, added);
      if (!is_missing)
        answer.refuse(sheet.fault(
            row, x < 0 ? *deaths_column : *births_column,
            x < 0 ? "deaths: 0 or more is expected" : "live_births: a number above 0 is expected"));
      continue;
    }
    const auto at95 = death_rate(x, n, (*shares)[row], 0.95);
    const auto at998 = death_rate(x, n, (*shares)[row], 0.998);
    answer.add(row,
               scaled({at95->value, at95->limits, at998->limits,
                       at95->method == CountMethod::exact ? "Exact" : "Byars"},
                      factor),
               added);
  }
  return finish(answer);
}

namespace {

/// Bands of a group with their ends: age_to (last full age) where it is given, else the next band.
Result<std::vector<YearsLostBand>> bands_of(const Sheet& sheet,
                                            const std::vector<YearsLostBand>& all,
                                            std::vector<std::size_t> rows, double limit) {
  std::ranges::stable_sort(rows, {}, [&](std::size_t row) { return all[row].from; });
  const std::size_t age = *sheet.find("age_from");
  std::vector<YearsLostBand> bands;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    YearsLostBand band = all[rows[i]];
    if (i > 0 && band.from == bands.back().from)
      return unexpected(
          sheet.fault(rows[i], age, "age_from: each age band once per group is expected"));
    if (std::isnan(band.to))
      band.to = i + 1 < rows.size() ? all[rows[i + 1]].from : std::max(limit, band.from + 1);
    bands.push_back(band);
  }
  return bands;
}

Result<std::vector<YearsLostBand>> band_columns(const Sheet& sheet, const StatOptions& options) {
  constexpr std::string_view names[] = {"age_from", "deaths", "pop"};
  std::vector<double> numbers[3];
  for (std::size_t i = 0; i < 3; ++i) {
    const auto column = sheet.column(names[i]);
    if (!column) return unexpected(column.error());
    auto values = i == 1 ? sheet.numbers(*column) : sheet.all_numbers(*column);
    if (!values) return unexpected(values.error());
    for (std::size_t row = 0; row < values->size(); ++row)
      if ((*values)[row] < 0 || (i == 2 && (*values)[row] == 0))
        return unexpected(sheet.fault(row, *column,
                                      std::string(names[i]) +
                                          (i == 2 ? ": a number above 0" : ": 0 or more") +
                                          " is expected, not " + sheet.text(row, *column)));
    numbers[i] = std::move(*values);
  }
  std::vector<double> ends(sheet.rows(), missing);
  if (const auto column = sheet.find("age_to")) {
    auto values = sheet.numbers(*column);
    if (!values) return unexpected(values.error());
    ends = std::move(*values);
  }
  std::vector<double> weights(sheet.rows(), 1);
  if (options.has("standard")) {
    const auto column = sheet.column(options.text("standard"));
    if (!column) return unexpected(column.error());
    auto values = sheet.all_numbers(*column);
    if (!values) return unexpected(values.error());
    weights = std::move(*values);
  }
  const auto shares = under_reporting(sheet, options);
  if (!shares) return unexpected(shares.error());
  std::vector<YearsLostBand> bands;
  for (std::size_t row = 0; row < sheet.rows(); ++row)
    bands.push_back({numbers[0][row], ends[row] + 1,
                     std::isnan(numbers[1][row]) ? 0 : numbers[1][row], numbers[2][row],
                     weights[row], (*shares)[row]});
  return bands;
}

}  // namespace

Result<StatAnswer> run_pyll(const StatMethod& method, const Sheet& sheet,
                            const StatOptions& options) {
  const auto all = band_columns(sheet, options);
  if (!all) return unexpected(all.error());
  const auto multiplier = Multiplier::read(sheet, options, 100'000);
  if (!multiplier) return unexpected(multiplier.error());
  std::vector<std::size_t> named = group_columns_beside(method, sheet, *sheet.find("age_from"));
  if (options.has("standard")) std::erase(named, *sheet.find(options.text("standard")));
  const Groups groups = group_rows(sheet, std::move(named));
  Answer answer(sheet, groups.columns, added_names(method));
  YearsLostOptions asked;
  asked.limit = options.number("limit");
  asked.standardised = options.has("standard");
  for (const auto& rows : groups.rows) {
    const auto bands = bands_of(sheet, *all, rows, asked.limit);
    if (!bands) return unexpected(bands.error());
    asked.confidence = 0.95;
    const auto at95 = years_of_life_lost(*bands, asked);
    if (!at95)
      return unexpected(sheet.fault(rows.front(), *sheet.find("age_from"), at95.error().message));
    asked.confidence = 0.998;
    const auto at998 = years_of_life_lost(*bands, asked);
    answer.add(rows.front(),
               scaled({at95->rate, at95->limits, at998->limits,
                       asked.standardised ? "Dobson standardised" : "Dobson"},
                      multiplier->at(rows.front())),
               {number_text(at95->years), number_text(at95->deaths), number_text(at95->per_death),
                number_text(asked.limit)});
  }
  return finish(answer);
}

}  // namespace hb::stats
