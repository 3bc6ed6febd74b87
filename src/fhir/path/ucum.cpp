#include "fhir/path/ucum.hpp"

#include <algorithm>
#include <charconv>

namespace hb::fhir::path {
namespace {

constexpr int max_nesting = 8;

struct Prefix {
  std::string_view code;
  int exponent;
};
constexpr Prefix prefixes[] = {
    {"da", 1}, {"Y", 24}, {"Z", 21}, {"E", 18},  {"P", 15},  {"T", 12},
    {"G", 9},  {"M", 6},  {"k", 3},  {"h", 2},   {"d", -1},  {"c", -2},
    {"m", -3}, {"u", -6}, {"n", -9}, {"p", -12}, {"f", -15}, {"a", -18},
};

/// A unit as a multiple of an expression in units that stand before it in the table.
struct Atom {
  std::string_view code;
  bool metric;  ///< takes prefixes
  std::string_view factor;
  std::string_view of;  ///< empty: dimension says what it is
  int dimension = -1;   ///< -1 with an empty `of`: a number
};
constexpr Atom atoms[] = {
    // base units; the mole stands for itself, as amounts are not counted here
    {"m", true, "1", "", Unit::metre},
    {"s", true, "1", "", Unit::second},
    {"g", true, "1", "", Unit::gram},
    {"K", true, "1", "", Unit::kelvin},
    {"C", true, "1", "", Unit::coulomb},
    {"cd", true, "1", "", Unit::candela},
    {"mol", true, "1", "", Unit::mole},
    {"rad", true, "1", ""},
    // numbers
    {"%", false, "0.01", ""},
    {"[ppth]", false, "0.001", ""},
    {"[ppm]", false, "0.000001", ""},
    {"[ppb]", false, "0.000000001", ""},
    {"[pi]", false, "3.1415926535897932384626433", ""},
    {"sr", true, "1", ""},
    {"deg", false, "0.01745329251994329576923690768", ""},
    // time; a and mo are the mean Julian year and its twelfth
    {"min", false, "60", "s"},
    {"h", false, "3600", "s"},
    {"d", false, "86400", "s"},
    {"wk", false, "604800", "s"},
    {"mo_j", false, "2629800", "s"},
    {"mo", false, "2629800", "s"},
    {"mo_s", false, "2551443", "s"},
    {"mo_g", false, "2629746", "s"},
    {"a_j", false, "31557600", "s"},
    {"a_g", false, "31556952", "s"},
    {"a", false, "31557600", "s"},
    // derived SI units
    {"Hz", true, "1", "s-1"},
    {"N", true, "1000", "g.m/s2"},
    {"Pa", true, "1", "N/m2"},
    {"J", true, "1", "N.m"},
    {"W", true, "1", "J/s"},
    {"A", true, "1", "C/s"},
    {"V", true, "1", "J/C"},
    {"F", true, "1", "C/V"},
    {"Ohm", true, "1", "V/A"},
    {"S", true, "1", "Ohm-1"},
    {"Wb", true, "1", "V.s"},
    {"T", true, "1", "Wb/m2"},
    {"H", true, "1", "Wb/A"},
    {"lm", true, "1", "cd.sr"},
    {"lx", true, "1", "lm/m2"},
    {"Bq", true, "1", "s-1"},
    {"Gy", true, "1", "J/kg"},
    {"Sv", true, "1", "J/kg"},
    {"kat", true, "1", "mol/s"},
    {"U", true, "0.000001", "mol/min"},
    {"eq", true, "1", "mol"},
    {"osm", true, "1", "mol"},
    {"Ci", true, "37000000000", "Bq"},
    {"RAD", true, "0.01", "Gy"},
    {"REM", true, "0.01", "Sv"},
    {"R", true, "0.000258", "C/kg"},
    // length, area, volume, mass
    {"l", true, "1", "dm3"},
    {"L", true, "1", "l"},
    {"ar", true, "100", "m2"},
    {"t", true, "1000", "kg"},
    {"u", true, "0.0000000000000000000000016605", "g"},
    {"Ao", false, "0.1", "nm"},
    {"[in_i]", false, "2.54", "cm"},
    {"[in_us]", false, "2.540005", "cm"},
    {"[ft_i]", false, "12", "[in_i]"},
    {"[yd_i]", false, "3", "[ft_i]"},
    {"[mi_i]", false, "5280", "[ft_i]"},
    {"[nmi_i]", false, "1852", "m"},
    {"[gr]", false, "64.79891", "mg"},
    {"[lb_av]", false, "7000", "[gr]"},
    {"[oz_av]", false, "28.349523125", "g"},
    {"[lb_tr]", false, "5760", "[gr]"},
    {"[oz_tr]", false, "480", "[gr]"},
    {"[stone_av]", false, "14", "[lb_av]"},
    {"[gal_us]", false, "231", "[in_i]3"},
    {"[qt_us]", false, "57.75", "[in_i]3"},
    {"[pt_us]", false, "28.875", "[in_i]3"},
    {"[cup_us]", false, "14.4375", "[in_i]3"},
    {"[foz_us]", false, "1.8046875", "[in_i]3"},
    {"[tbs_us]", false, "0.90234375", "[in_i]3"},
    {"[tsp_us]", false, "0.30078125", "[in_i]3"},
    {"[drp]", false, "0.05", "ml"},
    // pressure, energy, force
    {"bar", true, "100000", "Pa"},
    {"atm", false, "101325", "Pa"},
    {"m[Hg]", true, "133322", "Pa"},
    {"m[H2O]", true, "9806.65", "Pa"},
    {"[psi]", false, "6894.757293168361", "Pa"},
    {"gf", true, "0.00980665", "N"},
    {"dyn", true, "0.00001", "N"},
    {"erg", true, "0.0000001", "J"},
    {"cal", true, "4.184", "J"},
    {"[Cal]", false, "1", "kcal"},
    {"P", true, "0.1", "Pa.s"},
    {"[diop]", false, "1", "m-1"},
};
/// Counted things that compare with nothing but themselves.
constexpr std::string_view arbitrary_units[] = {
    "[iU]",     "[IU]",    "[arb'U]",  "[USP'U]", "[GPL'U]", "[MPL'U]", "[APL'U]",   "[beth'U]",
    "[todd'U]", "[dye'U]", "[smgy'U]", "[CFU]",   "[PFU]",   "[FFU]",   "[CCID_50]", "[TCID_50]",
    "[EID_50]", "[Lf]",    "[AU]",     "[BAU]",   "[HPF]",   "[LPF]",   "[pH]",      "B",
    "[IR]",     "[knk'U]", "[mclg'U]", "[tb'U]",  "[hp'_X]", "[hp'_C]", "[ka'U]",    "[bdsk'U]"};

bool times(Decimal& value, const Decimal& by) {
  const auto product = multiply(value, by);
  if (product) value = *product;
  return product.has_value();
}

void join_arbitrary(Unit& unit, const std::string& name, int power) {
  const auto place =
      std::lower_bound(unit.arbitrary.begin(), unit.arbitrary.end(), name,
                       [](const auto& known, const auto& n) { return known.first < n; });
  if (place == unit.arbitrary.end() || place->first != name)
    unit.arbitrary.insert(place, {name, power});
  else if ((place->second += power) == 0)
    unit.arbitrary.erase(place);
}

/// unit := unit × other^sign
bool join(Unit& unit, const Unit& other, int sign) {
  const bool up = sign > 0;
  if (!times(unit.factor, up ? other.factor : other.divisor)) return false;
  if (!times(unit.divisor, up ? other.divisor : other.factor)) return false;
  for (std::size_t i = 0; i < Unit::count; ++i) {
    const int power = unit.powers[i] + sign * other.powers[i];
    if (power < -100 || power > 100) return false;
    unit.powers[i] = static_cast<std::int8_t>(power);
  }
  for (const auto& [name, power] : other.arbitrary) join_arbitrary(unit, name, sign * power);
  return true;
}

bool scale(Unit& unit, int exponent) {
  return times(exponent >= 0 ? unit.factor : unit.divisor,
               {power_of_ten(exponent >= 0 ? exponent : -exponent), 0});
}

class Reader {
 public:
  Reader(std::string_view text, int nesting) : text_(text), nesting_(nesting) {}

  std::optional<Unit> run() {
    auto unit = term();
    return unit && at_ == text_.size() ? unit : std::nullopt;
  }

 private:
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::optional<Unit> term() {
    if (++nesting_ > max_nesting) return std::nullopt;
    Unit unit;
    int sign = take('/') ? -1 : 1;
    for (bool first = sign > 0;; first = false) {
      const auto part = component();
      if (!part || !join(unit, *part, sign)) return std::nullopt;
      unit.offset = first ? part->offset : Decimal{};  // only a temperature alone has one
      if (take('.')) {
        sign = 1;
      } else if (take('/')) {
        sign = -1;
      } else {
        break;
      }
    }
    --nesting_;
    return unit;
  }

  bool annotation() {
    if (!take('{')) return false;
    const auto end = text_.find('}', at_);
    if (end == std::string_view::npos) return false;
    at_ = end + 1;
    return true;
  }

  std::optional<Unit> component() {
    if (take('(')) {
      auto inner = term();
      return inner && take(')') ? inner : std::nullopt;
    }
    if (annotation()) return Unit{};
    const auto stop = text_.find_first_of("./(){}", at_);
    std::string_view name = text_.substr(at_, stop == std::string_view::npos ? stop : stop - at_);
    at_ += name.size();
    auto unit = simple(name);
    annotation();
    return unit;
  }

  /// A name with its exponent, or a number: m2, s-1, 10*3, 100.
  std::optional<Unit> simple(std::string_view name) {
    for (const std::string_view ten : {"10*", "10^"})
      if (name.starts_with(ten)) return power_of_10(name.substr(3));
    if (!name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos) {
      Unit unit;
      const auto number = parse_decimal(name);
      if (!number || number->mantissa == 0) return std::nullopt;
      unit.factor = *number;
      return unit;
    }
    std::size_t digits = name.size();
    while (digits > 0 && name[digits - 1] >= '0' && name[digits - 1] <= '9') --digits;
    if (digits > 0 && digits < name.size() && (name[digits - 1] == '-' || name[digits - 1] == '+'))
      --digits;
    int exponent = 1;
    if (digits < name.size() && !read_exponent(name.substr(digits), exponent)) return std::nullopt;
    const auto base = atom(name.substr(0, digits));
    if (!base) return std::nullopt;
    Unit unit;
    for (int i = 0; i < std::abs(exponent); ++i)
      if (!join(unit, *base, exponent < 0 ? -1 : 1)) return std::nullopt;
    if (exponent == 1) unit.offset = base->offset;
    return unit;
  }

  static bool read_exponent(std::string_view text, int& exponent) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    return error == std::errc{} && end == text.data() + text.size() && std::abs(exponent) <= 9;
  }

  static std::optional<Unit> power_of_10(std::string_view exponent_text) {
    int exponent = 1;
    if (exponent_text.starts_with('+')) exponent_text.remove_prefix(1);
    if (!exponent_text.empty()) {
      const char* const end = exponent_text.data() + exponent_text.size();
      const auto [stop, error] = std::from_chars(exponent_text.data(), end, exponent);
      if (error != std::errc{} || stop != end || std::abs(exponent) > 24) return std::nullopt;
    }
    Unit unit;
    if (!scale(unit, exponent)) return std::nullopt;
    return unit;
  }

  std::optional<Unit> atom(std::string_view name) {
    if (name == "Cel") return temperature({1, 0}, {1, 0}, {27315, 2});
    if (name == "[degF]") return temperature({5, 0}, {9, 0}, {45967, 2});
    if (auto plain = listed(name, false)) return plain;
    for (const Prefix& prefix : prefixes) {
      if (!name.starts_with(prefix.code)) continue;
      auto unit = listed(name.substr(prefix.code.size()), true);
      if (unit && scale(*unit, prefix.exponent)) return unit;
    }
    return std::nullopt;
  }

  static Unit temperature(Decimal factor, Decimal divisor, Decimal offset) {
    Unit unit;
    unit.factor = factor;
    unit.divisor = divisor;
    unit.offset = offset;
    unit.powers[Unit::kelvin] = 1;
    return unit;
  }

  std::optional<Unit> listed(std::string_view name, bool prefixed) {
    for (const Atom& entry : atoms) {
      if (entry.code != name || (prefixed && !entry.metric)) continue;
      Unit unit;
      if (!entry.of.empty()) {
        auto base = Reader(entry.of, nesting_ + 1).run();
        if (!base) return std::nullopt;
        unit = std::move(*base);
      } else if (entry.dimension >= 0) {
        unit.powers[static_cast<std::size_t>(entry.dimension)] = 1;
      }
      if (!times(unit.factor, *parse_decimal(entry.factor))) return std::nullopt;
      return unit;
    }
    for (const std::string_view known : arbitrary_units) {
      if (known != name) continue;
      Unit unit;
      unit.arbitrary.emplace_back(name == "[IU]" ? "[iU]" : name, 1);
      return unit;
    }
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int nesting_;
};

struct Fraction {
  Decimal above;
  Decimal below;
};

std::optional<Fraction> in_base(const Decimal& value, const Unit& unit) {
  const auto moved = unit.offset.mantissa == 0 ? std::optional(value) : add(value, unit.offset);
  const auto above = moved ? multiply(*moved, unit.factor) : std::nullopt;
  if (!above) return std::nullopt;
  return Fraction{*above, unit.divisor};
}

}  // namespace

std::optional<Unit> parse_unit(std::string_view text) {
  constexpr std::size_t longest = 100;
  if (text.empty() || text.size() > longest) return std::nullopt;
  return Reader(text, 0).run();
}

std::optional<Decimal> convert(const Decimal& value, const Unit& from, const Unit& to) {
  if (!from.measures_like(to)) return std::nullopt;
  const auto base = in_base(value, from);
  if (!base) return std::nullopt;
  const auto above = multiply(base->above, to.divisor);
  const auto below = multiply(base->below, to.factor);
  if (!above || !below) return std::nullopt;
  const auto quotient = divide(*above, *below);
  if (!quotient || to.offset.mantissa == 0) return quotient;
  return add(*quotient, {-to.offset.mantissa, to.offset.scale});
}

std::optional<int> compare(const Decimal& left, const Unit& left_unit, const Decimal& right,
                           const Unit& right_unit) {
  if (!left_unit.measures_like(right_unit)) return std::nullopt;
  const auto a = in_base(left, left_unit);
  const auto b = in_base(right, right_unit);
  if (!a || !b) return std::nullopt;
  const auto x = multiply(a->above, b->below);
  const auto y = multiply(b->above, a->below);
  if (x && y) return hb::fhir::compare(*x, *y);
  const double p = to_double(a->above) / to_double(a->below);
  const double q = to_double(b->above) / to_double(b->below);
  return p < q ? -1 : p > q ? 1 : 0;
}

}  // namespace hb::fhir::path
