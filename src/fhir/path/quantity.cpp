// Units of quantities: UCUM and the calendar (FHIRPath N1, section 2.1.6.7).
#include "fhir/path/evaluator.hpp"
#include "fhir/path/ucum.hpp"

namespace hb::fhir::path {
namespace {

constexpr struct {
  std::string_view word;
  std::string_view code;
  std::int64_t milliseconds;  ///< a year has 365 days and a month 30 where days must be counted
  int months;
} calendar_units[] = {
    {"year", "a", 31'536'000'000, 12}, {"month", "mo", 2'592'000'000, 1},
    {"week", "wk", 604'800'000, 0},    {"day", "d", 86'400'000, 0},
    {"hour", "h", 3'600'000, 0},       {"minute", "min", 60'000, 0},
    {"second", "s", 1'000, 0},         {"millisecond", "ms", 1, 0},
};

/// The unit as calendar unit: a word, or the UCUM code of one where that is allowed.
auto calendar_unit(const Quantity& quantity, bool codes) -> decltype(&calendar_units[0]) {
  for (const auto& unit : calendar_units)
    if (quantity.calendar ? unit.word == quantity.unit : codes && unit.code == quantity.unit)
      return &unit;
  return nullptr;
}

/// Weeks and shorter units are of the same length in the calendar and in UCUM.
bool same_in_ucum(std::string_view unit) {
  return unit != "year" && unit != "month" && unit != "a" && unit != "mo";
}

std::optional<int> order_calendar(const Quantity& left, const Quantity& right) {
  const auto* a = calendar_unit(left, true);
  const auto* b = calendar_unit(right, true);
  if (a == nullptr || b == nullptr) return std::nullopt;
  const bool in_months = a->months > 0 && b->months > 0;
  const auto x = multiply(left.value, Decimal::of(in_months ? a->months : a->milliseconds));
  const auto y = multiply(right.value, Decimal::of(in_months ? b->months : b->milliseconds));
  return x && y ? std::optional(compare(*x, *y)) : std::nullopt;
}

std::string_view ucum_code(const Quantity& quantity) {
  const auto* unit = quantity.calendar ? calendar_unit(quantity, false) : nullptr;
  return unit == nullptr ? quantity.unit : unit->code;
}

}  // namespace

/// -1, 0, 1; nullopt when the units do not compare.
std::optional<int> order_quantities(const Quantity& left, const Quantity& right, bool loose) {
  if (left.unit == right.unit && left.calendar == right.calendar)
    return compare(left.value, right.value);
  if (left.calendar && right.calendar) return order_calendar(left, right);
  if (left.calendar != right.calendar) {
    const Quantity& ucum = left.calendar ? right : left;
    if (loose || ucum.from_fhir) return order_calendar(left, right);
    if (!same_in_ucum(left.unit) || !same_in_ucum(right.unit)) return std::nullopt;
  }
  const auto a = parse_unit(ucum_code(left));
  const auto b = parse_unit(ucum_code(right));
  if (!a || !b) return std::nullopt;
  return compare(left.value, *a, right.value, *b);
}

std::optional<Decimal> in_unit(const Quantity& quantity, std::string_view unit, bool calendar) {
  if (quantity.unit == unit && quantity.calendar == calendar) return quantity.value;
  if (calendar || quantity.calendar) {
    const Quantity target{{}, unit, calendar};
    const auto* from = calendar_unit(quantity, quantity.from_fhir || same_in_ucum(quantity.unit));
    const auto* to = calendar_unit(target, quantity.from_fhir || same_in_ucum(unit));
    if (from == nullptr || to == nullptr) return std::nullopt;
    if (quantity.calendar != calendar && !quantity.from_fhir &&
        (from->months > 0 || to->months > 0))
      return std::nullopt;
    const bool in_months = from->months > 0 && to->months > 0;
    const auto base =
        multiply(quantity.value, Decimal::of(in_months ? from->months : from->milliseconds));
    return base ? divide(*base, Decimal::of(in_months ? to->months : to->milliseconds))
                : std::nullopt;
  }
  const auto from = parse_unit(quantity.unit);
  const auto to = parse_unit(unit);
  return from && to ? convert(quantity.value, *from, *to) : std::nullopt;
}

bool comparable(const Quantity& left, const Quantity& right) {
  if (left.unit == right.unit && left.calendar == right.calendar) return true;
  const bool a_calendar = calendar_unit(left, left.from_fhir) != nullptr;
  const bool b_calendar = calendar_unit(right, right.from_fhir) != nullptr;
  if (left.calendar || right.calendar) return a_calendar && b_calendar;
  const auto a = parse_unit(left.unit);
  const auto b = parse_unit(right.unit);
  return a && b && a->measures_like(*b);
}

}  // namespace hb::fhir::path
