#include "indicators/decimal.hpp"

#include <doctest/doctest.h>

using namespace hb::indicators;

TEST_CASE("parse_decimal: keeps the precision, refuses what is no plain number") {
  CHECK(format_decimal(*parse_decimal("92.30")) == "92.30");
  CHECK(format_decimal(*parse_decimal("-0.05")) == "-0.05");
  CHECK(format_decimal(*parse_decimal("007")) == "7");
  CHECK(parse_decimal("123456789012345").has_value());
  for (const char* text : {"", "-", ".", "1.", ".5", "1e3", "1 0", "0x1", "1.2.3",
                           "1234567890123456", "0.1234567890"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_decimal(text).has_value());
  }
}

TEST_CASE("Decimal: comparison and difference are exact across precisions") {
  CHECK(*parse_decimal("92.30") == *parse_decimal("92.3"));
  CHECK(*parse_decimal("92.3") < *parse_decimal("92.300000001"));
  CHECK(*parse_decimal("-1") < *parse_decimal("0.000000001"));
  CHECK(format_decimal(subtract(*parse_decimal("98.1"), *parse_decimal("92.3"))) == "5.8");
  CHECK(format_decimal(subtract(*parse_decimal("0.1"), *parse_decimal("0.30"))) == "-0.20");
  // 15 digits before the point minus nine behind it: 18 digits are kept, the rest is cut.
  CHECK(format_decimal(subtract(*parse_decimal("999999999999999"),
                                *parse_decimal("0.000000001"))) == "999999999999998.999");
}
