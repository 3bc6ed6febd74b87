#pragma once
#include <array>
#include <map>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "fhir/parser.hpp"

namespace hb::fhir {

/// What a rule is made of; each kind has a level of its own.
enum class RuleKind : std::uint8_t {
  structure,          ///< JSON, types, elements, cardinality, formats, identity numbers
  binding,            ///< a code outside a required value set
  reference,          ///< a reference to a type that the element does not allow
  invariant,          ///< an invariant of R4 of severity error
  invariant_warning,  ///< an invariant of R4 of severity warning (best practice)
  narrative,          ///< markup that a narrative must not have
  profile,            ///< a profile of our own
};
constexpr std::size_t rule_kinds = 7;

/// Which rules turn a resource away, put it aside, or are only counted: content
/// (scenes/core/profiles/levels.yaml).
struct Levels {
  std::array<Level, rule_kinds> of_kind{Level::reject, Level::quarantine, Level::warn, Level::warn,
                                        Level::off,    Level::warn,       Level::warn};
  std::map<std::string, Level, std::less<>> of_rule;  ///< by rule id; goes before its kind

  Level level(RuleKind kind, std::string_view rule) const;
};

/// Reads `kinds:` and `rules:` of a YAML text.
/// errors  invalid_input: not YAML, an unknown kind or level; where = "levels.yaml:3"
Result<Levels> parse_levels(const std::string& yaml, const std::string& name);

/// "reject", "quarantine", "warn", "off"
std::string_view level_name(Level level);

}  // namespace hb::fhir
