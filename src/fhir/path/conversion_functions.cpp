// Conversion (FHIRPath N1, section 5.5) and the clock (5.9).
#include <algorithm>

#include "fhir/path/functions.hpp"

namespace hb::fhir::path {
namespace {

constexpr auto by_expression = Function::Argument::expression;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::optional<Value> to_boolean(Evaluator&, const Value& value) {
  if (std::holds_alternative<bool>(value)) return value;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    if (*integer == 0 || *integer == 1) return *integer == 1;
    return std::nullopt;
  }
  if (const auto* decimal = std::get_if<Decimal>(&value)) {
    if (compare(*decimal, Decimal::of(0)) == 0) return false;
    if (compare(*decimal, Decimal::of(1)) == 0) return true;
    return std::nullopt;
  }
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr) return std::nullopt;
  const std::string word = lower(*text);
  for (const std::string_view yes : {"true", "t", "yes", "y", "1", "1.0"})
    if (word == yes) return true;
  for (const std::string_view no : {"false", "f", "no", "n", "0", "0.0"})
    if (word == no) return false;
  return std::nullopt;
}

std::optional<Value> to_integer(Evaluator&, const Value& value) {
  if (std::holds_alternative<std::int64_t>(value)) return value;
  if (const bool* boolean = std::get_if<bool>(&value)) return std::int64_t{*boolean};
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr || text->find_first_of(".eE") != std::string_view::npos) return std::nullopt;
  const auto decimal = parse_decimal(*text);
  if (!decimal || decimal->mantissa > INT32_MAX || decimal->mantissa < INT32_MIN)
    return std::nullopt;
  return static_cast<std::int64_t>(decimal->mantissa);
}

std::optional<Value> to_long(Evaluator&, const Value& value) {
  if (std::holds_alternative<std::int64_t>(value)) return value;
  if (const bool* boolean = std::get_if<bool>(&value)) return std::int64_t{*boolean};
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr || text->find_first_of(".eE") != std::string_view::npos) return std::nullopt;
  const auto decimal = parse_decimal(*text);
  if (!decimal || decimal->mantissa > INT64_MAX || decimal->mantissa < INT64_MIN)
    return std::nullopt;
  return static_cast<std::int64_t>(decimal->mantissa);
}

std::optional<Value> to_decimal_value(Evaluator&, const Value& value) {
  if (std::holds_alternative<Decimal>(value)) return value;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return Decimal::of(*integer);
  if (const bool* boolean = std::get_if<bool>(&value)) return Decimal::of(*boolean);
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr || text->find_first_of("eE") != std::string_view::npos) return std::nullopt;
  const auto decimal = parse_decimal(*text);
  return decimal ? std::optional<Value>(*decimal) : std::nullopt;
}

std::optional<Value> to_string_value(Evaluator& evaluator, const Value& value) {
  if (std::holds_alternative<std::string_view>(value)) return value;
  if (const auto* moment = std::get_if<Moment>(&value))
    return evaluator.keep(format_temporal(moment->value, moment->kind == Moment::Kind::time));
  if (const auto* quantity = std::get_if<Quantity>(&value)) {
    const std::string quote = quantity->calendar ? "" : "'";
    return evaluator.keep(format_decimal(quantity->value) + " " + quote +
                          std::string(quantity->unit) + quote);
  }
  if (std::holds_alternative<Element>(value)) return std::nullopt;
  return evaluator.keep(to_json(value));
}

std::optional<Value> to_date_value(Evaluator&, const Value& value) {
  const auto* moment = std::get_if<Moment>(&value);
  std::optional<Temporal> found;
  if (moment != nullptr && moment->kind != Moment::Kind::time) found = moment->value;
  if (const auto* text = std::get_if<std::string_view>(&value)) found = parse_temporal(*text);
  if (!found) return std::nullopt;
  Temporal date;
  date.year = found->year;
  date.month = found->month;
  date.day = found->day;
  date.precision = std::min(found->precision, Temporal::Precision::day);
  return Moment{Moment::Kind::date, date};
}

std::optional<Value> to_date_time(Evaluator&, const Value& value) {
  const auto* moment = std::get_if<Moment>(&value);
  std::optional<Temporal> found;
  if (moment != nullptr && moment->kind != Moment::Kind::time) found = moment->value;
  if (const auto* text = std::get_if<std::string_view>(&value)) found = parse_temporal(*text);
  if (!found) return std::nullopt;
  return Moment{Moment::Kind::date_time, *found};
}

std::optional<Value> to_time(Evaluator&, const Value& value) {
  if (const auto* moment = std::get_if<Moment>(&value);
      moment != nullptr && moment->kind == Moment::Kind::time)
    return value;
  const auto* text = std::get_if<std::string_view>(&value);
  const bool marked = text != nullptr && text->starts_with('T');
  const auto found = text == nullptr ? std::nullopt : parse_time_of_day(text->substr(marked));
  return found ? std::optional<Value>(Moment{Moment::Kind::time, *found}) : std::nullopt;
}

std::optional<Value> text_to_quantity(Evaluator& evaluator, std::string_view text) {
  const std::size_t space = text.find(' ');
  const auto number = parse_decimal(text.substr(0, space));
  if (!number) return std::nullopt;
  if (space == std::string_view::npos) return Quantity{*number, "1", false};
  std::string_view unit = text.substr(space + 1);
  if (unit.size() > 2 && unit.front() == '\'' && unit.back() == '\'')
    return Quantity{*number, evaluator.keep(std::string(unit.substr(1, unit.size() - 2))), false};
  if (unit.ends_with('s')) unit.remove_suffix(1);
  for (const std::string_view word :
       {"year", "month", "week", "day", "hour", "minute", "second", "millisecond"})
    if (unit == word) return Quantity{*number, word, true};
  return std::nullopt;
}

std::optional<Value> to_quantity(Evaluator& evaluator, const Value& value) {
  if (std::holds_alternative<Quantity>(value)) return value;
  if (const auto* integer = std::get_if<std::int64_t>(&value))
    return Quantity{Decimal::of(*integer), "1", false};
  if (const auto* decimal = std::get_if<Decimal>(&value)) return Quantity{*decimal, "1", false};
  if (const bool* boolean = std::get_if<bool>(&value))
    return Quantity{Decimal::of(*boolean), "1", false};
  const auto* text = std::get_if<std::string_view>(&value);
  return text == nullptr ? std::nullopt : text_to_quantity(evaluator, *text);
}

/// The last word of a unit: 'days' is day, 'mg' stays.
std::string_view calendar_word(std::string_view unit) {
  const std::string_view singular = unit.ends_with('s') ? unit.substr(0, unit.size() - 1) : unit;
  for (const std::string_view word :
       {"year", "month", "week", "day", "hour", "minute", "second", "millisecond"})
    if (singular == word) return word;
  return {};
}

/// The quantity of the input in the unit of the argument; nullopt where it cannot be.
std::optional<Value> quantity_in_unit(Evaluator& evaluator, const Node& node, const Scope& scope) {
  const Collection items = evaluator.collect(*node.base, scope);
  if (items.size() > 1) evaluator.error(node.name + "() asks for one value, there are several");
  if (evaluator.failed() || items.empty()) return std::nullopt;
  if (const auto* element = std::get_if<Element>(&items[0]);
      element != nullptr && !child_text(*element, "comparator").empty()) {
    evaluator.error("a quantity with a comparator is no single value");
    return std::nullopt;
  }
  const auto value = evaluator.exact(items[0]);
  auto converted = value ? to_quantity(evaluator, *value) : std::nullopt;
  if (!converted || node.arguments.empty()) return converted;
  const auto unit = evaluator.single_text(*node.arguments[0], scope);
  if (!unit) return std::nullopt;
  const std::string_view word = calendar_word(*unit);
  const auto moved =
      in_unit(std::get<Quantity>(*converted), word.empty() ? *unit : word, !word.empty());
  if (!moved) return std::nullopt;
  return Quantity{*moved, word.empty() ? *unit : word, !word.empty()};
}

bool quantity(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto found = quantity_in_unit(evaluator, node, scope);
  return !evaluator.failed() && (!found || sink(*found));
}

bool converts_to_quantity(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  bool any = false;
  auto use = [&](const Value& item) {
    any = system_value(item).has_value();
    return true;
  };
  evaluator.each(*node.base, scope, sink_of(use));
  const auto found = quantity_in_unit(evaluator, node, scope);
  return !evaluator.failed() && (!any || sink(found.has_value()));
}

using Converter = std::optional<Value> (*)(Evaluator&, const Value&);

template <Converter converter>
bool convert(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto value = evaluator.single_exact(*node.base, scope);
  if (evaluator.failed() || !value) return !evaluator.failed();
  const auto converted = converter(evaluator, *value);
  return !converted || sink(*converted);
}

template <Converter converter>
bool converts(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto value = evaluator.single(*node.base, scope);
  if (evaluator.failed() || !value) return !evaluator.failed();
  return sink(converter(evaluator, *value).has_value());
}

/// The evaluation's now in Asia/Shanghai.
std::optional<Temporal> now_value(Evaluator& evaluator) {
  if (!evaluator.state().now) {
    evaluator.error("this evaluation has no clock: now(), today() and timeOfDay() are refused");
    return std::nullopt;
  }
  constexpr std::int64_t shanghai = 8 * 3'600'000'000ll;
  const Date day = day_in_shanghai(*evaluator.state().now);
  const std::int64_t of_day =
      evaluator.state().now->micros + shanghai - day.days * 86'400'000'000ll;
  const auto parts = civil(day);
  Temporal value;
  value.year = parts.year;
  value.month = parts.month;
  value.day = parts.day;
  value.hour = static_cast<int>(of_day / 3'600'000'000);
  value.minute = static_cast<int>(of_day / 60'000'000 % 60);
  value.second = static_cast<int>(of_day / 1'000'000 % 60);
  value.micros = static_cast<int>(of_day % 1'000'000);
  value.precision = Temporal::Precision::fraction;
  value.has_offset = true;
  value.offset_minutes = 480;
  return value;
}

bool now(Evaluator& evaluator, const Node&, const Scope&, Sink sink) {
  const auto value = now_value(evaluator);
  return value && sink(Moment{Moment::Kind::date_time, *value});
}

bool today(Evaluator& evaluator, const Node&, const Scope&, Sink sink) {
  auto value = now_value(evaluator);
  return value && sink(*to_date_value(evaluator, Moment{Moment::Kind::date_time, *value}));
}

bool time_of_day(Evaluator& evaluator, const Node&, const Scope&, Sink sink) {
  auto value = now_value(evaluator);
  if (!value) return false;
  value->has_offset = false;
  return sink(Moment{Moment::Kind::time, *value});
}

bool to_string(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  if (const auto text = evaluator.number_text(*node.base, scope)) return sink(*text);
  return convert<to_string_value>(evaluator, node, scope, sink);
}

constexpr Function functions[] = {
    {"toBoolean", 0, 0, by_expression, convert<to_boolean>},
    {"toInteger", 0, 0, by_expression, convert<to_integer>},
    {"toDecimal", 0, 0, by_expression, convert<to_decimal_value>},
    {"toString", 0, 0, by_expression, to_string},
    {"toDate", 0, 0, by_expression, convert<to_date_value>},
    {"toDateTime", 0, 0, by_expression, convert<to_date_time>},
    {"toTime", 0, 0, by_expression, convert<to_time>},
    {"toQuantity", 0, 1, by_expression, quantity},
    {"toLong", 0, 0, by_expression, convert<to_long>},
    {"convertsToLong", 0, 0, by_expression, converts<to_long>},
    {"convertsToBoolean", 0, 0, by_expression, converts<to_boolean>},
    {"convertsToInteger", 0, 0, by_expression, converts<to_integer>},
    {"convertsToDecimal", 0, 0, by_expression, converts<to_decimal_value>},
    {"convertsToString", 0, 0, by_expression, converts<to_string_value>},
    {"convertsToDate", 0, 0, by_expression, converts<to_date_value>},
    {"convertsToDateTime", 0, 0, by_expression, converts<to_date_time>},
    {"convertsToTime", 0, 0, by_expression, converts<to_time>},
    {"convertsToQuantity", 0, 1, by_expression, converts_to_quantity},
    {"now", 0, 0, by_expression, now},
    {"today", 0, 0, by_expression, today},
    {"timeOfDay", 0, 0, by_expression, time_of_day},
};

}  // namespace

std::span<const Function> conversion_functions() { return functions; }

}  // namespace hb::fhir::path
