// Proportions, crude rates and means of a table.
#include <cmath>

#include "stats/interval.hpp"
#include "stats/sheet_method.hpp"

namespace hb::stats {
namespace {

/// Numerator and denominator of one row of the answer, summed over its rows.
struct Fraction {
  double x;
  double n;
};

struct Fault {
  std::string_view status;
  std::string_view column;
  std::string expected;
};

/// Why there is no figure; an empty status = there is one. Without a numerator or a denominator it
/// is missing, which is no fault of the row.
Fault fault_of(const Fraction& fraction, bool share) {
  if (std::isnan(fraction.x) || std::isnan(fraction.n)) return {"missing", "", ""};
  if (fraction.x < 0) return {"negative_numerator", "numerator", "0 or more"};
  if (!(fraction.n > 0)) return {"denominator_le_0", "denominator", "a number above 0"};
  if (share && fraction.x > fraction.n)
    return {"numerator_gt_denominator", "numerator",
            "at most the denominator, " + number_text(fraction.n) + ","};
  return {};
}

Estimate proportion_of(const Fraction& fraction) {
  Estimate estimate{fraction.x / fraction.n, {}, {}, "Wilson"};
  if (const auto limits = wilson(fraction.x, fraction.n, 0.95)) estimate.at95 = *limits;
  if (const auto limits = wilson(fraction.x, fraction.n, 0.998)) estimate.at998 = *limits;
  return estimate;
}

Estimate rate_of(const Fraction& fraction) {
  Estimate estimate;
  if (const auto rate = crude_rate(fraction.x, fraction.n, 0.95)) {
    estimate.value = rate->value;
    estimate.at95 = rate->limits;
    estimate.method = rate->method == CountMethod::exact ? "Exact" : "Byars";
  }
  if (const auto rate = crude_rate(fraction.x, fraction.n, 0.998)) estimate.at998 = rate->limits;
  return estimate;
}

/// The multiplier of a group. errors  it is not the same in all its rows
Result<double> multiplier_of(const Sheet& sheet, const Multiplier& multiplier,
                             const std::vector<std::size_t>& rows) {
  const double first = multiplier.at(rows.front());
  for (const std::size_t row : rows)
    if (multiplier.at(row) != first)
      return unexpected(sheet.fault(
          row, *sheet.find("multiplier"),
          "multiplier: " + number_text(first) + " is expected, as in the other rows of the group"));
  return first;
}

/// Proportions and rates: one row of the answer per row, or per group of --option group.
Result<StatAnswer> run_fractions(const StatMethod& method, const Sheet& sheet,
                                 const StatOptions& options, bool share) {
  const auto x_column = sheet.column("numerator");
  if (!x_column) return unexpected(x_column.error());
  const auto n_column = sheet.column("denominator");
  if (!n_column) return unexpected(n_column.error());
  const auto x = sheet.numbers(*x_column);
  if (!x) return unexpected(x.error());
  const auto n = sheet.numbers(*n_column);
  if (!n) return unexpected(n.error());
  const auto multiplier = Multiplier::read(sheet, options, share ? 1 : 100'000);
  if (!multiplier) return unexpected(multiplier.error());
  const auto summed = option_columns(sheet, options, "group");
  if (!summed) return unexpected(summed.error());
  const Groups groups = options.has("group") ? group_rows(sheet, *summed)
                                             : single_rows(sheet, group_columns(method, sheet));
  Answer answer(sheet, groups.columns, added_names(method));
  for (const auto& rows : groups.rows) {
    Fraction fraction{0, 0};
    for (const std::size_t row : rows) {
      fraction.x += (*x)[row];
      fraction.n += (*n)[row];
    }
    const auto factor = multiplier_of(sheet, *multiplier, rows);
    if (!factor) return unexpected(factor.error());
    const Fault fault = fault_of(fraction, share);
    if (fault.status.empty()) {
      answer.add(rows.front(),
                 scaled(share ? proportion_of(fraction) : rate_of(fraction), *factor));
      continue;
    }
    answer.add(rows.front(), {{}, {}, {}, share ? "Wilson" : "", fault.status});
    if (fault.column.empty()) continue;
    const std::size_t column = fault.column == "numerator" ? *x_column : *n_column;
    answer.refuse(sheet.fault(rows.front(), column,
                              std::string(fault.column) + ": " + fault.expected +
                                  " is expected, not " +
                                  number_text(column == *x_column ? fraction.x : fraction.n)));
  }
  return finish(answer);
}

}  // namespace

Result<StatAnswer> run_proportion(const StatMethod& method, const Sheet& sheet,
                                  const StatOptions& options) {
  return run_fractions(method, sheet, options, true);
}

Result<StatAnswer> run_rate(const StatMethod& method, const Sheet& sheet,
                            const StatOptions& options) {
  return run_fractions(method, sheet, options, false);
}

Result<StatAnswer> run_mean(const StatMethod& method, const Sheet& sheet, const StatOptions&) {
  const auto column = sheet.column("value");
  if (!column) return unexpected(column.error());
  const auto values = sheet.numbers(*column);
  if (!values) return unexpected(values.error());
  const Groups groups = group_rows(sheet, group_columns(method, sheet));
  Answer answer(sheet, groups.columns, added_names(method));
  std::vector<double> known;
  for (const auto& rows : groups.rows) {
    known.clear();
    for (const std::size_t row : rows)
      if (!std::isnan((*values)[row])) known.push_back((*values)[row]);
    Estimate estimate{{}, {}, {}, "Student's t", "missing"};
    std::string sd;
    if (const auto at95 = mean(known, 0.95)) {
      estimate.value = at95->value;
      estimate.at95 = at95->limits;
      estimate.at998 = mean(known, 0.998)->limits;
      estimate.status = at95->limits ? "ok" : "one_value_no_limits";
      sd = number_text(at95->sd);
    }
    answer.add(rows.front(), estimate, {sd, std::to_string(known.size())});
  }
  return finish(answer);
}

}  // namespace hb::stats
