// Values of search parameters as they are written in a URL (R4, search.html 3.1.1.3–3.1.1.5).
#include <algorithm>

#include "search/query.hpp"

namespace hb::search {
namespace {

using fhir::Decimal;

unexpected<Error> refuse(std::string message) {
  return fail(ErrorCode::invalid_input, std::move(message));
}

/// Splits at `separator` where no backslash stands before it; the backslashes stay.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == separator) {
      parts.push_back(text.substr(from, i - from));
      from = i + 1;
    }
  }
  parts.push_back(text.substr(std::min(from, text.size())));
  return parts;
}

std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

Prefix take_prefix(std::string_view& text) {
  static constexpr std::pair<std::string_view, Prefix> prefixes[] = {
      {"eq", Prefix::eq}, {"ne", Prefix::ne}, {"gt", Prefix::gt},
      {"lt", Prefix::lt}, {"ge", Prefix::ge}, {"le", Prefix::le},
      {"sa", Prefix::sa}, {"eb", Prefix::eb}, {"ap", Prefix::ap}};
  for (const auto& [name, prefix] : prefixes) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    return prefix;
  }
  return Prefix::eq;
}

Operand token_operand(std::string_view text) {
  Operand operand;
  const std::vector<std::string_view> parts = split(text, '|');
  if (parts.size() > 1) {
    operand.has_system = true;
    operand.system = unescaped(parts[0]);
  }
  operand.code = unescaped(parts.size() > 1 ? text.substr(parts[0].size() + 1) : text);
  return operand;
}

/// :of-type is system|code|value.
Result<Operand> of_type_operand(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, '|');
  if (parts.size() != 3) return refuse("expected system|type|value for :of-type");
  Operand operand;
  operand.has_system = true;
  operand.system = unescaped(parts[0]);
  operand.type_code = unescaped(parts[1]);
  operand.code = unescaped(parts[2]);
  return operand;
}

Operand reference_operand(const Parameter& parameter, std::string_view text) {
  Operand operand;
  const std::string plain = unescaped(text);
  const Target target = target_of(plain);
  if (!target.type.empty()) {
    operand.has_system = true;
    operand.system = target.type;
    operand.code = target.id;
  } else {
    operand.code = plain;
    if (parameter.targets.size() == 1 && fhir::is_resource_id(plain)) {
      operand.has_system = true;
      operand.system = parameter.targets.front();
    }
  }
  return operand;
}

Result<Operand> date_operand(std::string_view text, Instant now) {
  Operand operand;
  operand.prefix = take_prefix(text);
  const std::string plain = unescaped(text);
  const auto span = span_of(plain);
  if (!span)
    return refuse("expected a date such as 2025, 2025-03, 2025-03-01 or 2025-03-01T08:00:00+08:00");
  operand.span = *span;
  if (operand.prefix == Prefix::ap) {
    const std::int64_t distance =
        std::max(std::abs(now.micros - span->low), std::abs(now.micros - span->high)) / 10;
    operand.span = {span->low - distance, span->high + distance};
  }
  return operand;
}

/// Half a unit of the last digit written: 100 stands for 99.5 up to 100.5, 5.40 for 5.395 to 5.405.
std::optional<Decimal> half_unit(std::string_view text) {
  const std::size_t exponent_at = text.find_first_of("eE");
  const std::string_view digits = text.substr(0, exponent_at);
  const std::size_t point = digits.find('.');
  const int behind =
      point == std::string_view::npos ? 0 : static_cast<int>(digits.size() - point - 1);
  int exponent = 0;
  if (exponent_at != std::string_view::npos) {
    const auto parsed = fhir::parse_decimal(text.substr(exponent_at + 1));
    if (!parsed || parsed->scale != 0) return std::nullopt;
    exponent = static_cast<int>(parsed->mantissa);
  }
  const int scale = behind - exponent + 1;
  if (scale > 27 || scale < -24) return std::nullopt;
  return scale >= 0 ? Decimal{5, scale} : Decimal{5 * fhir::power_of_ten(-scale), 0};
}

Decimal negated(const Decimal& value) { return {-value.mantissa, value.scale}; }

Result<Operand> number_operand(std::string_view text) {
  Operand operand;
  operand.prefix = take_prefix(text);
  const auto value = fhir::parse_decimal(text);
  const auto half = value ? half_unit(text) : std::nullopt;
  if (!half) return refuse("expected a number such as 7, 5.4 or 1e3, with at most 28 digits");
  operand.value = *value;
  Decimal reach = *half;
  if (operand.prefix == Prefix::ap) {
    const auto tenth = fhir::multiply(*value, Decimal{1, 1});
    if (!tenth) return refuse("expected a number with fewer digits");
    reach = tenth->mantissa < 0 ? negated(*tenth) : *tenth;
  }
  const auto low = fhir::add(*value, negated(reach));
  const auto high = fhir::add(*value, reach);
  if (!low || !high) return refuse("expected a number with fewer digits");
  operand.low = *low;
  operand.high = *high;
  return operand;
}

Result<Operand> quantity_operand(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, '|');
  if (parts.size() != 1 && parts.size() != 3)
    return refuse("expected number, or number|system|code, where system may be empty");
  Result<Operand> operand = number_operand(parts[0]);
  if (!operand) return operand;
  if (parts.size() == 3) {
    operand->system = unescaped(parts[1]);
    operand->code = unescaped(parts[2]);
    operand->has_system = !operand->system.empty();
  }
  return operand;
}

Result<Operand> operand_of(const Parameter& parameter, Kind kind, Modifier modifier,
                           std::string_view text, Instant now) {
  Operand operand;
  switch (kind) {
    case Kind::token:
      if (modifier == Modifier::of_type) return of_type_operand(text);
      if (modifier != Modifier::in && modifier != Modifier::not_in && modifier != Modifier::text)
        return token_operand(text);
      break;
    case Kind::reference:
      if (modifier == Modifier::identifier) return token_operand(text);
      return reference_operand(parameter, text);
    case Kind::date:
      return date_operand(text, now);
    case Kind::number:
      return number_operand(text);
    case Kind::quantity:
      return quantity_operand(text);
    case Kind::string:
    case Kind::uri:
      break;
    case Kind::composite:
    case Kind::special:
      return refuse("this kind of parameter is not supported here");
  }
  operand.code = unescaped(text);
  return operand;
}

Result<Operand> composite_operand(const Parameter& parameter, std::string_view text, Instant now) {
  const std::vector<std::string_view> parts = split(text, '$');
  if (parts.size() != parameter.parts.size())
    return refuse("expected " + std::to_string(parameter.parts.size()) + " values joined by $");
  Operand operand;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Result<Operand> part =
        operand_of(parameter, parameter.parts[i].kind, Modifier::none, parts[i], now);
    if (!part) return part;
    operand.parts.push_back(std::move(*part));
  }
  return operand;
}

}  // namespace

Result<std::vector<Operand>> parse_operands(const Parameter& parameter, Modifier modifier,
                                            std::string_view text, Instant now) {
  std::vector<Operand> operands;
  const std::vector<std::string_view> values = split(text, ',');
  if (values.size() > most_values)
    return refuse("at most " + std::to_string(most_values) + " values of one parameter");
  for (const std::string_view value : values) {
    if (value.empty()) return refuse("expected a value, found nothing");
    Result<Operand> operand = parameter.kind == Kind::composite
                                  ? composite_operand(parameter, value, now)
                                  : operand_of(parameter, parameter.kind, modifier, value, now);
    if (!operand) return unexpected(operand.error());
    operands.push_back(std::move(*operand));
  }
  return operands;
}

}  // namespace hb::search
