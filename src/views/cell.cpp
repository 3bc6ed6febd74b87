#include "views/cell.hpp"

#include <cmath>
#include <limits>

namespace hb::views {
namespace {

using fhir::Value;
using tables::ColumnType;

constexpr const char* fits = nullptr;
constexpr int decimal_scale = 4;
constexpr std::int64_t decimal_limit = 1'000'000'000'000'000'000;  // DECIMAL(18,4): 18 digits

const char* to_integer(const Value& value, Cell& cell, std::int64_t smallest, std::int64_t largest,
                       const char* expected) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  if (integer == nullptr || *integer < smallest || *integer > largest) return expected;
  cell.integer = *integer;
  return fits;
}

const char* to_decimal(const Value& value, Cell& cell) {
  constexpr const char* expected = "a number of at most 14 digits before the point";
  fhir::Decimal decimal;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    decimal = fhir::Decimal::of(*integer);
  } else if (const auto* given = std::get_if<fhir::Decimal>(&value)) {
    decimal = fhir::round(*given, decimal_scale);
  } else {
    return expected;
  }
  const fhir::Int128 limit = decimal_limit;
  if (decimal.mantissa >= limit || decimal.mantissa <= -limit) return expected;
  decimal.mantissa *= fhir::power_of_ten(decimal_scale - decimal.scale);
  if (decimal.mantissa >= limit || decimal.mantissa <= -limit) return expected;
  cell.integer = static_cast<std::int64_t>(decimal.mantissa);
  return fits;
}

/// A double whose ten-thousandfold is far from a tie needs no decimal digits to be rounded.
bool quick_decimal(double number, Cell& cell) {
  const double scaled = number * 10'000.0;
  if (!(std::abs(scaled) < 1e14)) return false;
  const double whole = std::nearbyint(scaled);
  if (std::abs(std::abs(scaled - whole) - 0.5) < 1e-3) return false;
  cell.integer = static_cast<std::int64_t>(whole);
  return true;
}

const char* to_real(const Value& value, Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    cell.real = static_cast<double>(*integer);
  } else if (const auto* decimal = std::get_if<fhir::Decimal>(&value)) {
    cell.real = fhir::to_double(*decimal);
  } else {
    return "a number";
  }
  return fits;
}

const char* to_moment(const Value& value, ColumnType type, Cell& cell) {
  const char* expected = type == ColumnType::date ? "a date" : "a date or a date with time";
  const auto* moment = std::get_if<fhir::Moment>(&value);
  if (moment == nullptr || moment->kind == fhir::Moment::Kind::time) return expected;
  cell.integer = type == ColumnType::date ? fhir::to_date(moment->value).days
                                          : fhir::to_instant(moment->value).micros;
  return fits;
}

const char* to_text(const Value& value, Cell& cell, std::string& kept) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    cell.text = *text;
    return fits;
  }
  if (const auto* moment = std::get_if<fhir::Moment>(&value)) {
    kept = fhir::format_temporal(moment->value, moment->kind == fhir::Moment::Kind::time);
  } else {
    kept = fhir::to_json(value);
  }
  cell.text = kept;
  return fits;
}

bool is_decimal(fhir::TypeId type) {
  return type != fhir::no_type && fhir::definitions::primitive(type) == fhir::Primitive::decimal;
}

}  // namespace

bool quick_cell(fhir::Json json, ColumnType type, bool is_decimal, Cell& cell) {
  switch (type) {
    case ColumnType::text:
      return !json.get(cell.text);
    case ColumnType::real:
      return !json.get(cell.real);
    case ColumnType::decimal: {
      double number = 0;
      return !json.get(number) && quick_decimal(number, cell);
    }
    case ColumnType::date: {
      std::string_view text;
      if (json.get(text)) return false;
      const auto date = fhir::parse_day(text);
      if (date) cell.integer = date->days;
      return date.has_value();
    }
    case ColumnType::timestamp: {
      std::string_view text;
      if (json.get(text)) return false;
      const auto instant = fhir::parse_moment(text);
      if (instant) cell.integer = instant->micros;
      return instant.has_value();
    }
    case ColumnType::boolean: {
      bool boolean = false;
      if (json.get(boolean)) return false;
      cell.integer = boolean;
      return true;
    }
    case ColumnType::integer:
    case ColumnType::bigint:
      if (is_decimal || !json.is<std::int64_t>()) return false;
      cell.integer = json.get_int64().value_unsafe();
      return type == ColumnType::bigint ||
             (cell.integer >= std::numeric_limits<std::int32_t>::min() &&
              cell.integer <= std::numeric_limits<std::int32_t>::max());
  }
  return false;
}

const char* to_cell(const Value& item, ColumnType type, Cell& cell, std::string& kept) {
  cell.null = false;
  const auto* element = std::get_if<fhir::Element>(&item);
  if (element != nullptr && !element->absent &&
      quick_cell(element->json, type, is_decimal(element->type), cell))
    return fits;
  const auto value = fhir::system_value(item);
  if (!value) {
    cell.null = element != nullptr && element->absent;
    return cell.null ? fits : "a value of its FHIR type";
  }
  switch (type) {
    case ColumnType::boolean: {
      const bool* boolean = std::get_if<bool>(&*value);
      if (boolean == nullptr) return "true or false";
      cell.integer = *boolean;
      return fits;
    }
    case ColumnType::integer:
      return to_integer(*value, cell, std::numeric_limits<std::int32_t>::min(),
                        std::numeric_limits<std::int32_t>::max(), "a whole number of 32 bits");
    case ColumnType::bigint:
      return to_integer(*value, cell, std::numeric_limits<std::int64_t>::min(),
                        std::numeric_limits<std::int64_t>::max(), "a whole number");
    case ColumnType::decimal:
      return to_decimal(*value, cell);
    case ColumnType::real:
      return to_real(*value, cell);
    case ColumnType::date:
    case ColumnType::timestamp:
      return to_moment(*value, type, cell);
    case ColumnType::text:
      break;
  }
  return to_text(*value, cell, kept);
}

}  // namespace hb::views
