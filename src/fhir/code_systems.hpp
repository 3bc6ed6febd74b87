#pragma once
#include <string_view>

#include "fhir/value_sets.hpp"

namespace hb::fhir {

/// Whether a code is the other one or stands somewhere above it in the hierarchy of their system.
/// system   URL; a "|version" behind it is dropped
/// returns  unknown when the R4 definitions do not list the system whole and the codes differ
/// (SNOMED
///          CT, LOINC); no also for codes that a listed system does not have
Membership subsumes(std::string_view system, std::string_view code, std::string_view below);

}  // namespace hb::fhir
