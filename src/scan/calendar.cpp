#include "scan/calendar.hpp"

#include <algorithm>
#include <charconv>

namespace hb::scan {
namespace {

std::optional<int> whole(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

int days_in(int year, int month) {
  const Date first = *make_date(year, month, 1);
  const auto next = month == 12 ? make_date(year + 1, 1, 1) : make_date(year, month + 1, 1);
  return next ? next->days - first.days : 31;
}

/// The same day of the month `months` later, or the last one there is.
Date add_months(Date date, int months) {
  const YearMonthDay day = civil(date);
  const int all = day.year * 12 + day.month - 1 + months;
  const int year = all / 12;
  const int month = all % 12 + 1;
  if (year > 9999) return Date{date.days + 400000};
  return *make_date(year, month, std::min(day.day, days_in(year, month)));
}

/// ∫ of the broken line from the first day to day x.
double integral(const std::vector<PopulationPoint>& points, double x) {
  const double start = points.front().day.days;
  if (x <= start) return (x - start) * points.front().people;
  double sum = 0;
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const double from = points[i].day.days;
    const double to = points[i + 1].day.days;
    const double slope = (points[i + 1].people - points[i].people) / (to - from);
    const double until = std::min(x, to) - from;
    sum += until * (points[i].people + 0.5 * slope * until);
    if (x <= to) return sum;
  }
  return sum + (x - points.back().day.days) * points.back().people;
}

}  // namespace

Date Moment::middle() const {
  const YearMonthDay day = civil(first);
  if (unit == Unit::year) return *make_date(day.year, 7, 1);
  if (unit == Unit::month) return *make_date(day.year, day.month, 15);
  return first;
}

std::optional<Moment> parse_moment(std::string_view text) {
  std::vector<int> parts;
  while (true) {
    const auto end = text.find_first_of("-/");
    const auto number = whole(text.substr(0, end));
    if (!number || *number < 0 || parts.size() == 3) return std::nullopt;
    parts.push_back(*number);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  const int year = parts[0] < 100 ? 1900 + parts[0] : parts[0];
  if (year < 1000 || year > 9998) return std::nullopt;
  if (parts.size() == 1)
    return Moment{*make_date(year, 1, 1), *make_date(year, 12, 31), Unit::year};
  if (parts[1] < 1 || parts[1] > 12) return std::nullopt;
  if (parts.size() == 2) {
    const Date first = *make_date(year, parts[1], 1);
    return Moment{first, Date{first.days + days_in(year, parts[1]) - 1}, Unit::month};
  }
  const auto day = make_date(year, parts[1], parts[2]);
  if (!day) return std::nullopt;
  return Moment{*day, *day, Unit::day};
}

std::vector<Date> step_bounds(Date start, Date end, Unit unit, int length) {
  std::vector<Date> bounds;
  for (int i = 0;; ++i) {
    Date bound = start;
    if (unit == Unit::day) bound.days += i * length;
    if (unit == Unit::week) bound.days += 7 * i * length;
    if (unit == Unit::month) bound = add_months(start, i * length);
    if (unit == Unit::year) bound = add_months(start, 12 * i * length);
    if (bound > end) break;
    bounds.push_back(bound);
  }
  bounds.push_back(Date{end.days + 1});
  return bounds;
}

double person_days(const std::vector<PopulationPoint>& points, Date from, Date to) {
  return integral(points, to.days) - integral(points, from.days);
}

}  // namespace hb::scan
