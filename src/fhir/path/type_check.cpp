// Strict types beforehand: which FHIR types the items of each node can have, and that the elements
// and functions asked of them exist. Where a type is not known nothing is refused.
#include <algorithm>
#include <optional>

#include "fhir/path/functions.hpp"
#include "fhir/path/node.hpp"

namespace hb::fhir::path {
namespace {

/// The types an item can have. Not known: everything is possible.
struct Types {
  bool known = false;
  bool system = false;         ///< may be a System value
  std::vector<TypeId> fhir{};  ///< may be one of these

  static Types of(TypeId type) {
    static const TypeId resource = definitions::find_type("Resource");
    static const TypeId domain = definitions::find_type("DomainResource");
    if (type == no_type || type == resource || type == domain) return {};
    return {true, false, {type}};
  }
  static Types system_value() { return {true, true, {}}; }
  void add(const Types& other) {
    known = known && other.known;
    system = system || other.system;
    for (const TypeId type : other.fhir)
      if (std::find(fhir.begin(), fhir.end(), type) == fhir.end()) fhir.push_back(type);
  }
};

using Checked = Result<Types>;

unexpected<Error> refuse(const Node& node, std::string message) {
  return fail(ErrorCode::invalid_input, std::move(message),
              "column " + std::to_string(node.column));
}

std::string names_of(const Types& types) {
  std::string names = types.system ? "System values" : "";
  for (const TypeId type : types.fhir)
    (names += names.empty() ? "" : ", ") += definitions::type(type).name;
  return names;
}

bool is_primitive(TypeId type) { return definitions::primitive(type) != Primitive::none; }

/// Types of the element `name`; nullopt when the type has none.
std::optional<Types> element_of(TypeId type, std::string_view name) {
  if (const ElementRow* row = definitions::find_element(type, name); row != nullptr && !row->choice)
    return Types::of(row->type);
  if (is_primitive(type)) {
    if (name == "id") return Types::system_value();
    if (name == "extension") return Types::of(definitions::find_type("Extension"));
    return std::nullopt;
  }
  if (name == "resourceType" && definitions::type(type).kind == TypeKind::resource)
    return Types::system_value();
  std::optional<Types> choices;
  for (const ElementRow& row : definitions::elements(type)) {
    if (!row.choice || row.stem != name) continue;
    if (choices)
      choices->add(Types::of(row.type));
    else
      choices = Types::of(row.type);
  }
  return choices;
}

/// What a function's items are.
enum class Gives : std::uint8_t {
  input,       ///< items of its input
  projection,  ///< items of its last argument
  both,        ///< input and argument
  boolean,
  system,
  extension,
  type,      ///< the type it names
  branches,  ///< iif, coalesce
  unknown,
};
/// What the arguments see as $this.
enum class Sees : std::uint8_t { outside, item };
/// What the input must be.
enum class Asks : std::uint8_t { anything, text, number, order };

struct Signature {
  std::string_view name;
  Gives gives;
  Sees sees = Sees::outside;
  Asks asks = Asks::anything;
};
constexpr Signature signatures[] = {
    {"where", Gives::input, Sees::item},
    {"select", Gives::projection, Sees::item},
    {"repeat", Gives::unknown, Sees::outside},
    {"repeatAll", Gives::unknown, Sees::outside},
    {"all", Gives::boolean, Sees::item},
    {"exists", Gives::boolean, Sees::item},
    {"sort", Gives::input, Sees::item},
    {"trace", Gives::input, Sees::item},
    {"defineVariable", Gives::input, Sees::item},
    {"aggregate", Gives::unknown, Sees::item},
    {"iif", Gives::branches, Sees::item},
    {"coalesce", Gives::branches, Sees::outside},
    {"first", Gives::input, Sees::outside, Asks::order},
    {"last", Gives::input, Sees::outside, Asks::order},
    {"tail", Gives::input, Sees::outside, Asks::order},
    {"skip", Gives::input, Sees::outside, Asks::order},
    {"take", Gives::input, Sees::outside, Asks::order},
    {"single", Gives::input},
    {"distinct", Gives::input},
    {"intersect", Gives::input},
    {"exclude", Gives::input},
    {"checkModifiers", Gives::input},
    {"union", Gives::both},
    {"combine", Gives::both},
    {"ofType", Gives::type},
    {"as", Gives::type},
    {"extension", Gives::extension},
    {"startsWith", Gives::system, Sees::outside, Asks::text},
    {"endsWith", Gives::system, Sees::outside, Asks::text},
    {"contains", Gives::system, Sees::outside, Asks::text},
    {"indexOf", Gives::system, Sees::outside, Asks::text},
    {"lastIndexOf", Gives::system, Sees::outside, Asks::text},
    {"substring", Gives::system, Sees::outside, Asks::text},
    {"upper", Gives::system, Sees::outside, Asks::text},
    {"lower", Gives::system, Sees::outside, Asks::text},
    {"replace", Gives::system, Sees::outside, Asks::text},
    {"matches", Gives::system, Sees::outside, Asks::text},
    {"matchesFull", Gives::system, Sees::outside, Asks::text},
    {"replaceMatches", Gives::system, Sees::outside, Asks::text},
    {"length", Gives::system, Sees::outside, Asks::text},
    {"toChars", Gives::system, Sees::outside, Asks::text},
    {"trim", Gives::system, Sees::outside, Asks::text},
    {"split", Gives::system, Sees::outside, Asks::text},
    {"ceiling", Gives::system, Sees::outside, Asks::number},
    {"floor", Gives::system, Sees::outside, Asks::number},
    {"round", Gives::system, Sees::outside, Asks::number},
    {"truncate", Gives::system, Sees::outside, Asks::number},
    {"sqrt", Gives::system, Sees::outside, Asks::number},
    {"exp", Gives::system, Sees::outside, Asks::number},
    {"ln", Gives::system, Sees::outside, Asks::number},
    {"log", Gives::system, Sees::outside, Asks::number},
    {"power", Gives::system, Sees::outside, Asks::number},
    {"children", Gives::unknown},
    {"descendants", Gives::unknown},
    {"resolve", Gives::unknown},
};

/// All other functions give System values of what they are given.
Signature signature_of(std::string_view name) {
  for (const Signature& signature : signatures)
    if (signature.name == name) return signature;
  return {name, Gives::system};
}

bool is_text(TypeId type) {
  const Primitive kind = definitions::primitive(type);
  return kind != Primitive::none && kind != Primitive::boolean && kind != Primitive::integer &&
         kind != Primitive::unsigned_int && kind != Primitive::positive_int &&
         kind != Primitive::decimal;
}

bool is_number(TypeId type) {
  static const TypeId quantity = definitions::find_type("Quantity");
  if (definitions::is_a(type, quantity)) return true;
  const Primitive kind = definitions::primitive(type);
  return kind == Primitive::integer || kind == Primitive::unsigned_int ||
         kind == Primitive::positive_int || kind == Primitive::decimal;
}

class Checker {
 public:
  Checked run(const Node& node, const Types& focus) {
    switch (node.kind) {
      case Node::Kind::literal:
      case Node::Kind::index:
        return Types::system_value();
      case Node::Kind::focus:
        return focus;
      case Node::Kind::member:
        return member(node, focus);
      case Node::Kind::function:
        return function(node, focus);
      case Node::Kind::operation:
        return operation(node, focus);
      default:
        return Types{};
    }
  }

 private:
  Checked member(const Node& node, const Types& focus) {
    const auto base = run(*node.base, focus);
    if (!base || !base->known) return base;
    std::optional<Types> found;
    for (const TypeId type : base->fhir) {
      if (node.at_head && names_type(node.name, type)) return Types::of(type);
      const auto one = element_of(type, node.name);
      if (one && found)
        found->add(*one);
      else if (one)
        found = one;
    }
    if (base->system) {  // type().name, quantities
      if (found) found->add(Types{});
      return found ? *found : Types{};
    }
    if (found) return *found;
    if (base->fhir.empty()) return Types{};
    return refuse(node, names_of(*base) + " has no element " + node.name);
  }

  /// Patient, Resource at the head of a path on a Patient.
  static bool names_type(std::string_view name, TypeId type) {
    const TypeId named = definitions::find_type(name);
    return named != no_type && definitions::is_a(type, named);
  }

  Checked function(const Node& node, const Types& focus) {
    const auto base = run(*node.base, focus);
    if (!base) return base;
    const Signature signature = signature_of(node.name);
    if (auto fits = check_input(node, signature, *base); !fits) return unexpected(fits.error());
    if (node.name == "repeat" || node.name == "repeatAll") return repeat(node, *base);
    const bool at_head = node.base->kind == Node::Kind::focus;
    const Types& seen = signature.sees == Sees::item && !at_head ? *base : focus;
    std::vector<Types> arguments;
    for (const auto& argument : node.arguments) {
      if (node.function->argument == Function::Argument::type) break;
      // $total may be anything, and the start value sees what stands around.
      auto types = run(*argument, seen);
      if (!types) return types;
      arguments.push_back(std::move(*types));
    }
    return result(node, signature, *base, arguments);
  }

  static Types result(const Node& node, const Signature& signature, const Types& base,
                      const std::vector<Types>& arguments) {
    switch (signature.gives) {
      case Gives::input:
        return base;
      case Gives::projection:
        return arguments.at(0);
      case Gives::both: {
        Types both = base;
        both.add(arguments.at(0));
        return both;
      }
      case Gives::extension:
        return Types::of(definitions::find_type("Extension"));
      case Gives::type:
        return node.type.fhir != no_type ? Types::of(node.type.fhir) : Types::system_value();
      case Gives::branches: {
        const std::size_t first = node.name == "iif" ? 1 : 0;
        Types all = arguments.at(first);
        for (std::size_t i = first + 1; i < arguments.size(); ++i) all.add(arguments[i]);
        return all;
      }
      case Gives::boolean:
      case Gives::system:
        return Types::system_value();
      case Gives::unknown:
        break;
    }
    return {};
  }

  static Result<void> check_input(const Node& node, const Signature& signature, const Types& base) {
    if (signature.asks == Asks::order) {
      const Node& from = *node.base;
      if (from.kind == Node::Kind::function &&
          (from.name == "children" || from.name == "descendants"))
        return refuse(node, from.name + "() has no order, " + node.name + "() asks for one");
      return {};
    }
    if (signature.asks == Asks::anything || !base.known || base.system || base.fhir.empty())
      return {};
    const auto fits = signature.asks == Asks::text ? is_text : is_number;
    if (std::any_of(base.fhir.begin(), base.fhir.end(), fits)) return {};
    return refuse(node, node.name + "() asks for a " +
                            (signature.asks == Asks::text ? "text" : "number") + ", not " +
                            names_of(base));
  }

  /// The projection must fit the input; later rounds see what it gave.
  Checked repeat(const Node& node, const Types& base) {
    auto first = run(*node.arguments[0], base);
    if (!first) return first;
    const auto second = run(*node.arguments[0], *first);
    if (!second) return Types{};
    first->add(*second);
    return first;
  }

  Checked operation(const Node& node, const Types& focus) {
    std::vector<Types> sides;
    for (const auto& argument : node.arguments) {
      auto types = run(*argument, focus);
      if (!types) return types;
      sides.push_back(std::move(*types));
    }
    switch (node.op) {
      case Operator::unite: {
        Types both = sides[0];
        both.add(sides[1]);
        return both;
      }
      case Operator::index:
        return sides[0];
      case Operator::as:
        return node.type.fhir != no_type ? Types::of(node.type.fhir) : Types::system_value();
      default:
        return Types::system_value();
    }
  }
};

}  // namespace
}  // namespace hb::fhir::path

namespace hb::fhir {

Result<void> Expression::check(TypeId focus) const {
  const auto types = path::Checker().run(*root_, path::Types::of(focus));
  if (!types) return unexpected(types.error());
  return {};
}

}  // namespace hb::fhir
