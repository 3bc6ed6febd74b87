// Mathematics (FHIRPath N1, section 5.7).
#include <cmath>

#include "fhir/path/functions.hpp"

namespace hb::fhir::path {
namespace {

constexpr auto by_expression = Function::Argument::expression;

std::optional<Decimal> number_of(Evaluator& evaluator, const std::optional<Value>& value) {
  if (!value) return std::nullopt;
  if (const auto* integer = std::get_if<std::int64_t>(&*value)) return Decimal::of(*integer);
  if (const auto* decimal = std::get_if<Decimal>(&*value)) return *decimal;
  evaluator.error("a number is expected");
  return std::nullopt;
}

Quantity with_value(Quantity quantity, const Decimal& value) {
  quantity.value = value;
  return quantity;
}

bool push_double(double value, Sink sink) {
  const auto decimal = to_decimal(value);
  return !decimal || sink(*decimal);
}

bool push_integer(Int128 value, Sink sink) {
  return value > INT64_MAX || value < INT64_MIN || sink(static_cast<std::int64_t>(value));
}

template <double (*function)(double)>
bool real(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto value = number_of(evaluator, evaluator.single(*node.base, scope));
  if (evaluator.failed() || !value) return !evaluator.failed();
  return push_double(function(to_double(*value)), sink);
}

/// floor (-1), truncate (0), ceiling (+1)
template <int direction>
bool whole(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto given = evaluator.single(*node.base, scope);
  const auto* quantity = given ? std::get_if<Quantity>(&*given) : nullptr;
  const auto value =
      quantity != nullptr ? std::optional(quantity->value) : number_of(evaluator, given);
  if (evaluator.failed() || !value) return !evaluator.failed();
  Int128 result = truncate(*value);
  const int rest = compare(*value, {result, 0});
  if (rest * direction > 0) result += direction;
  if (quantity != nullptr) return sink(with_value(*quantity, {result, 0}));
  return push_integer(result, sink);
}

bool abs_value(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto value = evaluator.single(*node.base, scope);
  if (evaluator.failed() || !value) return !evaluator.failed();
  if (const auto* integer = std::get_if<std::int64_t>(&*value))
    return *integer == INT64_MIN || sink(*integer < 0 ? -*integer : *integer);
  const auto positive = [](Decimal decimal) {
    if (decimal.mantissa < 0) decimal.mantissa = -decimal.mantissa;
    return decimal;
  };
  if (const auto* quantity = std::get_if<Quantity>(&*value))
    return sink(Quantity{positive(quantity->value), quantity->unit, quantity->calendar});
  const auto decimal = number_of(evaluator, value);
  return decimal && sink(positive(*decimal));
}

bool round_value(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto given = evaluator.single(*node.base, scope);
  const auto* quantity = given ? std::get_if<Quantity>(&*given) : nullptr;
  const auto value =
      quantity != nullptr ? std::optional(quantity->value) : number_of(evaluator, given);
  if (evaluator.failed() || !value) return !evaluator.failed();
  std::int64_t digits = 0;
  if (!node.arguments.empty())
    digits = evaluator.single_integer(*node.arguments[0], scope).value_or(0);
  if (evaluator.failed()) return false;
  if (digits < 0)
    return evaluator.error("round() asks for a number of digits that is not negative");
  const Decimal rounded = round(*value, static_cast<int>(std::min<std::int64_t>(digits, 28)));
  return quantity != nullptr ? sink(with_value(*quantity, rounded)) : sink(rounded);
}

bool log_value(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto value = number_of(evaluator, evaluator.single(*node.base, scope));
  if (evaluator.failed() || !value) return !evaluator.failed();
  const auto base = number_of(evaluator, evaluator.single(*node.arguments[0], scope));
  if (evaluator.failed() || !base) return !evaluator.failed();
  return push_double(std::log(to_double(*value)) / std::log(to_double(*base)), sink);
}

bool power(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto base = evaluator.single(*node.base, scope);
  const auto value = number_of(evaluator, base);
  if (evaluator.failed() || !value) return !evaluator.failed();
  const auto exponent = evaluator.single(*node.arguments[0], scope);
  const auto by = number_of(evaluator, exponent);
  if (evaluator.failed() || !by) return !evaluator.failed();
  const double result = std::pow(to_double(*value), to_double(*by));
  const bool integers = std::holds_alternative<std::int64_t>(*base) &&
                        std::holds_alternative<std::int64_t>(*exponent);
  constexpr double exact = 9'007'199'254'740'992.0;
  if (integers && result == std::floor(result) && std::abs(result) < exact)
    return sink(static_cast<std::int64_t>(result));
  return push_double(result, sink);
}

/// The values of all items; nullopt where one has none, or there are none at all.
std::optional<std::vector<Value>> values(Evaluator& evaluator, const Node& node,
                                         const Scope& scope) {
  std::vector<Value> result;
  for (const Value& item : evaluator.collect(*node.base, scope)) {
    const auto value = evaluator.exact(item);
    if (!value) return std::nullopt;
    result.push_back(*value);
  }
  if (evaluator.failed() || result.empty()) return std::nullopt;
  return result;
}

template <int wanted>
bool extreme(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto given = values(evaluator, node, scope);
  if (!given) return !evaluator.failed();
  Value best = given->front();
  for (const Value& value : *given) {
    bool comparable = true;
    const auto found = order(value, best, comparable);
    if (!comparable) return evaluator.error(node.name + "(): these values have no order");
    if (!found) return true;
    if (*found == wanted) best = value;
  }
  return sink(best);
}

bool total(Evaluator& evaluator, const Node& node, const Scope& scope, bool mean, Sink sink) {
  const auto given = values(evaluator, node, scope);
  if (!given) return !evaluator.failed();
  std::optional<Value> sum;
  auto keep = [&](const Value& value) {
    sum = value;
    return true;
  };
  for (const Value& value : *given) {
    const std::optional<Value> before = std::exchange(sum, std::nullopt);
    if (!before)
      sum = value;
    else if (!add_values(evaluator, Operator::add, *before, value, sink_of(keep)) || !sum)
      return !evaluator.failed();
  }
  if (!mean) return sink(*sum);
  const auto count = static_cast<std::int64_t>(given->size());
  return add_values(evaluator, Operator::divide, *sum, count, sink);
}

bool sum(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  return total(evaluator, node, scope, false, sink);
}

bool avg(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  return total(evaluator, node, scope, true, sink);
}

bool is_comparable(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto left = evaluator.single(*node.base, scope);
  const auto right = evaluator.single(*node.arguments[0], scope);
  if (evaluator.failed() || !left || !right) return !evaluator.failed();
  const auto as_quantity = [](const Value& value) -> std::optional<Quantity> {
    if (const auto* quantity = std::get_if<Quantity>(&value)) return *quantity;
    if (const auto* integer = std::get_if<std::int64_t>(&value))
      return Quantity{Decimal::of(*integer), "1"};
    if (const auto* decimal = std::get_if<Decimal>(&value)) return Quantity{*decimal, "1"};
    return std::nullopt;
  };
  const auto a = as_quantity(*left);
  const auto b = as_quantity(*right);
  return sink(a && b && comparable(*a, *b));
}

constexpr Function functions[] = {
    {"min", 0, 0, by_expression, extreme<-1>},
    {"max", 0, 0, by_expression, extreme<1>},
    {"sum", 0, 0, by_expression, sum},
    {"avg", 0, 0, by_expression, avg},
    {"comparable", 1, 1, by_expression, is_comparable},
    {"abs", 0, 0, by_expression, abs_value},
    {"ceiling", 0, 0, by_expression, whole<1>},
    {"floor", 0, 0, by_expression, whole<-1>},
    {"truncate", 0, 0, by_expression, whole<0>},
    {"round", 0, 1, by_expression, round_value},
    {"exp", 0, 0, by_expression, real<std::exp>},
    {"ln", 0, 0, by_expression, real<std::log>},
    {"sqrt", 0, 0, by_expression, real<std::sqrt>},
    {"log", 1, 1, by_expression, log_value},
    {"power", 1, 1, by_expression, power},
};

}  // namespace

std::span<const Function> number_functions() { return functions; }

}  // namespace hb::fhir::path
