#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/path/decimal.hpp"

namespace hb::fhir::path {

/// What a UCUM unit measures and how large it is. Arbitrary units ([iU], [arb'U]) are dimensions of
/// their own, and so are calendar months: they have no length in seconds.
struct Unit {
  enum Dimension : std::uint8_t {
    metre,
    second,
    gram,
    kelvin,
    coulomb,
    candela,
    mole,
    month,
    count
  };
  Decimal factor{1, 0};  ///< in base units
  Decimal divisor{1, 0};
  Decimal offset{0, 0};  ///< added to the value before the factor: degrees Celsius and Fahrenheit
  std::array<std::int8_t, count> powers{};
  std::vector<std::pair<std::string, int>> arbitrary;  ///< sorted by name

  bool measures_like(const Unit& other) const {
    return powers == other.powers && arbitrary == other.arbitrary;
  }
};

/// Reads a case-sensitive UCUM expression: mg/dL, 10*3/uL, mm[Hg], kg.m/s2, {tablets}.
/// returns  nullopt for units outside the table of common ones
/// source   The Unified Code for Units of Measure, version 2.1
std::optional<Unit> parse_unit(std::string_view text);

/// A value in another unit of the same kind; nullopt when the units do not measure alike or the
/// number has no room in 28 digits.
std::optional<Decimal> convert(const Decimal& value, const Unit& from, const Unit& to);

/// -1, 0, 1; nullopt as convert().
std::optional<int> compare(const Decimal& left, const Unit& left_unit, const Decimal& right,
                           const Unit& right_unit);

}  // namespace hb::fhir::path
