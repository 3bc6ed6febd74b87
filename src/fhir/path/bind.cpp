// Looks the elements of an expression up in the definitions once, so that evaluation need not.
#include "fhir/path/node.hpp"

namespace hb::fhir::path {
namespace {

/// Functions whose items are items of their input.
constexpr std::string_view keepers[] = {"where", "first", "last",  "single", "tail",
                                        "skip",  "take",  "trace", "slice"};

bool keeps_type(std::string_view name) {
  for (const std::string_view keeper : keepers)
    if (keeper == name) return true;
  return false;
}

TypeId bind(Node& node, TypeId focus);

/// Notes a step looked up in `bound_row`, behind the steps of `base`.
void chain(Node& node, const Node& base) {
  static const TypeId resource = definitions::find_type("Resource");
  const ElementRow& row = *node.bound_row;
  const Primitive primitive = definitions::primitive(row.type);
  node.link = {tape::Key(row.key), row.type, row.type == resource, primitive};
  node.chain.clear();
  const bool from_focus = base.kind == Node::Kind::focus || base.is_type_head;
  if (!from_focus && (base.chain.empty() || base.chain_first)) return;
  if (!from_focus) node.chain = base.chain;
  node.chain_type = from_focus ? node.bound_type : base.chain_type;
  node.chain.push_back(*node.link);
  node.chain_primitive = primitive != Primitive::none || (!from_focus && base.chain_primitive);
}

/// first() of a path of known steps is looked for along them.
void chain_first(Node& node) {
  const Node& base = *node.base;
  node.chain.clear();
  node.chain_first = node.name == "first" && !base.chain.empty() && !base.chain_first &&
                     (base.kind == Node::Kind::member || base.kind == Node::Kind::function);
  if (!node.chain_first) return;
  node.chain = base.chain;
  node.chain_type = base.chain_type;
  node.chain_primitive = base.chain_primitive;
}

bool names_choice(TypeId type, std::string_view stem) {
  for (const ElementRow& row : definitions::elements(type))
    if (row.choice && row.stem == stem) return true;
  return false;
}

TypeId bind_member(Node& node, TypeId focus) {
  const TypeId base = bind(*node.base, focus);
  if (base == no_type) return no_type;
  node.is_type_head = node.at_head && node.name == definitions::type(base).name;
  if (node.is_type_head) return base;
  node.bound_type = base;
  node.link.reset();
  node.chain.clear();
  node.choice_type = no_type;
  node.bound_row = definitions::find_element(base, node.name);
  static const TypeId resource = definitions::find_type("Resource");
  if (node.bound_row == nullptr || node.bound_row->choice) {
    if (node.bound_row == nullptr && names_choice(base, node.name)) node.choice_type = base;
    node.bound_row = nullptr;
    return no_type;
  }
  if (node.name != "id") chain(node, *node.base);  // id may be a System.String
  return node.bound_row->type == resource ? no_type : node.bound_row->type;
}

/// value.ofType(Quantity) of a known type is the member valueQuantity.
TypeId bind_of_type(Node& node) {
  const Node& member = *node.base;
  if (member.kind != Node::Kind::member || member.bound_type == no_type ||
      node.type.fhir == no_type)
    return node.type.fhir;
  for (const ElementRow& row : definitions::elements(member.bound_type))
    if (row.choice && row.stem == member.name && row.type == node.type.fhir) {
      node.bound_type = member.bound_type;
      node.bound_row = &row;
      chain(node, *member.base);
    }
  return node.type.fhir;
}

TypeId bind_function(Node& node, TypeId focus) {
  const TypeId base = bind(*node.base, focus);
  const bool at_head = node.base->kind == Node::Kind::focus;
  TypeId last = no_type;
  bool same = true;
  for (std::size_t i = 0; i < node.arguments.size(); ++i) {
    const TypeId type = bind(*node.arguments[i], node.name == "iif" && at_head ? focus : base);
    same = i < 2 || type == last;
    last = type;
  }
  chain_first(node);
  if (node.name == "ofType") return bind_of_type(node);
  if (node.name == "extension") return definitions::find_type("Extension");
  if (node.name == "select") return last;
  if (node.name == "iif") return same && node.arguments.size() == 3 ? last : no_type;
  return keeps_type(node.name) ? base : no_type;
}

/// returns  the type of the node's items where it is the same for all and known beforehand
TypeId bind(Node& node, TypeId focus) {
  switch (node.kind) {
    case Node::Kind::focus:
      return focus;
    case Node::Kind::member:
      return bind_member(node, focus);
    case Node::Kind::function:
      return bind_function(node, focus);
    case Node::Kind::operation: {
      const TypeId first = bind(*node.arguments[0], focus);
      for (std::size_t i = 1; i < node.arguments.size(); ++i) bind(*node.arguments[i], focus);
      return node.op == Operator::index ? first : no_type;
    }
    default:
      return no_type;
  }
}

}  // namespace
}  // namespace hb::fhir::path

namespace hb::fhir {

TypeId Expression::bind(TypeId focus) { return path::bind(*root_, focus); }

}  // namespace hb::fhir
