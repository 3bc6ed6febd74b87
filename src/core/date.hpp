#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace hb {

/// A calendar day (proleptic Gregorian), days since 1970-01-01. No time zone: days in Health Brain
/// are days in Asia/Shanghai.
struct Date {
  std::int32_t days = 0;

  friend bool operator==(Date a, Date b) = default;
  friend auto operator<=>(Date a, Date b) = default;
};

struct YearMonthDay {
  int year;
  int month;  ///< 1–12
  int day;    ///< 1–31
};

/// errors  nullopt when the day does not exist (2020-02-30) or year is outside 1–9999
std::optional<Date> make_date(int year, int month, int day);
YearMonthDay civil(Date date);

/// Exactly "2026-11-21"; errors invalid_input.
Result<Date> parse_date(std::string_view text);
std::string format_date(Date date);

/// Full years from birth to day; negative when day is before birth.
int age_in_years(Date birth, Date day);

/// ISO 8601 week: 2026-W47.
struct IsoWeek {
  int year;
  int week;  ///< 1–53
};
IsoWeek iso_week(Date date);
/// Monday of that week; nullopt when the year has no such week.
std::optional<Date> monday(IsoWeek week);

/// An instant in UTC, microseconds since 1970-01-01T00:00:00Z.
struct Instant {
  std::int64_t micros = 0;

  friend bool operator==(Instant a, Instant b) = default;
  friend auto operator<=>(Instant a, Instant b) = default;
};

/// "2026-11-21T08:00:00.123+08:00"; offset required; errors invalid_input.
Result<Instant> parse_instant(std::string_view text);
/// "2026-11-21T00:00:00.123Z", milliseconds.
std::string format_instant(Instant instant);
/// The day in Asia/Shanghai (UTC+8, no daylight saving since 1991; earlier DST days are ignored).
Date day_in_shanghai(Instant instant);

}  // namespace hb
