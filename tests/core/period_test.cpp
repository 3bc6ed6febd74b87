#include "core/period.hpp"

#include <doctest/doctest.h>

using namespace hb;

TEST_CASE("parse_period: first and last day of the five kinds") {
  struct Case {
    const char* text;
    Period::Kind kind;
    const char* first;
    const char* last;
  };
  for (const Case& c : {Case{"2025", Period::Kind::year, "2025-01-01", "2025-12-31"},
                        Case{"2025-Q3", Period::Kind::quarter, "2025-07-01", "2025-09-30"},
                        Case{"2024-02", Period::Kind::month, "2024-02-01", "2024-02-29"},
                        Case{"2025-W47", Period::Kind::week, "2025-11-17", "2025-11-23"},
                        Case{"2025-W01", Period::Kind::week, "2024-12-30", "2025-01-05"},
                        Case{"2025-11-21", Period::Kind::day, "2025-11-21", "2025-11-21"}}) {
    CAPTURE(c.text);
    const Result<Period> period = parse_period(c.text);
    REQUIRE(period.has_value());
    CHECK(period->kind == c.kind);
    CHECK(format_date(period->first) == c.first);
    CHECK(format_date(period->last) == c.last);
    CHECK(format_period(*period) == c.text);
  }
}

TEST_CASE("parse_period: what is no period is refused") {
  for (const char* text :
       {"", "202", "0000", "2025-", "2025-Q0", "2025-Q5", "2025-13", "2025-00", "2025-W54",
        "2025-W00", "2025-W7", "2025-02-30", "2025-1", "20251", "2025/11", "abcd"}) {
    CAPTURE(text);
    const Result<Period> period = parse_period(text);
    REQUIRE_FALSE(period.has_value());
    CHECK(period.error().code == ErrorCode::invalid_input);
  }
}
