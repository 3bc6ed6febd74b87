#pragma once
#include <string>
#include <string_view>

#include "core/date.hpp"

namespace hb::server::fhir_api {

/// CapabilityStatement of what this program really does: the types of the definitions, the search
/// parameters that are parsed, the interactions that have routes.
std::string capability_statement(const std::string& base, std::string_view version, Instant now);

}  // namespace hb::server::fhir_api
