#pragma once
#include <string>
#include <vector>

#include <yaml-cpp/yaml.h>
#include <boost/json.hpp>

namespace hb::test {

/// Checks a value against a schema of an OpenAPI document: the keywords $ref, oneOf, type (also a
/// list), enum, pattern, required, properties, additionalProperties, items, minimum, maximum. Any
/// other keyword that would constrain is itself a fault, so that none is silently ignored. returns
/// one line per fault, "$.items[3].name: …"; empty = valid
std::vector<std::string> validate(const boost::json::value& value, const YAML::Node& schema,
                                  const YAML::Node& document, const std::string& path = "$");

/// A YAML node as JSON: plain scalars become null, booleans and numbers as YAML reads them.
boost::json::value to_json(const YAML::Node& node);

}  // namespace hb::test
