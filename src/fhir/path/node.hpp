#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fhir/fhirpath.hpp"
#include "fhir/path/tape.hpp"

namespace hb::fhir::path {

enum class Operator : std::uint8_t {
  multiply,
  divide,
  div,
  mod,
  add,
  subtract,
  concatenate,
  unite,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  equivalent,
  not_equal,
  not_equivalent,
  in,
  contains,
  conjunction,
  exclusive,
  disjunction,
  implies,
  negate,
  is,
  as,
  index,
};

/// System.String, FHIR.Patient or a bare name.
struct TypeSpecifier {
  std::string space;  ///< "System", "FHIR" or empty
  std::string name;
  TypeId fhir = no_type;  ///< when FHIR has a type of that name
};

struct Function;  // functions.hpp

/// A step of a path whose types are known beforehand.
struct Link {
  tape::Key key;
  TypeId type;          ///< of the items; Resource where they say themselves
  bool holds_resource;  ///< the type is Resource
  Primitive primitive;  ///< of the items; extensions may stand beside all but `none`
};

}  // namespace hb::fhir::path

namespace hb::fhir {

struct Expression::Node {
  enum class Kind : std::uint8_t {
    empty,      ///< {}
    literal,    ///< value
    focus,      ///< the collection's current item ($this)
    index,      ///< $index
    total,      ///< $total
    constant,   ///< %name
    variable,   ///< %name of defineVariable(), slot
    member,     ///< base.name; at the head of a path base is focus
    function,   ///< base.name(arguments)
    operation,  ///< op over arguments
  };
  Kind kind = Kind::empty;
  path::Operator op{};
  bool at_head = false;      ///< member that begins a path: may be a type name
  std::uint32_t column = 1;  ///< place in the expression
  std::uint32_t slot = 0;    ///< variable, defineVariable()
  enum class Order : std::uint8_t {
    rising,
    falling,
    negated,  ///< falling, but items without key stay first
  };
  std::vector<Order> orders;   ///< sort(): by argument
  std::string name;            ///< member, function, constant; text of a literal
  Value value;                 ///< literal
  std::unique_ptr<Node> base;  ///< member, function
  std::vector<std::unique_ptr<Node>> arguments;
  path::TypeSpecifier type;  ///< is, as, ofType, getReferenceKey
  const path::Function* function = nullptr;
  TypeId bound_type = no_type;            ///< type of the input for which bound_row was looked up
  const ElementRow* bound_row = nullptr;  ///< member; ofType behind a choice element
  std::optional<path::Link> link;         ///< the step to bound_row
  bool is_type_head = false;              ///< member: Patient before a path of a bound Patient
  TypeId choice_type = no_type;           ///< member: type whose choice element it names (value)

  /// member, ofType: all steps from an item of chain_type, when each of them is known.
  std::vector<path::Link> chain;
  TypeId chain_type = no_type;
  bool chain_primitive = false;  ///< a step is of a primitive type: extensions may stand beside it
  bool chain_first = false;      ///< first() of the chain: nothing further is a chain behind it
};

}  // namespace hb::fhir

namespace hb::fhir::path {
using Node = Expression::Node;
}
