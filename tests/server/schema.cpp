#include "schema.hpp"

#include <cmath>
#include <regex>
#include <set>
#include <utility>

namespace hb::test {

namespace json = boost::json;

namespace {

using Faults = std::vector<std::string>;

YAML::Node resolve(const YAML::Node& schema, const YAML::Node& document) {
  if (!schema["$ref"]) return schema;
  std::string path = schema["$ref"].as<std::string>().substr(2);  // behind "#/"
  YAML::Node at = document;  // a handle; reset() moves it on and leaves the document alone
  for (std::size_t slash = 0; slash != std::string::npos;) {
    slash = path.find('/');
    at.reset(std::as_const(at)[path.substr(0, slash)]);
    if (slash != std::string::npos) path.erase(0, slash + 1);
  }
  return at;
}

bool has_type(const json::value& value, const std::string& type) {
  if (type == "null") return value.is_null();
  if (type == "boolean") return value.is_bool();
  if (type == "string") return value.is_string();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "number") return value.is_number();
  if (type == "integer")
    return value.is_int64() || value.is_uint64() ||
           (value.is_double() && std::floor(value.get_double()) == value.get_double());
  return false;
}

void check_type(const json::value& value, const YAML::Node& schema, const std::string& path,
                Faults& faults) {
  if (!schema["type"]) return;
  const YAML::Node type = schema["type"];
  bool fits = false;
  if (type.IsSequence()) {
    for (const YAML::Node& one : type) fits = fits || has_type(value, one.as<std::string>());
  } else {
    fits = has_type(value, type.as<std::string>());
  }
  if (!fits)
    faults.push_back(path + ": " + json::serialize(value).substr(0, 60) + " has the wrong type");
}

void check_members(const json::object& object, const YAML::Node& schema, const YAML::Node& document,
                   const std::string& path, Faults& faults) {
  for (const YAML::Node& name : schema["required"])
    if (!object.contains(name.as<std::string>()))
      faults.push_back(path + "." + name.as<std::string>() + ": is missing");
  const YAML::Node more = schema["additionalProperties"];
  for (const auto& [name, value] : object) {
    const std::string place = path + "." + std::string(name);
    const YAML::Node known =
        schema["properties"] ? schema["properties"][std::string(name)] : YAML::Node();
    if (known.IsDefined() && !known.IsNull()) {
      const Faults inside = validate(value, known, document, place);
      faults.insert(faults.end(), inside.begin(), inside.end());
    } else if (more && more.IsMap()) {
      const Faults inside = validate(value, more, document, place);
      faults.insert(faults.end(), inside.begin(), inside.end());
    } else if (more && !more.as<bool>()) {
      faults.push_back(place + ": is not described");
    }
  }
}

void check_scalar(const json::value& value, const YAML::Node& schema, const std::string& path,
                  Faults& faults) {
  if (schema["enum"]) {
    bool listed = false;
    for (const YAML::Node& one : schema["enum"]) {
      if (value.is_null())
        listed = listed || one.IsNull();
      else if (value.is_string())
        listed = listed || one.Scalar() == std::string_view(value.get_string());
    }
    if (!listed) faults.push_back(path + ": " + json::serialize(value) + " is not one of the enum");
  }
  if (schema["pattern"] && value.is_string() &&
      !std::regex_search(std::string(value.get_string()),
                         std::regex(schema["pattern"].as<std::string>())))
    faults.push_back(path + ": does not match the pattern");
  if (!value.is_number()) return;
  const double number = value.to_number<double>();
  if (schema["minimum"] && number < schema["minimum"].as<double>())
    faults.push_back(path + ": below minimum");
  if (schema["maximum"] && number > schema["maximum"].as<double>())
    faults.push_back(path + ": above maximum");
}

void check_keywords(const YAML::Node& schema, const std::string& path, Faults& faults) {
  static const std::set<std::string> known = {
      "$ref",    "oneOf",    "type",       "enum",
      "pattern", "required", "properties", "additionalProperties",
      "items",   "minimum",  "maximum",    "description",
      "example", "default",  "format",     "maxLength"};
  for (const auto& keyword : schema)
    if (!known.count(keyword.first.as<std::string>()))
      faults.push_back(path + ": keyword " + keyword.first.as<std::string>());
}

}  // namespace

Faults validate(const json::value& value, const YAML::Node& given, const YAML::Node& document,
                const std::string& path) {
  Faults faults;
  const YAML::Node schema = resolve(given, document);
  if (!schema.IsMap()) return {path + ": there is no such schema"};
  check_keywords(schema, path, faults);
  if (schema["oneOf"]) {
    std::size_t fitting = 0;
    Faults nearest;
    for (const YAML::Node& one : schema["oneOf"]) {
      const Faults inside = validate(value, one, document, path);
      fitting += inside.empty() ? 1 : 0;
      if (nearest.empty() || (!inside.empty() && inside.size() < nearest.size())) nearest = inside;
    }
    if (fitting != 1) {
      faults.push_back(path + ": fits " + std::to_string(fitting) + " of oneOf");
      faults.insert(faults.end(), nearest.begin(), nearest.end());
    }
    return faults;
  }
  check_type(value, schema, path, faults);
  check_scalar(value, schema, path, faults);
  if (value.is_object()) check_members(value.get_object(), schema, document, path, faults);
  if (value.is_array() && schema["items"]) {
    for (std::size_t i = 0; i < value.get_array().size(); ++i) {
      const Faults inside = validate(value.get_array()[i], schema["items"], document,
                                     path + "[" + std::to_string(i) + "]");
      faults.insert(faults.end(), inside.begin(), inside.end());
    }
  }
  return faults;
}

json::value to_json(const YAML::Node& node) {
  if (node.IsMap()) {
    json::object object;
    for (const auto& member : node) object[member.first.as<std::string>()] = to_json(member.second);
    return object;
  }
  if (node.IsSequence()) {
    json::array array;
    for (const YAML::Node& item : node) array.push_back(to_json(item));
    return array;
  }
  if (node.IsNull()) return nullptr;
  const std::string text = node.Scalar();
  if (node.Tag() == "!") return json::string(text);  // quoted
  if (text == "true" || text == "false") return text == "true";
  std::int64_t whole = 0;
  if (YAML::convert<std::int64_t>::decode(node, whole)) return whole;
  double real = 0;
  if (YAML::convert<double>::decode(node, real)) return real;
  return json::string(text);
}

}  // namespace hb::test
