#include "surveillance/moving_percentile.hpp"

#include <algorithm>
#include <cmath>

namespace hb::surveillance {
namespace {

constexpr int days_a_week = 7;
constexpr int daily = 365;

int window_of(const Series& series, const MovingPercentileOptions& options) {
  return options.window.value_or(series.freq == daily ? days_a_week : 1);
}

/// Counts of the window that ends at `end`; NaN where one is missing or outside.
double window_sum(const Series& series, std::ptrdiff_t end, int window) {
  if (end - window + 1 < 0 || end >= static_cast<std::ptrdiff_t>(series.size())) return none;
  double sum = 0;
  for (std::ptrdiff_t i = end - window + 1; i <= end; ++i)
    sum += series.observed[static_cast<std::size_t>(i)];
  return sum;
}

/// Sorted values; share 0–1.
double interpolated(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const std::size_t next = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[next] - sorted[below]);
}

Result<void> check(const Series& series, const MovingPercentileOptions& o) {
  const auto refuse = [&](const char* message) {
    return fail(ErrorCode::invalid_input, message, "unit " + series.unit);
  };
  if (window_of(series, o) < 1) return refuse("window: 1 or more time points are expected");
  if (o.windows < 1 || o.windows % 2 == 0) return refuse("windows: an odd number is expected");
  if (o.min_years < 1) return refuse("minYears: 1 or more is expected");
  if (o.years < o.min_years) return refuse("years: at least minYears is expected");
  if (window_of(series, o) * (o.windows / 2 + 1) >= series.freq)
    return refuse("window, windows: less than a year is expected");
  const auto sound = [](double p) { return p >= 0 && p <= 100; };
  if (!sound(o.percentile)) return refuse("percentile: a number from 0 to 100 is expected");
  if (!std::ranges::all_of(o.percentile_by_month, sound))
    return refuse("percentileByMonth: numbers from 0 to 100 are expected");
  if (!o.percentile_by_month.empty() && o.percentile_by_month.size() != 12)
    return refuse("percentileByMonth: twelve numbers are expected");
  if (!o.percentile_by_month.empty() && !series.dated())
    return refuse("percentileByMonth: a date is expected in every row");
  return {};
}

double percentile_at(const Series& series, std::size_t at, const MovingPercentileOptions& options) {
  if (options.percentile_by_month.empty()) return options.percentile;
  const auto month = static_cast<std::size_t>(civil(series.dates[at]).month);
  return options.percentile_by_month[month - 1];
}

}  // namespace

std::size_t moving_percentile_start(const Series& series, const MovingPercentileOptions& options) {
  const int window = window_of(series, options);
  const std::ptrdiff_t reach = static_cast<std::ptrdiff_t>(window) * (options.windows / 2 + 1) - 1;
  auto at = static_cast<std::size_t>(std::max<std::ptrdiff_t>(
      static_cast<std::ptrdiff_t>(series.freq) * options.min_years + reach, 0));
  while (at < series.size() && years_before(series, at, options.min_years) < reach) ++at;
  return std::min(at, series.size());
}

Result<std::vector<MovingPercentilePoint>> moving_percentile(
    const Series& series, Range range, const MovingPercentileOptions& options) {
  if (const auto sound = check(series, options); !sound) return unexpected(sound.error());
  if (const auto sound = check_range(series, range, 0); !sound) return unexpected(sound.error());
  const int window = window_of(series, options);
  const int side = options.windows / 2;
  std::vector<MovingPercentilePoint> points(range.size());
  std::vector<double> past;
  for (std::size_t at = range.first; at < range.last; ++at) {
    MovingPercentilePoint& point = points[at - range.first];
    past.clear();
    int years = 0;
    for (int year = 1; year <= options.years; ++year) {
      const std::size_t before = past.size();
      const std::ptrdiff_t same = years_before(series, at, year);
      for (int shift = -side; shift <= side; ++shift) {
        const double sum =
            window_sum(series, same + static_cast<std::ptrdiff_t>(shift) * window, window);
        if (!std::isnan(sum)) past.push_back(sum);
      }
      years += past.size() > before;
    }
    point.window_cases = window_sum(series, static_cast<std::ptrdiff_t>(at), window);
    point.windows = static_cast<double>(past.size());
    point.percentile = percentile_at(series, at, options);
    if (years >= options.min_years) {
      std::ranges::sort(past);
      point.expected = interpolated(past, 0.5);
      point.upperbound = interpolated(past, point.percentile / 100);
    }
    point.alarm = above(point.window_cases, point.upperbound);
    if (point.alarm == Alarm::yes && point.window_cases < options.min_cases)
      point.alarm = Alarm::no;
  }
  return points;
}

}  // namespace hb::surveillance
