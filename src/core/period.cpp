#include "core/period.hpp"

#include <cstdio>

namespace hb {
namespace {

/// The digits of text[from, from + length) as a number; -1 when they are not digits.
int number(std::string_view text, std::size_t from, std::size_t length) {
  int value = 0;
  for (const char c : text.substr(from, length)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// `count` whole months from the first day of year-month.
std::optional<Period> months(Period::Kind kind, int year, int month, int count) {
  const std::optional<Date> first = make_date(year, month, 1);
  if (!first) return std::nullopt;
  const int last_month = month + count - 1;
  for (int day = 31; day >= 28; --day) {
    if (const std::optional<Date> last = make_date(year, last_month, day)) {
      return Period{kind, *first, *last};
    }
  }
  return std::nullopt;
}

std::optional<Period> period_of(std::string_view text) {
  const int year = text.size() >= 4 ? number(text, 0, 4) : -1;
  if (year < 1) return std::nullopt;
  if (text.size() == 4) return months(Period::Kind::year, year, 1, 12);
  if (text[4] != '-') return std::nullopt;
  if (text.size() == 7 && text[5] == 'Q') {
    const int quarter = number(text, 6, 1);
    if (quarter < 1 || quarter > 4) return std::nullopt;
    return months(Period::Kind::quarter, year, quarter * 3 - 2, 3);
  }
  if (text.size() == 7) return months(Period::Kind::month, year, number(text, 5, 2), 1);
  if (text.size() == 8 && text[5] == 'W') {
    const std::optional<Date> first = monday({year, number(text, 6, 2)});
    if (!first) return std::nullopt;
    return Period{Period::Kind::week, *first, Date{first->days + 6}};
  }
  const Result<Date> day = parse_date(text);
  if (!day) return std::nullopt;
  return Period{Period::Kind::day, *day, *day};
}

std::string format_year_and(int year, const char* pattern, int part) {
  char text[32];
  const int length = std::snprintf(text, sizeof text, pattern, year, part);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace

Result<Period> parse_period(std::string_view text) {
  const std::optional<Period> period = period_of(text);
  if (!period) {
    return fail(ErrorCode::invalid_input,
                "not a period: expected 2025, 2025-Q3, 2025-11, 2025-W47 or 2025-11-21");
  }
  return *period;
}

std::string format_period(const Period& period) {
  const YearMonthDay first = civil(period.first);
  switch (period.kind) {
    case Period::Kind::year:
      return format_date(period.first).substr(0, 4);
    case Period::Kind::quarter:
      return format_year_and(first.year, "%04d-Q%d", (first.month + 2) / 3);
    case Period::Kind::month:
      return format_year_and(first.year, "%04d-%02d", first.month);
    case Period::Kind::week: {
      const IsoWeek week = iso_week(period.first);
      return format_year_and(week.year, "%04d-W%02d", week.week);
    }
    case Period::Kind::day:
      break;
  }
  return format_date(period.first);
}

}  // namespace hb
