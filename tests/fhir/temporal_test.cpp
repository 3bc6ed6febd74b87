#include "fhir/temporal.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace hb;

TEST_CASE("parse_day and parse_moment: worked out by hand") {
  CHECK(fhir::parse_day("1970-01-01") == Date{0});
  CHECK(fhir::parse_day("2000-03-01") == Date{11'017});  // 30 years, 7 leap days, 31 + 29 days
  CHECK(fhir::parse_day("0001-01-01") == make_date(1, 1, 1));
  CHECK(fhir::parse_day("2020") == make_date(2020, 1, 1));
  // 16:00 UTC is midnight in Shanghai.
  CHECK(fhir::parse_day("1970-01-01T15:59:59Z") == Date{0});
  CHECK(fhir::parse_day("1970-01-01T16:00:00Z") == Date{1});
  CHECK(fhir::parse_moment("1970-01-01T08:00:00+08:00") == Instant{0});
  CHECK(fhir::parse_moment("1970-01-01T00:00:01.5-00:30") == Instant{1'801'500'000});
  CHECK(fhir::parse_moment("1969-12-31T23:59:60Z") == Instant{0});
  for (const char* wrong : {"",
                            "2020-02-30",
                            "1900-02-29",
                            "2020-13-01",
                            "2020-00-10",
                            "2020-01-00",
                            "0000-01-01",
                            "2020-1-011",
                            "2020/01/01",
                            "2020-01-01T24:00:00Z",
                            "2020-01-01T00:60:00Z",
                            "2020-01-01T00:00:61Z",
                            "2020-01-01T00:00:00z",
                            "2020-01-01T00:00:00+15:00",
                            "2020-01-01T00:00:00+14:01",
                            "2020-01-01T00:00:00+08.00",
                            "2020-01-01T00-00:00Z",
                            "2020:01-01",
                            "2020-01:01",
                            "2020-0:-01",
                            "/020-01-01",
                            "2020-01-01T00:00:00*08:00",
                            "2020-01-01 00:00:00Z",
                            "20a0-01-01"}) {
    INFO(wrong);
    CHECK(!fhir::parse_day(wrong));
    CHECK(!fhir::parse_moment(wrong));
  }
}

TEST_CASE("parse_day and parse_moment agree with parse_temporal on every day of four centuries") {
  std::size_t wrong = 0;
  for (std::int32_t days = make_date(1699, 12, 1)->days; days < make_date(2105, 2, 1)->days;
       ++days) {
    const std::string text = format_date(Date{days});
    wrong += fhir::parse_day(text) != Date{days};
    wrong += fhir::parse_moment(text) != fhir::to_instant(*fhir::parse_temporal(text));
    for (const char* time : {"T00:00:00Z", "T23:59:60Z", "T17:30:01+08:00", "T05:07:09-13:30"}) {
      const auto slow = fhir::parse_temporal(text + time);
      wrong += fhir::parse_day(text + time) != fhir::to_date(*slow);
      wrong += fhir::parse_moment(text + time) != fhir::to_instant(*slow);
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("plain days and seconds: only what is written in full") {
  CHECK(fhir::plain_day_number("2015-02-04") == 20'150'204);
  CHECK(fhir::plain_day_number("0001-01-01") == 10'101);
  for (const char* other : {"2015-02", "2015-02-29", "0000-01-01", "2015-02-04T00:00:00Z", ""})
    CHECK(fhir::plain_day_number(other) == 0);
  CHECK(fhir::is_plain_second("2015-02-04T14:34:28+08:00"));
  CHECK(fhir::is_plain_second("2015-02-04T14:34:28-14:00"));
  CHECK(fhir::is_plain_second("2015-02-04T14:34:60Z"));
  for (const char* other : {"2015-02-04", "2015-02-04T14:34Z", "2015-02-04T14:34:28.5Z",
                            "2015-02-04T14:34:28", "2015-02-04T14:34:28+14:30"})
    CHECK(!fhir::is_plain_second(other));
}
