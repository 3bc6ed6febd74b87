#include "programmes/schedule.hpp"

#include <algorithm>

namespace hb::programmes {
namespace {

Date plus(Date day, int days) { return {day.days + days}; }

Standing standing(Date from, Date latest, Date today) {
  if (today < from) return Standing::later;
  return latest < today ? Standing::overdue : Standing::due;
}

Due every(const Schedule& schedule, const Known& known, Date today) {
  if (!known.last || *known.last < known.since) {
    const Date day = plus(known.since, schedule.first);
    return {standing(known.since, day, today), known.since, day, day};
  }
  const auto rule = std::ranges::find_if(
      schedule.rules, [&](const Rule& one) { return one.when.empty() || one.when == known.state; });
  if (rule == schedule.rules.end()) return {};
  const Date day = plus(add_months(*known.last, rule->every.months), rule->every.days);
  const Date from = std::max(plus(day, -rule->early), plus(*known.last, 1));
  const Date latest = plus(day, rule->late);
  return {standing(from, latest, today), from, day, latest};
}

Due yearly(const Known& known, Date today) {
  const int year = civil(today).year;
  const auto first = [](int of) { return *make_date(of, 1, 1); };
  const auto last = [](int of) { return *make_date(of, 12, 31); };
  if (known.last && civil(*known.last).year >= year)
    return {Standing::later, first(year + 1), last(year + 1), last(year + 1)};
  // The year before counts when it was a whole one of the enrolment.
  const bool missed =
      known.since <= first(year - 1) && (!known.last || civil(*known.last).year < year - 1);
  const Date from = std::max(first(year), known.since);
  if (missed) return {Standing::overdue, first(year - 1), last(year - 1), last(year - 1)};
  return {standing(from, last(year), today), from, last(year), last(year)};
}

Due once(const Schedule& schedule, Date anchor, const Known& known, Date today) {
  if (known.last && *known.last >= anchor) return {};
  const Date day = plus(anchor, schedule.within);
  return {standing(anchor, day, today), anchor, day, day};
}

Due at_points(const Schedule& schedule, Date anchor, const Known& known, Date today) {
  int begun = -1;
  for (std::size_t i = 0; i < schedule.points.size(); ++i)
    if (plus(anchor, schedule.points[i].from) <= today) begun = static_cast<int>(i);
  int wanted = begun;
  if (begun < 0 ||
      (known.last &&
       *known.last >= plus(anchor, schedule.points[static_cast<std::size_t>(begun)].from)))
    wanted = begun + 1;
  if (wanted >= static_cast<int>(schedule.points.size())) return {};
  const Point& point = schedule.points[static_cast<std::size_t>(wanted)];
  const Date from = plus(anchor, point.from);
  const Date latest = plus(anchor, point.to);
  return {standing(from, latest, today), from, latest, latest, wanted};
}

}  // namespace

std::string_view word(Standing standing) {
  switch (standing) {
    case Standing::overdue:
      return "overdue";
    case Standing::due:
      return "due";
    case Standing::later:
      return "later";
    case Standing::done:
      return "done";
  }
  return "";
}

Date add_months(Date day, int months) {
  const YearMonthDay at = civil(day);
  const int count = at.year * 12 + at.month - 1 + months;
  for (int on = at.day; on > 28; --on)
    if (const auto date = make_date(count / 12, count % 12 + 1, on)) return *date;
  return make_date(count / 12, count % 12 + 1, std::min(at.day, 28)).value_or(day);
}

Due due_of(const Schedule& schedule, const Known& known, Date today) {
  const Date anchor = known.anchor.value_or(known.since);
  if (schedule.until > 0 && plus(anchor, schedule.until) < today) return {};
  switch (schedule.kind) {
    case Schedule::Kind::every:
      return every(schedule, known, today);
    case Schedule::Kind::yearly:
      return yearly(known, today);
    case Schedule::Kind::once:
      return once(schedule, anchor, known, today);
    case Schedule::Kind::points:
      return at_points(schedule, anchor, known, today);
  }
  return {};
}

}  // namespace hb::programmes
