#include "tempo/epicurve.hpp"

#include <cmath>

namespace hb::tempo {
namespace {

using stats::Sheet;

Result<std::vector<double>> counts_of(const Sheet& sheet, std::size_t column,
                                      bool missing_is_zero) {
  auto counts = sheet.numbers(column);
  if (!counts) return unexpected(counts.error());
  for (std::size_t row = 0; row < counts->size(); ++row) {
    double& count = (*counts)[row];
    if (std::isnan(count)) {
      if (!missing_is_zero)
        return unexpected(sheet.fault(
            row, column,
            "this day has no count; option missing: zero takes it for a day without cases"));
      count = 0;
    }
    if (count < 0) return unexpected(sheet.fault(row, column, "a count cannot be below 0"));
    if (count > 1e12) return unexpected(sheet.fault(row, column, "a count above 1e12"));
  }
  return counts;
}

/// t runs 1, 2, 3, … or from any other number in steps of 1.
Result<void> check_steps(const Sheet& sheet, std::size_t column) {
  const auto steps = sheet.all_numbers(column);
  if (!steps) return unexpected(steps.error());
  for (std::size_t row = 1; row < steps->size(); ++row)
    if ((*steps)[row] != (*steps)[row - 1] + 1)
      return unexpected(sheet.fault(
          row, column, "t must go on by 1 from " + stats::number_text((*steps)[row - 1])));
  return {};
}

Result<std::vector<Date>> dates_of(const Sheet& sheet, std::size_t column) {
  std::vector<Date> dates;
  std::size_t filled = 0;
  for (std::size_t row = 0; row < sheet.rows(); ++row)
    if (!sheet.text(row, column).empty() && sheet.text(row, column) != "NA") ++filled;
  if (filled == 0) return dates;
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    const auto date = parse_date(sheet.text(row, column));
    if (!date) return unexpected(sheet.fault(row, column, date.error().message));
    if (!dates.empty()) {
      const int step = date->days - dates.back().days;
      const std::string after = " after " + format_date(dates.back());
      if (step == 0) return unexpected(sheet.fault(row, column, "this day is there twice"));
      if (step < 0)
        return unexpected(sheet.fault(row, column, "days must rise; this one comes" + after));
      if (step > 1)
        return unexpected(sheet.fault(row, column,
                                      std::to_string(step - 1) + " days are missing" + after +
                                          "; write every day, with 0 where there was no case"));
    }
    dates.push_back(*date);
  }
  return dates;
}

std::optional<std::size_t> count_column(const Sheet& sheet) {
  for (const std::string_view name : {"I", "cases", "observed"})
    if (const auto found = sheet.find(name)) return found;
  return std::nullopt;
}

}  // namespace

Result<Epicurve> read_epicurve(const Sheet& sheet, bool missing_is_zero) {
  Epicurve curve;
  const auto local = sheet.find("local");
  const auto imported = sheet.find("imported");
  if (local && imported) {
    const auto here = counts_of(sheet, *local, missing_is_zero);
    if (!here) return unexpected(here.error());
    const auto brought = counts_of(sheet, *imported, missing_is_zero);
    if (!brought) return unexpected(brought.error());
    curve.incidence = incidence_of_split(*here, *brought);
  } else {
    const auto column = count_column(sheet);
    if (!column) return unexpected(sheet.column("I").error());
    const auto counts = counts_of(sheet, *column, missing_is_zero);
    if (!counts) return unexpected(counts.error());
    curve.incidence = incidence_of_totals(*counts);
  }
  if (const auto column = sheet.find("t"))
    if (const auto sound = check_steps(sheet, *column); !sound) return unexpected(sound.error());
  if (const auto column = sheet.find("date")) {
    auto dates = dates_of(sheet, *column);
    if (!dates) return unexpected(dates.error());
    curve.dates = std::move(*dates);
  }
  if (sheet.rows() < 2) return unexpected(sheet.fault("at least 2 days are needed"));
  for (std::size_t day = 0; day < curve.incidence.days(); ++day)
    curve.totals.push_back(curve.incidence.total(day));
  return curve;
}

}  // namespace hb::tempo
