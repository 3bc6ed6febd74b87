#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hb::fhir {

/// A condition that only asks which elements are there, as a table over their presence: half of
/// R4's invariants are of this form and need no evaluation of FHIRPath.
struct PresenceRule {
  static constexpr std::size_t most = 6;
  std::vector<std::string_view> names;  ///< at most `most`; point into the expression
  std::uint64_t table = 0;  ///< bit i: the value when names[k] is there for each bit k of i

  bool holds(std::uint64_t present) const { return (table >> present & 1) != 0; }
};

/// Understands name.exists(), name.empty(), not(), and, or, xor, implies, =, != between two
/// conditions, and parentheses. nullopt: anything else, or more than six names.
std::optional<PresenceRule> presence_rule(std::string_view expression);

}  // namespace hb::fhir
