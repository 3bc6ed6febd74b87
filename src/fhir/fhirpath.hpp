#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/date.hpp"
#include "core/result.hpp"
#include "fhir/definitions.hpp"
#include "fhir/parser.hpp"
#include "fhir/path/decimal.hpp"
#include "fhir/temporal.hpp"

namespace hb::fhir {

/// A piece of a resource: an object or a primitive, with its FHIR type where it is known.
struct Element {
  Json json;  ///< meaningless when absent
  TypeId type = no_type;
  bool absent = false;         ///< a primitive without value that has only extensions (_field)
  bool has_extension = false;  ///< `extension` holds the _field beside a primitive
  Json extension;
};

/// A System.Date, DateTime or Time.
struct Moment {
  enum class Kind : std::uint8_t { date, date_time, time };
  Kind kind;
  Temporal value;
};

struct Quantity {
  Decimal value;
  std::string_view unit;   ///< UCUM code, or a calendar word: "year"
  bool calendar = false;   ///< the unit is a calendar word
  bool from_fhir = false;  ///< of a FHIR Quantity: its 'a' and 'mo' are also calendar units
};

/// What type() says: System.String, FHIR.Patient.
struct TypeInfo {
  std::string_view space;
  std::string_view name;
};

/// One item of a collection. Texts live in the resource, the expression or the Evaluation.
using Value = std::variant<Element, bool, std::int64_t, Decimal, std::string_view, Moment, Quantity,
                           TypeInfo>;
using Collection = std::vector<Value>;
using Constants = std::map<std::string, Value, std::less<>>;  ///< by name, without %

/// A FHIRPath expression, parsed once into a tree. The whole grammar is parsed; a function that is
/// not there yet is refused here, by name, never at run time. Immutable: threads share it.
class Expression {
 public:
  struct Node;
  /// errors  invalid_input: message says what was expected, where = "column 7"
  static Result<Expression> parse(std::string_view text);
  /// With constants known beforehand: they become part of the expression, and a %name that is
  /// neither among them nor FHIRPath's own is refused.
  static Result<Expression> parse(std::string_view text, const Constants& constants);
  ~Expression();
  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;
  const Node& root() const { return *root_; }

  /// Looks elements up beforehand for a focus of this type (evaluation is then faster; other types
  /// still evaluate correctly). Before the expression is shared.
  /// returns  the type of the items, no_type where it is not the same for all
  TypeId bind(TypeId focus);

  /// Strict type check for a focus of this type against the R4 definitions: elements that do not
  /// exist, functions on items they cannot take. no_type: what the focus is is not known.
  /// errors  invalid_input, message names element and type, where = "column 7"
  Result<void> check(TypeId focus) const;

  /// Names of %constants the expression uses, without %.
  std::vector<std::string> constants() const;

  /// For a path that ends in getResourceKey() or getReferenceKey(Type), whatever stands behind it
  /// to choose one (first(), last(), [n]).
  struct KeyEnding {
    bool of_resource;  ///< getResourceKey()
    std::string type;  ///< of getReferenceKey(Type); may be empty
  };
  std::optional<KeyEnding> key_ending() const;

 private:
  explicit Expression(std::unique_ptr<Node> root);
  static Result<Expression> read(std::string_view text, const Constants* constants);
  std::unique_ptr<Node> root_;
};

/// Limits that keep a hostile expression or resource from running away.
struct EvaluationLimits {
  std::int64_t steps = 5'000'000;
};

struct Profiles;

/// What conformsTo() and slice() know besides R4's own types.
struct Conformance {
  const Profiles* profiles = nullptr;  ///< must outlive the evaluation
  bool simulated = false;              ///< as CheckOptions
  int depth = 0;                       ///< conformsTo() within profiles that conformsTo() asked for
};

/// What expressions are evaluated in: constants, the clock's now, memory for computed texts. One
/// per thread; reset() between resources frees the texts.
class Evaluation {
 public:
  explicit Evaluation(EvaluationLimits limits = {});
  ~Evaluation();
  Evaluation(Evaluation&&) noexcept;

  /// Value of %name; the text inside must outlive the evaluation.
  void set_constant(std::string name, Value value);
  /// now(), today(), timeOfDay() (else these functions are errors).
  void set_now(Instant now);

  void set_conformance(const Conformance& conformance);

  /// Forgets computed texts and counts steps from zero; `resource` is %resource and %context.
  void reset(const Resource& resource);
  void reset(const Value& root);  ///< root(resource) made beforehand; digits of numbers unknown

  void reset(const Resource& resource, const Value& root);

  /// False when the resource is known to have no extensions beside primitives (_birthDate).
  bool may_have_beside();

  /// Row number within the parent that %rowIndex gives.
  void set_row_index(std::int64_t index);

  /// Calls `use` for each item, in order, until it returns false. Texts live until reset().
  /// errors  invalid_input: types that do not fit, several items where one is expected, too many
  /// steps
  template <class Use>
  Result<void> each(const Expression& expression, const Value& focus, Use&& use) {
    using Plain = std::remove_reference_t<Use>;
    return run(expression, focus,
               {[](void* context, const Value& value) {
                  return bool((*static_cast<Plain*>(context))(value));
                },
                const_cast<void*>(static_cast<const void*>(&use))});
  }
  Result<Collection> evaluate(const Expression& expression, const Value& focus);
  /// With an empty focus.
  Result<Collection> evaluate(const Expression& expression);
  /// As a condition (an invariant): the only boolean, true for one item of another type, nullopt
  /// for nothing. errors  as evaluate(); several items
  Result<std::optional<bool>> test(const Expression& expression, const Value& focus);

  /// JSON text of an item; numbers of the resource as they were written there (1.50 stays 1.50).
  std::string json(const Value& value);

  /// Value of a resource's root for use as focus.
  static Value root(const Resource& resource);

  /// A function and its data, called for each item; false = enough.
  struct Sink {
    bool (*call)(void*, const Value&);
    void* context;
    bool operator()(const Value& value) const { return call(context, value); }
  };
  struct State;

 private:
  Result<void> run(const Expression& expression, const Value& focus, Sink sink);
  std::unique_ptr<State> state_;
};

/// Element of a primitive type → System value (boolean, integer, Decimal, text, Moment), Quantity →
/// Quantity; objects stay. nullopt: a primitive without value, or one that does not parse.
std::optional<Value> system_value(const Value& value);

/// The id that getReferenceKey(type) gives for a Reference; `type` may be empty. Empty = none.
std::string_view reference_key(Json reference, std::string_view type);

/// "System.Integer", or the name of the FHIR type: "HumanName", "date"; backbone elements are
/// "BackboneElement". Parts of JSON without type are "System.Any".
std::string type_name(const Value& value);

/// JSON text of a value as SQL on FHIR and tests see it: "text" quoted, numbers and booleans bare.
std::string to_json(const Value& value);

}  // namespace hb::fhir
