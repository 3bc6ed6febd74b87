// Existence, booleans and types (FHIRPath N1, sections 5.1, 6.3 and 6.5).
#include <algorithm>

#include "fhir/path/functions.hpp"

namespace hb::fhir::path {
namespace {

constexpr auto by_expression = Function::Argument::expression;
constexpr auto by_type = Function::Argument::type;

bool exists_value(Evaluator& evaluator, const Node& node, const Scope& scope) {
  bool found = false;
  std::int64_t index = 0;
  auto use = [&](const Value& item) {
    if (node.arguments.empty()) {
      found = true;
    } else {
      found =
          evaluator.truth(*node.arguments[0], {&item, index++, scope.total, nullptr}) == Truth::yes;
    }
    return !found && !evaluator.failed();
  };
  evaluator.each(*node.base, scope, sink_of(use));
  return found;
}

bool exists(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const bool found = exists_value(evaluator, node, scope);
  return !evaluator.failed() && sink(found);
}

bool empty(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const bool found = exists_value(evaluator, node, scope);
  return !evaluator.failed() && sink(!found);
}

bool all(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  bool every = true;
  std::int64_t index = 0;
  auto use = [&](const Value& item) {
    every =
        evaluator.truth(*node.arguments[0], {&item, index++, scope.total, nullptr}) == Truth::yes;
    return every && !evaluator.failed();
  };
  evaluator.each(*node.base, scope, sink_of(use));
  return !evaluator.failed() && sink(every);
}

/// True when all (or any) items are the boolean `wanted`.
template <bool wanted, bool every>
bool booleans(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  bool result = every;
  auto use = [&](const Value& item) {
    const auto value = system_value(item);
    const bool* boolean = value ? std::get_if<bool>(&*value) : nullptr;
    if (boolean == nullptr) return evaluator.error(std::string(node.name) + "() asks for booleans");
    if ((*boolean == wanted) == every) return true;
    result = !every;
    return false;
  };
  evaluator.each(*node.base, scope, sink_of(use));
  return !evaluator.failed() && sink(result);
}

bool is_subset(const Collection& part, const Collection& whole) {
  return std::all_of(part.begin(), part.end(), [&](const Value& value) {
    return std::any_of(whole.begin(), whole.end(),
                       [&](const Value& other) { return equal(value, other) == true; });
  });
}

bool subset_of(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const Collection base = evaluator.collect(*node.base, scope);
  const Collection other = evaluator.collect(*node.arguments[0], scope);
  return !evaluator.failed() && sink(is_subset(base, other));
}

bool superset_of(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const Collection base = evaluator.collect(*node.base, scope);
  const Collection other = evaluator.collect(*node.arguments[0], scope);
  return !evaluator.failed() && sink(is_subset(other, base));
}

/// descendants().count(): what is only counted needs no types.
bool count_descendants(Evaluator& evaluator, const Value& item, std::int64_t& items) {
  const auto* element = std::get_if<Element>(&item);
  if (element == nullptr) return true;
  if (!element->absent) items += tape::count_descendants(element->json);
  evaluator.state().steps += items;
  return evaluator.state().steps <= evaluator.state().limits.steps ||
         evaluator.error("the expression takes too many steps");
}

bool count(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  std::int64_t items = 0;
  auto one = [&](const Value&) {
    ++items;
    return true;
  };
  auto below = [&](const Value& item) { return count_descendants(evaluator, item, items); };
  const Node& base = *node.base;
  const bool counts_below = base.kind == Node::Kind::function && base.name == "descendants" &&
                            !evaluator.may_have_beside();
  if (counts_below)
    evaluator.each(*base.base, scope, sink_of(below));
  else
    evaluator.each(base, scope, sink_of(one));
  return !evaluator.failed() && sink(items);
}

bool is_distinct(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  Collection seen;
  std::size_t items = 0;
  for (const Value& item : evaluator.collect(*node.base, scope)) {
    if (!evaluator.keep_distinct(seen, item)) return false;
    ++items;
  }
  return !evaluator.failed() && sink(seen.size() == items);
}

bool negate(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const Truth truth = evaluator.truth(*node.base, scope);
  return !evaluator.failed() && (truth == Truth::unknown || sink(truth == Truth::no));
}

bool iif(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  // The arguments see the input as $this when there is one item; at the head of a path that is the
  // focus.
  Scope inner = scope;
  std::optional<Value> input;
  if (node.base->kind != Node::Kind::focus) {
    const Collection items = evaluator.collect(*node.base, scope);
    if (evaluator.failed()) return false;
    if (items.size() > 1) return evaluator.error("iif() asks for one value, there are several");
    if (!items.empty()) input = items[0];
    inner.focus = input ? &*input : nullptr;
  }
  const auto criterion = evaluator.single(*node.arguments[0], inner);
  if (evaluator.failed()) return false;
  if (criterion && !std::holds_alternative<bool>(*criterion))
    return evaluator.error("the criterion of iif() must be a boolean");
  const Truth condition = !criterion                   ? Truth::unknown
                          : std::get<bool>(*criterion) ? Truth::yes
                                                       : Truth::no;
  if (condition == Truth::yes) return evaluator.each(*node.arguments[1], inner, sink);
  return node.arguments.size() < 3 || evaluator.each(*node.arguments[2], inner, sink);
}

bool type_test(Evaluator& evaluator, const Node& node, const Scope& scope, bool keeps, Sink sink) {
  const Collection items = evaluator.collect(*node.base, scope);
  if (evaluator.failed()) return false;
  if (items.size() > 1)
    return evaluator.error(node.name + "() asks for one value, there are several");
  if (items.empty()) return true;
  if (!keeps) return sink(is_type(items[0], node.type));
  return !fits_type(items[0], node.type) || sink(items[0]);
}

bool is(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  return type_test(evaluator, node, scope, false, sink);
}

bool as(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  return type_test(evaluator, node, scope, true, sink);
}

constexpr Function functions[] = {
    {"exists", 0, 1, by_expression, exists},
    {"empty", 0, 0, by_expression, empty},
    {"all", 1, 1, by_expression, all},
    {"allTrue", 0, 0, by_expression, booleans<true, true>},
    {"anyTrue", 0, 0, by_expression, booleans<true, false>},
    {"allFalse", 0, 0, by_expression, booleans<false, true>},
    {"anyFalse", 0, 0, by_expression, booleans<false, false>},
    {"subsetOf", 1, 1, by_expression, subset_of},
    {"supersetOf", 1, 1, by_expression, superset_of},
    {"count", 0, 0, by_expression, count},
    {"isDistinct", 0, 0, by_expression, is_distinct},
    {"not", 0, 0, by_expression, negate},
    {"iif", 2, 3, by_expression, iif},
    {"is", 1, 1, by_type, is},
    {"as", 1, 1, by_type, as},
};

}  // namespace

std::span<const Function> logic_functions() { return functions; }

}  // namespace hb::fhir::path
