#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/date.hpp"
#include "core/result.hpp"

namespace hb::surveillance {

/// No number there: a missing count, a bound that cannot be given.
inline constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Distance of neighbouring dates of a series.
enum class Step : std::uint8_t { unknown, day, week, month, quarter, year };

/// Counts of one unit at equal steps of time, oldest first.
struct Series {
  std::string unit;
  std::vector<double> observed;    ///< cases per time point, >= 0; NaN = missing
  std::vector<double> population;  ///< persons per time point; empty: not known
  std::vector<Date> dates;         ///< first day of each period; empty: the calendar is not used
  Step step = Step::unknown;       ///< of the dates
  std::int64_t first_t = 1;        ///< number of observed[0] in the table
  int freq = 52;                   ///< time points a year
  int first_period = 1;            ///< period of the year of observed[0], from 1

  std::size_t size() const { return observed.size(); }
  bool dated() const { return !dates.empty(); }
};

/// Time points to judge: first, …, last − 1, counted from 0.
struct Range {
  std::size_t first = 0;
  std::size_t last = 0;

  std::size_t size() const { return last - first; }
};

enum class Alarm : std::uint8_t { no, yes, unknown };

/// yes where observed > bound; unknown where either is missing.
Alarm above(double observed, double bound);

/// What every detector says of a time point, in cases per time point; NaN = none.
struct Judged {
  double expected = none;
  double upperbound = none;
  Alarm alarm = Alarm::no;
};

/// errors  invalid_input: the range is empty, begins before `earliest` or ends behind the series
Result<void> check_range(const Series& series, Range range, std::size_t earliest);

/// Index of the time point the same number of years earlier, as the R package surveillance finds
/// it; it may lie outside the series, below 0 or behind its end.
///
/// Without dates it is at − years × freq. With dates it is the same day of the year (29 February
/// becomes 1 March), and for weeks the nearest date with the weekday of `at`: years of 52 and of
/// 53 weeks need no rule of their own.
std::ptrdiff_t years_before(const Series& series, std::size_t at, int years);

/// Mean and standard deviation (n − 1) of counts; NaN where one is missing or there are too few.
struct Moments {
  double mean;
  double sd;
};
Moments moments(const double* first, std::size_t count);

}  // namespace hb::surveillance
