#include "workflow/calendar.hpp"

#include <algorithm>
#include <charconv>

#include "workflow/cursor.hpp"

namespace hb::workflow {
namespace {

constexpr std::int64_t micros_per_minute = 60'000'000;
constexpr int minutes_per_day = 24 * 60;
constexpr std::int64_t shanghai_minutes = 8 * 60;  // UTC+8, no daylight saving since 1991
constexpr std::int32_t last_day = 2'932'000;       // in the year 9997: nothing is counted further
constexpr std::int32_t most_days_of_range = 366;

/// A moment as a day in Asia/Shanghai, the minute of that day and what is left of the minute.
struct Local {
  Date day;
  std::int64_t minute;
  std::int64_t rest;  ///< microseconds
};

Local local(Instant instant) {
  const std::int64_t shifted = instant.micros + shanghai_minutes * micros_per_minute;
  const std::int64_t per_day = minutes_per_day * micros_per_minute;
  std::int64_t day = shifted / per_day;
  if (shifted % per_day < 0) --day;
  const std::int64_t within = shifted - day * per_day;
  return {{static_cast<std::int32_t>(day)}, within / micros_per_minute, within % micros_per_minute};
}

Instant instant(const Local& local) {
  return {(local.day.days * std::int64_t{minutes_per_day} + local.minute - shanghai_minutes) *
              micros_per_minute +
          local.rest};
}

int weekday(Date day) {  // 1970-01-01 was a Thursday
  const int from_monday = (day.days + 3) % 7;
  return (from_monday < 0 ? from_monday + 7 : from_monday) + 1;
}

std::optional<int> minute_of_day(std::string_view text) {
  int hour = 0;
  int minute = 0;
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto a = std::from_chars(text.data(), text.data() + 2, hour);
  const auto b = std::from_chars(text.data() + 3, text.data() + 5, minute);
  if (a.ptr != text.data() + 2 || b.ptr != text.data() + 5) return std::nullopt;
  if (hour < 0 || minute < 0 || minute > 59 || hour * 60 + minute > minutes_per_day)
    return std::nullopt;
  return hour * 60 + minute;
}

void read_hours(const Cursor& root, Calendar& calendar) {
  for (const Cursor& item : root.items("hours")) {
    const std::string text = item.scalar();
    const std::size_t dash = text.find('-');
    const auto from = minute_of_day(std::string_view(text).substr(0, dash));
    const auto to = dash == std::string::npos
                        ? std::nullopt
                        : minute_of_day(std::string_view(text).substr(dash + 1));
    if (!from || !to || *from >= *to) {
      item.fault("expected hours such as 08:30-12:00, found “" + text + "”");
    } else if (!calendar.hours.empty() && calendar.hours.back().to > *from) {
      item.fault("begins before the hours before it end");
    } else {
      calendar.hours.push_back({*from, *to});
    }
  }
  if (calendar.hours.empty()) root.fault("hours", "working hours are missing");
}

/// "2026-10-01" or "2026-10-01..2026-10-07", all in one year.
void read_days(const Cursor& list, int year, std::set<std::int32_t>& days) {
  for (const Cursor& item : list.items()) {
    const std::string text = item.scalar();
    const std::size_t dots = text.find("..");
    const Result<Date> from = parse_date(text.substr(0, dots));
    const Result<Date> to = dots == std::string::npos ? from : parse_date(text.substr(dots + 2));
    if (!from || !to || *to < *from || to->days - from->days > most_days_of_range) {
      item.fault("expected a day such as 2026-10-01 or 2026-10-01..2026-10-07, found “" + text +
                 "”");
    } else if (civil(*from).year != year || civil(*to).year != year) {
      item.fault("is not in the year " + std::to_string(year));
    } else {
      for (std::int32_t day = from->days; day <= to->days; ++day) days.insert(day);
    }
  }
}

void read_years(const Cursor& root, Calendar& calendar) {
  for (const auto& [text, year] : root.entries("years")) {
    int number = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (status != std::errc() || end != text.data() + text.size() || number < 1 || number > 9990) {
      year.fault("expected a year such as 2026, found “" + text + "”");
      continue;
    }
    if (!year.only({"free", "work", "source"})) continue;
    calendar.years.insert(number);
    (void)year.text("source", true);
    read_days(year.child("free", true), number, calendar.free);
    read_days(year.child("work"), number, calendar.work);
  }
  for (const std::int32_t day : calendar.work) {
    if (calendar.free.contains(day))
      root.fault("years", format_date({day}) + " is both off and worked");
    else if (!calendar.weekend.contains(weekday({day})))
      root.fault("years", format_date({day}) + " is worked anyway: it is no weekend");
  }
}

Instant add_working_days(const Local& from, std::int64_t days, const Calendar& calendar) {
  Date day = from.day;
  while (days > 0 && day.days < last_day) {
    ++day.days;
    if (calendar.is_working(day)) --days;
  }
  return instant({day, calendar.hours.back().to, 0});
}

Instant add_working_minutes(const Local& from, std::int64_t minutes, const Calendar& calendar) {
  std::int64_t at = from.minute;
  std::int64_t rest = from.rest;
  for (Date day = from.day; day.days < last_day; ++day.days, at = 0, rest = 0) {
    if (!calendar.is_working(day)) continue;
    for (const Calendar::Span& span : calendar.hours) {
      if (at >= span.to) continue;
      if (at < span.from) rest = 0;
      at = std::max<std::int64_t>(at, span.from);
      const std::int64_t left = span.to - at;
      if (minutes < left || (minutes == left && rest == 0))
        return instant({day, at + minutes, rest});
      minutes -= left;
      at = span.to;
    }
  }
  return instant({{last_day}, 0, 0});
}

Instant subtract_working_minutes(const Local& from, std::int64_t minutes,
                                 const Calendar& calendar) {
  std::int64_t at = from.minute;
  for (Date day = from.day; day.days > 0; --day.days, at = minutes_per_day) {
    if (!calendar.is_working(day)) continue;
    for (auto span = calendar.hours.rbegin(); span != calendar.hours.rend(); ++span) {
      if (at <= span->from) continue;
      at = std::min<std::int64_t>(at, span->to);
      const std::int64_t left = at - span->from;
      if (minutes <= left) return instant({day, at - minutes, 0});
      minutes -= left;
      at = span->from;
    }
  }
  return from.day.days > 0 ? instant({{0}, 0, 0}) : instant(from);
}

Instant subtract_working_days(const Local& from, std::int64_t days, const Calendar& calendar) {
  Date day = from.day;
  while (days > 0 && day.days > 0) {
    --day.days;
    if (calendar.is_working(day)) --days;
  }
  return instant({day, calendar.hours.back().to, 0});
}

}  // namespace

bool Calendar::is_working(Date day) const {
  if (free.contains(day.days)) return false;
  return work.contains(day.days) || !weekend.contains(weekday(day));
}

bool Calendar::covers(Date day) const { return years.contains(civil(day).year); }

std::optional<Calendar> load_calendar(const std::filesystem::path& file,
                                      std::vector<Fault>& faults) {
  Document document(file.string());
  Calendar calendar;
  if (const auto node = read_document(file, document)) {
    const Cursor root(document, *node, "", place_of(*node));
    if (root.only({"schema", "id", "title", "source", "hours", "weekend", "years"})) {
      if (root.text("schema", true) != "calendar-1") root.fault("schema", "expected calendar-1");
      calendar.id = root.text("id", true);
      if (!calendar.id.empty() && calendar.id != file.stem().string())
        root.fault("id", "the calendar “" + calendar.id + "” belongs into a file of its name");
      calendar.title = root.localized("title");
      calendar.source = root.localized("source");
      for (const Cursor& day : root.items("weekend")) {
        const std::string text = day.scalar();
        if (text.size() == 1 && text[0] >= '1' && text[0] <= '7')
          calendar.weekend.insert(text[0] - '0');
        else
          day.fault("expected a day of the week, 1 (Monday) to 7 (Sunday)");
      }
      if (calendar.weekend.size() == 7) root.fault("weekend", "no day is left to work on");
      read_hours(root, calendar);
      read_years(root, calendar);
    }
  }
  faults.insert(faults.end(), document.faults().begin(), document.faults().end());
  if (!document.faults().empty()) return std::nullopt;
  return calendar;
}

Instant add_to(Instant from, const Duration& duration, const Calendar* calendar) {
  if (!duration.working || calendar == nullptr)
    return {from.micros + (duration.days * minutes_per_day + duration.minutes) * micros_per_minute};
  const Local at = local(from);
  return duration.days > 0 ? add_working_days(at, duration.days, *calendar)
                           : add_working_minutes(at, duration.minutes, *calendar);
}

Instant subtract(Instant from, const Duration& duration, const Calendar* calendar) {
  if (!duration.working || calendar == nullptr)
    return {from.micros - (duration.days * minutes_per_day + duration.minutes) * micros_per_minute};
  const Local at = local(from);
  return duration.days > 0 ? subtract_working_days(at, duration.days, *calendar)
                           : subtract_working_minutes(at, duration.minutes, *calendar);
}

}  // namespace hb::workflow
