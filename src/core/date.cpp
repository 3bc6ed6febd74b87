#include "core/date.hpp"

#include <chrono>
#include <cstdio>

namespace hb {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t micros_per_second = 1'000'000;
constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::int64_t shanghai_offset_seconds = 8 * 3600;

/// The number in text[from, from + length); -1 when one of them is no digit or missing.
int digits(std::string_view text, std::size_t from, std::size_t length) {
  if (from + length > text.size()) return -1;
  int value = 0;
  for (const char c : text.substr(from, length)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<Date> date_at_start(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  return make_date(year, month, day);
}

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  const std::int64_t quotient = value / by;
  return value % by < 0 ? quotient - 1 : quotient;
}

/// The Monday on or before date; 1970-01-01 was a Thursday.
Date monday_before(Date date) {
  return {static_cast<std::int32_t>(floor_divide(date.days + 3, 7) * 7 - 3)};
}

/// Microseconds of ".123456789" at position, which moves behind it; digits after the sixth are cut.
/// -1 when a point stands without digits.
std::int64_t fraction_micros(std::string_view text, std::size_t& position) {
  if (position >= text.size() || text[position] != '.') return 0;
  ++position;
  std::int64_t micros = 0;
  std::int64_t unit = micros_per_second / 10;
  const std::size_t first = position;
  for (; position < text.size() && digits(text, position, 1) >= 0; ++position) {
    micros += unit * (text[position] - '0');
    unit /= 10;
  }
  return position == first ? -1 : micros;
}

/// Seconds east of UTC of "Z" or "+08:00", which must be the whole rest.
std::optional<std::int64_t> offset_seconds(std::string_view rest) {
  if (rest == "Z") return 0;
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':') return std::nullopt;
  const int hours = digits(rest, 1, 2);
  const int minutes = digits(rest, 4, 2);
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return std::nullopt;
  const std::int64_t seconds = (hours * 60 + minutes) * 60;
  return rest[0] == '-' ? -seconds : seconds;
}

std::optional<Instant> instant_of(std::string_view text) {
  const std::optional<Date> date = date_at_start(text);
  if (!date || text.size() < 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);  // 60 is a leap second: the start of the next minute
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
    return std::nullopt;
  }
  std::size_t position = 19;
  const std::int64_t fraction = fraction_micros(text, position);
  if (fraction < 0) return std::nullopt;
  const std::optional<std::int64_t> offset = offset_seconds(text.substr(position));
  if (!offset) return std::nullopt;
  const std::int64_t seconds = date->days * seconds_per_day + (hour * 60 + minute) * 60 + second;
  return Instant{(seconds - *offset) * micros_per_second + fraction};
}

}  // namespace

std::optional<Date> make_date(int year, int month, int day) {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) {
    return std::nullopt;
  }
  const year_month_day ymd{std::chrono::year{year},
                           std::chrono::month{static_cast<unsigned>(month)},
                           std::chrono::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) return std::nullopt;
  return Date{static_cast<std::int32_t>(sys_days{ymd}.time_since_epoch().count())};
}

YearMonthDay civil(Date date) {
  const year_month_day ymd{sys_days{std::chrono::days{date.days}}};
  return {static_cast<int>(ymd.year()), static_cast<int>(static_cast<unsigned>(ymd.month())),
          static_cast<int>(static_cast<unsigned>(ymd.day()))};
}

Result<Date> parse_date(std::string_view text) {
  const std::optional<Date> date = text.size() == 10 ? date_at_start(text) : std::nullopt;
  if (!date) return fail(ErrorCode::invalid_input, "not a day that exists, written 2026-11-21");
  return *date;
}

std::string format_date(Date date) {
  const YearMonthDay ymd = civil(date);
  char text[32];
  const int length =
      std::snprintf(text, sizeof text, "%04d-%02d-%02d", ymd.year, ymd.month, ymd.day);
  return {text, static_cast<std::size_t>(length)};
}

int age_in_years(Date birth, Date day) {
  const YearMonthDay from = civil(birth);
  const YearMonthDay to = civil(day);
  const bool before_birthday =
      to.month < from.month || (to.month == from.month && to.day < from.day);
  return to.year - from.year - (before_birthday ? 1 : 0);
}

IsoWeek iso_week(Date date) {
  const Date thursday{monday_before(date).days + 3};  // a week belongs to the year of its Thursday
  const int year = civil(thursday).year;
  const Date new_year{make_date(year, 1, 1).value_or(Date{})};
  return {year, (thursday.days - new_year.days) / 7 + 1};
}

std::optional<Date> monday(IsoWeek week) {
  const std::optional<Date> fourth = make_date(week.year, 1, 4);  // always in week 1
  if (!fourth || week.week < 1 || week.week > 53) return std::nullopt;
  const Date result{monday_before(*fourth).days + (week.week - 1) * 7};
  if (iso_week(result).year != week.year) return std::nullopt;
  return result;
}

Result<Instant> parse_instant(std::string_view text) {
  const std::optional<Instant> instant = instant_of(text);
  if (!instant) {
    return fail(ErrorCode::invalid_input,
                "not an instant that exists, written 2026-11-21T08:00:00.123+08:00");
  }
  return *instant;
}

std::string format_instant(Instant instant) {
  const std::int64_t seconds = floor_divide(instant.micros, micros_per_second);
  const std::int64_t millis = (instant.micros - seconds * micros_per_second) / 1000;
  const std::int64_t day = floor_divide(seconds, seconds_per_day);
  const auto rest = static_cast<int>(seconds - day * seconds_per_day);
  char text[32];
  const int length = std::snprintf(text, sizeof text, "T%02d:%02d:%02d.%03dZ", rest / 3600,
                                   rest / 60 % 60, rest % 60, static_cast<int>(millis));
  return format_date(Date{static_cast<std::int32_t>(day)})
      .append(text, static_cast<std::size_t>(length));
}

Date day_in_shanghai(Instant instant) {
  const std::int64_t seconds =
      floor_divide(instant.micros, micros_per_second) + shanghai_offset_seconds;
  return Date{static_cast<std::int32_t>(floor_divide(seconds, seconds_per_day))};
}

}  // namespace hb
