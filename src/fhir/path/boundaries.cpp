#include "fhir/path/boundaries.hpp"

namespace hb::fhir::path {
namespace {

using Precision = Temporal::Precision;

/// Half a unit of the last digit above or below: 1.0 stands for 0.95 to 1.05. Away from zero the
/// edge is rounded to the digits wanted, towards zero it is cut.
std::optional<Decimal> decimal_boundary(const Decimal& value, bool high, std::int64_t digits) {
  if (digits < 0 || digits > 27) return std::nullopt;
  const int scale = static_cast<int>(digits);
  const auto edge = add(value, {high ? 5 : -5, value.scale + 1});
  if (!edge) return std::nullopt;
  if (edge->scale <= scale)
    return Decimal{edge->mantissa * power_of_ten(scale - edge->scale), scale};
  const bool outwards = (value.mantissa >= 0) == high;
  if (outwards) return round(*edge, scale);
  return Decimal{edge->mantissa / power_of_ten(edge->scale - scale), scale};
}

std::optional<Precision> date_precision(std::int64_t digits) {
  switch (digits) {
    case 4:
      return Precision::year;
    case 6:
      return Precision::month;
    case 8:
      return Precision::day;
    case 10:
      return Precision::hour;
    case 12:
      return Precision::minute;
    case 14:
      return Precision::second;
    case 17:
      return Precision::fraction;
    default:
      return std::nullopt;
  }
}

std::optional<Precision> time_precision(std::int64_t digits) {
  switch (digits) {
    case 2:
      return Precision::hour;
    case 4:
      return Precision::minute;
    case 6:
      return Precision::second;
    case 9:
      return Precision::fraction;
    default:
      return std::nullopt;
  }
}

int last_day(int year, int month) {
  int day = 31;
  while (!make_date(year, month, day)) --day;
  return day;
}

std::optional<Moment> moment_boundary(const Moment& moment, bool high,
                                      std::optional<std::int64_t> digits) {
  const bool is_time = moment.kind == Moment::Kind::time;
  const std::int64_t full = is_time ? 9 : moment.kind == Moment::Kind::date ? 8 : 17;
  const auto wanted =
      is_time ? time_precision(digits.value_or(full)) : date_precision(digits.value_or(full));
  if (!wanted) return std::nullopt;
  Temporal value = moment.value;
  const Precision known = value.precision;
  if (known < Precision::month) value.month = high ? 12 : 1;
  if (known < Precision::day) value.day = high && !is_time ? last_day(value.year, value.month) : 1;
  if (known < Precision::hour) value.hour = high ? 23 : 0;
  // An hour alone is read as its first minute, as FHIR has no dateTime without minutes.
  if (known < Precision::minute) value.minute = high && known != Precision::hour ? 59 : 0;
  if (known < Precision::second) value.second = high ? 59 : 0;
  if (known < Precision::fraction) value.micros = high ? 999'000 : 0;
  value.precision = *wanted;
  // Without an offset the value may stand anywhere on earth: UTC+14 is the earliest, UTC-12 the
  // latest.
  if (!is_time && *wanted >= Precision::hour && !value.has_offset) {
    value.has_offset = true;
    value.offset_minutes = high ? -720 : 840;
  }
  return Moment{*wanted >= Precision::hour && !is_time ? Moment::Kind::date_time : moment.kind,
                value};
}

}  // namespace

std::optional<Value> boundary_of(const Value& value, bool high,
                                 std::optional<std::int64_t> precision) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    const auto found = decimal_boundary(Decimal::of(*integer), high, precision.value_or(8));
    return found ? std::optional<Value>(*found) : std::nullopt;
  }
  if (const auto* decimal = std::get_if<Decimal>(&value)) {
    const auto found = decimal_boundary(*decimal, high, precision.value_or(8));
    return found ? std::optional<Value>(*found) : std::nullopt;
  }
  if (const auto* quantity = std::get_if<Quantity>(&value)) {
    const auto found = decimal_boundary(quantity->value, high, precision.value_or(8));
    return found ? std::optional<Value>(Quantity{*found, quantity->unit, quantity->calendar})
                 : std::nullopt;
  }
  if (const auto* moment = std::get_if<Moment>(&value)) {
    const auto found = moment_boundary(*moment, high, precision);
    return found ? std::optional<Value>(*found) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace hb::fhir::path
