#include "surveillance/series.hpp"

#include <cmath>

namespace hb::surveillance {
namespace {

constexpr int days_a_week = 7;
constexpr int months_a_year = 12;

/// The same day of an earlier year; 29 February becomes 1 March.
Date years_back(Date date, int years) {
  const YearMonthDay day = civil(date);
  const auto same = make_date(day.year - years, day.month, day.day);
  if (same) return *same;
  return make_date(day.year - years, 3, 1).value_or(Date{});
}

int months_of(Date date) {
  const YearMonthDay day = civil(date);
  return day.year * months_a_year + day.month;
}

std::ptrdiff_t floor_divide(std::ptrdiff_t a, std::ptrdiff_t b) {
  return a >= 0 ? a / b : -((b - 1 - a) / b);
}

}  // namespace

Alarm above(double observed, double bound) {
  if (std::isnan(observed) || std::isnan(bound)) return Alarm::unknown;
  return observed > bound ? Alarm::yes : Alarm::no;
}

Result<void> check_range(const Series& series, Range range, std::size_t earliest) {
  const auto refuse = [&](const std::string& message) {
    return fail(ErrorCode::invalid_input, message, "unit " + series.unit);
  };
  if (series.size() <= earliest)
    return refuse("at least " + std::to_string(earliest + 1) +
                  " time points are needed, there are " + std::to_string(series.size()));
  if (range.first >= range.last) return refuse("the range of time points is empty");
  if (range.last > series.size())
    return refuse("the range ends at t = " + std::to_string(range.last) +
                  ", the series at t = " + std::to_string(series.size()));
  if (range.first < earliest)
    return refuse("the range begins at t = " + std::to_string(range.first + 1) +
                  "; with these options the first is t = " + std::to_string(earliest + 1));
  return {};
}

std::ptrdiff_t years_before(const Series& series, std::size_t at, int years) {
  const auto index = static_cast<std::ptrdiff_t>(at);
  if (!series.dated()) return index - static_cast<std::ptrdiff_t>(years) * series.freq;
  const Date now = series.dates[at];
  Date then = years_back(now, years);
  const std::int32_t days = now.days - then.days;
  switch (series.step) {
    case Step::day:
      return index - days;
    case Step::week:  // to the nearest date with the weekday of `at`: 3 days at most, so no ties
      return index - floor_divide(days + days_a_week / 2, days_a_week);
    case Step::month:
      return index - (months_of(now) - months_of(then));
    case Step::quarter:
      return index - (months_of(now) - months_of(then)) / 3;
    case Step::year:
      return index - years;
    case Step::unknown:
      break;
  }
  return index - static_cast<std::ptrdiff_t>(years) * series.freq;
}

Moments moments(const double* first, std::size_t count) {
  const auto n = static_cast<double>(count);
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += first[i];
  const double mean = sum / n;
  double squares = 0;
  for (std::size_t i = 0; i < count; ++i) squares += (first[i] - mean) * (first[i] - mean);
  return {mean, std::sqrt(squares / (n - 1))};
}

}  // namespace hb::surveillance
