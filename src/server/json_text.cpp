#include "server/json_text.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <cmath>
#include <iterator>

namespace hb::server {

namespace {

namespace json = boost::json;

void append(std::string& text, const json::value& value) {
  if (const auto* number = value.if_double()) {
    if (std::isfinite(*number))
      fmt::format_to(std::back_inserter(text), "{}", *number);
    else
      text += "null";
  } else if (const auto* object = value.if_object()) {
    text += '{';
    bool first = true;
    for (const auto& [key, member] : *object) {
      if (!first) text += ',';
      first = false;
      text += json::serialize(json::string_view(key));
      text += ':';
      append(text, member);
    }
    text += '}';
  } else if (const auto* array = value.if_array()) {
    text += '[';
    for (const json::value& item : *array) {
      if (&item != array->data()) text += ',';
      append(text, item);
    }
    text += ']';
  } else {
    text += json::serialize(value);
  }
}

}  // namespace

std::string json_text(const json::value& value) {
  std::string text;
  append(text, value);
  return text;
}

}  // namespace hb::server
