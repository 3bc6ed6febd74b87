#pragma once
#include <optional>
#include <string_view>

#include "fhir/fhirpath.hpp"
#include "fhir/path/node.hpp"

namespace hb::fhir::path {

using Sink = Evaluation::Sink;

/// Wraps a lambda bool(const Value&) as a Sink that must not outlive it.
template <class Use>
Sink sink_of(Use& use) {
  return {
      [](void* context, const Value& value) { return bool((*static_cast<Use*>(context))(value)); },
      &use};
}

/// What $this, $index and $total mean at a place of the tree.
struct Scope {
  const Value* focus = nullptr;
  std::int64_t index = 0;
  const Collection* total = nullptr;
};

/// Three-valued logic.
enum class Truth : std::uint8_t { no, yes, unknown };

/// Walks the tree and pushes items one by one; nothing is collected unless an operator needs it.
class Evaluator {
 public:
  explicit Evaluator(Evaluation::State& state) : state_(state) {}

  /// Pushes the items of a node; false when the sink had enough or an error was noted.
  bool each(const Node& node, const Scope& scope, Sink sink);

  /// All items. Check failed() afterwards.
  Collection collect(const Node& node, const Scope& scope);
  /// The only item as System value; nullopt when empty (or failed()).
  std::optional<Value> single(const Node& node, const Scope& scope);
  std::optional<std::string_view> single_text(const Node& node, const Scope& scope);
  std::optional<std::int64_t> single_integer(const Node& node, const Scope& scope);
  /// A collection as a condition: empty → unknown, one boolean → it, one other item → yes.
  Truth truth(const Node& node, const Scope& scope);

  bool failed() const;
  /// Notes the first error; returns false so that walks end.
  bool error(std::string message);
  std::string_view keep(std::string text);

  /// Children of an item named `name` ("name" finds choices too).
  bool members(const Value& item, std::string_view name, bool wants_extension, Sink sink);
  /// The same for a member node, by what was bound beforehand where that fits.
  bool member(const Value& item, const Node& node, Sink sink);
  bool bound_member(const Element& element, const ElementRow& row, Sink sink);
  /// All children in document order.
  bool children(const Value& item, Sink sink);

  Evaluation::State& state() { return state_; }

 private:
  bool operation(const Node& node, const Scope& scope, Sink sink);
  bool constant(const Node& node, Sink sink);
  bool literal_member(const Node& node, const Scope& scope, Sink sink);
  bool logic(const Node& node, const Scope& scope, Sink sink);
  bool membership(const Node& node, const Scope& scope, Sink sink);
  bool comparison(const Node& node, const Scope& scope, Sink sink);
  bool text_equality(const Node& node, const Scope& scope, Sink sink, bool& more);
  bool equality(const Node& node, const Scope& scope, Sink sink);
  bool arithmetic(const Node& node, const Scope& scope, Sink sink);
  bool type_operation(const Node& node, const Scope& scope, Sink sink);

  Evaluation::State& state_;
};

/// Text of a child element, empty when there is none.
std::string_view child_text(const Element& element, std::string_view key);
bool is_type(const Value& value, const TypeSpecifier& type);
/// FHIR equality of two items; nullopt = unknown (dates of different precision).
std::optional<bool> equal(const Value& left, const Value& right);
std::optional<bool> equal(const Collection& left, const Collection& right);
bool equivalent(const Value& left, const Value& right);
bool equivalent(const Collection& left, const Collection& right);
/// -1, 0, 1; nullopt = unknown; `comparable` becomes false when the types have no order.
std::optional<int> order(const Value& left, const Value& right, bool& comparable);
/// Adds each value that is not in the collection yet.
void add_distinct(Collection& to, const Value& value);

bool add_values(Evaluator& evaluator, Operator op, const Value& left, const Value& right,
                Sink sink);
std::optional<Moment> shift(const Moment& moment, const Quantity& by, int sign);

}  // namespace hb::fhir::path

namespace hb::fhir {

struct Evaluation::State {
  EvaluationLimits limits;
  std::int64_t steps = 0;
  std::map<std::string, Value, std::less<>> constants;
  std::optional<Instant> now;
  std::deque<std::string> texts;
  std::optional<Error> error;
  Value resource;
  bool has_resource = false;
  std::int64_t row_index = 0;
};

}  // namespace hb::fhir
