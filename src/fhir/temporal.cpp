#include "fhir/temporal.hpp"

#include <array>

namespace hb::fhir {
namespace {

using Precision = Temporal::Precision;

/// Reads exactly `digits` digits at `at`; -1 when they are not there.
int number(std::string_view text, std::size_t at, std::size_t digits) {
  if (at + digits > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    const unsigned digit = static_cast<unsigned char>(text[i]) - '0';
    if (digit > 9) return -1;
    value = value * 10 + static_cast<int>(digit);
  }
  return value;
}

/// Reads a time of day at `at`, moves `at` behind it; false when it is none.
bool read_time(std::string_view text, std::size_t& at, Temporal& value) {
  value.hour = number(text, at, 2);
  if (value.hour < 0 || value.hour > 23) return false;
  at += 2;
  value.precision = Precision::hour;
  if (at >= text.size() || text[at] != ':') return true;
  value.minute = number(text, at + 1, 2);
  if (value.minute < 0 || value.minute > 59) return false;
  at += 3;
  value.precision = Precision::minute;
  if (at >= text.size() || text[at] != ':') return true;
  value.second = number(text, at + 1, 2);
  if (value.second < 0 || value.second > 60) return false;
  at += 3;
  value.precision = Precision::second;
  if (at >= text.size() || text[at] != '.') return true;
  std::size_t digits = 0;
  int scale = 100'000;
  for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits) {
    value.micros += (text[at] - '0') * scale;
    scale /= 10;
  }
  value.precision = Precision::fraction;
  return digits > 0;
}

/// Reads Z or ±hh:mm at the end; false when something else stands there.
bool read_offset(std::string_view text, std::size_t at, Temporal& value) {
  if (at == text.size()) return true;
  value.has_offset = true;
  if (text[at] == 'Z') return at + 1 == text.size();
  if (text[at] != '+' && text[at] != '-') return false;
  const int hours = number(text, at + 1, 2);
  const int minutes = number(text, at + 4, 2);
  if (at + 6 != text.size() || text[at + 3] != ':' || hours < 0 || minutes < 0) return false;
  if (minutes > 59 || hours * 60 + minutes > 14 * 60) return false;
  value.offset_minutes = (text[at] == '-' ? -1 : 1) * (hours * 60 + minutes);
  return true;
}

void append_padded(std::string& out, int value, int digits) {
  std::array<char, 8> text{};
  for (int i = digits - 1; i >= 0; --i, value /= 10)
    text[static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
  out.append(text.data(), static_cast<std::size_t>(digits));
}

void append_time(std::string& out, const Temporal& value) {
  append_padded(out, value.hour, 2);
  if (value.precision < Precision::minute) return;
  append_padded(out += ':', value.minute, 2);
  if (value.precision < Precision::second) return;
  append_padded(out += ':', value.second, 2);
  if (value.precision == Precision::fraction) append_padded(out += '.', value.micros / 1000, 3);
}

/// Days since 1970-01-01 of the first ten bytes, 2015-02-04; nullopt when they are no such day.
std::optional<std::int32_t> plain_day(const char* text) {
  // Proleptic Gregorian, years counted from March: the leap day is the last of its year.
  constexpr std::int32_t days_before[] = {306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275};
  constexpr std::int32_t days_in[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  constexpr std::int32_t days_to_1970 = 719'468;  // from 0000-03-01
  const auto digit = [&](int at) {
    return static_cast<unsigned>(static_cast<unsigned char>(text[at])) - '0';
  };
  const auto two = [&](int at) {
    return static_cast<std::int32_t>(digit(at) * 10 + digit(at + 1));
  };
  for (const int at : {0, 1, 2, 3, 5, 6, 8, 9})
    if (digit(at) > 9) return std::nullopt;
  if (text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::int32_t year = two(0) * 100 + two(2);
  const std::int32_t month = two(5);
  const std::int32_t day = two(8);
  if (year < 1 || month < 1 || month > 12 || day < 1) return std::nullopt;
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (day > days_in[month - 1] + (month == 2 && leap ? 1 : 0)) return std::nullopt;
  const std::int32_t from_march = month < 3 ? year - 1 : year;
  return from_march * 365 + from_march / 4 - from_march / 100 + from_march / 400 +
         days_before[month - 1] + day - 1 - days_to_1970;
}

/// Seconds since 1970-01-01T00:00:00Z of 2015-02-04T14:34:28+08:00 or …28Z, exactly so written.
std::optional<std::int64_t> plain_seconds(std::string_view text) {
  if (text.size() != 25 && text.size() != 20) return std::nullopt;
  const auto day = plain_day(text.data());
  if (!day || text[10] != 'T' || text[13] != ':' || text[16] != ':') return std::nullopt;
  const int hour = number(text, 11, 2);
  const int minute = number(text, 14, 2);
  const int second = number(text, 17, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return std::nullopt;
  const std::int64_t local = (*day * std::int64_t{24} + hour) * 3600 + minute * 60 + second;
  if (text.size() == 20) return text[19] == 'Z' ? std::optional(local) : std::nullopt;
  const int hours = number(text, 20, 2);
  const int minutes = number(text, 23, 2);
  if ((text[19] != '+' && text[19] != '-') || text[22] != ':' || hours < 0 || hours > 14 ||
      minutes < 0 || minutes > 59)
    return std::nullopt;
  const std::int64_t offset = hours * 3600 + minutes * 60;
  return text[19] == '+' ? local - offset : local + offset;
}

}  // namespace

std::optional<Temporal> parse_temporal(std::string_view text) {
  Temporal value;
  value.year = number(text, 0, 4);
  if (value.year < 1) return std::nullopt;
  std::size_t at = 4;
  value.precision = Precision::year;
  if (at < text.size() && text[at] == '-') {
    value.month = number(text, 5, 2);
    at = 7;
    value.precision = Precision::month;
    if (at < text.size() && text[at] == '-') {
      value.day = number(text, 8, 2);
      at = 10;
      value.precision = Precision::day;
    }
  }
  if (value.month < 1 || value.day < 1 || !make_date(value.year, value.month, value.day))
    return std::nullopt;
  if (at == text.size()) return value;
  if (text[at] != 'T') return std::nullopt;
  if (++at == text.size()) return value;
  if (value.precision != Precision::day || !read_time(text, at, value)) return std::nullopt;
  if (!read_offset(text, at, value)) return std::nullopt;
  return value;
}

bool is_plain_day(std::string_view text) { return text.size() == 10 && plain_day(text.data()); }

bool is_plain_second(std::string_view text) {
  if (!plain_seconds(text)) return false;
  return text.size() == 20 || number(text, 20, 2) < 14 || number(text, 23, 2) == 0;
}

std::optional<Temporal> parse_time_of_day(std::string_view text) {
  Temporal value;
  std::size_t at = 0;
  if (!read_time(text, at, value) || at != text.size()) return std::nullopt;
  return value;
}

std::string format_temporal(const Temporal& value, bool time_only) {
  std::string out;
  if (time_only) {
    append_time(out, value);
    return out;
  }
  append_padded(out, value.year, 4);
  if (value.precision >= Precision::month) append_padded(out += '-', value.month, 2);
  if (value.precision >= Precision::day) append_padded(out += '-', value.day, 2);
  if (value.precision < Precision::hour) return out;
  append_time(out += 'T', value);
  if (!value.has_offset) return out;
  if (value.offset_minutes == 0) return out += 'Z';
  const int offset = value.offset_minutes < 0 ? -value.offset_minutes : value.offset_minutes;
  append_padded(out += value.offset_minutes < 0 ? '-' : '+', offset / 60, 2);
  append_padded(out += ':', offset % 60, 2);
  return out;
}

Instant to_instant(const Temporal& value) {
  constexpr int shanghai_minutes = 480;
  const auto date = make_date(value.year, value.month, value.day);
  const std::int64_t days = date ? date->days : 0;
  const int offset = value.has_offset ? value.offset_minutes : shanghai_minutes;
  const std::int64_t minutes = days * 1440 + value.hour * 60 + value.minute - offset;
  return {(minutes * 60 + value.second) * 1'000'000 + value.micros};
}

Date to_date(const Temporal& value) {
  if (value.precision >= Precision::hour && value.has_offset)
    return day_in_shanghai(to_instant(value));
  return make_date(value.year, value.month, value.day).value_or(Date{});
}

std::optional<Instant> parse_moment(std::string_view text) {
  if (const auto seconds = plain_seconds(text)) return Instant{*seconds * 1'000'000};
  const auto value = parse_temporal(text);
  return value ? std::optional(to_instant(*value)) : std::nullopt;
}

std::optional<Date> parse_day(std::string_view text) {
  if (text.size() == 10)
    if (const auto day = plain_day(text.data())) return Date{*day};
  if (const auto seconds = plain_seconds(text))
    return day_in_shanghai(Instant{*seconds * 1'000'000});
  const auto value = parse_temporal(text);
  return value ? std::optional(to_date(*value)) : std::nullopt;
}

}  // namespace hb::fhir
