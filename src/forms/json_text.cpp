#include "forms/json_text.hpp"

#include <array>
#include <boost/json.hpp>
#include <charconv>

namespace hb::forms {
namespace {

namespace json = boost::json;

void print_to(const json::value& value, std::string& out) {
  if (const json::object* object = value.if_object()) {
    out += '{';
    bool first = true;
    for (const auto& [name, member] : *object) {
      if (!first) out += ',';
      first = false;
      out += json::serialize(json::string(name)) + ":";
      print_to(member, out);
    }
    out += '}';
  } else if (const json::array* array = value.if_array()) {
    out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out += ',';
      print_to((*array)[i], out);
    }
    out += ']';
  } else if (value.is_double()) {
    std::array<char, 400> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value.get_double(),
                                   std::chars_format::fixed);
    out.append(text.data(), end.ptr);
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string print(const json::value& value) {
  std::string out;
  print_to(value, out);
  return out;
}

}  // namespace hb::forms
