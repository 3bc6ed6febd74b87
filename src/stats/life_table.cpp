#include "stats/life_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace hb::stats {
namespace {

constexpr double radix = 100'000;

/// 0, 1, 5, 10 … open_from.
std::vector<int> expected_ages(int open_from) {
  std::vector<int> ages = {0, 1};
  for (int age = 5; age <= open_from; age += 5) ages.push_back(age);
  return ages;
}

/// Reported and unreported.
double all_deaths(const AgeGroup& group) { return group.deaths / (1 - group.under_reported); }

bool is_share(double under_reported) { return under_reported >= 0 && under_reported < 1; }

double fraction_lived(int from) { return from == 0 ? 0.1 : 0.5; }

std::vector<AgeGroup> in_order(std::span<const AgeGroup> groups) {
  std::vector<AgeGroup> sorted(groups.begin(), groups.end());
  std::ranges::sort(sorted, {}, &AgeGroup::from);
  return sorted;
}

/// The first reason to refuse the whole table.
LifeTableStatus refusal(const std::vector<AgeGroup>& groups, const std::vector<int>& ages,
                        const LifeTableOptions& options) {
  double total = 0;
  for (const AgeGroup& group : groups) {
    if (!(group.deaths >= 0)) return LifeTableStatus::negative_deaths;
    total += group.pop;
  }
  for (const AgeGroup& group : groups)
    if (!(group.pop > 0)) return LifeTableStatus::population_le_0;
  if (!std::ranges::equal(groups, ages, {}, &AgeGroup::from))
    return LifeTableStatus::missing_age_band;
  for (const AgeGroup& group : groups)
    if (all_deaths(group) > group.pop) return LifeTableStatus::deaths_gt_population;
  if (total <= options.least_pop) return LifeTableStatus::low_population;
  if (groups.back().deaths == 0) return LifeTableStatus::no_deaths_in_last_band;
  return LifeTableStatus::ok;
}

/// Columns of the table, youngest first.
struct Columns {
  std::vector<double> survivors;    ///< l
  std::vector<double> probability;  ///< q
  std::vector<double> width;        ///< h, years; of the open group unused
  std::vector<double> years;        ///< T: person-years lived from here on
};

Columns columns_of(const std::vector<AgeGroup>& groups) {
  const std::size_t n = groups.size();
  Columns table{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n),
                std::vector<double>(n)};
  std::vector<double> lived(n);
  double alive = radix;
  for (std::size_t i = 0; i < n; ++i) {
    const double deaths = all_deaths(groups[i]);
    const double rate = deaths / groups[i].pop;
    const bool open = i + 1 == n;
    const double a = fraction_lived(groups[i].from);
    const double h = open ? 0 : groups[i + 1].from - groups[i].from;
    table.width[i] = h;
    table.survivors[i] = alive;
    if (open) {
      table.probability[i] = 1;
      lived[i] = alive / rate;
      continue;
    }
    const bool all_die = deaths > groups[i].pop / h / a;
    const double q = all_die ? 1 : rate * h / (1 + rate * h * (1 - a));
    table.probability[i] = q;
    const double next = alive * (1 - q);
    lived[i] = h * (next + a * (alive - next));
    alive = next;
  }
  double above = 0;
  for (std::size_t i = n; i-- > 0;) table.years[i] = above += lived[i];
  return table;
}

double expectation(const Columns& table, std::size_t i) {
  return table.survivors[i] == 0 ? 0 : table.years[i] / table.survivors[i];
}

/// Share of each group in the variance of the years lived above it.
std::vector<double> variance_terms(const std::vector<AgeGroup>& groups, const Columns& table) {
  const std::size_t n = groups.size();
  std::vector<double> terms(n);
  for (std::size_t i = 0; i + 1 < n; ++i) {
    const double q = table.probability[i];
    const double of_q = groups[i].deaths == 0 ? 0 : q * q * (1 - q) / groups[i].deaths;
    const double reach =
        (1 - fraction_lived(groups[i].from)) * table.width[i] + expectation(table, i + 1);
    terms[i] = of_q * table.survivors[i] * table.survivors[i] * reach * reach;
  }
  const AgeGroup& open = groups.back();
  const double rate = all_deaths(open) / open.pop;
  const double half = table.survivors.back() / 2;
  terms.back() = half * half * 4 / (open.deaths * rate * rate);
  return terms;
}

std::vector<AgeGroup> premature_groups(std::span<const AgeGroup> groups) {
  std::vector<AgeGroup> used;
  for (const AgeGroup& group : in_order(groups))
    if (group.from >= 30 && group.from < 70) used.push_back(group);
  return used;
}

const char* premature_sentence(LifeTableStatus refused) {
  if (refused == LifeTableStatus::missing_age_band) return "not exactly the age groups 30, 35 … 65";
  if (refused == LifeTableStatus::population_le_0) return "an age group has no population";
  if (refused == LifeTableStatus::negative_deaths) return "negative deaths";
  return "more deaths in an age group than it could have";
}

double five_year_probability(const AgeGroup& group) {
  const double rate = all_deaths(group) / group.pop;
  return 5 * rate / (1 + 2.5 * rate);
}

}  // namespace

std::string_view status_word(LifeTableStatus status) {
  switch (status) {
    case LifeTableStatus::ok:
      return "ok";
    case LifeTableStatus::value_suppressed:
      return "value_suppressed_ci_gt_20y";
    case LifeTableStatus::negative_deaths:
      return "suppressed_negative_deaths";
    case LifeTableStatus::population_le_0:
      return "suppressed_population_le_0";
    case LifeTableStatus::missing_age_band:
      return "suppressed_missing_age_band";
    case LifeTableStatus::deaths_gt_population:
      return "suppressed_deaths_gt_population";
    case LifeTableStatus::low_population:
      return "suppressed_total_population_le_5000";
    case LifeTableStatus::no_deaths_in_last_band:
      return "no_deaths_in_last_band";
  }
  return "";
}

Result<std::vector<LifeExpectancy>> life_table(std::span<const AgeGroup> groups,
                                               const LifeTableOptions& options) {
  if (options.open_from <= 5 || options.open_from % 5 != 0)
    return fail(ErrorCode::invalid_input, "the open group does not begin at a multiple of 5");
  for (const AgeGroup& group : groups)
    if (!is_share(group.under_reported))
      return fail(ErrorCode::invalid_input, "the share under-reported is not in [0, 1)");
  const Result<double> z = normal_z(options.confidence);
  if (!z) return unexpected(z.error());
  const Result<double> z95 = normal_z(0.95);
  if (!z95) return unexpected(z95.error());

  const std::vector<int> ages = expected_ages(options.open_from);
  const std::vector<AgeGroup> sorted = in_order(groups);
  std::vector<LifeExpectancy> result;
  const LifeTableStatus refused = refusal(sorted, ages, options);
  for (const int age : ages) result.push_back({age, std::nullopt, std::nullopt, refused});
  if (refused != LifeTableStatus::ok) return result;

  const Columns table = columns_of(sorted);
  const std::vector<double> terms = variance_terms(sorted, table);
  double variance = 0;
  for (std::size_t i = result.size(); i-- > 0;) {
    variance += terms[i];
    const double years = expectation(table, i);
    const double se = table.survivors[i] == 0 ? 0 : std::sqrt(variance) / table.survivors[i];
    result[i].limits = Interval{years - *z * se, years + *z * se};
    if (2 * *z95 * se > options.widest_years)
      result[i].status = LifeTableStatus::value_suppressed;
    else
      result[i].years = years;
  }
  return result;
}

LifeTableStatus premature_refusal(std::span<const AgeGroup> groups) {
  const std::vector<AgeGroup> used = premature_groups(groups);
  constexpr int ages[] = {30, 35, 40, 45, 50, 55, 60, 65};
  if (!std::ranges::equal(used, ages, {}, &AgeGroup::from))
    return LifeTableStatus::missing_age_band;
  for (const AgeGroup& group : used)
    if (!(group.pop > 0)) return LifeTableStatus::population_le_0;
  for (const AgeGroup& group : used)
    if (!(group.deaths >= 0)) return LifeTableStatus::negative_deaths;
  for (const AgeGroup& group : used)
    if (five_year_probability(group) >= 1) return LifeTableStatus::deaths_gt_population;
  return LifeTableStatus::ok;
}

Result<PrematureMortality> premature_mortality(std::span<const AgeGroup> groups,
                                               double confidence) {
  const Result<double> z = normal_z(confidence);
  if (!z) return unexpected(z.error());
  for (const AgeGroup& group : groups)
    if (!is_share(group.under_reported))
      return fail(ErrorCode::invalid_input, "the share under-reported is not in [0, 1)");
  if (const LifeTableStatus refused = premature_refusal(groups); refused != LifeTableStatus::ok)
    return fail(ErrorCode::invalid_input, premature_sentence(refused));
  double survive = 1;
  double relative = 0;
  for (const AgeGroup& group : premature_groups(groups)) {
    const double q = five_year_probability(group);
    survive *= 1 - q;
    if (group.deaths > 0) relative += q * q * (1 - q) / group.deaths / ((1 - q) * (1 - q));
  }
  const double half = *z * survive * std::sqrt(relative);
  return PrematureMortality{1 - survive,
                            {std::max(0.0, 1 - survive - half), std::min(1.0, 1 - survive + half)}};
}

}  // namespace hb::stats
