#include "fhir/path/evaluator.hpp"

#include "fhir/path/functions.hpp"

namespace hb::fhir::path {
namespace {

TypeId resource_type() {
  static const TypeId type = definitions::find_type("Resource");
  return type;
}

/// Type of what stands in an element of declared type `declared`.
TypeId runtime_type(TypeId declared, Json json) {
  if (declared != resource_type() && declared != no_type) return declared;
  std::string_view name;
  if (json.is_object() && !json.at_key("resourceType").get(name)) {
    const TypeId type = definitions::find_type(name);
    if (type != no_type) return type;
  }
  return declared;
}

/// Pushes one JSON value, or each item of a list.
bool push(Json json, TypeId type, Sink sink) {
  simdjson::dom::array list;
  if (json.get(list)) return json.is_null() || sink(Element{json, runtime_type(type, json)});
  for (const Json item : list)
    if (!item.is_null() && !sink(Element{item, runtime_type(type, item)})) return false;
  return true;
}

/// Like push, with the extensions of primitives (_field) beside them; `json` or `beside` may be
/// absent.
bool push_extended(const Json* json, const Json* beside, TypeId type, Sink sink) {
  const auto one = [&](const Json* value, const Json* extension) {
    const bool has_value = value != nullptr && !value->is_null();
    const bool has_extension = extension != nullptr && extension->is_object();
    if (!has_value && !has_extension) return true;
    Element element;
    if (has_value) element.json = *value;
    element.type = has_value ? runtime_type(type, *value) : type;
    element.absent = !has_value;
    element.has_extension = has_extension;
    if (has_extension) element.extension = *extension;
    return sink(element);
  };
  simdjson::dom::array values;
  simdjson::dom::array extensions;
  const bool values_listed = json != nullptr && !json->get(values);
  const bool extensions_listed = beside != nullptr && !beside->get(extensions);
  if (!values_listed && !extensions_listed) return one(json, beside);
  auto value = values_listed ? values.begin() : simdjson::dom::array::iterator{};
  auto extension = extensions_listed ? extensions.begin() : simdjson::dom::array::iterator{};
  while (true) {
    const bool more_values = values_listed && value != values.end();
    const bool more_extensions = extensions_listed && extension != extensions.end();
    if (!more_values && !more_extensions) return true;
    const Json now = more_values ? *value : Json{};
    const Json with = more_extensions ? *extension : Json{};
    if (!one(more_values ? &now : nullptr, more_extensions ? &with : nullptr)) return false;
    if (more_values) ++value;
    if (more_extensions) ++extension;
  }
}

/// value → valueQuantity, valueString, …: the one that is there.
bool push_choice(simdjson::dom::object object, TypeId type, std::string_view stem, Sink sink) {
  for (const auto field : object) {
    if (field.key.size() <= stem.size() || !field.key.starts_with(stem)) continue;
    const ElementRow* row = definitions::find_element(type, field.key);
    if (row != nullptr && row->choice && row->stem == stem)
      return push(field.value, row->type, sink);
  }
  return true;
}

bool with_extension(simdjson::dom::object object, const ElementRow& row, Sink sink) {
  const std::string key = "_" + std::string(row.key);
  Json value;
  Json beside;
  const bool has_value = !object.at_key(row.key).get(value);
  const bool has_beside = !object.at_key(key).get(beside);
  if (!has_beside) return !has_value || push(value, row.type, sink);
  return push_extended(has_value ? &value : nullptr, &beside, row.type, sink);
}

}  // namespace

bool Evaluator::failed() const { return state_.error.has_value(); }

bool Evaluator::error(std::string message) {
  if (!state_.error) state_.error = Error{ErrorCode::invalid_input, std::move(message), {}};
  return false;
}

std::string_view Evaluator::keep(std::string text) {
  return state_.texts.emplace_back(std::move(text));
}

bool Evaluator::members(const Value& item, std::string_view name, bool wants_extension, Sink sink) {
  const auto* element = std::get_if<Element>(&item);
  if (element == nullptr) return true;
  simdjson::dom::object object;
  if (element->has_extension) {
    if (element->extension.get(object)) return true;
  } else if (element->absent || element->json.get(object)) {
    return true;
  }
  Json value;
  if (element->type != no_type) {
    if (const ElementRow* row = definitions::find_element(element->type, name)) {
      if (row->choice)
        return true;  // FHIRPath names the element without its type: value, not valueString
      if (wants_extension && definitions::primitive(row->type) != Primitive::none)
        return with_extension(object, *row, sink);
      return object.at_key(name).get(value) || push(value, row->type, sink);
    }
  }
  if (!object.at_key(name).get(value) && name != "resourceType") {
    static const TypeId extension_type = definitions::find_type("Extension");
    return push(value, name == "extension" ? extension_type : no_type, sink);
  }
  return element->type == no_type || push_choice(object, element->type, name, sink);
}

bool Evaluator::member(const Value& item, const Node& node, Sink sink) {
  const auto* element = std::get_if<Element>(&item);
  if (element == nullptr) return true;
  if (node.bound_row == nullptr || node.bound_type != element->type || node.wants_extension)
    return members(item, node.name, node.wants_extension, sink);
  return bound_member(*element, *node.bound_row, sink);
}

bool Evaluator::bound_member(const Element& element, const ElementRow& row, Sink sink) {
  Json value;
  simdjson::dom::object object;
  if (element.absent || element.json.get(object) || object.at_key(row.key).get(value)) return true;
  return push(value, row.type, sink);
}

bool Evaluator::children(const Value& item, Sink sink) {
  const auto* element = std::get_if<Element>(&item);
  if (element == nullptr) return true;
  simdjson::dom::object object;
  if (element->has_extension) {
    if (element->extension.get(object)) return true;
  } else if (element->absent || element->json.get(object)) {
    return true;
  }
  for (const auto field : object) {
    if (field.key == "resourceType" || field.key.starts_with('_')) continue;
    const ElementRow* row =
        element->type == no_type ? nullptr : definitions::find_element(element->type, field.key);
    if (!push(field.value, row == nullptr ? no_type : row->type, sink)) return false;
  }
  return true;
}

bool Evaluator::constant(const Node& node, Sink sink) {
  if (node.name == "resource" || node.name == "context" || node.name == "rootResource")
    return !state_.has_resource || sink(state_.resource);
  if (node.name == "ucum") return sink(std::string_view("http://unitsofmeasure.org"));
  if (node.name == "sct") return sink(std::string_view("http://snomed.info/sct"));
  if (node.name == "loinc") return sink(std::string_view("http://loinc.org"));
  if (node.name == "rowIndex") return sink(state_.row_index);
  const auto found = state_.constants.find(node.name);
  if (found == state_.constants.end()) return error("there is no constant %" + node.name);
  return sink(found->second);
}

bool Evaluator::each(const Node& node, const Scope& scope, Sink sink) {
  if (++state_.steps > state_.limits.steps) return error("the expression takes too many steps");
  switch (node.kind) {
    case Node::Kind::empty:
      return true;
    case Node::Kind::literal:
      return sink(node.value);
    case Node::Kind::focus:
      return scope.focus == nullptr || sink(*scope.focus);
    case Node::Kind::index:
      return sink(scope.index);
    case Node::Kind::total:
      if (scope.total == nullptr) return error("$total stands only inside aggregate()");
      for (const Value& value : *scope.total)
        if (!sink(value)) return false;
      return true;
    case Node::Kind::constant:
      return constant(node, sink);
    case Node::Kind::member:
      return literal_member(node, scope, sink);
    case Node::Kind::function:
      return node.function->call(*this, node, scope, sink);
    case Node::Kind::operation:
      return operation(node, scope, sink);
  }
  return true;
}

bool Evaluator::literal_member(const Node& node, const Scope& scope, Sink sink) {
  if (node.base->kind == Node::Kind::focus) {
    if (scope.focus == nullptr) return true;
    if (node.at_head && node.name[0] >= 'A' && node.name[0] <= 'Z' && node.bound_row == nullptr) {
      const auto* element = std::get_if<Element>(scope.focus);
      const TypeId named = definitions::find_type(node.name);
      if (named != no_type && element != nullptr && definitions::is_a(element->type, named))
        return sink(*scope.focus);
    }
    return member(*scope.focus, node, sink);
  }
  auto use = [&](const Value& item) { return member(item, node, sink); };
  return each(*node.base, scope, sink_of(use));
}

Collection Evaluator::collect(const Node& node, const Scope& scope) {
  Collection items;
  auto use = [&](const Value& item) {
    items.push_back(item);
    return true;
  };
  each(node, scope, sink_of(use));
  return items;
}

std::optional<Value> Evaluator::single(const Node& node, const Scope& scope) {
  std::optional<Value> found;
  bool several = false;
  auto use = [&](const Value& item) {
    several = found.has_value();
    if (!several) found = item;
    return !several;
  };
  each(node, scope, sink_of(use));
  if (several) error("one value is expected, there are several");
  if (failed() || !found) return std::nullopt;
  return system_value(*found);
}

std::optional<std::string_view> Evaluator::single_text(const Node& node, const Scope& scope) {
  const auto value = single(node, scope);
  if (!value) return std::nullopt;
  if (const auto* text = std::get_if<std::string_view>(&*value)) return *text;
  error("a text is expected");
  return std::nullopt;
}

std::optional<std::int64_t> Evaluator::single_integer(const Node& node, const Scope& scope) {
  const auto value = single(node, scope);
  if (!value) return std::nullopt;
  if (const auto* integer = std::get_if<std::int64_t>(&*value)) return *integer;
  error("a whole number is expected");
  return std::nullopt;
}

Truth Evaluator::truth(const Node& node, const Scope& scope) {
  std::optional<Value> found;
  bool several = false;
  auto use = [&](const Value& item) {
    several = found.has_value();
    if (!several) found = item;
    return !several;
  };
  each(node, scope, sink_of(use));
  if (several) error("a condition must be one boolean, there are several values");
  if (failed() || !found) return Truth::unknown;
  const auto value = system_value(*found);
  if (!value) return Truth::unknown;
  if (const bool* boolean = std::get_if<bool>(&*value)) return *boolean ? Truth::yes : Truth::no;
  return Truth::yes;
}

}  // namespace hb::fhir::path

namespace hb::fhir {

Evaluation::Evaluation(EvaluationLimits limits) : state_(std::make_unique<State>()) {
  state_->limits = limits;
}
Evaluation::~Evaluation() = default;
Evaluation::Evaluation(Evaluation&&) noexcept = default;

void Evaluation::set_constant(std::string name, Value value) {
  state_->constants[std::move(name)] = value;
}
void Evaluation::set_now(Instant now) { state_->now = now; }
void Evaluation::set_row_index(std::int64_t index) { state_->row_index = index; }

void Evaluation::reset(const Resource& resource) { reset(root(resource)); }

void Evaluation::reset(const Value& root) {
  if (!state_->texts.empty()) state_->texts.clear();
  state_->steps = 0;
  state_->resource = root;
  state_->has_resource = true;
}

Value Evaluation::root(const Resource& resource) {
  return Element{resource.root, definitions::find_type(resource.type)};
}

Result<void> Evaluation::run(const Expression& expression, const Value& focus, Sink sink) {
  state_->error.reset();
  path::Evaluator(*state_).each(expression.root(), {&focus, 0, nullptr}, sink);
  if (state_->error) return unexpected(*state_->error);
  return {};
}

Result<Collection> Evaluation::evaluate(const Expression& expression, const Value& focus) {
  Collection items;
  const auto done = each(expression, focus, [&](const Value& value) {
    items.push_back(value);
    return true;
  });
  if (!done) return unexpected(done.error());
  return items;
}

}  // namespace hb::fhir
