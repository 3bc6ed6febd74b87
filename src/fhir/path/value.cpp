// System values of elements; equality, equivalence and order (FHIRPath N1, sections 6.1 and 6.2).
#include <algorithm>
#include <cctype>

#include "fhir/path/evaluator.hpp"

namespace hb::fhir {
namespace {

std::optional<Value> text_value(std::string_view text, TypeId type) {
  switch (type == no_type ? Primitive::string : definitions::primitive(type)) {
    case Primitive::date:
    case Primitive::date_time:
    case Primitive::instant: {
      const auto moment = parse_temporal(text);
      if (!moment) return std::nullopt;
      const bool is_date = definitions::primitive(type) == Primitive::date;
      return Moment{is_date ? Moment::Kind::date : Moment::Kind::date_time, *moment};
    }
    case Primitive::time: {
      const auto moment = parse_time_of_day(text);
      if (!moment) return std::nullopt;
      return Moment{Moment::Kind::time, *moment};
    }
    default:
      return text;
  }
}

std::optional<Value> quantity_value(const Element& element) {
  Json number;
  if (element.json.at_key("value").get(number)) return std::nullopt;
  double value = 0;
  if (number.get(value)) return std::nullopt;
  const auto decimal = to_decimal(value);
  if (!decimal) return std::nullopt;
  std::string_view unit;
  if (element.json.at_key("code").get(unit) && element.json.at_key("unit").get(unit)) unit = "1";
  return Quantity{*decimal, unit, false};
}

bool is_quantity_type(TypeId type) {
  static const TypeId quantity = definitions::find_type("Quantity");
  return type != no_type && definitions::is_a(type, quantity);
}

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      constexpr char digits[] = "0123456789abcdef";
      ((out += "\\u00") += digits[byte >> 4]) += digits[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

std::optional<Value> system_value(const Value& value) {
  const auto* element = std::get_if<Element>(&value);
  if (element == nullptr) return value;
  if (element->absent) return std::nullopt;
  using Type = simdjson::dom::element_type;
  switch (element->json.type()) {
    case Type::BOOL:
      return bool(element->json);
    case Type::STRING:
      return text_value(element->json.get_string().value_unsafe(), element->type);
    case Type::INT64: {
      const std::int64_t number = element->json.get_int64().value_unsafe();
      const bool decimal =
          element->type != no_type && definitions::primitive(element->type) == Primitive::decimal;
      return decimal ? Value(Decimal::of(number)) : Value(number);
    }
    case Type::UINT64:
    case Type::DOUBLE: {
      const auto decimal = to_decimal(element->json.get_double().value_unsafe());
      return decimal ? std::optional<Value>(*decimal) : std::nullopt;
    }
    case Type::OBJECT:
      if (is_quantity_type(element->type))
        if (auto quantity = quantity_value(*element)) return quantity;
      return value;
    default:
      return value;
  }
}

std::string to_json(const Value& value) {
  if (const auto* element = std::get_if<Element>(&value))
    return element->absent ? "null" : simdjson::minify(element->json);
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* decimal = std::get_if<Decimal>(&value)) return format_decimal(*decimal);
  std::string out;
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    append_json_text(out, *text);
  } else if (const auto* moment = std::get_if<Moment>(&value)) {
    append_json_text(out, format_temporal(moment->value, moment->kind == Moment::Kind::time));
  } else if (const auto* quantity = std::get_if<Quantity>(&value)) {
    out = "{\"value\":" + format_decimal(quantity->value) + ",\"unit\":";
    append_json_text(out, quantity->unit);
    out += '}';
  }
  return out;
}

}  // namespace hb::fhir

namespace hb::fhir::path {
namespace {

using Precision = Temporal::Precision;

/// Values of the parts in order; seconds and fraction are one part.
int compare_parts(const Temporal& left, const Temporal& right, Precision upto) {
  const auto part = [](const Temporal& value, int index) -> std::int64_t {
    switch (index) {
      case 0:
        return value.year;
      case 1:
        return value.month;
      case 2:
        return value.day;
      case 3:
        return value.hour;
      case 4:
        return value.minute;
      default:
        return value.second * std::int64_t{1'000'000} + value.micros;
    }
  };
  const int last = std::min(static_cast<int>(upto), static_cast<int>(Precision::second));
  for (int i = 0; i <= last; ++i) {
    const auto a = part(left, i);
    const auto b = part(right, i);
    if (a != b) return a < b ? -1 : 1;
  }
  return 0;
}

/// The same instant without offset, in UTC; the precision stays.
Temporal in_utc(const Temporal& value) {
  if (!value.has_offset || value.precision < Precision::hour) return value;
  const Instant instant = to_instant(value);
  std::int64_t days = instant.micros / 86'400'000'000;
  std::int64_t rest = instant.micros % 86'400'000'000;
  if (rest < 0) {
    rest += 86'400'000'000;
    --days;
  }
  const auto day = civil(Date{static_cast<std::int32_t>(days)});
  Temporal result = value;
  result.year = day.year;
  result.month = day.month;
  result.day = day.day;
  result.hour = static_cast<int>(rest / 3'600'000'000);
  result.minute = static_cast<int>(rest / 60'000'000 % 60);
  result.second = static_cast<int>(rest / 1'000'000 % 60);
  result.micros = static_cast<int>(rest % 1'000'000);
  result.offset_minutes = 0;
  return result;
}

std::optional<int> order_moments(const Moment& left, const Moment& right) {
  const auto level = [](Precision p) { return std::min(p, Precision::second); };
  const bool both_timed = left.value.precision >= Precision::hour &&
                          right.value.precision >= Precision::hour &&
                          left.kind != Moment::Kind::time;
  if (both_timed && left.value.has_offset != right.value.has_offset) return std::nullopt;
  const Temporal a = in_utc(left.value);
  const Temporal b = in_utc(right.value);
  const Precision common = std::min(level(a.precision), level(b.precision));
  const int found = compare_parts(a, b, common);
  if (found != 0) return found;
  if (level(a.precision) != level(b.precision)) return std::nullopt;
  return 0;
}

std::optional<Decimal> as_decimal(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return Decimal::of(*integer);
  if (const auto* decimal = std::get_if<Decimal>(&value)) return *decimal;
  return std::nullopt;
}

std::string_view calendar_to_ucum(std::string_view unit) {
  constexpr std::pair<std::string_view, std::string_view> units[] = {
      {"week", "wk"},    {"day", "d"},    {"hour", "h"},
      {"minute", "min"}, {"second", "s"}, {"millisecond", "ms"}};
  for (const auto& [word, code] : units)
    if (word == unit) return code;
  return unit;
}

std::string_view unit_of(const Quantity& quantity) {
  return quantity.calendar ? calendar_to_ucum(quantity.unit) : quantity.unit;
}

/// Factor to the base unit of the few families whose conversion needs no UCUM table.
std::optional<std::pair<std::string_view, Decimal>> scaled_unit(std::string_view unit) {
  struct Scaled {
    std::string_view unit;
    std::string_view base;
    Decimal factor;
  };
  static const Scaled units[] = {
      {"ms", "s", {1, 3}},    {"s", "s", {1, 0}},     {"min", "s", {60, 0}},
      {"h", "s", {3600, 0}},  {"d", "s", {86400, 0}}, {"wk", "s", {604800, 0}},
      {"kg", "g", {1000, 0}}, {"g", "g", {1, 0}},     {"mg", "g", {1, 3}},
      {"ug", "g", {1, 6}},    {"m", "m", {1, 0}},     {"cm", "m", {1, 2}},
      {"mm", "m", {1, 3}},    {"km", "m", {1000, 0}}, {"L", "L", {1, 0}},
      {"mL", "L", {1, 3}},    {"dL", "L", {1, 1}},    {"l", "L", {1, 0}},
      {"ml", "L", {1, 3}},    {"dl", "L", {1, 1}}};
  for (const Scaled& entry : units)
    if (entry.unit == unit) return std::pair(entry.base, entry.factor);
  return std::nullopt;
}

/// -1, 0, 1; nullopt when the units do not compare.
std::optional<int> order_quantities(const Quantity& left, const Quantity& right) {
  if (unit_of(left) == unit_of(right)) return compare(left.value, right.value);
  const auto a = scaled_unit(unit_of(left));
  const auto b = scaled_unit(unit_of(right));
  if (!a || !b || a->first != b->first) return std::nullopt;
  const auto x = multiply(left.value, a->second);
  const auto y = multiply(right.value, b->second);
  if (!x || !y) return std::nullopt;
  return compare(*x, *y);
}

bool same_json(Json left, Json right) {
  using Type = simdjson::dom::element_type;
  if (left.is_number() && right.is_number())
    return left.get_double().value_unsafe() == right.get_double().value_unsafe();
  if (left.type() != right.type()) return false;
  switch (left.type()) {
    case Type::STRING:
      return left.get_string().value_unsafe() == right.get_string().value_unsafe();
    case Type::BOOL:
      return left.get_bool().value_unsafe() == right.get_bool().value_unsafe();
    case Type::ARRAY: {
      const simdjson::dom::array a = left.get_array().value_unsafe();
      const simdjson::dom::array b = right.get_array().value_unsafe();
      return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_json);
    }
    case Type::OBJECT: {
      const simdjson::dom::object a = left.get_object().value_unsafe();
      const simdjson::dom::object b = right.get_object().value_unsafe();
      if (a.size() != b.size()) return false;
      for (const auto field : a) {
        Json other;
        if (b.at_key(field.key).get(other) || !same_json(field.value, other)) return false;
      }
      return true;
    }
    default:
      return true;
  }
}

std::string folded(std::string_view text) {
  std::string out;
  bool space = false;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c))) {
      space = !out.empty();
      continue;
    }
    if (space) out += ' ';
    space = false;
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

bool is_coding(const Value& value) {
  const auto* element = std::get_if<Element>(&value);
  return element != nullptr && element->type != no_type &&
         definitions::type(element->type).name == "Coding";
}

bool coding_equivalent(const Value& left, const Value& right) {
  for (const std::string_view key : {"system", "code"})
    if (folded(child_text(std::get<Element>(left), key)) !=
        folded(child_text(std::get<Element>(right), key)))
      return false;
  return true;
}

}  // namespace

std::optional<int> order(const Value& left_value, const Value& right_value, bool& comparable) {
  const auto left = system_value(left_value);
  const auto right = system_value(right_value);
  if (!left || !right) return std::nullopt;
  const auto a = as_decimal(*left);
  const auto b = as_decimal(*right);
  if (a && b) return compare(*a, *b);
  if (left->index() == right->index()) {
    if (const auto* text = std::get_if<std::string_view>(&*left)) {
      const int found = text->compare(std::get<std::string_view>(*right));
      return found < 0 ? -1 : found > 0 ? 1 : 0;
    }
    if (const auto* moment = std::get_if<Moment>(&*left)) {
      const auto& other = std::get<Moment>(*right);
      if ((moment->kind == Moment::Kind::time) == (other.kind == Moment::Kind::time))
        return order_moments(*moment, other);
    }
    if (const auto* quantity = std::get_if<Quantity>(&*left))
      return order_quantities(*quantity, std::get<Quantity>(*right));
  }
  // A text beside a date: FHIR types the literal, the resource may not say.
  const auto* moment = std::get_if<Moment>(&*left);
  const auto* text = std::get_if<std::string_view>(&*right);
  if (moment != nullptr && text != nullptr) {
    if (const auto parsed = parse_temporal(*text))
      return order_moments(*moment, {moment->kind, *parsed});
  }
  comparable = false;
  return std::nullopt;
}

std::optional<bool> equal(const Value& left_value, const Value& right_value) {
  const auto left = system_value(left_value);
  const auto right = system_value(right_value);
  if (!left || !right) return std::nullopt;
  const auto a = as_decimal(*left);
  const auto b = as_decimal(*right);
  if (a && b) return compare(*a, *b) == 0;
  if (left->index() != right->index()) return false;
  if (const auto* element = std::get_if<Element>(&*left))
    return same_json(element->json, std::get<Element>(*right).json);
  if (const auto* boolean = std::get_if<bool>(&*left)) return *boolean == std::get<bool>(*right);
  if (const auto* text = std::get_if<std::string_view>(&*left))
    return *text == std::get<std::string_view>(*right);
  if (const auto* moment = std::get_if<Moment>(&*left)) {
    const auto& other = std::get<Moment>(*right);
    if ((moment->kind == Moment::Kind::time) != (other.kind == Moment::Kind::time)) return false;
    const auto found = order_moments(*moment, other);
    return found ? std::optional(*found == 0) : std::nullopt;
  }
  const auto found = order_quantities(std::get<Quantity>(*left), std::get<Quantity>(*right));
  return found ? std::optional(*found == 0) : std::nullopt;
}

std::optional<bool> equal(const Collection& left, const Collection& right) {
  if (left.empty() || right.empty()) return std::nullopt;
  if (left.size() != right.size()) return false;
  std::optional<bool> all = true;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto one = equal(left[i], right[i]);
    if (one == false) return false;
    if (!one) all = std::nullopt;
  }
  return all;
}

bool equivalent(const Value& left_value, const Value& right_value) {
  if (is_coding(left_value) && is_coding(right_value))
    return coding_equivalent(left_value, right_value);
  const auto left = system_value(left_value);
  const auto right = system_value(right_value);
  if (!left || !right) return false;
  const auto a = as_decimal(*left);
  const auto b = as_decimal(*right);
  if (a && b) {
    const int scale = std::min(normalize(*a).scale, normalize(*b).scale);
    return compare(round(*a, scale), round(*b, scale)) == 0;
  }
  if (left->index() != right->index()) return false;
  if (const auto* text = std::get_if<std::string_view>(&*left))
    return folded(*text) == folded(std::get<std::string_view>(*right));
  if (const auto* moment = std::get_if<Moment>(&*left)) {
    const auto& other = std::get<Moment>(*right);
    return order_moments(*moment, other) == 0;
  }
  return equal(*left, *right).value_or(false);
}

bool equivalent(const Collection& left, const Collection& right) {
  if (left.size() != right.size()) return false;
  std::vector<bool> used(right.size(), false);
  for (const Value& value : left) {
    std::size_t i = 0;
    while (i < right.size() && (used[i] || !equivalent(value, right[i]))) ++i;
    if (i == right.size()) return false;
    used[i] = true;
  }
  return true;
}

void add_distinct(Collection& to, const Value& value) {
  for (const Value& known : to)
    if (equal(known, value) == true) return;
  to.push_back(value);
}

std::string_view child_text(const Element& element, std::string_view key) {
  std::string_view text;
  if (element.absent || element.json.at_key(key).get(text)) return {};
  return text;
}

bool is_type(const Value& value, const TypeSpecifier& type) {
  if (const auto* element = std::get_if<Element>(&value))
    return type.space != "System" && type.fhir != no_type && element->type != no_type &&
           definitions::is_a(element->type, type.fhir);
  if (type.space == "FHIR") return false;
  constexpr std::string_view names[] = {"",       "Boolean", "Integer", "Decimal",
                                        "String", "",        "Quantity"};
  if (const auto* moment = std::get_if<Moment>(&value)) {
    constexpr std::string_view moments[] = {"Date", "DateTime", "Time"};
    return type.name == moments[static_cast<std::size_t>(moment->kind)] || type.name == "Any";
  }
  return type.name == names[value.index()] || type.name == "Any";
}

}  // namespace hb::fhir::path
