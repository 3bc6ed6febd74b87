#include "fhir/path/decimal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace hb::fhir {
namespace {

constexpr int max_digits = 28;

constexpr auto make_powers() {
  std::array<Int128, 37> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr auto powers = make_powers();

Int128 magnitude(Int128 value) { return value < 0 ? -value : value; }

/// Brings a result back into 28 digits: fraction digits that do not fit are cut, else nothing.
std::optional<Decimal> fit(Decimal value) {
  while (value.scale > 0 &&
         (value.scale > max_digits || magnitude(value.mantissa) >= powers[max_digits])) {
    value.mantissa /= 10;
    --value.scale;
  }
  if (magnitude(value.mantissa) >= powers[max_digits]) return std::nullopt;
  return value;
}

/// Both at the larger scale; false when that leaves 128 bits.
bool align(Decimal& left, Decimal& right) {
  const int scale = std::max(left.scale, right.scale);
  for (Decimal* value : {&left, &right}) {
    const int shift = scale - value->scale;
    if (magnitude(value->mantissa) >= powers[36] / powers[static_cast<std::size_t>(shift)])
      return false;
    value->mantissa *= powers[static_cast<std::size_t>(shift)];
    value->scale = scale;
  }
  return true;
}

}  // namespace

Int128 power_of_ten(int exponent) { return powers[static_cast<std::size_t>(exponent)]; }

std::optional<Decimal> parse_decimal(std::string_view text) {
  Decimal value;
  std::size_t at = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) ++at;
  int digits = 0;
  bool point = false;
  const std::size_t first = at;
  for (; at < text.size(); ++at) {
    if (text[at] == '.' && !point && at > first) {
      point = true;
      continue;
    }
    if (text[at] < '0' || text[at] > '9') break;
    if (++digits > max_digits) return std::nullopt;
    value.mantissa = value.mantissa * 10 + (text[at] - '0');
    if (point) ++value.scale;
  }
  if (digits == 0 || text[at - 1] == '.') return std::nullopt;
  if (at < text.size()) {
    int exponent = 0;
    if (text[at] != 'e' && text[at] != 'E') return std::nullopt;
    if (++at < text.size() && text[at] == '+') ++at;
    const auto [end, error] =
        std::from_chars(text.data() + at, text.data() + text.size(), exponent);
    if (error != std::errc{} || end != text.data() + text.size() || std::abs(exponent) > max_digits)
      return std::nullopt;
    value.scale -= exponent;
    for (; value.scale < 0; ++value.scale) {
      if (magnitude(value.mantissa) >= powers[max_digits - 1]) return std::nullopt;
      value.mantissa *= 10;
    }
    if (value.scale > max_digits) return std::nullopt;
  }
  if (negative) value.mantissa = -value.mantissa;
  return value;
}

std::optional<Decimal> to_decimal(double number) {
  if (!std::isfinite(number)) return std::nullopt;
  std::array<char, 40> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return parse_decimal({text.data(), static_cast<std::size_t>(end - text.data())});
}

double to_double(const Decimal& value) {
  return static_cast<double>(
      static_cast<long double>(value.mantissa) /
      static_cast<long double>(powers[static_cast<std::size_t>(value.scale)]));
}

namespace {

/// As format_decimal, for a mantissa without its sign that fits 64 bits.
std::string format_short(std::int64_t magnitude, const Decimal& value) {
  std::array<char, 20> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), magnitude).ptr;
  const auto count = static_cast<std::size_t>(end - text.data());
  const auto scale = static_cast<std::size_t>(value.scale);
  std::string out;
  if (value.mantissa < 0) out += '-';
  const std::size_t whole = count > scale ? count - scale : 0;
  whole > 0 ? out.append(text.data(), whole) : out += '0';
  if (scale == 0) return out;
  out += '.';
  if (count < scale) out.append(scale - count, '0');
  return out.append(text.data() + whole, count - whole);
}

}  // namespace

std::string format_decimal(const Decimal& value) {
  Int128 rest = magnitude(value.mantissa);
  if (rest <= INT64_MAX) return format_short(static_cast<std::int64_t>(rest), value);
  std::string digits;
  do {
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest > 0 || static_cast<int>(digits.size()) <= value.scale);
  std::string text = value.mantissa < 0 ? "-" : "";
  for (int i = static_cast<int>(digits.size()) - 1; i >= 0; --i) {
    text += digits[static_cast<std::size_t>(i)];
    if (i == value.scale && i > 0) text += '.';
  }
  return text;
}

int compare(const Decimal& left, const Decimal& right) {
  Decimal a = left;
  Decimal b = right;
  if (!align(a, b)) {
    const double x = to_double(left);
    const double y = to_double(right);
    return x < y ? -1 : x > y ? 1 : 0;
  }
  return a.mantissa < b.mantissa ? -1 : a.mantissa > b.mantissa ? 1 : 0;
}

std::optional<Decimal> add(const Decimal& left, const Decimal& right) {
  Decimal a = left;
  Decimal b = right;
  if (!align(a, b)) return std::nullopt;
  return fit({a.mantissa + b.mantissa, a.scale});
}

std::optional<Decimal> multiply(const Decimal& left, const Decimal& right) {
  const Decimal a = normalize(left);
  const Decimal b = normalize(right);
  Int128 product = 0;
  if (__builtin_mul_overflow(a.mantissa, b.mantissa, &product)) return std::nullopt;
  return fit({product, a.scale + b.scale});
}

std::optional<Decimal> divide(const Decimal& left, const Decimal& right) {
  constexpr int digits = 12;
  if (right.mantissa == 0) return std::nullopt;
  const Decimal a = normalize(left);
  const Decimal b = normalize(right);
  const int shift = digits + b.scale - a.scale;
  Int128 numerator = a.mantissa;
  Int128 denominator = b.mantissa;
  Int128& grown = shift >= 0 ? numerator : denominator;
  const int steps = shift >= 0 ? shift : -shift;
  if (steps > 36 ||
      __builtin_mul_overflow(grown, powers[static_cast<std::size_t>(steps)], &grown)) {
    const auto quotient = to_decimal(to_double(left) / to_double(right));
    return quotient ? std::optional(normalize(*quotient)) : std::nullopt;
  }
  const auto quotient = fit({numerator / denominator, digits});
  return quotient ? std::optional(normalize(*quotient)) : std::nullopt;
}

Decimal round(const Decimal& value, int scale) {
  if (value.scale <= scale) return value;
  const Int128 unit = powers[static_cast<std::size_t>(value.scale - scale)];
  const Int128 half = value.mantissa < 0 ? -(unit / 2) : unit / 2;
  return {(value.mantissa + half) / unit, scale};
}

Int128 truncate(const Decimal& value) {
  return value.mantissa / powers[static_cast<std::size_t>(value.scale)];
}

Decimal normalize(Decimal value) {
  while (value.scale > 0 && value.mantissa % 10 == 0) {
    value.mantissa /= 10;
    --value.scale;
  }
  return value;
}

}  // namespace hb::fhir
