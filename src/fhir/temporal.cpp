#include "fhir/temporal.hpp"

#include <array>
#include <bit>
#include <cstring>

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

/// Eight bytes of a date or time: '0' stands for any digit, other bytes for themselves.
class Pattern {
 public:
  consteval explicit Pattern(const char (&text)[9]) {
    for (int i = 7; i >= 0; --i) {
      bytes_ = bytes_ << 8 | static_cast<std::uint8_t>(text[i]);
      // A digit may be 9 more than '0', another byte nothing, before the highest bit is reached.
      room_ = room_ << 8 | (text[i] == '0' ? 0x7F - 9 : 0x7F);
    }
  }

  /// The values of digits, 0 for other bytes; false when `text` does not begin so.
  bool read(const char* text, std::uint8_t (&digits)[8]) const {
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t rest = 0;
    std::memcpy(&rest, text, 8);
    rest ^= bytes_;
    std::memcpy(digits, &rest, 8);
    return ((rest | (rest + room_)) & 0x8080'8080'8080'8080) == 0;
  }

 private:
  std::uint64_t bytes_ = 0;
  std::uint64_t room_ = 0;
};

struct PlainDay {
  int year = 0;  ///< 0: no day
  int month = 0;
  int day = 0;
};

/// The first ten bytes as 2015-02-04.
PlainDay plain_day(const char* text) {
  static constexpr std::uint8_t days_in[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  std::uint8_t d[8];
  if (!Pattern("0000-00-").read(text, d)) return {};
  const unsigned tens = static_cast<unsigned char>(text[8]) - unsigned{'0'};
  const unsigned ones = static_cast<unsigned char>(text[9]) - unsigned{'0'};
  const int year = d[0] * 1000 + d[1] * 100 + d[2] * 10 + d[3];
  const int month = d[5] * 10 + d[6];
  if (tens > 3 || ones > 9 || year < 1 || month < 1 || month > 12) return {};
  const int day = static_cast<int>(tens * 10 + ones);
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (day < 1 || day > days_in[month - 1] + (month == 2 && leap ? 1 : 0)) return {};
  return {year, month, day};
}

/// Days since 1970-01-01.
std::int32_t number_of(const PlainDay& date) {
  // Proleptic Gregorian, years counted from March: the leap day is the last of its year.
  static constexpr std::int16_t days_before[] = {306, 337, 0,   31,  61,  92,
                                                 122, 153, 184, 214, 245, 275};
  constexpr std::int32_t days_to_1970 = 719'468;  // from 0000-03-01
  const std::int32_t from_march = date.month < 3 ? date.year - 1 : date.year;
  return from_march * 365 + from_march / 4 - from_march / 100 + from_march / 400 +
         days_before[date.month - 1] + date.day - 1 - days_to_1970;
}

struct PlainSecond {
  PlainDay date;
  int of_day = 0;  ///< seconds
  int offset = 0;  ///< seconds east of UTC
};

/// 2015-02-04T14:34:28+08:00 or …28Z, exactly so written; year 0 for anything else.
PlainSecond plain_second(std::string_view text) {
  if ((text.size() != 25 && text.size() != 20) || text[10] != 'T') return {};
  std::uint8_t d[8];
  if (!Pattern("00:00:00").read(text.data() + 11, d)) return {};
  const int hour = d[0] * 10 + d[1];
  const int minute = d[3] * 10 + d[4];
  const int second = d[6] * 10 + d[7];
  if (hour > 23 || minute > 59 || second > 60) return {};
  PlainSecond found{plain_day(text.data()), hour * 3600 + minute * 60 + second};
  if (text.size() == 20) return text[19] == 'Z' ? found : PlainSecond{};
  const char* offset = text.data() + 17;  // the seconds once more before it
  const bool east = Pattern("00+00:00").read(offset, d);
  if (!east && !Pattern("00-00:00").read(offset, d)) return {};
  const int hours = d[3] * 10 + d[4];
  const int minutes = d[6] * 10 + d[7];
  if (minutes > 59 || hours * 60 + minutes > 14 * 60) return {};
  found.offset = (hours * 60 + minutes) * (east ? 60 : -60);
  return found;
}

/// Seconds since 1970-01-01T00:00:00Z.
std::int64_t seconds_of(const PlainSecond& moment) {
  return number_of(moment.date) * std::int64_t{86'400} + moment.of_day - moment.offset;
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

int plain_day_number(std::string_view text) {
  if (text.size() != 10) return 0;
  const PlainDay date = plain_day(text.data());
  return date.year * 10'000 + date.month * 100 + date.day;
}

bool is_plain_second(std::string_view text) { return plain_second(text).date.year != 0; }

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
  const PlainSecond plain = plain_second(text);
  if (plain.date.year != 0) return Instant{seconds_of(plain) * 1'000'000};
  const auto value = parse_temporal(text);
  return value ? std::optional(to_instant(*value)) : std::nullopt;
}

std::optional<Date> parse_day(std::string_view text) {
  if (text.size() == 10)
    if (const PlainDay date = plain_day(text.data()); date.year != 0) return Date{number_of(date)};
  const PlainSecond plain = plain_second(text);
  if (plain.date.year != 0) return day_in_shanghai(Instant{seconds_of(plain) * 1'000'000});
  const auto value = parse_temporal(text);
  return value ? std::optional(to_date(*value)) : std::nullopt;
}

}  // namespace hb::fhir
