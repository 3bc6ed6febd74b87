#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>
#include <boost/json/object.hpp>

#include "core/result.hpp"

namespace hb::scene {

/// A place in a document that is not as it should be.
struct Mistake {
  int line;          ///< 1-based; 0 = unknown
  std::string path;  ///< "indicators[3].name.en"
  std::string message;
};

/// JSON Schema (draft 2020-12), the part that scene content needs: type, const, enum, required,
/// properties, additionalProperties, items, minItems, minLength, pattern (RE2), minimum, maximum,
/// $ref to "#/$defs/…", and the annotations. A schema with any other keyword is refused, so that
/// nothing that is written in a schema goes unchecked.
class Schema {
 public:
  /// errors  invalid_input: not JSON, or a keyword or pattern that is not understood
  static Result<Schema> parse(std::string_view json, const std::string& name);

  /// All mistakes of a YAML (or JSON) document, in document order.
  std::vector<Mistake> check(const YAML::Node& document) const;

 private:
  boost::json::object root_;
};

/// Every <name>.json of a directory, by name ("plan-1"). errors  those of parse, where = file
Result<std::map<std::string, Schema>> load_schemas(const std::filesystem::path& directory);

/// Keys that stand twice in one mapping: YAML readers silently keep one of them.
void find_double_keys(const YAML::Node& node, const std::string& path,
                      std::vector<Mistake>& mistakes);

/// A text with only one of zh and en, an empty one, or Chinese characters in the English.
void find_half_texts(const YAML::Node& node, const std::string& path,
                     std::vector<Mistake>& mistakes);

}  // namespace hb::scene
