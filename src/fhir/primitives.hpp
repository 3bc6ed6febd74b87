#pragma once
#include <string_view>

#include "fhir/definitions.hpp"
#include "fhir/parser.hpp"

namespace hb::fhir {

/// What is wrong with a primitive value; rule is nullptr when nothing is.
struct PrimitiveFault {
  const char* rule = nullptr;
  const char* expected = nullptr;
  bool kind_only = false;  ///< the JSON kind was wrong: report the kind, not the value
};

/// Checks JSON kind and format of a primitive value (R4, section datatypes).
PrimitiveFault check_primitive(Primitive primitive, Json value);

}  // namespace hb::fhir
