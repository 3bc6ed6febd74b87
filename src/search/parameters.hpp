#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/fhirpath.hpp"

namespace hb::search {

/// The kinds of search parameters of FHIR R4 (search.html, 3.1.1.4).
enum class Kind : std::uint8_t {
  token,
  reference,
  string,
  date,
  uri,
  quantity,
  number,
  composite,
  special,
};
std::string_view kind_name(Kind kind);

/// One part of a composite parameter, asked of each item that the parameter's expression gives.
struct Part {
  Kind kind;
  fhir::Expression expression;
};

/// A search parameter of one resource type, its expressions parsed and bound to that type.
struct Parameter {
  std::string_view type;  ///< "Observation"
  std::string_view code;  ///< "value-quantity"
  Kind kind;
  std::string_view text;  ///< of the expression, for people
  fhir::Expression expression;
  std::vector<std::string_view> targets;  ///< types a reference may point to; empty = any
  std::vector<Part> parts;                ///< of a composite
};

/// The parameters of FHIR R4 for one type, those of every resource (_id, _tag, …) among them, by
/// code. Parsed when first asked for; from then on the same object. Empty for an unknown type.
/// Thread safe.
const std::vector<Parameter>& parameters_of(std::string_view type);

/// Composite and special parameters have no entries in an index.
bool can_be_indexed(Kind kind);
/// Does any type have a parameter of this code that can be indexed?
bool some_type_indexes(std::string_view code);

/// nullptr when the type has no such parameter.
const Parameter* find_parameter(std::string_view type, std::string_view code);

}  // namespace hb::search
