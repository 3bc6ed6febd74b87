#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/date.hpp"

namespace hb::fhir {

/// A date, dateTime, instant or time as it was written, with its precision.
struct Temporal {
  enum class Precision : std::uint8_t { year, month, day, hour, minute, second, fraction };
  int year = 0;  ///< 1–9999; 0 for a time of day
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;  ///< 0–60 (leap second)
  int micros = 0;  ///< of the second
  Precision precision = Precision::day;
  bool has_offset = false;
  int offset_minutes = 0;  ///< east of UTC

  friend bool operator==(const Temporal&, const Temporal&) = default;
};

/// 2015 · 2015-02 · 2015-02-04 · 2015-02-04T14 … T14:34:28.123+08:00 (also with a bare T, as
/// FHIRPath writes partial dateTimes). The day must exist.
std::optional<Temporal> parse_temporal(std::string_view text);

/// 14 · 14:34 · 14:34:28 · 14:34:28.123
std::optional<Temporal> parse_time_of_day(std::string_view text);

/// The text FHIR would write: fractions with three digits.
std::string format_temporal(const Temporal& value, bool time_only = false);

/// First instant of the value. Without offset it is in Asia/Shanghai.
Instant to_instant(const Temporal& value);

/// Day in Asia/Shanghai; a partial date counts as its first day.
Date to_date(const Temporal& value);

/// 20150204 of a text written just as 2015-02-04, a day that exists; 0 for any other.
int plain_day_number(std::string_view text);
/// Written just as 2015-02-04T14:34:28+08:00 or …28Z, a time that exists.
bool is_plain_second(std::string_view text);

/// to_instant(*parse_temporal(text)) and to_date(*parse_temporal(text)), without the detour.
std::optional<Instant> parse_moment(std::string_view text);
std::optional<Date> parse_day(std::string_view text);

}  // namespace hb::fhir
