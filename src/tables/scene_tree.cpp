#include "tables/scene_tree.hpp"

#include <algorithm>

namespace hb::tables::tree {

std::string_view text(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  return value->get_string();
}

const json::object* child(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  return value != nullptr ? value->if_object() : nullptr;
}

const json::array& list(const json::object& node, std::string_view key) {
  static const json::array none;
  const json::value* value = node.if_contains(key);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

bool is_true(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

bool is_set(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  return value != nullptr && !value->is_null();
}

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

bool is_lower(std::string_view name) {
  return std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string_view cast_target(const json::object& node) {
  if (text(node, "class") != "CAST") return {};
  const json::object* type = child(node, "cast_type");
  return type != nullptr ? text(*type, "id") : std::string_view();
}

const json::value* constant(const json::object& node) {
  if (text(node, "class") != "CONSTANT") return nullptr;
  const json::object* value = child(node, "value");
  return value != nullptr ? value->if_contains("value") : nullptr;
}

bool is_constant_of(const json::object& node, std::string_view type) {
  if (text(node, "class") != "CONSTANT") return false;
  const json::object* value = child(node, "value");
  const json::object* of = value != nullptr ? child(*value, "type") : nullptr;
  return of != nullptr && text(*of, "id") == type;
}

static bool is_zero(const json::value& number) {
  return number.is_number() && number.to_number<double>() == 0.0;
}

bool is_function(const json::object& node, std::string_view name) {
  return text(node, "class") == "FUNCTION" && text(node, "function_name") == name;
}

bool cannot_be_zero(const json::object& node) {
  if (const json::value* number = constant(node)) return number->is_number() && !is_zero(*number);
  if (!cast_target(node).empty()) {
    const json::object* inner = child(node, "child");
    return inner != nullptr && cannot_be_zero(*inner);
  }
  if (!is_function(node, "nullif")) return false;
  const json::array& arguments = list(node, "children");
  if (arguments.size() != 2 || !arguments[1].is_object()) return false;
  const json::value* second = constant(arguments[1].get_object());
  return second != nullptr && is_zero(*second);
}

}  // namespace hb::tables::tree
