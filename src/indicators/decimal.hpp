#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hb::indicators {

/// An exact decimal number: scaled × 10^-scale. 92.30 and 92.3 are equal, but each keeps the
/// precision it was written with. At most 15 digits, at most 9 of them behind the point, so that
/// comparison, difference and product with a small integer are exact in 128 bits.
struct Decimal {
  std::int64_t scaled = 0;
  int scale = 0;  ///< digits behind the point, 0–9

  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);
  friend bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == 0; }
};

/// "-12.50": ASCII digits, one point, optional sign. nullopt: anything else, or more than 15
/// digits.
std::optional<Decimal> parse_decimal(std::string_view text);
/// With the digits it has: "92.30".
std::string format_decimal(const Decimal& number);
/// Exact; the larger of the two precisions.
Decimal subtract(const Decimal& a, const Decimal& b);
double to_double(const Decimal& number);

}  // namespace hb::indicators
