#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hb::fhir {

__extension__ typedef __int128 Int128;

/// An exact decimal number: mantissa × 10^-scale, up to 28 significant digits.
struct Decimal {
  Int128 mantissa = 0;
  int scale = 0;  ///< digits behind the point as written, 0–28

  static Decimal of(std::int64_t integer) { return {integer, 0}; }
};

/// [-+]digits[.digits][e±n]; nullopt when it is not that, or has more than 28 digits.
std::optional<Decimal> parse_decimal(std::string_view text);
/// Shortest decimal that reads back as the same double; nullopt for NaN, infinities and numbers
/// outside 28 digits.
std::optional<Decimal> to_decimal(double number);
double to_double(const Decimal& value);
std::string format_decimal(const Decimal& value);

/// -1, 0, 1
int compare(const Decimal& left, const Decimal& right);
std::optional<Decimal> add(const Decimal& left, const Decimal& right);
std::optional<Decimal> multiply(const Decimal& left, const Decimal& right);
/// Quotient to 12 digits behind the point, trailing zeros removed; nullopt for a zero divisor.
std::optional<Decimal> divide(const Decimal& left, const Decimal& right);
/// Rounds half away from zero.
Decimal round(const Decimal& value, int scale);
/// Towards zero.
Int128 truncate(const Decimal& value);
/// Without zeros at the end of the fraction.
Decimal normalize(Decimal value);
Int128 power_of_ten(int exponent);  ///< exponent 0–36

}  // namespace hb::fhir
