#pragma once
#include <optional>

#include "fhir/fhirpath.hpp"

namespace hb::fhir::path {

/// Least (or, `high`, greatest) value that a value written with its precision can stand for.
/// precision  digits wanted; nullopt = 8 for decimals, the full precision of dates and times
/// returns    nullopt for types without boundaries and precisions that do not exist
std::optional<Value> boundary_of(const Value& value, bool high,
                                 std::optional<std::int64_t> precision);

}  // namespace hb::fhir::path
