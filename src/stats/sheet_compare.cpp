// Funnel plots and inequality between quantiles of a table.
#include <algorithm>
#include <cmath>

#include "stats/funnel.hpp"
#include "stats/inequality.hpp"
#include "stats/sheet_method.hpp"

namespace hb::stats {
namespace {

FunnelKind funnel_kind(std::string_view word) {
  if (word == "proportion") return FunnelKind::proportion;
  return word == "ratio" ? FunnelKind::ratio : FunnelKind::rate;
}

/// The option kind, else the column, which then has one word.
Result<std::string> funnel_word(const Sheet& sheet, const StatOptions& options) {
  const auto column = sheet.find("kind");
  if (!column || options.has("kind")) return std::string(options.text("kind"));
  const std::string& word = sheet.text(0, *column);
  constexpr std::string_view words[] = {"proportion", "rate", "dsr", "ratio"};
  for (std::size_t row = 0; row < sheet.rows(); ++row)
    if (sheet.text(row, *column) != word || std::ranges::find(words, word) == std::end(words))
      return unexpected(sheet.fault(
          row, *column, "kind: one of proportion, rate, dsr and ratio in all rows is expected"));
  return word;
}

struct FunnelColumns {
  std::vector<FunnelPoint> points;
  std::vector<bool> is_missing;
  FunnelKind kind;
  bool standardised;  ///< directly: nothing is said below least_events events
  double multiplier;
};

/// errors  a place and what is expected there
Result<void> check_point(const Sheet& sheet, std::size_t row, const FunnelPoint& point,
                         FunnelKind kind) {
  const auto place = [&](std::string_view name, const std::string& expected) {
    return unexpected(
        sheet.fault(row, *sheet.find(name), std::string(name) + ": " + expected + " is expected"));
  };
  if (point.events < 0) return place("numerator", "0 or more");
  if (!(point.denominator > 0)) return place("denominator", "a number above 0");
  if (kind == FunnelKind::proportion && point.events > point.denominator)
    return place("numerator", "at most the denominator");
  return {};
}

Result<FunnelColumns> funnel_columns(const Sheet& sheet, const StatOptions& options) {
  const auto word = funnel_word(sheet, options);
  if (!word) return unexpected(word.error());
  FunnelColumns columns{{}, {}, funnel_kind(*word), *word == "dsr", 1};
  const bool is_rate = columns.kind == FunnelKind::rate;
  columns.multiplier =
      options.has("multiplier") ? options.number("multiplier") : (is_rate ? 100'000 : 1);
  std::vector<double> numbers[2];
  constexpr std::string_view names[] = {"numerator", "denominator"};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto column = sheet.column(names[i]);
    if (!column) return unexpected(column.error());
    auto values = sheet.numbers(*column);
    if (!values) return unexpected(values.error());
    numbers[i] = std::move(*values);
  }
  std::vector<double> rate(sheet.rows(), missing);
  if (const auto column = sheet.find("rate"); column && is_rate) {
    auto values = sheet.numbers(*column);
    if (!values) return unexpected(values.error());
    rate = std::move(*values);
  }
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    FunnelPoint point{numbers[0][row], numbers[1][row]};
    columns.is_missing.push_back(std::isnan(point.events) || std::isnan(point.denominator));
    // A standardised rate stands for the people that would give it.
    if (point.events > 0 && rate[row] > 0)
      point.denominator = columns.multiplier * point.events / rate[row];
    if (!columns.is_missing.back())
      if (const auto sound = check_point(sheet, row, point, columns.kind); !sound)
        return unexpected(sound.error());
    columns.points.push_back(point);
  }
  return columns;
}

/// The areas that are compared with one another, and what they are compared with.
struct Funnel {
  double baseline = 0;
  std::optional<Overdispersion> spread;
  std::size_t areas = 0;
};

Result<Funnel> funnel_of(const FunnelColumns& columns, const std::vector<std::size_t>& rows,
                         bool overdispersed) {
  std::vector<FunnelPoint> points;
  for (const std::size_t row : rows)
    if (!columns.is_missing[row]) points.push_back(columns.points[row]);
  Funnel funnel;
  funnel.areas = points.size();
  if (points.empty()) return funnel;
  const auto baseline = funnel_baseline(points, columns.kind);
  if (!baseline) return unexpected(baseline.error());
  funnel.baseline = *baseline;
  if (!overdispersed || points.size() < 3) return funnel;
  const auto spread = funnel_overdispersion(points, columns.kind);
  if (!spread) return unexpected(spread.error());
  funnel.spread = *spread;
  return funnel;
}

Interval funnel_interval(const FunnelColumns& columns, const Funnel& funnel,
                         const FunnelPoint& point, double confidence) {
  if (funnel.spread)
    return *overdispersed_limits(point.denominator, funnel.baseline, columns.kind, *funnel.spread,
                                 confidence);
  if (columns.kind == FunnelKind::proportion)
    return *funnel_limits_of_share(point.denominator, funnel.baseline, confidence);
  const CountLimits limits = *funnel_limits_of_count(point.events, confidence);
  return {*limits.lower * funnel.baseline,
          limits.upper ? *limits.upper * funnel.baseline : missing};
}

/// Interval of the area's own figure.
Interval own_interval(const FunnelColumns& columns, const FunnelPoint& point, double confidence) {
  if (columns.kind == FunnelKind::proportion)
    return *wilson(point.events, point.denominator, confidence);
  return crude_rate(point.events, point.denominator, confidence)->limits;
}

std::string_view method_name(const FunnelColumns& columns, const Funnel& funnel) {
  if (funnel.spread) return "over-dispersed";
  return columns.kind == FunnelKind::proportion ? "Wilson" : "Poisson";
}

/// One row of the answer: its estimate and the words of significance.
std::pair<Estimate, std::string> funnel_row(const FunnelColumns& columns, const Funnel& funnel,
                                            std::size_t row, bool significance) {
  Estimate estimate{{}, {}, {}, method_name(columns, funnel)};
  if (columns.is_missing[row]) {
    estimate.status = "missing";
    return {estimate, ""};
  }
  const FunnelPoint& point = columns.points[row];
  estimate.value = point.events / point.denominator;
  if (columns.standardised && point.events < 10) {
    estimate.status = "not_applicable_count_lt_10";
    return {estimate, "Not applicable"};
  }
  if (!significance || funnel.spread) {
    estimate.at95 = funnel_interval(columns, funnel, point, 0.95);
    estimate.at998 = funnel_interval(columns, funnel, point, 0.998);
  } else {
    estimate.at95 = own_interval(columns, point, 0.95);
    estimate.at998 = own_interval(columns, point, 0.998);
  }
  const Significance found =
      funnel.spread ? significance_in_funnel(*estimate.value, *estimate.at95, *estimate.at998)
                    : significance_of(*estimate.at95, *estimate.at998, funnel.baseline);
  return {estimate, std::string(significance_word(found))};
}

Result<StatAnswer> run_funnel(const StatMethod& method, const Sheet& sheet,
                              const StatOptions& options, bool significance) {
  const auto columns = funnel_columns(sheet, options);
  if (!columns) return unexpected(columns.error());
  const auto sets = sets_of_areas(method, sheet, options);
  if (!sets) return unexpected(sets.error());
  struct Row {
    std::pair<Estimate, std::string> found;
    Funnel funnel;
  };
  std::vector<Row> rows(sheet.rows());
  for (const auto& set : sets->rows) {
    const auto funnel = funnel_of(*columns, set, options.is("overdispersion", "additive"));
    if (!funnel) return unexpected(sheet.fault(funnel.error().message));
    for (const std::size_t row : set)
      rows[row] = {funnel_row(*columns, *funnel, row, significance), *funnel};
  }
  Answer answer(sheet, group_columns(method, sheet), added_names(method));
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    const Funnel& funnel = rows[row].funnel;
    std::vector<std::string> added;
    if (significance) added.push_back(rows[row].found.second);
    added.push_back(number_text(funnel.baseline * columns->multiplier));
    added.push_back(std::to_string(funnel.areas));
    added.push_back(funnel.spread ? number_text(funnel.spread->phi) : "");
    added.push_back(funnel.spread ? number_text(funnel.spread->variance) : "");
    answer.add(row, scaled(rows[row].found.first, columns->multiplier), added);
  }
  return finish(answer);
}

}  // namespace

Result<StatAnswer> run_funnel_limits(const StatMethod& method, const Sheet& sheet,
                                     const StatOptions& options) {
  return run_funnel(method, sheet, options, false);
}

Result<StatAnswer> run_funnel_significance(const StatMethod& method, const Sheet& sheet,
                                           const StatOptions& options) {
  return run_funnel(method, sheet, options, true);
}

namespace {

struct InequalityColumns {
  std::vector<double> quantile;
  std::vector<double> value;
  std::vector<double> pop;
  std::vector<std::optional<double>> se;
};

ValueKind value_kind(const StatOptions& options) {
  if (options.is("kind", "rate")) return ValueKind::rate;
  return options.is("kind", "proportion") ? ValueKind::proportion : ValueKind::plain;
}

/// Standard errors: the column se, else from lower95 and upper95, else none.
Result<std::vector<std::optional<double>>> standard_errors(const Sheet& sheet, ValueKind kind) {
  std::vector<std::optional<double>> errors(sheet.rows());
  const auto se = sheet.find("se");
  const auto lower = sheet.find("lower95");
  const auto upper = sheet.find("upper95");
  if (!se && !(lower && upper)) return errors;
  const auto first = sheet.numbers(se ? *se : *lower);
  if (!first) return unexpected(first.error());
  const auto second = sheet.numbers(se ? *se : *upper);
  if (!second) return unexpected(second.error());
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    if (std::isnan((*first)[row]) || std::isnan((*second)[row])) continue;
    if (se) {
      errors[row] = (*first)[row];
      continue;
    }
    const auto error = standard_error({(*first)[row], (*second)[row]}, kind);
    if (!error) return unexpected(sheet.fault(row, *lower, error.error().message));
    errors[row] = *error;
  }
  return errors;
}

Result<InequalityColumns> inequality_columns(const Sheet& sheet, ValueKind kind) {
  InequalityColumns columns;
  std::vector<double>* targets[] = {&columns.quantile, &columns.pop, &columns.value};
  constexpr std::string_view names[] = {"quantile", "population", "value"};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto column = sheet.column(names[i]);
    if (!column) return unexpected(column.error());
    auto numbers = i == 0 ? sheet.all_numbers(*column) : sheet.numbers(*column);
    if (!numbers) return unexpected(numbers.error());
    *targets[i] = std::move(*numbers);
  }
  auto errors = standard_errors(sheet, kind);
  if (!errors) return unexpected(errors.error());
  columns.se = std::move(*errors);
  return columns;
}

/// Rows of a group from quantile 1 on; an empty text = all are there, once, with a value.
std::string_view order_quantiles(const InequalityColumns& columns, std::vector<std::size_t>& rows) {
  std::ranges::stable_sort(rows, {}, [&](std::size_t row) { return columns.quantile[row]; });
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (columns.quantile[rows[i]] != static_cast<double>(i + 1)) return "missing_quantile";
    if (std::isnan(columns.value[rows[i]]) || std::isnan(columns.pop[rows[i]])) return "missing";
  }
  if (rows.size() < 5) return "fewer_than_5_quantiles";
  return rows.size() > 100 ? "more_than_100_quantiles" : "";
}

Estimate index_estimate(double value, const std::optional<BothLimits>& limits,
                        std::size_t quantiles) {
  Estimate estimate{value, {}, {}, "simulated"};
  if (limits) {
    estimate.at95 = limits->at95;
    estimate.at998 = limits->at998;
  }
  estimate.status = quantiles > 10 ? "ok_gt_10_quantiles" : "ok";
  if (!limits) estimate.status = "no_standard_errors_no_limits";
  return estimate;
}

Result<StatAnswer> run_inequality(const StatMethod& method, const Sheet& sheet,
                                  const StatOptions& options, bool relative) {
  InequalityOptions asked;
  asked.kind = value_kind(options);
  asked.transform = options.is("transform", "true");
  asked.repetitions = static_cast<int>(options.number("repetitions"));
  asked.seed = static_cast<std::uint64_t>(options.number("seed"));
  const auto multiplier = Multiplier::read(sheet, options, 1);
  if (!multiplier) return unexpected(multiplier.error());
  const auto columns = inequality_columns(sheet, asked.kind);
  if (!columns) return unexpected(columns.error());
  Groups groups = group_rows(sheet, group_columns(method, sheet));
  Answer answer(sheet, groups.columns, added_names(method));
  for (auto& rows : groups.rows) {
    const std::size_t named = rows.front();
    const std::string number = std::to_string(rows.size());
    if (const auto refused = order_quantiles(*columns, rows); !refused.empty()) {
      answer.add(named, {{}, {}, {}, "simulated", refused}, {"", "", number});
      continue;
    }
    std::vector<QuantileValue> quantiles;
    for (const std::size_t row : rows)
      quantiles.push_back({columns->pop[row], columns->value[row], columns->se[row]});
    asked.multiplier = multiplier->at(named);
    const auto found = inequality(quantiles, asked);
    if (!found) return unexpected(sheet.fault(named, *sheet.find("value"), found.error().message));
    answer.add(
        named,
        relative ? index_estimate(found->rii, found->rii_limits, rows.size())
                 : index_estimate(found->sii, found->sii_limits, rows.size()),
        {number_text(relative ? found->sii : found->rii), number_text(found->intercept), number});
  }
  return finish(answer);
}

}  // namespace

Result<StatAnswer> run_sii(const StatMethod& method, const Sheet& sheet,
                           const StatOptions& options) {
  return run_inequality(method, sheet, options, false);
}

Result<StatAnswer> run_rii(const StatMethod& method, const Sheet& sheet,
                           const StatOptions& options) {
  return run_inequality(method, sheet, options, true);
}

}  // namespace hb::stats
