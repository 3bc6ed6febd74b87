#pragma once
#include <vector>

#include "fhir/parser.hpp"

namespace hb::fhir {

struct CheckOptions {
  bool simulated =
      false;  ///< the store is marked simulated: identity numbers of area 77 are accepted
  std::size_t max_faults = 8;
};

/// Structure of a resource against the R4 definitions (compiled at build time): unknown and missing
/// elements, JSON kind, cardinality, primitive formats, dates that exist; and the identity numbers
/// of persons (GB 11643, check digit; area 77 only in a simulated store). returns  faults; empty =
/// accepted
std::vector<Fault> check(const Resource& resource, const CheckOptions& options);

/// GB 11643-1999: 18 characters, real date, check digit (ISO 7064 MOD 11-2).
bool is_identity_number(std::string_view text);
/// The 15 digits in use until 1999 (void since 2013, alive in old files): no check digit, real
/// date.
bool is_old_identity_number(std::string_view text);
/// The check digit for the first 17 digits: '0'–'9' or 'X'.
char identity_check_digit(std::string_view first17);

}  // namespace hb::fhir
