// System values of elements; equality, equivalence and order (FHIRPath N1, sections 6.1 and 6.2).
#include <algorithm>
#include <cctype>

#include "core/utf8.hpp"
#include "fhir/path/evaluator.hpp"
#include "fhir/path/ucum.hpp"

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

/// FHIR R4, section 2.9.3.1 of its FHIRPath page: only UCUM quantities without comparator are one.
std::optional<Value> quantity_value(const Element& element) {
  simdjson::dom::object fields;
  Json number;
  std::string_view text;
  if (element.json.get(fields) || fields.at_key("value").get(number)) return std::nullopt;
  double value = 0;
  if (number.get(value) || !fields.at_key("comparator").get(text)) return std::nullopt;
  const auto decimal = to_decimal(value);
  if (!decimal) return std::nullopt;
  std::string_view unit;
  const bool has_system = !fields.at_key("system").get(text);
  if (has_system && text != "http://unitsofmeasure.org") return std::nullopt;
  if (fields.at_key("code").get(unit) && fields.at_key("unit").get(unit)) unit = "1";
  return Quantity{*decimal, unit, false, true};
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

std::string type_name(const Value& value) {
  constexpr std::string_view names[] = {"",       "Boolean", "Integer",  "Decimal",
                                        "String", "",        "Quantity", ""};
  if (std::holds_alternative<TypeInfo>(value)) return "System.SimpleTypeInfo";
  if (const auto* moment = std::get_if<Moment>(&value)) {
    constexpr std::string_view moments[] = {"Date", "DateTime", "Time"};
    return "System." + std::string(moments[static_cast<std::size_t>(moment->kind)]);
  }
  const auto* element = std::get_if<Element>(&value);
  if (element == nullptr) return "System." + std::string(names[value.index()]);
  if (element->type != no_type) {
    const TypeRow& type = definitions::type(element->type);
    const bool backbone = type.kind == TypeKind::backbone && type.base != no_type;
    return std::string(backbone ? definitions::type(type.base).name : type.name);
  }
  const auto plain = system_value(value);
  return plain && !std::holds_alternative<Element>(*plain) ? type_name(*plain) : "System.Any";
}

std::string to_json(const Value& value) {
  if (const auto* info = std::get_if<TypeInfo>(&value))
    return "{\"namespace\":\"" + std::string(info->space) + "\",\"name\":\"" +
           std::string(info->name) + "\"}";
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

namespace {

void append_json(std::string& out, Json json, path::NumberTexts& numbers) {
  simdjson::dom::array list;
  simdjson::dom::object object;
  char separator = '\0';
  const auto separate = [&] {
    if (separator != '\0') out += separator;
    separator = ',';
  };
  if (!json.get(list)) {
    out += '[';
    for (const Json item : list) {
      separate();
      append_json(out, item, numbers);
    }
    out += ']';
  } else if (!json.get(object)) {
    out += '{';
    for (const auto field : object) {
      separate();
      append_json_text(out, field.key);
      out += ':';
      append_json(out, field.value, numbers);
    }
    out += '}';
  } else if (std::string_view text; !json.get(text)) {
    append_json_text(out, text);
  } else {
    const std::string_view digits = json.is_number() ? numbers.find(json) : std::string_view();
    out += digits.empty() ? simdjson::minify(json) : std::string(digits);
  }
}

}  // namespace

std::string Evaluation::json(const Value& value) {
  const auto* element = std::get_if<Element>(&value);
  if (element == nullptr || element->absent) return to_json(value);
  std::string out;
  append_json(out, element->json, state_->numbers);
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
  const bool same_clock = left.value.offset_minutes == right.value.offset_minutes;
  const Temporal a = same_clock ? left.value : in_utc(left.value);
  const Temporal b = same_clock ? right.value : in_utc(right.value);
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

/// A number beside a quantity is one of unit 1.
bool as_quantities(std::optional<Value>& left, std::optional<Value>& right) {
  const auto lift = [](std::optional<Value>& value) {
    if (const auto number = as_decimal(*value)) value = Quantity{*number, "1"};
    return std::holds_alternative<Quantity>(*value);
  };
  if (!std::holds_alternative<Quantity>(*left) && !std::holds_alternative<Quantity>(*right))
    return false;
  return lift(left) && lift(right);
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

/// Lower case, every white space character as a blank.
std::string folded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view c = next_code_point(text, at);
    const bool blank = c.size() == 1 ? std::isspace(static_cast<unsigned char>(c[0])) != 0
                                     : c == "\u00A0" || c == "\u1680" || c == "\u2028" ||
                                           c == "\u2029" || c == "\u202F" || c == "\u205F" ||
                                           c == "\u3000" || (c >= "\u2000" && c <= "\u200A");
    if (blank)
      out += ' ';
    else if (c.size() == 1)
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c[0])));
    else
      out += c;
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

namespace {

bool is_quantity(const Value& value) {
  static const TypeId quantity = definitions::find_type("Quantity");
  const auto* element = std::get_if<Element>(&value);
  return element != nullptr && element->type != no_type &&
         definitions::is_a(element->type, quantity);
}

}  // namespace

std::optional<int> order(const Value& left_value, const Value& right_value, bool& comparable) {
  auto left = system_value(left_value);
  auto right = system_value(right_value);
  if (!left || !right) return std::nullopt;
  const auto a = as_decimal(*left);
  const auto b = as_decimal(*right);
  if (a && b) return compare(*a, *b);
  if (as_quantities(left, right))
    return order_quantities(std::get<Quantity>(*left), std::get<Quantity>(*right), false);
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
  }
  // Quantities of resources that are in no UCUM unit, or have a comparator: nothing can be said.
  if (is_quantity(left_value) || is_quantity(right_value)) return std::nullopt;
  comparable = false;
  return std::nullopt;
}

namespace {

/// Primitives of resources are as equal as what stands beside them.
bool same_extensions(const Value& left, const Value& right) {
  const auto* a = std::get_if<Element>(&left);
  const auto* b = std::get_if<Element>(&right);
  if (a == nullptr || b == nullptr || (!a->has_extension && !b->has_extension)) return true;
  return a->has_extension && b->has_extension && same_json(a->extension, b->extension);
}

/// Two primitives of which one has extensions only.
std::optional<bool> equal_without_value(const Value& left, const Value& right) {
  const auto* a = std::get_if<Element>(&left);
  const auto* b = std::get_if<Element>(&right);
  if (a == nullptr || b == nullptr || !a->absent || !b->absent) return false;
  return same_json(a->extension, b->extension);
}

}  // namespace

std::optional<bool> equal(const Value& left_value, const Value& right_value) {
  auto left = system_value(left_value);
  auto right = system_value(right_value);
  if (!left || !right) return equal_without_value(left_value, right_value);
  if (!same_extensions(left_value, right_value)) return false;
  const auto a = as_decimal(*left);
  const auto b = as_decimal(*right);
  if (a && b) return compare(*a, *b) == 0;
  if (as_quantities(left, right)) {
    const auto found =
        order_quantities(std::get<Quantity>(*left), std::get<Quantity>(*right), false);
    return found ? std::optional(*found == 0) : std::nullopt;
  }
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
  const auto& info = std::get<TypeInfo>(*left);
  const auto& other = std::get<TypeInfo>(*right);
  return info.space == other.space && info.name == other.name;
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

namespace {

/// Equal when both are rounded to the digits of the one that has fewer.
bool equivalent_numbers(const Decimal& left, const Decimal& right) {
  const int scale = std::min(normalize(left).scale, normalize(right).scale);
  return compare(round(left, scale), round(right, scale)) == 0;
}

bool equivalent_quantities(const Quantity& left, const Quantity& right) {
  if (left.calendar || right.calendar) return order_quantities(left, right, true) == 0;
  if (left.unit == right.unit) return equivalent_numbers(left.value, right.value);
  const auto a = parse_unit(left.unit);
  const auto b = parse_unit(right.unit);
  const auto moved = a && b ? convert(right.value, *b, *a) : std::nullopt;
  return moved && equivalent_numbers(left.value, *moved);
}

/// Objects whose members are equivalent; the order in lists does not count.
bool equivalent_json(Json left, Json right) {
  simdjson::dom::object a;
  simdjson::dom::object b;
  simdjson::dom::array list;
  simdjson::dom::array other_list;
  if (!left.get(a) && !right.get(b)) {
    if (a.size() != b.size()) return false;
    for (const auto field : a) {
      Json other;
      if (b.at_key(field.key).get(other) || !equivalent_json(field.value, other)) return false;
    }
    return true;
  }
  if (!left.get(list) && !right.get(other_list)) {
    Collection items;
    Collection others;
    for (const Json item : list) items.push_back(Element{item, no_type});
    for (const Json item : other_list) others.push_back(Element{item, no_type});
    return equivalent(items, others);
  }
  return equivalent(Value(Element{left, no_type}), Value(Element{right, no_type}));
}

}  // namespace

bool equivalent(const Value& left_value, const Value& right_value) {
  if (is_coding(left_value) && is_coding(right_value))
    return coding_equivalent(left_value, right_value);
  auto left = system_value(left_value);
  auto right = system_value(right_value);
  if (!left || !right) return !left && !right;
  const auto a = as_decimal(*left);
  const auto b = as_decimal(*right);
  if (a && b) {
    return equivalent_numbers(*a, *b);
  }
  if (as_quantities(left, right))
    return equivalent_quantities(std::get<Quantity>(*left), std::get<Quantity>(*right));
  if (left->index() != right->index()) return false;
  if (const auto* text = std::get_if<std::string_view>(&*left))
    return folded(*text) == folded(std::get<std::string_view>(*right));
  if (const auto* moment = std::get_if<Moment>(&*left)) {
    const auto& other = std::get<Moment>(*right);
    return (moment->kind == Moment::Kind::time) == (other.kind == Moment::Kind::time) &&
           order_moments(*moment, other) == 0;
  }
  if (const auto* element = std::get_if<Element>(&*left))
    return equivalent_json(element->json, std::get<Element>(*right).json);
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

namespace {

/// Equality of two texts at once; false in `known` when they are something else.
bool same_text(const Value& left, const Value& right, bool& known) {
  std::string_view a;
  std::string_view b;
  known = plain_text(left, a) && plain_text(right, b) && same_extensions(left, right);
  return known && a == b;
}

}  // namespace

void add_distinct(Collection& to, const Value& value) {
  for (const Value& other : to) {
    bool known = false;
    const bool same = same_text(other, value, known);
    if (known ? same : equal(other, value) == true) return;
  }
  to.push_back(value);
}

std::string_view child_text(const Element& element, std::string_view key) {
  std::string_view text;
  if (element.absent || element.json.at_key(key).get(text)) return {};
  return text;
}

bool is_text_type(const Value& value) { return std::holds_alternative<std::string_view>(value); }

bool is_type(const Value& value, const TypeSpecifier& type) {
  if (const auto* element = std::get_if<Element>(&value)) {
    if (element->type != no_type)
      return type.space != "System" && type.fhir != no_type &&
             definitions::is_a(element->type, type.fhir);
    const auto plain = system_value(value);  // JSON without FHIR types
    return plain && !std::holds_alternative<Element>(*plain) && is_type(*plain, type);
  }
  if (type.space == "FHIR") return false;
  const std::string name = type_name(value);
  return std::string_view(name).substr(7) == type.name || type.name == "Any";
}

bool fits_type(const Value& value, const TypeSpecifier& type) {
  const auto* element = std::get_if<Element>(&value);
  if (element != nullptr && element->type != no_type &&
      definitions::primitive(element->type) != Primitive::none)
    return type.space != "System" && element->type == type.fhir;
  return is_type(value, type);
}

std::optional<Value> converted(const Value& value, const TypeSpecifier& type) {
  const auto* element = std::get_if<Element>(&value);
  if (element == nullptr || element->type == no_type || type.fhir != no_type) return std::nullopt;
  auto plain = system_value(value);
  if (!plain || std::holds_alternative<Element>(*plain) || !is_type(*plain, type))
    return std::nullopt;
  return plain;
}

}  // namespace hb::fhir::path
