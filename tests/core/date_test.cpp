#include "core/date.hpp"

#include <doctest/doctest.h>

#include "core/clock.hpp"

using namespace hb;

TEST_CASE("make_date: days that exist, and days that do not") {
  CHECK(make_date(1970, 1, 1)->days == 0);
  CHECK(make_date(1970, 3, 1)->days == 31 + 28);
  CHECK(make_date(2000, 1, 1)->days == 30 * 365 + 7);  // leap days 1972 … 1996
  CHECK(make_date(2020, 2, 29).has_value());
  CHECK_FALSE(make_date(2020, 2, 30).has_value());
  CHECK_FALSE(make_date(1900, 2, 29).has_value());  // no leap year
  CHECK_FALSE(make_date(0, 1, 1).has_value());
  CHECK_FALSE(make_date(10000, 1, 1).has_value());
  CHECK_FALSE(make_date(2020, 13, 1).has_value());
  CHECK_FALSE(make_date(2020, 4, 31).has_value());
}

TEST_CASE("parse_date: exactly one form") {
  REQUIRE(parse_date("2026-11-21").has_value());
  CHECK(format_date(*parse_date("2026-11-21")) == "2026-11-21");
  CHECK(format_date(*parse_date("0001-01-01")) == "0001-01-01");
  for (const char* text : {"", "2026-11", "2026-11-21T", "2026/11/21", "26-11-21", "2026-1-21",
                           "2026-02-30", "+026-11-21", "2026-11-2 "}) {
    CAPTURE(text);
    const Result<Date> date = parse_date(text);
    REQUIRE_FALSE(date.has_value());
    CHECK(date.error().code == ErrorCode::invalid_input);
  }
}

TEST_CASE("age_in_years: full years, birthday included") {
  const Date birth = *make_date(1980, 6, 15);
  CHECK(age_in_years(birth, *make_date(2020, 6, 14)) == 39);
  CHECK(age_in_years(birth, *make_date(2020, 6, 15)) == 40);
  CHECK(age_in_years(birth, *make_date(1980, 6, 15)) == 0);
  CHECK(age_in_years(birth, *make_date(1980, 6, 14)) == -1);
  CHECK(age_in_years(*make_date(2004, 2, 29), *make_date(2005, 2, 28)) == 0);
  CHECK(age_in_years(*make_date(2004, 2, 29), *make_date(2005, 3, 1)) == 1);
}

TEST_CASE("iso_week: years that begin late and end late") {
  const auto week_of = [](int year, int month, int day) {
    return iso_week(*make_date(year, month, day));
  };
  CHECK(week_of(2026, 11, 21).week == 47);
  CHECK(week_of(2021, 1, 3).year == 2020);  // Sunday of 2020-W53
  CHECK(week_of(2021, 1, 3).week == 53);
  CHECK(week_of(2021, 1, 4).week == 1);
  CHECK(week_of(2024, 12, 30).year == 2025);  // Monday of 2025-W01
  CHECK(week_of(2024, 12, 30).week == 1);
  CHECK(week_of(1969, 12, 29).year == 1970);
}

TEST_CASE("monday: the first day of a week that exists") {
  CHECK(format_date(*monday({2026, 47})) == "2026-11-16");
  CHECK(format_date(*monday({2020, 53})) == "2020-12-28");
  CHECK(format_date(*monday({2025, 1})) == "2024-12-30");
  CHECK_FALSE(monday({2021, 53}).has_value());
  CHECK_FALSE(monday({2021, 0}).has_value());
}

TEST_CASE("parse_instant: offset required, fraction cut to microseconds") {
  CHECK(parse_instant("1970-01-01T00:00:00Z")->micros == 0);
  CHECK(parse_instant("1970-01-01T08:00:01+08:00")->micros == 1'000'000);
  CHECK(parse_instant("1969-12-31T23:59:59.5Z")->micros == -500'000);
  CHECK(parse_instant("1970-01-01T00:00:00.1234567Z")->micros == 123'456);
  CHECK(parse_instant("2016-12-31T23:59:60Z")->micros ==
        parse_instant("2017-01-01T00:00:00Z")->micros);
  for (const char* text :
       {"2026-11-21", "2026-11-21T08:00:00", "2026-11-21T08:00Z", "2026-11-21T24:00:00Z",
        "2026-11-21T08:60:00Z", "2026-11-21T08:00:00.Z", "2026-11-21T08:00:00+8:00",
        "2026-11-21T08:00:00+15:00", "2026-02-30T08:00:00Z", "2026-11-21T08:00:00Zx"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_instant(text).has_value());
  }
}

TEST_CASE("format_instant: UTC with milliseconds, before 1970 too") {
  CHECK(format_instant(*parse_instant("2026-11-21T08:00:00.123+08:00")) ==
        "2026-11-21T00:00:00.123Z");
  CHECK(format_instant(Instant{-1}) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("day_in_shanghai: the day turns at 16:00 UTC") {
  CHECK(format_date(day_in_shanghai(*parse_instant("2026-11-21T15:59:59.999Z"))) == "2026-11-21");
  CHECK(format_date(day_in_shanghai(*parse_instant("2026-11-21T16:00:00Z"))) == "2026-11-22");
}

TEST_CASE("system_clock: after this test was written") {
  CHECK(system_clock()() > *parse_instant("2025-01-01T00:00:00Z"));
}
