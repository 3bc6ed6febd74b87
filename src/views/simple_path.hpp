#pragma once
#include <optional>

#include "views/plan.hpp"

namespace hb::views {

/// A path, or iif(condition.exists(), yes, no).
struct SimpleSource {
  std::optional<Plan::Path> condition;
  Plan::Path yes;
  std::optional<Plan::Path> no;
};

/// The expression as simple paths from an object of type `focus`; nullopt when it is more than
/// that. The items are exactly those of the evaluator, whatever the resource holds.
std::optional<SimpleSource> simple_source(const fhir::Expression& expression, fhir::TypeId focus);
/// The path p of an expression "p.exists()".
std::optional<Plan::Path> simple_exists(const fhir::Expression& expression, fhir::TypeId focus);

}  // namespace hb::views
