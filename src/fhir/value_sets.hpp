#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hb::fhir {

enum class Membership : std::uint8_t { no, yes, unknown };

/// Whether a code is in a value set of the R4 definitions (a "|version" behind the URL is dropped).
/// system   empty = any
/// returns  unknown when the value set is not there or cannot be listed from the definitions (all
///          of SNOMED CT, LOINC, UCUM, BCP 13, BCP 47)
Membership member_of(std::string_view value_set_url, std::string_view system,
                     std::string_view code);

namespace value_sets {

/// Value sets by the number that ElementRow::binding has.
std::string_view url(std::uint16_t binding);
bool contains(std::uint16_t binding, std::string_view code);
bool contains(std::uint16_t binding, std::string_view system, std::string_view code);
/// "male, female, other, unknown"; at most `most` codes, then "…".
std::string codes(std::uint16_t binding, std::size_t most);
std::size_t count();

}  // namespace value_sets
}  // namespace hb::fhir
