#include "core/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <iterator>

namespace hb {

namespace {

namespace json = boost::json;

constexpr unsigned char first_printable = 0x20;

void append_text(std::string& text, std::string_view value) {
  const bool plain = std::ranges::all_of(value, [](char c) {
    return static_cast<unsigned char>(c) >= first_printable && c != '"' && c != '\\';
  });
  if (!plain) {
    text += json::serialize(value);
    return;
  }
  text += '"';
  text += value;
  text += '"';
}

void append_number(std::string& text, double number) {
  if (!std::isfinite(number)) {
    text += "null";
    return;
  }
  fmt::format_to(std::back_inserter(text), "{}", number);
}

}  // namespace

void append_json(std::string& text, const json::value& value) {
  if (const json::string* string = value.if_string()) {
    append_text(text, *string);
  } else if (const double* number = value.if_double()) {
    append_number(text, *number);
  } else if (const json::object* object = value.if_object()) {
    char before = '{';
    for (const json::key_value_pair& member : *object) {
      text += before;
      before = ',';
      append_text(text, member.key());
      text += ':';
      append_json(text, member.value());
    }
    text += object->empty() ? "{}" : "}";
  } else if (const json::array* array = value.if_array()) {
    char before = '[';
    for (const json::value& item : *array) {
      text += before;
      before = ',';
      append_json(text, item);
    }
    text += array->empty() ? "[]" : "]";
  } else {
    text += json::serialize(value);
  }
}

std::string json_text(const json::value& value) {
  std::string text;
  append_json(text, value);
  return text;
}

}  // namespace hb
