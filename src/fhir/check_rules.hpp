#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fhir/check_levels.hpp"
#include "fhir/check_presence.hpp"
#include "fhir/definitions.hpp"
#include "fhir/fhirpath.hpp"

namespace hb::fhir {

/// The invariants of R4, compiled once; immutable, threads share it.
class Invariants {
 public:
  struct Rule {
    const InvariantRow* row;
    Level level;
    std::optional<PresenceRule> presence;  ///< else the expression decides
    std::optional<Expression> expression;
    bool about_contained = false;  ///< ref-1: asks only about references to "#…"
    bool needs_root = false;       ///< uses %rootResource
  };
  /// A rule as it applies to a type.
  struct Use {
    std::uint16_t rule;
    std::uint64_t slots = 0;  ///< of the elements it mentions
    bool always = false;      ///< must be asked even when none of them is there
    std::uint8_t slot_of[PresenceRule::most] = {};
  };
  /// An invariant that is not checked, and why.
  struct NotEvaluated {
    std::string rule;
    std::string where;
    std::string reason;
  };

  explicit Invariants(const Levels& levels);

  const Rule& rule(const Use& use) const { return rules_[use.rule]; }
  std::span<const Use> of_type(TypeId type) const {
    return by_type_[static_cast<std::size_t>(type)];
  }
  /// Rules that stand at one element, asked for each of its values.
  std::span<const Use> of_element(const ElementRow& row) const;
  const std::vector<NotEvaluated>& not_evaluated() const { return not_evaluated_; }
  std::size_t size() const { return rules_.size(); }

 private:
  void add(const InvariantRow& row, Level level);
  void add_to_types(std::uint16_t number);
  bool holds_on_nothing(const Rule& rule, TypeId type);

  std::vector<Rule> rules_;
  std::vector<std::vector<Use>> by_type_;
  std::vector<std::uint16_t> group_of_element_;  ///< 0 = none
  std::vector<std::vector<Use>> by_element_;
  std::vector<NotEvaluated> not_evaluated_;
};

/// true, false, or nullopt: nothing can be said (empty, or it cannot be evaluated).
std::optional<bool> evaluate_condition(Evaluation& evaluation, const Expression& expression,
                                       const Value& focus, std::string* failure = nullptr);

}  // namespace hb::fhir
