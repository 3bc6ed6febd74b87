#pragma once
#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

#include "fhir/fhirpath.hpp"
#include "fhir/path/node.hpp"
#include "fhir/path/number_texts.hpp"

namespace hb::fhir::path {

using Sink = Evaluation::Sink;

/// Wraps a lambda bool(const Value&) as a Sink that must not outlive it.
template <class Use>
Sink sink_of(Use& use) {
  return {
      [](void* context, const Value& value) { return bool((*static_cast<Use*>(context))(value)); },
      &use};
}

/// Memory of computed texts, given back all at once.
class Texts {
 public:
  char* room(std::size_t bytes) {
    if (bytes > left_) grow(bytes);
    char* place = next_;
    next_ += bytes;
    left_ -= bytes;
    return place;
  }
  void clear() {
    if (blocks_.empty()) return;
    if (blocks_.size() > 1) blocks_.erase(blocks_.begin(), blocks_.end() - 1);
    next_ = blocks_.back().bytes.get();
    left_ = blocks_.back().size;
  }

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };
  void grow(std::size_t bytes) {
    constexpr std::size_t smallest = 4096;
    const std::size_t size = std::max(smallest, bytes);
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
    next_ = blocks_.back().bytes.get();
    left_ = size;
  }
  std::vector<Block> blocks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

/// A collection whose memory comes from and goes back to the evaluation.
class Lent {
 public:
  explicit Lent(std::vector<Collection>& spare) : spare_(spare) {
    if (spare_.empty()) return;
    items_ = std::move(spare_.back());
    spare_.pop_back();
  }
  ~Lent() {
    constexpr std::size_t most = 1024;  // items, of a collection kept for another use
    items_.clear();
    if (items_.capacity() > 0 && items_.capacity() <= most) spare_.push_back(std::move(items_));
  }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;
  Collection& operator*() { return items_; }
  Collection* operator->() { return &items_; }

 private:
  std::vector<Collection>& spare_;
  Collection items_;
};

/// The text of a FHIR or System string: not of dates and times, which are values of their own.
bool plain_text(const Value& value, std::string_view& text);

/// What $this, $index and $total mean at a place of the tree.
struct Scope {
  const Value* focus = nullptr;
  std::int64_t index = 0;
  const Collection* total = nullptr;
  const Collection* many = nullptr;  ///< instead of focus: several items at once
};

/// Whether the only item of a node could be read directly: `unknown` = ask each().
enum class Found : std::uint8_t { unknown, none, one };

/// An item in the forms that order by themselves, as plainly written as most are.
struct Plain {
  enum class Kind : std::uint8_t { other, number, moment_text, day };
  Kind kind;
  int day;                ///< 20150204, of a literal
  double number;          ///< one that doubles order as its digits do
  std::string_view text;  ///< of a date, dateTime or instant of a resource, as it stands there

  explicit Plain() {}  // what `kind` does not ask for is never written
  void set(double of);
  void set(tape::Place place, Primitive primitive);
  void set(const Value& value);
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
  /// The same with all digits of numbers as the resource has them.
  std::optional<Value> single_exact(const Node& node, const Scope& scope);
  std::optional<Value> exact(const Value& value);
  std::optional<std::string_view> single_text(const Node& node, const Scope& scope);
  std::optional<std::int64_t> single_integer(const Node& node, const Scope& scope);
  /// A collection as a condition: empty → unknown, one boolean → it, one other item → yes.
  Truth truth(const Node& node, const Scope& scope);

  bool failed() const;
  /// Notes the first error; returns false so that walks end.
  bool error(std::string message);
  /// Counts work that no step of the tree counts: comparisons, bytes of computed texts (16 of
  /// either are one step). false: the limit is reached
  bool charge(std::size_t amount);
  /// Adds the value if it is not in the collection yet; false as charge().
  bool keep_distinct(Collection& to, const Value& value);
  std::string_view keep(std::string_view text);
  /// Room for a text to be written, kept until reset().
  char* room(std::size_t bytes);
  /// The only raw item of a node; false when there is none (or failed()).
  bool only(const Node& node, const Scope& scope, Value& item);

  /// Children of an item named `name` ("name" finds choices too).
  bool members(const Value& item, std::string_view name, Sink sink);
  /// The same for a member node, by what was bound beforehand where that fits.
  bool member(const Value& item, const Node& node, Sink sink);
  bool bound_member(const Element& element, const Node& node, Sink sink);
  /// The items of a node's chain of known steps; false in `fits` when they do not fit the focus.
  bool along_chain(const Node& node, const Scope& scope, Sink sink, bool& fits);
  /// The item a chain starts from; nullptr when the chain does not fit the focus.
  const Element* chain_start(const Node& node, const Scope& scope);
  /// The only item of a node that is a chain, or first() of one.
  Found sole(const Node& node, const Scope& scope, tape::Place& place);
  /// The same where it is a text, also of a literal.
  Found sole_text(const Node& node, const Scope& scope, std::string_view& text);
  /// The same as something that is compared.
  Found plain_operand(const Node& node, const Scope& scope, Plain& plain);
  /// toString() of a chain's only number where that is what the resource has; else nullopt.
  std::optional<std::string_view> number_text(const Node& node, const Scope& scope);
  /// All children in document order.
  bool children(const Value& item, Sink sink);

  Evaluation::State& state() { return state_; }
  /// False when the resource has no extensions beside primitives (_birthDate).
  bool may_have_beside();

 private:
  bool each_focus(const Scope& scope, Sink sink);
  bool children_of(const Element& element, simdjson::dom::object object, Sink sink);
  bool operation(const Node& node, const Scope& scope, Sink sink);
  bool constant(const Node& node, Sink sink);
  bool literal_member(const Node& node, const Scope& scope, Sink sink);
  bool membership(const Node& node, const Scope& scope, Sink sink);
  /// A condition without pushing its boolean; false when the operator has no such way.
  bool direct_truth(const Node& node, const Scope& scope, Truth& result);
  bool text_equality(const Node& node, const Scope& scope, Truth& result);
  Truth logic(const Node& node, const Scope& scope);
  Truth compare(const Node& node, const Scope& scope);
  bool concatenation(const Node& node, const Scope& scope, Sink sink);
  /// What & takes from an operand: nothing is an empty text.
  std::string_view part_of_text(const Node& node, const Scope& scope);
  bool equality(const Node& node, const Scope& scope, Sink sink);
  bool arithmetic(const Node& node, const Scope& scope, Sink sink);
  bool type_operation(const Node& node, const Scope& scope, Sink sink);

  Evaluation::State& state_;
};

/// Text of a child element, empty when there is none.
std::string_view child_text(const Element& element, std::string_view key);
bool is_type(const Value& value, const TypeSpecifier& type);
/// as and ofType(): primitives must have just this type, a code is no string then.
bool fits_type(const Value& value, const TypeSpecifier& type);
/// The item as System value when the type is a System type and the item a FHIR primitive of it.
std::optional<Value> converted(const Value& value, const TypeSpecifier& type);
bool is_text_type(const Value& value);
/// FHIR equality of two items; nullopt = unknown (dates of different precision).
std::optional<bool> equal(const Value& left, const Value& right);
std::optional<bool> equal(const Collection& left, const Collection& right);
bool equivalent(const Value& left, const Value& right);
/// Compares by unit; the comparison of 'a' with calendar words is allowed where `loose`.
std::optional<int> order_quantities(const Quantity& left, const Quantity& right, bool loose);
/// The value in another unit: a calendar word where `calendar`, else a UCUM code.
std::optional<Decimal> in_unit(const Quantity& quantity, std::string_view unit, bool calendar);
bool comparable(const Quantity& left, const Quantity& right);
bool equivalent(const Collection& left, const Collection& right);
/// -1, 0, 1; nullopt = unknown; `comparable` becomes false when the types have no order.
std::optional<int> order(const Value& left, const Value& right, bool& comparable);
/// The same at once, where both are numbers or both moments plainly written; else `known` is false.
std::optional<int> order_plain(const Plain& left, const Plain& right, bool& known);
/// Adds each value that is not in the collection yet.
void add_distinct(Collection& to, const Value& value);

bool add_values(Evaluator& evaluator, Operator op, const Value& left, const Value& right,
                Sink sink);
/// A date and a duration. returns nullopt where the result is no date
/// errors  noted in the evaluator: units that are no durations, or not for this kind of value
std::optional<Moment> shift(Evaluator& evaluator, const Moment& moment, const Quantity& by,
                            int sign);

}  // namespace hb::fhir::path

namespace hb::fhir {

struct Evaluation::State {
  EvaluationLimits limits;
  std::int64_t steps = 0;
  std::map<std::string, Value, std::less<>> constants;
  std::optional<Instant> now;
  Conformance conformance;
  path::Texts texts;
  std::vector<Collection> spare;  ///< empty ones, their memory used again
  std::optional<Error> error;
  Value resource;
  bool has_resource = false;
  std::int64_t row_index = 0;
  Beside beside = Beside::unknown;  ///< extensions beside primitives in the resource
  std::string_view source;          ///< JSON text of the resource; empty = not known
  path::NumberTexts numbers;
  std::vector<Collection> variables;  ///< of defineVariable(), by slot
};

inline bool path::Evaluator::failed() const { return state_.error.has_value(); }

}  // namespace hb::fhir
