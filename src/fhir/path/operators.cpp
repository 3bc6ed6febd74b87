#include <algorithm>
#include <array>

#include "fhir/path/evaluator.hpp"
#include "fhir/path/ucum.hpp"

namespace hb::fhir::path {
namespace {

std::optional<Decimal> as_decimal(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return Decimal::of(*integer);
  if (const auto* decimal = std::get_if<Decimal>(&value)) return *decimal;
  return std::nullopt;
}

bool push(std::optional<bool> value, Sink sink) { return !value || sink(*value); }
bool push(std::optional<Decimal> value, Sink sink) { return !value || sink(*value); }

bool push_truth(Truth truth, Sink sink) {
  return truth == Truth::unknown || sink(truth == Truth::yes);
}

constexpr Truth negated(Truth truth) {
  return truth == Truth::unknown ? truth : truth == Truth::yes ? Truth::no : Truth::yes;
}

Truth disjunction(Truth left, Truth right) {
  if (left == Truth::yes || right == Truth::yes) return Truth::yes;
  return left == Truth::no && right == Truth::no ? Truth::no : Truth::unknown;
}

bool integer_operation(Operator op, std::int64_t left, std::int64_t right, Sink sink) {
  std::int64_t result = 0;
  bool overflow = false;
  switch (op) {
    case Operator::add:
      overflow = __builtin_add_overflow(left, right, &result);
      break;
    case Operator::subtract:
      overflow = __builtin_sub_overflow(left, right, &result);
      break;
    case Operator::multiply:
      overflow = __builtin_mul_overflow(left, right, &result);
      break;
    case Operator::divide:
      return push(divide(Decimal::of(left), Decimal::of(right)), sink);
    default:
      if (right == 0 || right == -1) {  // -1 would overflow for the smallest number
        if (right == 0) return true;
        return sink(op == Operator::mod ? std::int64_t{0} : left == INT64_MIN ? left : -left);
      }
      result = op == Operator::div ? left / right : left % right;
  }
  return overflow || sink(result);
}

bool decimal_operation(Operator op, const Decimal& left, const Decimal& right, Sink sink) {
  switch (op) {
    case Operator::add:
      return push(add(left, right), sink);
    case Operator::subtract:
      return push(add(left, {-right.mantissa, right.scale}), sink);
    case Operator::multiply:
      return push(multiply(left, right), sink);
    case Operator::divide:
      return push(divide(left, right), sink);
    default:
      break;
  }
  const auto quotient = divide(left, right);
  if (!quotient) return true;
  const Int128 whole = truncate(*quotient);
  if (op == Operator::div)
    return whole > INT64_MAX || whole < INT64_MIN || sink(static_cast<std::int64_t>(whole));
  const auto product = multiply({whole, 0}, right);
  if (!product) return true;
  return push(add(left, {-product->mantissa, product->scale}), sink);
}

constexpr std::pair<std::string_view, std::string_view> calendar_codes[] = {
    {"year", "a"}, {"month", "mo"},   {"week", "wk"},  {"day", "d"},
    {"hour", "h"}, {"minute", "min"}, {"second", "s"}, {"millisecond", "ms"}};

std::string_view calendar_word(std::string_view code) {
  for (const auto& [word, ucum] : calendar_codes)
    if (ucum == code) return word;
  return {};
}

/// The smaller of two calendar units.
std::string_view finer(std::string_view left, std::string_view right) {
  std::string_view found = left;
  for (const auto& [word, code] : calendar_codes)
    if (word == left || word == right) found = word;
  return found;
}

bool add_quantities(Quantity left, Quantity right, int sign, Sink sink) {
  for (Quantity* side : {&left, &right}) {  // 'a' of a resource beside years
    Quantity& other = side == &left ? right : left;
    if (side->from_fhir && other.calendar && !side->calendar)
      if (const auto word = calendar_word(side->unit); !word.empty())
        *side = Quantity{side->value, word, true};
  }
  if (left.calendar != right.calendar) {  // seconds are 's': the left side says how it is written
    const auto moved = in_unit(right, left.unit, left.calendar);
    if (!moved) return true;
    right = {*moved, left.unit, left.calendar};
  }
  std::string_view unit = left.unit;
  if (left.unit != right.unit) {
    if (left.calendar) {
      unit = finer(left.unit, right.unit);
    } else {
      const auto a = parse_unit(left.unit);
      const auto b = parse_unit(right.unit);
      if (!a || !b || compare(Decimal::of(1), *a, Decimal::of(1), *b).value_or(0) > 0)
        unit = right.unit;
    }
    const auto a = in_unit(left, unit, left.calendar);
    const auto b = in_unit(right, unit, right.calendar);
    if (!a || !b) return true;
    left.value = *a;
    right.value = *b;
  }
  const auto sum = add(left.value, {sign * right.value.mantissa, right.value.scale});
  return !sum || sink(Quantity{*sum, unit, left.calendar});
}

/// A quantity of unit 1, also one that only comes to it: 2000 'g/kg'.
std::optional<Decimal> as_number(const Quantity& quantity) {
  if (quantity.calendar) return std::nullopt;
  if (quantity.unit == "1") return quantity.value;
  const auto unit = parse_unit(quantity.unit);
  return unit ? convert(quantity.value, *unit, Unit{}) : std::nullopt;
}

bool multiply_quantities(Evaluator& evaluator, bool divides, const Quantity& left,
                         const Quantity& right, Sink sink) {
  const auto apply = [&](const Decimal& a, const Decimal& b) {
    return divides ? divide(a, b) : multiply(a, b);
  };
  if (const auto number = as_number(right)) {
    const auto value = apply(left.value, *number);
    return !value || sink(Quantity{*value, left.unit, left.calendar, left.from_fhir});
  }
  if (const auto number = divides ? std::nullopt : as_number(left)) {
    const auto value = multiply(*number, right.value);
    return !value || sink(Quantity{*value, right.unit, right.calendar, right.from_fhir});
  }
  if (left.calendar || right.calendar) return true;
  const auto a = parse_unit(left.unit);
  const auto b = parse_unit(right.unit);
  if (!a || !b || a->offset.mantissa != 0 || b->offset.mantissa != 0) return true;
  if (divides && a->measures_like(*b)) {
    const auto moved = convert(left.value, *a, *b);
    const auto value = moved ? divide(*moved, right.value) : std::nullopt;
    return !value || sink(Quantity{*value, "1"});
  }
  const auto value = apply(left.value, right.value);
  if (!value) return true;
  const bool compound = divides && right.unit.find_first_of("./") != std::string_view::npos;
  const std::string behind =
      compound ? "(" + std::string(right.unit) + ")" : std::string(right.unit);
  const std::string before = left.unit == "1" ? "" : std::string(left.unit);
  const std::string unit = before + (divides ? "/" : ".") + behind;
  return sink(Quantity{*value, evaluator.keep(unit)});
}

bool quantity_operation(Evaluator& evaluator, Operator op, const Quantity& left,
                        const Quantity& right, Sink sink) {
  switch (op) {
    case Operator::add:
      return add_quantities(left, right, 1, sink);
    case Operator::subtract:
      return add_quantities(left, right, -1, sink);
    case Operator::multiply:
    case Operator::divide:
      return multiply_quantities(evaluator, op == Operator::divide, left, right, sink);
    default:
      return evaluator.error("quantities know + - * /");
  }
}

}  // namespace

namespace {

constexpr std::int64_t micros_of_day = 86'400'000'000;

struct TimeUnit {
  std::string_view word;
  std::string_view code;
  std::int64_t micros;  ///< 0 for months and years
  int months;
};
constexpr TimeUnit time_units[] = {{"year", "a", 0, 12},
                                   {"month", "mo", 0, 1},
                                   {"week", "wk", 7 * micros_of_day, 0},
                                   {"day", "d", micros_of_day, 0},
                                   {"hour", "h", 3'600'000'000, 0},
                                   {"minute", "min", 60'000'000, 0},
                                   {"second", "s", 1'000'000, 0},
                                   {"millisecond", "ms", 1'000, 0}};

/// nullptr when the quantity is no duration that can be added to a date: the UCUM units 'a' and
/// 'mo' are not, unless a resource says so.
const TimeUnit* time_unit(const Quantity& by) {
  for (const TimeUnit& unit : time_units) {
    const std::string_view word = !by.calendar && by.unit.ends_with('s') && by.unit.size() > 2
                                      ? by.unit.substr(0, by.unit.size() - 1)
                                      : by.unit;
    if (unit.word == word) return &unit;
    if (unit.code == by.unit && (unit.months == 0 || by.from_fhir)) return &unit;
  }
  return nullptr;
}

/// The last day of a shorter month when the day does not exist there.
std::optional<Moment> shift_months(const Moment& moment, std::int64_t by) {
  Temporal value = moment.value;
  const std::int64_t months = value.year * std::int64_t{12} + value.month - 1 + by;
  value.year = static_cast<int>(months / 12);
  value.month = static_cast<int>(months % 12) + 1;
  while (value.day > 28 && !make_date(value.year, value.month, value.day)) --value.day;
  if (!make_date(value.year, value.month, value.day)) return std::nullopt;
  return Moment{moment.kind, value};
}

/// Times of day go round; dates without a time keep whole days only.
std::optional<Moment> shift_micros(const Moment& moment, std::int64_t by) {
  Temporal value = moment.value;
  const std::int64_t of_day =
      (value.hour * std::int64_t{3600} + value.minute * 60 + value.second) * 1'000'000 +
      value.micros;
  const std::int64_t total = of_day + by;
  std::int64_t days = total / micros_of_day;
  std::int64_t rest = total % micros_of_day;
  if (rest < 0) {
    rest += micros_of_day;
    --days;
  }
  if (moment.kind != Moment::Kind::time) {
    const auto day = make_date(value.year, value.month, value.day);
    if (!day) return std::nullopt;
    const auto moved = civil(Date{static_cast<std::int32_t>(day->days + days)});
    if (moved.year < 1 || moved.year > 9999) return std::nullopt;
    value.year = moved.year;
    value.month = moved.month;
    value.day = moved.day;
  }
  if (value.precision >= Temporal::Precision::hour) {
    value.hour = static_cast<int>(rest / 3'600'000'000);
    value.minute = static_cast<int>(rest / 60'000'000 % 60);
    value.second = static_cast<int>(rest / 1'000'000 % 60);
    value.micros = static_cast<int>(rest % 1'000'000);
  }
  return Moment{moment.kind, value};
}

}  // namespace

/// What is not of the value's precision counts in whole units of it: a year has 365 days here, a
/// month 30.
std::optional<Moment> shift_coarse(const Moment& moment, const TimeUnit& unit, Int128 whole) {
  using Precision = Temporal::Precision;
  const Precision known = moment.value.precision;
  Int128 months = 0;
  if (unit.months > 0) {
    months = whole * unit.months;
  } else {
    const Int128 days = whole * unit.micros / micros_of_day;
    months = known == Precision::year ? days / 365 * 12 : days / 30;
  }
  if (known == Precision::year) months = months / 12 * 12;
  return shift_months(moment, static_cast<std::int64_t>(months));
}

std::int64_t micros_of(Temporal::Precision precision) {
  switch (precision) {
    case Temporal::Precision::day:
      return micros_of_day;
    case Temporal::Precision::hour:
      return 3'600'000'000;
    case Temporal::Precision::minute:
      return 60'000'000;
    default:
      return 1;
  }
}

std::optional<Moment> shift(Evaluator& evaluator, const Moment& moment, const Quantity& by,
                            int sign) {
  constexpr Int128 largest = 3'700'000;  // days in 10,000 years and more: no date is left there
  const bool is_time = moment.kind == Moment::Kind::time;
  const TimeUnit* unit = time_unit(by);
  if (unit == nullptr || (is_time && (unit->months > 0 || unit->micros >= micros_of_day))) {
    evaluator.error("'" + std::string(by.unit) + "' is no duration that can be added here");
    return std::nullopt;
  }
  const Int128 whole = truncate(by.value) * sign;
  const Int128 limit = unit->months > 0 ? largest : largest * micros_of_day / unit->micros;
  if (whole > limit || whole < -limit) return std::nullopt;
  if (!is_time && moment.value.precision < Temporal::Precision::day)
    return shift_coarse(moment, *unit, whole);
  if (unit->months > 0)
    return shift_months(moment, static_cast<std::int64_t>(whole) * unit->months);
  std::int64_t micros = static_cast<std::int64_t>(whole) * unit->micros;
  if (unit->micros <= 1'000'000)  // seconds may have a fraction
    if (const auto exact = multiply(round(by.value, 6), Decimal::of(unit->micros * sign)))
      micros = static_cast<std::int64_t>(truncate(*exact));
  Moment from = moment;
  const std::int64_t step = micros_of(from.value.precision);
  if (from.value.precision == Temporal::Precision::second && micros % 1'000'000 != 0)
    from.value.precision = Temporal::Precision::fraction;
  if (from.value.second == 60) from.value.second = 59;  // a leap second
  return shift_micros(from, micros / step * step);
}

bool add_values(Evaluator& evaluator, Operator op, const Value& left, const Value& right,
                Sink sink) {
  const auto* a = std::get_if<std::int64_t>(&left);
  const auto* b = std::get_if<std::int64_t>(&right);
  if (a != nullptr && b != nullptr) return integer_operation(op, *a, *b, sink);
  const auto x = as_decimal(left);
  const auto y = as_decimal(right);
  if (x && y) return decimal_operation(op, *x, *y, sink);
  const auto* quantity = std::get_if<Quantity>(&right);
  if (op == Operator::add && std::holds_alternative<Quantity>(left) &&
      std::holds_alternative<Moment>(right))
    return add_values(evaluator, op, right, left, sink);
  if (const auto* moment = std::get_if<Moment>(&left); moment != nullptr && quantity != nullptr) {
    if (op != Operator::add && op != Operator::subtract)
      return evaluator.error("dates know + and -");
    const auto moved = shift(evaluator, *moment, *quantity, op == Operator::add ? 1 : -1);
    return !evaluator.failed() && (!moved || sink(*moved));
  }
  if (const auto* of = std::get_if<Quantity>(&left)) {
    if (quantity != nullptr) return quantity_operation(evaluator, op, *of, *quantity, sink);
    if (y) return quantity_operation(evaluator, op, *of, {*y, "1", false}, sink);
  }
  if (x && quantity != nullptr)
    return quantity_operation(evaluator, op, {*x, "1", false}, *quantity, sink);
  const auto* text = std::get_if<std::string_view>(&left);
  const auto* more = std::get_if<std::string_view>(&right);
  if (op == Operator::add && text != nullptr && more != nullptr)
    return sink(evaluator.keep(std::string(*text) + std::string(*more)));
  return evaluator.error("these values cannot be calculated with each other");
}

Truth Evaluator::logic(const Node& node, const Scope& scope) {
  const Truth left = truth(*node.arguments[0], scope);
  if (failed()) return Truth::unknown;
  switch (node.op) {  // what the left side decides alone
    case Operator::conjunction:
      if (left == Truth::no) return Truth::no;
      break;
    case Operator::disjunction:
      if (left == Truth::yes) return Truth::yes;
      break;
    case Operator::implies:
      if (left == Truth::no) return Truth::yes;
      break;
    default:
      break;
  }
  const Truth right = truth(*node.arguments[1], scope);
  switch (node.op) {
    case Operator::conjunction:
      return negated(disjunction(negated(left), negated(right)));
    case Operator::disjunction:
      return disjunction(left, right);
    case Operator::implies:
      return disjunction(negated(left), right);
    default:
      if (left == Truth::unknown || right == Truth::unknown) return Truth::unknown;
      return left != right ? Truth::yes : Truth::no;
  }
}

bool Evaluator::membership(const Node& node, const Scope& scope, Sink sink) {
  const bool is_in = node.op == Operator::in;
  const Collection items = collect(*node.arguments[is_in ? 0 : 1], scope);
  const Collection list = collect(*node.arguments[is_in ? 1 : 0], scope);
  if (failed()) return false;
  if (items.empty()) return true;
  if (items.size() > 1) return error("in and contains ask for one value, there are several");
  return sink(std::any_of(list.begin(), list.end(),
                          [&](const Value& value) { return equal(items[0], value) == true; }));
}

Truth Evaluator::compare(const Node& node, const Scope& scope) {
  Plain a;
  Plain b;
  bool known = false;
  std::optional<int> found;
  const Found left_found = plain_operand(*node.arguments[0], scope, a);
  if (left_found == Found::none) return Truth::unknown;
  if (left_found == Found::one) {
    const Found right_found = plain_operand(*node.arguments[1], scope, b);
    if (right_found == Found::none) return Truth::unknown;
    if (right_found == Found::one) found = order_plain(a, b, known);
  }
  if (!known) {
    Value left;
    Value right;
    if (!only(*node.arguments[0], scope, left) || !only(*node.arguments[1], scope, right))
      return Truth::unknown;
    bool comparable = true;
    a.set(left);
    b.set(right);
    found = order_plain(a, b, known);
    if (!known) found = order(left, right, comparable);
    if (!comparable) error("these values have no order");
  }
  if (!found) return Truth::unknown;
  const auto of = [](bool holds) { return holds ? Truth::yes : Truth::no; };
  switch (node.op) {
    case Operator::less:
      return of(*found < 0);
    case Operator::less_equal:
      return of(*found <= 0);
    case Operator::greater:
      return of(*found > 0);
    default:
      return of(*found >= 0);
  }
}

bool Evaluator::direct_truth(const Node& node, const Scope& scope, Truth& result) {
  if (++state_.steps > state_.limits.steps) return !error("the expression takes too many steps");
  switch (node.op) {
    case Operator::conjunction:
    case Operator::disjunction:
    case Operator::exclusive:
    case Operator::implies:
      result = logic(node, scope);
      return true;
    case Operator::less:
    case Operator::less_equal:
    case Operator::greater:
    case Operator::greater_equal:
      result = compare(node, scope);
      return true;
    case Operator::equal:
      return text_equality(node, scope, result);
    default:
      return false;
  }
}

namespace {

/// A number with its digits: ~ compares as many as both have. Others as they are.
Value with_digits(Evaluator& evaluator, const Value& item) {
  const auto* element = std::get_if<Element>(&item);
  if (element == nullptr || element->absent || !element->json.is_double()) return item;
  return evaluator.exact(item).value_or(item);
}

}  // namespace

/// use = 'home', the most frequent condition, without collecting: true when it was decided here.
bool Evaluator::text_equality(const Node& node, const Scope& scope, Truth& result) {
  const Node& right = *node.arguments[1];
  if (node.op != Operator::equal || right.kind != Node::Kind::literal) return false;
  const auto* wanted = std::get_if<std::string_view>(&right.value);
  if (wanted == nullptr) return false;
  std::string_view sole;
  if (const Found found = sole_text(*node.arguments[0], scope, sole); found != Found::unknown) {
    result = found == Found::none ? Truth::unknown : sole == *wanted ? Truth::yes : Truth::no;
    return true;
  }
  std::size_t items = 0;
  bool is_text = true;
  bool same = false;
  auto use = [&](const Value& item) {
    std::string_view text;
    is_text = plain_text(item, text) && ++items == 1;
    if (is_text) same = text == *wanted;
    return is_text;
  };
  each(*node.arguments[0], scope, sink_of(use));
  if (!is_text && !failed()) return false;
  result = items == 0 ? Truth::unknown : same ? Truth::yes : Truth::no;
  return true;
}

bool Evaluator::equality(const Node& node, const Scope& scope, Sink sink) {
  Truth known = Truth::unknown;
  if (text_equality(node, scope, known)) return !failed() && push_truth(known, sink);
  Collection left = collect(*node.arguments[0], scope);
  if (failed()) return false;
  Collection right = collect(*node.arguments[1], scope);
  if (failed()) return false;
  if (node.op == Operator::equivalent || node.op == Operator::not_equivalent)
    for (Collection* side : {&left, &right})
      for (Value& item : *side) item = with_digits(*this, item);
  if (node.op == Operator::equivalent) return sink(equivalent(left, right));
  if (node.op == Operator::not_equivalent) return sink(!equivalent(left, right));
  const auto same = equal(left, right);
  if (node.op == Operator::equal || !same) return push(same, sink);
  return sink(!*same);
}

bool Evaluator::arithmetic(const Node& node, const Scope& scope, Sink sink) {
  if (node.op == Operator::concatenate) return concatenation(node, scope, sink);
  const auto left = single_exact(*node.arguments[0], scope);
  if (failed()) return false;
  if (node.arguments.size() == 1) {  // unary plus
    if (left && !as_decimal(*left) && !std::holds_alternative<Quantity>(*left))
      return error("+ stands before numbers only");
    return !left || sink(*left);
  }
  const auto right = single_exact(*node.arguments[1], scope);
  if (failed()) return false;
  return !left || !right || add_values(*this, node.op, *left, *right, sink);
}

bool Evaluator::type_operation(const Node& node, const Scope& scope, Sink sink) {
  const Collection items = collect(*node.arguments[0], scope);
  if (failed()) return false;
  if (items.size() > 1) return error("is and as ask for one value, there are several");
  if (items.empty()) return true;
  if (node.op == Operator::is) return sink(is_type(items[0], node.type));
  return !fits_type(items[0], node.type) || sink(items[0]);
}

bool Evaluator::operation(const Node& node, const Scope& scope, Sink sink) {
  switch (node.op) {
    case Operator::conjunction:
    case Operator::disjunction:
    case Operator::exclusive:
    case Operator::implies:
      return push_truth(logic(node, scope), sink) && !failed();
    case Operator::in:
    case Operator::contains:
      return membership(node, scope, sink);
    case Operator::less:
    case Operator::less_equal:
    case Operator::greater:
    case Operator::greater_equal:
      return push_truth(compare(node, scope), sink) && !failed();
    case Operator::equal:
    case Operator::not_equal:
    case Operator::equivalent:
    case Operator::not_equivalent:
      return equality(node, scope, sink);
    case Operator::is:
    case Operator::as:
      return type_operation(node, scope, sink);
    case Operator::unite: {
      Lent all(state_.spare);
      auto use = [&](const Value& value) { return keep_distinct(*all, value); };
      for (const auto& side : node.arguments) each(*side, scope, sink_of(use));
      if (failed()) return false;
      for (const Value& value : *all)
        if (!sink(value)) return false;
      return true;
    }
    case Operator::index: {
      const auto wanted = single_integer(*node.arguments[1], scope);
      if (failed() || !wanted || *wanted < 0) return !failed();
      std::int64_t at = 0;
      bool more = true;
      auto use = [&](const Value& item) {
        if (at++ < *wanted) return true;
        more = sink(item);
        return false;
      };
      each(*node.arguments[0], scope, sink_of(use));
      return !failed() && more;
    }
    case Operator::negate: {
      const auto value = single(*node.arguments[0], scope);
      if (failed() || !value) return !failed();
      if (const auto* quantity = std::get_if<Quantity>(&*value))
        return sink(Quantity{{-quantity->value.mantissa, quantity->value.scale},
                             quantity->unit,
                             quantity->calendar});
      return add_values(*this, Operator::subtract, std::int64_t{0}, *value, sink);
    }
    default:
      return arithmetic(node, scope, sink);
  }
}

}  // namespace hb::fhir::path
