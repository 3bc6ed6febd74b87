// Directly and indirectly standardised figures of a table with one row per age band.
#include <algorithm>
#include <cmath>
#include <set>

#include "stats/interval.hpp"
#include "stats/sheet_method.hpp"
#include "stats/standard_population.hpp"
#include "stats/standardise.hpp"

namespace hb::stats {
namespace {

/// The column that names the age band: age_from, else ageband.
Result<std::size_t> band_column(const Sheet& sheet) {
  if (const auto from = sheet.find("age_from")) return *from;
  if (const auto band = sheet.find("ageband")) return *band;
  return unexpected(sheet.column("age_from or ageband").error());
}

/// A numeric column in which every number must be at least 0, or above 0.
Result<std::vector<double>> amounts(const Sheet& sheet, std::size_t column, bool may_be_missing,
                                    bool above_0) {
  auto values = may_be_missing ? sheet.numbers(column) : sheet.all_numbers(column);
  if (!values) return values;
  for (std::size_t row = 0; row < values->size(); ++row) {
    const double value = (*values)[row];
    if (value < 0 || (above_0 && value == 0))
      return unexpected(sheet.fault(row, column,
                                    sheet.name(column) +
                                        (above_0 ? ": a number above 0" : ": 0 or more") +
                                        " is expected, not " + sheet.text(row, column)));
  }
  return values;
}

Result<std::vector<double>> amounts(const Sheet& sheet, std::string_view name, bool may_be_missing,
                                    bool above_0) {
  const auto column = sheet.column(name);
  if (!column) return unexpected(column.error());
  return amounts(sheet, *column, may_be_missing, above_0);
}

double or_0(double number) { return std::isnan(number) ? 0 : number; }

/// Whether a standard population is one of those that the program has.
bool is_published(std::string_view name) {
  const auto all = standard_populations();
  return std::ranges::find(all, name, &StandardPopulation::name) != all.end();
}

/// What a directly standardised rate is made of, column by column.
struct DirectColumns {
  std::size_t band;
  std::string standard;
  std::vector<double> count;  ///< events, or people where there are frequencies
  std::vector<double> pop;
  std::vector<double> weight;
  std::vector<double> frequency;  ///< empty: every event is one person's
};

Result<DirectColumns> direct_columns(const Sheet& sheet, const StatOptions& options) {
  DirectColumns columns;
  const auto band = band_column(sheet);
  if (!band) return unexpected(band.error());
  columns.band = *band;
  columns.standard = options.text("standard");
  const bool repeated = sheet.find("eventfreq").has_value();
  auto count = amounts(sheet, repeated ? "persons" : "count", true, false);
  if (!count) return unexpected(count.error());
  auto pop = amounts(sheet, "pop", false, true);
  if (!pop) return unexpected(pop.error());
  columns.count = std::move(*count);
  columns.pop = std::move(*pop);
  if (sheet.find(columns.standard) || !is_published(columns.standard)) {
    auto weight = amounts(sheet, columns.standard, false, false);
    if (!weight) return unexpected(weight.error());
    columns.weight = std::move(*weight);
  }
  if (!repeated) return columns;
  auto frequency = amounts(sheet, "eventfreq", false, true);
  if (!frequency) return unexpected(frequency.error());
  columns.frequency = std::move(*frequency);
  return columns;
}

/// errors  a band is there twice (per frequency)
Result<void> check_bands(const Sheet& sheet, const DirectColumns& columns,
                         const std::vector<std::size_t>& rows) {
  std::set<std::pair<std::string_view, double>> seen;
  for (const std::size_t row : rows) {
    const double frequency = columns.frequency.empty() ? 1 : columns.frequency[row];
    if (!seen.emplace(sheet.text(row, columns.band), frequency).second)
      return unexpected(sheet.fault(row, columns.band,
                                    sheet.name(columns.band) +
                                        ": each age band once per group is expected, “" +
                                        sheet.text(row, columns.band) + "” is there again"));
  }
  return {};
}

/// Weights of a published standard for the age bands of a group.
/// errors  there is no column age_from, or its bands are not those of the standard added up
Result<void> publish(const Sheet& sheet, DirectColumns& columns,
                     const std::vector<std::size_t>& rows) {
  const auto column = sheet.column("age_from");
  if (!column) return unexpected(column.error());
  std::set<int> ages;
  const auto age_of = [&](std::size_t row) { return parse_number(sheet.text(row, *column)); };
  for (const std::size_t row : rows) {
    const auto age = age_of(row);
    if (!age || *age < 0 || *age > 150 || *age != std::floor(*age))
      return unexpected(sheet.fault(
          row, *column, "age_from: the first age of the band in full years is expected"));
    ages.insert(static_cast<int>(*age));
  }
  const std::vector<int> sorted(ages.begin(), ages.end());
  const auto weights = standard_weights(columns.standard, sorted);
  if (!weights) return unexpected(sheet.fault(rows.front(), *column, weights.error().message));
  columns.weight.resize(sheet.rows());
  for (const std::size_t row : rows) {
    const auto at = std::ranges::lower_bound(sorted, static_cast<int>(*age_of(row)));
    columns.weight[row] = (*weights)[static_cast<std::size_t>(at - sorted.begin())];
  }
  return {};
}

struct BandedRate {
  DirectRate rate;
  std::size_t bands;
};

Result<BandedRate> rate_of_rows(const Sheet& sheet, const DirectColumns& columns,
                                const std::vector<std::size_t>& rows) {
  if (columns.frequency.empty()) {
    std::vector<StandardBand> bands;
    bands.reserve(rows.size());
    for (const std::size_t row : rows)
      bands.push_back({or_0(columns.count[row]), columns.pop[row], columns.weight[row]});
    const auto rate = direct_rate(bands);
    if (!rate) return unexpected(sheet.fault(rows.front(), columns.band, rate.error().message));
    return BandedRate{*rate, bands.size()};
  }
  std::vector<FrequencyBand> bands;
  std::set<std::string_view> seen;
  double weights = 0;
  double pop = 0;
  for (const std::size_t row : rows) {
    bands.push_back(
        {columns.frequency[row], or_0(columns.count[row]), columns.pop[row], columns.weight[row]});
    if (!seen.insert(sheet.text(row, columns.band)).second) continue;
    weights += columns.weight[row];
    pop += columns.pop[row];
  }
  const auto rate = direct_rate_of_frequencies(bands, weights, pop);
  if (!rate) return unexpected(sheet.fault(rows.front(), columns.band, rate.error().message));
  return BandedRate{*rate, seen.size()};
}

}  // namespace

Result<StatAnswer> run_dsr(const StatMethod& method, const Sheet& sheet,
                           const StatOptions& options) {
  auto columns = direct_columns(sheet, options);
  if (!columns) return unexpected(columns.error());
  const auto multiplier = Multiplier::read(sheet, options, 100'000);
  if (!multiplier) return unexpected(multiplier.error());
  std::vector<std::size_t> named = group_columns_beside(method, sheet, columns->band);
  const auto standard = sheet.find(columns->standard);
  if (standard) std::erase(named, *standard);
  const Groups groups = group_rows(sheet, std::move(named));
  Answer answer(sheet, groups.columns, added_names(method));
  for (const auto& rows : groups.rows) {
    if (const auto sound = check_bands(sheet, *columns, rows); !sound)
      return unexpected(sound.error());
    if (!standard)
      if (const auto done = publish(sheet, *columns, rows); !done) return unexpected(done.error());
    const auto found = rate_of_rows(sheet, *columns, rows);
    if (!found) return unexpected(found.error());
    const DirectRate& rate = found->rate;
    Estimate estimate{rate.value, *dobson_limits(rate, 0.95), *dobson_limits(rate, 0.998), "Dobson",
                      rate.value ? "ok" : "suppressed_count_lt_10"};
    if (options.has("bands") && static_cast<double>(found->bands) != options.number("bands"))
      estimate = {{}, {}, {}, "Dobson", "suppressed_missing_age_band"};
    const double factor = multiplier->at(rows.front());
    answer.add(rows.front(), scaled(estimate, factor),
               {columns->standard, number_text(factor), number_text(rate.events),
                number_text(rate.pop), std::to_string(found->bands)});
  }
  return finish(answer);
}

Result<StatAnswer> run_isr(const StatMethod& method, const Sheet& sheet,
                           const StatOptions& options) {
  const auto band = band_column(sheet);
  if (!band) return unexpected(band.error());
  const auto count = amounts(sheet, "count", true, false);
  if (!count) return unexpected(count.error());
  const auto pop = amounts(sheet, "pop", true, false);
  if (!pop) return unexpected(pop.error());
  const auto events = amounts(sheet, "ref_count", true, false);
  if (!events) return unexpected(events.error());
  const auto people = amounts(sheet, "ref_pop", false, true);
  if (!people) return unexpected(people.error());
  const bool as_rate = options.is("kind", "rate");
  const auto multiplier = Multiplier::read(sheet, options, as_rate ? 100'000 : 1);
  if (!multiplier) return unexpected(multiplier.error());
  const Groups groups = group_rows(sheet, group_columns_beside(method, sheet, *band));
  Answer answer(sheet, groups.columns, added_names(method));
  std::vector<ReferenceBand> bands;
  for (const auto& rows : groups.rows) {
    bands.clear();
    double observed = 0;
    for (const std::size_t row : rows) {
      observed += or_0((*count)[row]);
      bands.push_back({or_0((*pop)[row]), or_0((*events)[row]), (*people)[row]});
    }
    const auto ratio = indirect_ratio(observed, bands);
    if (!ratio) return unexpected(sheet.fault(rows.front(), *band, ratio.error().message));
    const double reference = as_rate ? ratio->reference_rate : 1;
    Estimate estimate{{}, {}, {}, "", "expected_le_0"};
    if (ratio->expected > 0) {
      const auto at95 = count_limits(observed, 0.95);
      const auto at998 = count_limits(observed, 0.998);
      estimate = scaled({observed, at95->limits, at998->limits,
                         at95->method == CountMethod::exact ? "Exact" : "Byars"},
                        reference / ratio->expected);
    }
    const double factor = multiplier->at(rows.front());
    answer.add(rows.front(), scaled(estimate, factor),
               {number_text(observed), number_text(ratio->expected),
                number_text(ratio->reference_rate * factor)});
  }
  return finish(answer);
}

}  // namespace hb::stats
