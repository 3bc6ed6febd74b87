// Filtering, projection, subsetting and combining (FHIRPath N1, sections 5.2 to 5.4 and 5.8).
#include <algorithm>

#include "fhir/path/functions.hpp"

namespace hb::fhir::path {
namespace {

constexpr auto by_expression = Function::Argument::expression;
constexpr auto by_type = Function::Argument::type;

/// Pushes what is kept in a collection.
bool push_all(Evaluator& evaluator, const Collection& items, Sink sink) {
  if (evaluator.failed()) return false;
  return std::all_of(items.begin(), items.end(), [&](const Value& value) { return sink(value); });
}

bool where(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  std::int64_t index = 0;
  auto use = [&](const Value& item) {
    const Truth fits = evaluator.truth(*node.arguments[0], {&item, index++, scope.total, nullptr});
    if (evaluator.failed()) return false;
    return fits != Truth::yes || sink(item);
  };
  return evaluator.each(*node.base, scope, sink_of(use));
}

bool select(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  std::int64_t index = 0;
  auto use = [&](const Value& item) {
    return evaluator.each(*node.arguments[0], {&item, index++, scope.total, nullptr}, sink);
  };
  return evaluator.each(*node.base, scope, sink_of(use));
}

bool repeat(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  Collection waiting = evaluator.collect(*node.base, scope);
  Collection found;
  for (std::size_t at = 0; at < waiting.size() && !evaluator.failed(); ++at) {
    const Value item = waiting[at];
    auto use = [&](const Value& next) {
      const std::size_t before = found.size();
      if (!evaluator.keep_distinct(found, next)) return false;
      if (found.size() > before) waiting.push_back(next);
      return true;
    };
    evaluator.each(*node.arguments[0], {&item, static_cast<std::int64_t>(at), scope.total, nullptr},
                   sink_of(use));
  }
  return push_all(evaluator, found, sink);
}

bool of_type(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  bool fits = false;
  const bool more = evaluator.along_chain(node, scope, sink, fits);
  if (fits) return more;
  if (node.bound_row == nullptr) {
    auto use = [&](const Value& item) {
      if (fits_type(item, node.type)) return sink(item);
      const auto plain = converted(item, node.type);
      return !plain || sink(*plain);
    };
    return evaluator.each(*node.base, scope, sink_of(use));
  }
  // The base is a choice element: value.ofType(Quantity) is looked up as valueQuantity.
  auto use = [&](const Value& item) {
    const auto* element = std::get_if<Element>(&item);
    if (element != nullptr && element->type == node.bound_type)
      return evaluator.bound_member(*element, node, sink);
    auto keep = [&](const Value& value) { return !fits_type(value, node.type) || sink(value); };
    return evaluator.member(item, *node.base, sink_of(keep));
  };
  return evaluator.each(*node.base->base, scope, sink_of(use));
}

bool first(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  bool more = true;
  auto use = [&](const Value& item) {
    more = sink(item);
    return false;
  };
  evaluator.each(*node.base, scope, sink_of(use));
  return more && !evaluator.failed();
}

bool last(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  std::optional<Value> found;
  auto use = [&](const Value& item) {
    found = item;
    return true;
  };
  evaluator.each(*node.base, scope, sink_of(use));
  return !evaluator.failed() && (!found || sink(*found));
}

bool single(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const Collection items = evaluator.collect(*node.base, scope);
  if (items.size() > 1) return evaluator.error("single(): there are several values");
  return push_all(evaluator, items, sink);
}

bool skip_items(Evaluator& evaluator, const Node& node, const Scope& scope, std::int64_t count,
                Sink sink) {
  std::int64_t at = 0;
  auto use = [&](const Value& item) { return at++ < count || sink(item); };
  return evaluator.each(*node.base, scope, sink_of(use));
}

bool tail(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  return skip_items(evaluator, node, scope, 1, sink);
}

bool skip(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto count = evaluator.single_integer(*node.arguments[0], scope);
  if (evaluator.failed()) return false;
  return skip_items(evaluator, node, scope, count.value_or(0), sink);
}

bool take(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto count = evaluator.single_integer(*node.arguments[0], scope);
  if (evaluator.failed()) return false;
  std::int64_t left = count.value_or(0);
  if (left <= 0) return true;
  bool more = true;
  auto use = [&](const Value& item) {
    more = sink(item);
    return more && --left > 0;
  };
  evaluator.each(*node.base, scope, sink_of(use));
  return more && !evaluator.failed();
}

bool is_in(const Collection& items, const Value& value) {
  return std::any_of(items.begin(), items.end(),
                     [&](const Value& item) { return equal(item, value) == true; });
}

bool intersect(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const Collection items = evaluator.collect(*node.base, scope);
  const Collection other = evaluator.collect(*node.arguments[0], scope);
  Collection found;
  for (const Value& item : items)
    if (!evaluator.charge(other.size()) ||
        (is_in(other, item) && !evaluator.keep_distinct(found, item)))
      return false;
  return push_all(evaluator, found, sink);
}

bool exclude(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const Collection items = evaluator.collect(*node.base, scope);
  const Collection other = evaluator.collect(*node.arguments[0], scope);
  if (evaluator.failed()) return false;
  return std::all_of(items.begin(), items.end(), [&](const Value& item) {
    return evaluator.charge(other.size()) && (is_in(other, item) || sink(item));
  });
}

bool distinct(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  Lent found(evaluator.state().spare);
  auto use = [&](const Value& item) { return evaluator.keep_distinct(*found, item); };
  evaluator.each(*node.base, scope, sink_of(use));
  return push_all(evaluator, *found, sink);
}

bool unite(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  Lent found(evaluator.state().spare);
  auto use = [&](const Value& item) { return evaluator.keep_distinct(*found, item); };
  evaluator.each(*node.base, scope, sink_of(use));
  evaluator.each(*node.arguments[0], scope, sink_of(use));
  return push_all(evaluator, *found, sink);
}

bool combine(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  return evaluator.each(*node.base, scope, sink) && evaluator.each(*node.arguments[0], scope, sink);
}

bool children(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  auto use = [&](const Value& item) { return evaluator.children(item, sink); };
  return evaluator.each(*node.base, scope, sink_of(use));
}

/// Level by level, as repeat(children()) gives them; equal items stay.
bool descendants(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  Lent level(evaluator.state().spare);
  Lent next(evaluator.state().spare);
  *level = evaluator.collect(*node.base, scope);
  while (!level->empty()) {
    next->clear();
    auto use = [&](const Value& child) {
      if (++evaluator.state().steps > evaluator.state().limits.steps)
        return evaluator.error("the expression takes too many steps");
      next->push_back(child);
      return sink(child);
    };
    for (const Value& item : *level)
      if (!evaluator.children(item, sink_of(use))) return false;
    std::swap(*level, *next);
  }
  return !evaluator.failed();
}

bool aggregate(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  Collection total;
  if (node.arguments.size() > 1) total = evaluator.collect(*node.arguments[1], scope);
  std::int64_t index = 0;
  for (const Value& item : evaluator.collect(*node.base, scope)) {
    total = evaluator.collect(*node.arguments[0], {&item, index++, &total, nullptr});
    if (evaluator.failed()) return false;
  }
  return push_all(evaluator, total, sink);
}

/// The items themselves; the variable is known to what follows in the path.
bool define_variable(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const Collection items = evaluator.collect(*node.base, scope);
  Collection value = items;
  if (node.arguments.size() > 1) {
    Scope inner = scope;
    inner.many = &items;
    value = evaluator.collect(*node.arguments[1], inner);
  }
  auto& variables = evaluator.state().variables;
  if (variables.size() <= node.slot) variables.resize(node.slot + 1);
  variables[node.slot] = std::move(value);
  return push_all(evaluator, items, sink);
}

bool coalesce(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  for (const auto& argument : node.arguments) {
    const Collection items = evaluator.collect(*argument, scope);
    if (evaluator.failed() || !items.empty()) return push_all(evaluator, items, sink);
  }
  return true;
}

/// repeat() that keeps equal items; the limit of steps ends what goes in circles.
bool repeat_all(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  Collection waiting = evaluator.collect(*node.base, scope);
  const std::size_t given = waiting.size();
  for (std::size_t at = 0; at < waiting.size() && !evaluator.failed(); ++at) {
    const Value item = waiting[at];
    auto use = [&](const Value& next) {
      waiting.push_back(next);
      return true;
    };
    evaluator.each(*node.arguments[0], {&item, static_cast<std::int64_t>(at), scope.total, nullptr},
                   sink_of(use));
  }
  waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(given));
  return push_all(evaluator, waiting, sink);
}

struct Keyed {
  Value item;
  std::vector<std::optional<Value>> keys;
};

/// Items without a key are the least.
bool comes_before(Evaluator& evaluator, const Keyed& left, const Keyed& right, const Node& node) {
  for (std::size_t i = 0; i < left.keys.size(); ++i) {
    const auto& a = left.keys[i];
    const auto& b = right.keys[i];
    const auto wanted = i < node.orders.size() ? node.orders[i] : Node::Order::rising;
    const bool down = wanted != Node::Order::rising;
    if (a.has_value() != b.has_value()) return a.has_value() == (wanted == Node::Order::falling);
    if (!a) continue;
    bool comparable = true;
    const auto found = order(*a, *b, comparable);
    if (!comparable) evaluator.error("sort(): these values have no order");
    if (found.value_or(0) != 0) return (*found < 0) != down;
  }
  return false;
}

bool sort(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  std::vector<Keyed> rows;
  std::int64_t index = 0;
  for (const Value& item : evaluator.collect(*node.base, scope)) {
    Keyed row{item, {}};
    const Scope inner{&item, index++, scope.total, nullptr};
    for (const auto& key : node.arguments) row.keys.push_back(evaluator.single(*key, inner));
    if (node.arguments.empty()) row.keys.push_back(system_value(item));
    if (evaluator.failed()) return false;
    rows.push_back(std::move(row));
  }
  std::stable_sort(rows.begin(), rows.end(), [&](const Keyed& left, const Keyed& right) {
    return comes_before(evaluator, left, right, node);
  });
  if (evaluator.failed()) return false;
  return std::all_of(rows.begin(), rows.end(), [&](const Keyed& row) { return sink(row.item); });
}

/// Values are not traced anywhere: a log must not hold personal data.
bool trace(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  return evaluator.each(*node.base, scope, sink);
}

constexpr Function functions[] = {
    {"where", 1, 1, by_expression, where},
    {"select", 1, 1, by_expression, select},
    {"repeat", 1, 1, by_expression, repeat},
    {"ofType", 1, 1, by_type, of_type},
    {"first", 0, 0, by_expression, first},
    {"last", 0, 0, by_expression, last},
    {"single", 0, 0, by_expression, single},
    {"tail", 0, 0, by_expression, tail},
    {"skip", 1, 1, by_expression, skip},
    {"take", 1, 1, by_expression, take},
    {"intersect", 1, 1, by_expression, intersect},
    {"exclude", 1, 1, by_expression, exclude},
    {"distinct", 0, 0, by_expression, distinct},
    {"union", 1, 1, by_expression, unite},
    {"combine", 1, 1, by_expression, combine},
    {"children", 0, 0, by_expression, children},
    {"descendants", 0, 0, by_expression, descendants},
    {"aggregate", 1, 2, by_expression, aggregate},
    {"trace", 1, 2, by_expression, trace},
    {"defineVariable", 1, 2, by_expression, define_variable},
    {"coalesce", 1, 20, by_expression, coalesce},
    {"repeatAll", 1, 1, by_expression, repeat_all},
    {"sort", 0, 20, by_expression, sort},
};

}  // namespace

std::span<const Function> collection_functions() { return functions; }

}  // namespace hb::fhir::path
