#include "scene/schema.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "core/utf8.hpp"
#include "indicators/content.hpp"

namespace hb::scene {
namespace {

namespace json = boost::json;
using indicators::line_of;

constexpr std::array keywords = {
    "type",      "const",    "enum",      "required", "properties", "additionalProperties",
    "items",     "minItems", "minLength", "pattern",  "minimum",    "maximum",
    "$ref",      "$defs",    "$schema",   "$id",      "title",      "description",
    "multipleOf"};
constexpr std::array type_names = {"object", "array",   "string", "integer",
                                   "number", "boolean", "null"};
constexpr int max_depth = 64;

std::string child_path(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}

std::string item_path(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

// ---- the schema itself
// ----------------------------------------------------------------------------

std::string fault_of_schema(const json::value& value, const json::object& root, int depth);

std::string fault_of_keyword(std::string_view key, const json::value& value,
                             const json::object& root, int depth) {
  if (std::ranges::find(keywords, key) == keywords.end()) {
    return "keyword “" + std::string(key) + "” is not understood";
  }
  if (key == "properties" || key == "$defs") {
    if (!value.is_object()) return std::string(key) + " is not an object";
    for (const auto& [name, schema] : value.get_object()) {
      std::string fault = fault_of_schema(schema, root, depth);
      if (!fault.empty()) return fault;
    }
  }
  if (key == "items" || (key == "additionalProperties" && !value.is_bool())) {
    return fault_of_schema(value, root, depth);
  }
  if (key == "pattern" &&
      (!value.is_string() || !RE2(value.get_string().c_str(), RE2::Quiet).ok())) {
    return "pattern is no regular expression";
  }
  if (key == "multipleOf" && !(value.is_int64() && value.get_int64() > 0)) {
    return "multipleOf is no whole number above 0";
  }
  if (key == "type") {
    const bool known =
        value.is_string() && std::ranges::find(type_names, value.get_string()) != type_names.end();
    if (!known) return "type is not one of the JSON types";
  }
  if (key == "$ref") {
    const std::string name = value.is_string() ? std::string(value.get_string()) : "";
    const json::value* defs = root.if_contains("$defs");
    const bool found = name.starts_with("#/$defs/") && defs != nullptr && defs->is_object() &&
                       defs->get_object().contains(name.substr(8));
    if (!found) return "$ref “" + name + "” leads nowhere";
  }
  return {};
}

std::string fault_of_schema(const json::value& value, const json::object& root, int depth) {
  if (!value.is_object()) return "a schema is not an object";
  if (depth > max_depth) return "schemas are nested too deeply";
  for (const auto& [key, part] : value.get_object()) {
    std::string fault = fault_of_keyword(key, part, root, depth + 1);
    if (!fault.empty()) return fault;
  }
  return {};
}

// ---- documents
// ------------------------------------------------------------------------------------

bool is_integer(const std::string& text) {
  std::int64_t value = 0;
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, status] = std::from_chars(begin, text.data() + text.size(), value);
  return status == std::errc() && end == text.data() + text.size();
}

bool is_number(const std::string& text) {
  static const RE2 number(R"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)");
  return RE2::FullMatch(text, number);
}

/// The JSON type of a node by the YAML core schema: what is quoted is a string.
std::string type_of(const YAML::Node& node) {
  if (node.IsMap()) return "object";
  if (node.IsSequence()) return "array";
  if (!node.IsScalar()) return "null";
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return "string";
  if (text == "true" || text == "false") return "boolean";
  if (text == "null" || text == "~") return "null";
  if (is_integer(text)) return "integer";
  return is_number(text) ? "number" : "string";
}

bool fits_type(const std::string& found, std::string_view wanted) {
  return found == wanted || (wanted == "number" && found == "integer");
}

std::string shown(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

class Checker {
 public:
  explicit Checker(const json::object& root) : root_(root) {}

  std::vector<Mistake> run(const YAML::Node& document) {
    node(root_, document, "", 0);
    return std::move(mistakes_);
  }

 private:
  void add(const YAML::Node& at, const std::string& path, std::string message) {
    mistakes_.push_back({line_of(at), path, std::move(message)});
  }

  void node(const json::object& schema, const YAML::Node& at, const std::string& path, int depth) {
    if (depth > max_depth) return add(at, path, "nested too deeply");
    if (const json::value* reference = schema.if_contains("$ref")) {
      const std::string name = std::string(reference->get_string()).substr(8);
      node(root_.at("$defs").at(name).get_object(), at, path, depth + 1);
    }
    if (const json::value* type = schema.if_contains("type")) {
      const std::string found = type_of(at);
      if (!fits_type(found, type->get_string())) return wrong_type(at, path, found, shown(*type));
    }
    if (at.IsScalar()) scalar(schema, at, path);
    if (at.IsSequence()) sequence(schema, at, path, depth);
    if (at.IsMap()) mapping(schema, at, path, depth);
  }

  void wrong_type(const YAML::Node& at, const std::string& path, const std::string& found,
                  const std::string& wanted) {
    std::string message = "expected " + wanted + ", found " + found;
    if (wanted == "string" && at.IsScalar()) message += ": write it in quotes";
    add(at, path, std::move(message));
  }

  void scalar(const json::object& schema, const YAML::Node& at, const std::string& path) {
    const std::string& text = at.Scalar();
    if (const json::value* wanted = schema.if_contains("const")) {
      if (shown(*wanted) != text) add(at, path, "expected “" + shown(*wanted) + "”");
    }
    if (const json::value* choices = schema.if_contains("enum")) {
      std::string list;
      bool found = false;
      for (const json::value& choice : choices->get_array()) {
        found = found || shown(choice) == text;
        list += (list.empty() ? "" : ", ") + shown(choice);
      }
      if (!found) add(at, path, "“" + text + "” is not one of " + list);
    }
    if (const json::value* pattern = schema.if_contains("pattern")) {
      const std::string expression(pattern->get_string());
      if (!RE2::PartialMatch(text, RE2(expression))) {
        add(at, path, "“" + text + "” does not match " + expression);
      }
    }
    if (const json::value* shortest = schema.if_contains("minLength")) {
      if (text.size() < shortest->to_number<std::size_t>()) add(at, path, "the text is too short");
    }
    range(schema, at, path);
  }

  void range(const json::object& schema, const YAML::Node& at, const std::string& path) {
    const json::value* least = schema.if_contains("minimum");
    const json::value* most = schema.if_contains("maximum");
    if (const json::value* step = schema.if_contains("multipleOf")) multiple(*step, at, path);
    if ((least == nullptr && most == nullptr) || !is_number(at.Scalar())) return;
    const double value = std::strtod(at.Scalar().c_str(), nullptr);
    if (least != nullptr && value < least->to_number<double>()) {
      add(at, path, "is less than " + shown(*least));
    }
    if (most != nullptr && value > most->to_number<double>()) {
      add(at, path, "is more than " + shown(*most));
    }
  }

  void multiple(const json::value& step, const YAML::Node& at, const std::string& path) {
    std::int64_t value = 0;
    const std::string& text = at.Scalar();
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status != std::errc() || end != text.data() + text.size()) return;  // its type is said
    if (value % step.get_int64() != 0) add(at, path, "is not a multiple of " + shown(step));
  }

  void sequence(const json::object& schema, const YAML::Node& at, const std::string& path,
                int depth) {
    if (const json::value* least = schema.if_contains("minItems")) {
      const auto wanted = least->to_number<std::size_t>();
      if (at.size() < wanted) {
        add(at, path, "expected at least " + std::to_string(wanted) + " entries");
      }
    }
    const json::value* items = schema.if_contains("items");
    if (items == nullptr) return;
    for (std::size_t i = 0; i < at.size(); ++i) {
      node(items->get_object(), at[i], item_path(path, i), depth + 1);
    }
  }

  void mapping(const json::object& schema, const YAML::Node& at, const std::string& path,
               int depth) {
    std::set<std::string> present;
    const json::value* properties = schema.if_contains("properties");
    const json::value* others = schema.if_contains("additionalProperties");
    for (const auto& entry : at) {
      if (!entry.first.IsScalar()) {
        add(entry.first, path, "a key is not a text");
        continue;
      }
      const std::string& key = entry.first.Scalar();
      present.insert(key);
      const json::value* property =
          properties != nullptr ? properties->get_object().if_contains(key) : nullptr;
      if (property != nullptr) {
        node(property->get_object(), entry.second, child_path(path, key), depth + 1);
      } else if (others != nullptr && others->is_object()) {
        node(others->get_object(), entry.second, child_path(path, key), depth + 1);
      } else if (others != nullptr && !others->get_bool()) {
        add(entry.first, child_path(path, key), "unknown key");
      }
    }
    const json::value* required = schema.if_contains("required");
    if (required == nullptr) return;
    for (const json::value& name : required->get_array()) {
      if (!present.contains(shown(name))) add(at, path, "“" + shown(name) + "” is missing");
    }
  }

  const json::object& root_;
  std::vector<Mistake> mistakes_;
};

bool has_han(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view piece = next_code_point(text, at);
    if (piece.size() == 3 && piece >= "\u4E00" && piece <= "\u9FFF") return true;
  }
  return false;
}

void check_text(const YAML::Node& node, const std::string& path, std::vector<Mistake>& mistakes) {
  for (const char* language : {"zh", "en"}) {
    const YAML::Node text = node[language];
    if (!text.IsDefined() || !text.IsScalar() || text.Scalar().empty()) {
      mistakes.push_back(
          {line_of(node), path, std::string("the text in ") + language + " is missing"});
    }
  }
  const YAML::Node english = node["en"];
  if (english.IsDefined() && english.IsScalar() && has_han(english.Scalar())) {
    mistakes.push_back(
        {line_of(english), child_path(path, "en"), "the English text holds Chinese characters"});
  }
}

}  // namespace

Result<Schema> Schema::parse(std::string_view text, const std::string& name) {
  boost::system::error_code problem;
  json::value value = json::parse({text.data(), text.size()}, problem);
  if (problem || !value.is_object()) {
    return fail(ErrorCode::invalid_input, "the schema is not a JSON object", name);
  }
  Schema schema;
  schema.root_ = std::move(value.get_object());
  const std::string fault = fault_of_schema(schema.root_, schema.root_, 0);
  if (!fault.empty()) return fail(ErrorCode::invalid_input, fault, name);
  return schema;
}

std::vector<Mistake> Schema::check(const YAML::Node& document) const {
  return Checker(root_).run(document);
}

Result<std::map<std::string, Schema>> load_schemas(const std::filesystem::path& directory) {
  std::map<std::string, Schema> schemas;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(directory, none)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    Result<Schema> schema = Schema::parse(text.str(), entry.path().string());
    if (!schema) return unexpected(schema.error());
    schemas.emplace(entry.path().stem().string(), std::move(*schema));
  }
  return schemas;
}

void find_double_keys(const YAML::Node& node, const std::string& path,
                      std::vector<Mistake>& mistakes) {
  if (node.IsSequence()) {
    for (std::size_t i = 0; i < node.size(); ++i) {
      find_double_keys(node[i], item_path(path, i), mistakes);
    }
  }
  if (!node.IsMap()) return;
  std::set<std::string> keys;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) continue;
    const std::string inner = child_path(path, entry.first.Scalar());
    if (!keys.insert(entry.first.Scalar()).second) {
      mistakes.push_back({line_of(entry.first), inner, "the key stands twice"});
    }
    find_double_keys(entry.second, inner, mistakes);
  }
}

void find_half_texts(const YAML::Node& node, const std::string& path,
                     std::vector<Mistake>& mistakes) {
  if (node.IsSequence()) {
    for (std::size_t i = 0; i < node.size(); ++i) {
      find_half_texts(node[i], item_path(path, i), mistakes);
    }
  }
  if (!node.IsMap()) return;
  if (node["zh"].IsDefined() || node["en"].IsDefined()) check_text(node, path, mistakes);
  for (const auto& entry : node) {
    if (entry.first.IsScalar()) {
      find_half_texts(entry.second, child_path(path, entry.first.Scalar()), mistakes);
    }
  }
}

}  // namespace hb::scene
