#include "views/simple_path.hpp"

#include "fhir/path/node.hpp"

namespace hb::views {
namespace {

using fhir::Primitive;
using fhir::TypeId;
using fhir::path::Node;
using fhir::path::Operator;
using Path = Plan::Path;

bool is_primitive(TypeId type) { return fhir::definitions::primitive(type) != Primitive::none; }

/// A primitive whose value is a text, not a moment.
bool is_plain_text(TypeId type) {
  switch (fhir::definitions::primitive(type)) {
    case Primitive::string:
    case Primitive::markdown:
    case Primitive::code:
    case Primitive::id:
    case Primitive::uri:
    case Primitive::oid:
    case Primitive::uuid:
      return true;
    default:
      return false;
  }
}

const std::string_view* literal_text(const Node& node) {
  if (node.kind != Node::Kind::literal) return nullptr;
  const auto* text = std::get_if<std::string_view>(&node.value);
  return text == nullptr || text->empty() ? nullptr : text;
}

bool step(Path& path, const fhir::ElementRow& row) {
  static const TypeId resource = fhir::definitions::find_type("Resource");
  if (path.take != Plan::Take::item || row.type == resource || row.type == fhir::no_type)
    return false;
  path.steps.push_back({std::string(row.key), {}, false});
  path.type = row.type;
  return true;
}

bool member(Path& path, const Node& node) {
  if (node.at_head && path.steps.empty() && node.bound_row == nullptr &&
      path.take == Plan::Take::item && node.name == fhir::definitions::type(path.type).name)
    return true;  // Patient.name on a Patient
  if (node.bound_row == nullptr || node.bound_type != path.type) return false;
  return step(path, *node.bound_row);
}

/// system = 'x' and code = 'y'
bool filters(const Node& node, TypeId type, std::vector<Plan::Filter>& into) {
  if (node.kind != Node::Kind::operation || node.arguments.size() != 2) return false;
  if (node.op == Operator::conjunction)
    return filters(*node.arguments[0], type, into) && filters(*node.arguments[1], type, into);
  const Node& left = *node.arguments[0];
  const auto* text = literal_text(*node.arguments[1]);
  if (node.op != Operator::equal || text == nullptr || left.kind != Node::Kind::member ||
      left.base->kind != Node::Kind::focus || left.bound_row == nullptr ||
      left.bound_type != type || !is_plain_text(left.bound_row->type))
    return false;
  into.push_back({std::string(left.bound_row->key), std::string(*text)});
  return true;
}

bool where(Path& path, const Node& node) {
  if (path.take != Plan::Take::item || path.steps.empty() || path.steps.back().first) return false;
  return filters(*node.arguments[0], path.type, path.steps.back().filters);
}

bool extension(Path& path, const Node& node) {
  const auto* url = literal_text(*node.arguments[0]);
  const auto* row = fhir::definitions::find_element(path.type, "extension");
  if (url == nullptr || row == nullptr || is_primitive(path.type) || !step(path, *row))
    return false;
  path.steps.back().filters.push_back({"url", std::string(*url)});
  return true;
}

bool first(Path& path) {
  if (path.take != Plan::Take::item)
    path.first = true;
  else if (!path.steps.empty())
    path.steps.back().first = true;
  return true;
}

bool key(Path& path, const Node& node) {
  if (path.take != Plan::Take::item) return false;
  path.take = node.name == "getResourceKey" ? Plan::Take::resource_key : Plan::Take::reference_key;
  path.key_type = node.type.name;
  return true;
}

bool apply(Path& path, const Node& node) {
  if (path.type == fhir::no_type) return false;
  if (node.kind == Node::Kind::member) return member(path, node);
  if (node.name == "first") return first(path);
  if (node.name == "where") return where(path, node);
  if (node.name == "extension") return extension(path, node);
  if (node.name == "getResourceKey" || node.name == "getReferenceKey") return key(path, node);
  if (node.name != "ofType" || node.bound_row == nullptr || node.bound_type != path.type)
    return false;
  return step(path, *node.bound_row);  // value.ofType(Quantity): the member valueQuantity
}

std::optional<SimpleSource> read(const Node& node, TypeId focus);

std::optional<Path> read_path(const Node& node, TypeId focus) {
  auto source = read(node, focus);
  if (!source || source->condition) return std::nullopt;
  return std::move(source->yes);
}

std::optional<Path> read_exists(const Node& node, TypeId focus) {
  if (node.kind != Node::Kind::function || node.name != "exists" || !node.arguments.empty())
    return std::nullopt;
  return read_path(*node.base, focus);
}

std::optional<SimpleSource> read_iif(const Node& node, TypeId focus) {
  SimpleSource source;
  source.condition = read_exists(*node.arguments[0], focus);
  auto yes = read_path(*node.arguments[1], focus);
  if (!source.condition || !yes) return std::nullopt;
  source.yes = std::move(*yes);
  if (node.arguments.size() < 3) return source;
  source.no = read_path(*node.arguments[2], focus);
  if (!source.no) return std::nullopt;
  return source;
}

std::optional<SimpleSource> read(const Node& node, TypeId focus) {
  if (node.kind == Node::Kind::focus) {
    SimpleSource source;
    source.yes.type = focus;
    return source;
  }
  if (node.kind != Node::Kind::member && node.kind != Node::Kind::function) return std::nullopt;
  if (node.kind == Node::Kind::function && node.name == "iif" &&
      node.base->kind == Node::Kind::focus)
    return read_iif(node, focus);
  const bool is_of_type = node.kind == Node::Kind::function && node.name == "ofType";
  if (is_of_type && node.base->kind != Node::Kind::member) return std::nullopt;
  auto source = read(is_of_type ? *node.base->base : *node.base, focus);
  if (!source || !apply(source->yes, node)) return std::nullopt;
  if (source->no && !apply(*source->no, node)) return std::nullopt;
  return source;
}

}  // namespace

std::optional<SimpleSource> simple_source(const fhir::Expression& expression, TypeId focus) {
  return read(expression.root(), focus);
}

std::optional<Path> simple_exists(const fhir::Expression& expression, TypeId focus) {
  return read_exists(expression.root(), focus);
}

}  // namespace hb::views
