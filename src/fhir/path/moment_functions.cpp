// Parts and precision of values (FHIRPath 3.0 draft, sections on date, time and precision).
#include "fhir/path/functions.hpp"

namespace hb::fhir::path {
namespace {

constexpr auto by_expression = Function::Argument::expression;
using Precision = Temporal::Precision;

/// A part of a date or time that its precision includes; `needs` says which.
template <Precision needs, auto part>
bool part_of(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto value = evaluator.single(*node.base, scope);
  if (evaluator.failed() || !value) return !evaluator.failed();
  const auto* moment = std::get_if<Moment>(&*value);
  if (moment == nullptr) return evaluator.error(node.name + "() asks for a date or a time");
  const bool is_time = moment->kind == Moment::Kind::time;
  if (moment->value.precision < needs || (is_time && needs < Precision::hour)) return true;
  const std::optional<Value> found = part(moment->value);
  return !found || sink(*found);
}

template <int Temporal::*member>
std::optional<Value> plain(const Temporal& value) {
  return std::int64_t{value.*member};
}

std::optional<Value> milliseconds(const Temporal& value) {
  return std::int64_t{value.micros / 1000};
}

std::optional<Value> offset(const Temporal& value) {
  if (!value.has_offset) return std::nullopt;
  const auto hours = divide(Decimal::of(value.offset_minutes), Decimal::of(60));
  return hours ? std::optional<Value>(*hours) : std::nullopt;
}

std::optional<Value> date(const Temporal& value) {
  Temporal day;
  day.year = value.year;
  day.month = value.month;
  day.day = value.day;
  day.precision = std::min(value.precision, Precision::day);
  return Moment{Moment::Kind::date, day};
}

std::optional<Value> time(const Temporal& value) {
  Temporal of_day;
  of_day.hour = value.hour;
  of_day.minute = value.minute;
  of_day.second = value.second;
  of_day.micros = value.micros;
  of_day.precision = value.precision;
  return Moment{Moment::Kind::time, of_day};
}

/// Digits a value is written with: behind the point of a decimal, all of a date or a time.
std::optional<std::int64_t> precision_of(const Value& value) {
  constexpr std::int64_t of_date[] = {4, 6, 8, 10, 12, 14, 17};
  constexpr std::int64_t of_time[] = {0, 0, 0, 2, 4, 6, 9};
  if (std::holds_alternative<std::int64_t>(value)) return 0;
  if (const auto* decimal = std::get_if<Decimal>(&value)) return decimal->scale;
  const auto* moment = std::get_if<Moment>(&value);
  if (moment == nullptr) return std::nullopt;
  const auto index = static_cast<std::size_t>(moment->value.precision);
  return moment->kind == Moment::Kind::time ? of_time[index] : of_date[index];
}

bool precision(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto value = evaluator.single_exact(*node.base, scope);
  if (evaluator.failed() || !value) return !evaluator.failed();
  const auto found = precision_of(*value);
  return !found || sink(*found);
}

constexpr Function functions[] = {
    {"yearOf", 0, 0, by_expression, part_of<Precision::year, plain<&Temporal::year>>},
    {"monthOf", 0, 0, by_expression, part_of<Precision::month, plain<&Temporal::month>>},
    {"dayOf", 0, 0, by_expression, part_of<Precision::day, plain<&Temporal::day>>},
    {"hourOf", 0, 0, by_expression, part_of<Precision::hour, plain<&Temporal::hour>>},
    {"minuteOf", 0, 0, by_expression, part_of<Precision::minute, plain<&Temporal::minute>>},
    {"secondOf", 0, 0, by_expression, part_of<Precision::second, plain<&Temporal::second>>},
    {"millisecondOf", 0, 0, by_expression, part_of<Precision::fraction, milliseconds>},
    {"timezoneOffsetOf", 0, 0, by_expression, part_of<Precision::hour, offset>},
    {"dateOf", 0, 0, by_expression, part_of<Precision::year, date>},
    {"timeOf", 0, 0, by_expression, part_of<Precision::hour, time>},
    {"precision", 0, 0, by_expression, precision},
};

}  // namespace

std::span<const Function> moment_functions() { return functions; }

}  // namespace hb::fhir::path
