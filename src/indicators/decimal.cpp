#include "indicators/decimal.hpp"

#include <algorithm>
#include <array>

namespace hb::indicators {
namespace {

constexpr int max_scale = 9;
constexpr int max_digits = 15;

__extension__ typedef __int128 Wide;  // holds 15 digits × 10^9 exactly

constexpr std::array<std::int64_t, max_scale + 1> powers = {
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

Wide at_scale(const Decimal& number, int scale) {
  return static_cast<Wide>(number.scaled) * powers[static_cast<std::size_t>(scale - number.scale)];
}

}  // namespace

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale, b.scale);
  const Wide left = at_scale(a, scale);
  const Wide right = at_scale(b, scale);
  if (left < right) return std::strong_ordering::less;
  if (left > right) return std::strong_ordering::greater;
  return std::strong_ordering::equal;
}

std::optional<Decimal> parse_decimal(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  Decimal number;
  bool point = false;
  int digits = 0;
  for (const char c : text) {
    if (c == '.') {
      if (point || digits == 0) return std::nullopt;
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    if (++digits > max_digits || (point && ++number.scale > max_scale)) return std::nullopt;
    number.scaled = number.scaled * 10 + (c - '0');
  }
  if (digits == 0 || text.back() == '.') return std::nullopt;
  if (negative) number.scaled = -number.scaled;
  return number;
}

std::string format_decimal(const Decimal& number) {
  const bool negative = number.scaled < 0;
  std::string digits = std::to_string(negative ? -number.scaled : number.scaled);
  const auto scale = static_cast<std::size_t>(number.scale);
  if (scale > 0) {
    if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
    digits.insert(digits.size() - scale, 1, '.');
  }
  return negative ? "-" + digits : digits;
}

Decimal subtract(const Decimal& a, const Decimal& b) {
  // Two numbers of 15 digits can need 24 digits when their precisions differ: the result gives up
  // digits behind the point until it fits, which no printed indicator comes near.
  int scale = std::max(a.scale, b.scale);
  Wide difference = at_scale(a, scale) - at_scale(b, scale);
  constexpr Wide limit = 1'000'000'000'000'000'000;
  while ((difference >= limit || difference <= -limit) && scale > 0) {
    difference /= 10;
    --scale;
  }
  return {static_cast<std::int64_t>(difference), scale};
}

double to_double(const Decimal& number) {
  return static_cast<double>(number.scaled) /
         static_cast<double>(powers[static_cast<std::size_t>(number.scale)]);
}

}  // namespace hb::indicators
