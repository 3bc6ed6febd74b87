#pragma once
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace hb::crypto {

/// The one pair of functions through which sealed bodies pass (Patient, RelatedPerson, Person,
/// Practitioner, quarantined originals, delivery files). The first byte names the way it was
/// sealed; way 0 is the identity, in force until the vault is switched on.
std::string seal(std::string_view plain);

/// errors invalid_input: empty or sealed in an unknown way
Result<std::string> open(std::string_view sealed);

/// True for the resource types whose bodies are sealed.
bool is_sealed_type(std::string_view resource_type);

}  // namespace hb::crypto
