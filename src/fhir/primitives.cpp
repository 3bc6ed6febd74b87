#include "fhir/primitives.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "fhir/temporal.hpp"

namespace hb::fhir {
namespace {

using Precision = Temporal::Precision;

constexpr PrimitiveFault ok{};
constexpr PrimitiveFault wrong_kind(const char* expected) { return {"wrong-type", expected, true}; }

constexpr auto make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (const unsigned char c : {' ', '\t', '\n', '\r'}) classes[c] = 1;
  for (unsigned char c = 'a'; c <= 'z'; ++c) classes[c] = 2;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) classes[c] = 2;
  for (unsigned char c = '0'; c <= '9'; ++c) classes[c] = 2;
  for (const unsigned char c : {'+', '/', '='}) classes[c] = 4;
  return classes;
}
constexpr std::array<std::uint8_t, 256> classes = make_classes();
bool is_space(char c) { return classes[static_cast<unsigned char>(c)] == 1; }

bool has_space(std::string_view text) { return std::any_of(text.begin(), text.end(), is_space); }

/// [^\s]+(\s[^\s]+)*
bool is_code(std::string_view text) {
  if (is_space(text.front()) || is_space(text.back())) return false;
  for (std::size_t i = 1; i < text.size(); ++i)
    if (is_space(text[i]) && is_space(text[i - 1])) return false;
  return true;
}

bool is_base64(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return classes[static_cast<unsigned char>(c)] != 0; });
}

bool is_oid(std::string_view text) {
  if (!text.starts_with("urn:oid:") || text.size() < 11) return false;
  text.remove_prefix(8);
  if (text[0] < '0' || text[0] > '2' || text.back() == '.') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_uuid(std::string_view text) {
  if (!text.starts_with("urn:uuid:") || text.size() != 45) return false;
  text.remove_prefix(9);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

PrimitiveFault check_number(Primitive primitive, Json value) {
  if (primitive == Primitive::decimal) return value.is_number() ? ok : wrong_kind("a number");
  std::int64_t number = 0;
  if (value.get(number)) return wrong_kind("a whole number");
  constexpr std::int64_t largest = std::numeric_limits<std::int32_t>::max();
  const std::int64_t smallest = primitive == Primitive::positive_int   ? 1
                                : primitive == Primitive::unsigned_int ? 0
                                                                       : -largest - 1;
  if (number >= smallest && number <= largest) return ok;
  if (primitive == Primitive::positive_int)
    return {"bad-value", "a whole number from 1 to 2147483647"};
  if (primitive == Primitive::unsigned_int)
    return {"bad-value", "a whole number from 0 to 2147483647"};
  return {"bad-value", "a whole number of 32 bits"};
}

PrimitiveFault check_time(Primitive primitive, std::string_view text) {
  if (primitive == Primitive::time) {
    const auto time = parse_time_of_day(text);
    if (time && time->precision >= Precision::second) return ok;
    return {"bad-date", "a time such as 08:30:00"};
  }
  const auto value = text.ends_with('T') ? std::nullopt : parse_temporal(text);
  if (primitive == Primitive::date) {
    if (value && value->precision <= Precision::day) return ok;
    return {"bad-date", "a date that exists, such as 2020-02-28"};
  }
  const bool complete = value && value->precision >= Precision::second && value->has_offset;
  if (primitive == Primitive::instant) {
    if (complete) return ok;
    return {"bad-date", "an instant with offset, such as 2020-02-28T08:30:00+08:00"};
  }
  if (complete || (value && value->precision <= Precision::day)) return ok;
  return {"bad-date",
          "a date that exists, or date and time with offset, such as 2020-02-28T08:30:00+08:00"};
}

}  // namespace

PrimitiveFault check_primitive(Primitive primitive, Json value) {
  switch (primitive) {
    case Primitive::none:
      return ok;
    case Primitive::boolean:
      return value.is_bool() ? ok : wrong_kind("true or false");
    case Primitive::integer:
    case Primitive::unsigned_int:
    case Primitive::positive_int:
    case Primitive::decimal:
      return check_number(primitive, value);
    default:
      break;
  }
  std::string_view text;
  if (value.get(text)) return wrong_kind("a text");
  if (text.empty()) return {"empty", "a text that is not empty"};
  switch (primitive) {
    case Primitive::date:
    case Primitive::date_time:
    case Primitive::instant:
    case Primitive::time:
      return check_time(primitive, text);
    case Primitive::code:
      return is_code(text)
                 ? ok
                 : PrimitiveFault{"bad-value", "a code without surrounding or double spaces"};
    case Primitive::id:
      return is_resource_id(text)
                 ? ok
                 : PrimitiveFault{"bad-id", "1 to 64 letters, digits, hyphens and dots"};
    case Primitive::uri:
      return !has_space(text) ? ok : PrimitiveFault{"bad-value", "a URI without spaces"};
    case Primitive::oid:
      return is_oid(text) ? ok : PrimitiveFault{"bad-value", "an OID such as urn:oid:1.2.3"};
    case Primitive::uuid:
      return is_uuid(text)
                 ? ok
                 : PrimitiveFault{"bad-value",
                                  "a UUID such as urn:uuid:c757873d-ec9a-4326-a141-556f43239520"};
    case Primitive::base64:
      return is_base64(text) ? ok : PrimitiveFault{"bad-value", "base64 text"};
    default:
      return ok;
  }
}

}  // namespace hb::fhir
