#include "fhir/path/evaluator.hpp"

#include <span>

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

bool with_extension(simdjson::dom::object object, const ElementRow& row, Sink sink) {
  const std::string key = "_" + std::string(row.key);
  Json value;
  Json beside;
  const bool has_value = !object.at_key(row.key).get(value);
  const bool has_beside = !object.at_key(key).get(beside);
  if (!has_beside) return !has_value || push(value, row.type, sink);
  return push_extended(has_value ? &value : nullptr, &beside, row.type, sink);
}

/// The values of a known step.
bool push_link(Json json, const Link& link, Sink sink) {
  if (link.holds_resource) return push(json, link.type, sink);
  const tape::Place place = tape::place_of(json);
  const std::uint64_t* words = place.document->tape.get();
  const std::uint64_t word = words[place.index];
  if (tape::kind(word) != '[') return tape::kind(word) == 'n' || sink(Element{json, link.type});
  const std::size_t end = static_cast<std::uint32_t>(word) - 1;
  for (std::size_t i = place.index + 1; i < end; i = tape::behind(words, i))
    if (tape::kind(words[i]) != 'n' && !sink(Element{tape::at({place.document, i}), link.type}))
      return false;
  return true;
}

bool walk(Json json, std::span<const Link> links, Sink sink) {
  Json value;
  while (true) {
    if (!tape::find(json, links[0].key, value)) return true;
    if (links.size() == 1) return push_link(value, links[0], sink);
    links = links.subspan(1);
    const tape::Place place = tape::place_of(value);
    const std::uint64_t* words = place.document->tape.get();
    if (tape::kind(words[place.index]) == '[') {
      const std::size_t end = static_cast<std::uint32_t>(words[place.index]) - 1;
      for (std::size_t i = place.index + 1; i < end; i = tape::behind(words, i))
        if (!walk(tape::at({place.document, i}), links, sink)) return false;
      return true;
    }
    json = value;
  }
}

/// value → valueQuantity, valueString, …: the one that is there.
bool push_choice(simdjson::dom::object object, TypeId type, std::string_view stem,
                 bool may_have_beside, Sink sink) {
  for (const auto field : object) {
    std::string_view key = field.key;
    if (!may_have_beside && key == stem) return push(field.value, no_type, sink);
    if (may_have_beside && key.starts_with('_')) key.remove_prefix(1);
    if (key.size() <= stem.size() || !key.starts_with(stem)) continue;
    const ElementRow* row = definitions::find_element(type, key);
    if (row == nullptr || !row->choice || row->stem != stem) continue;
    return may_have_beside ? with_extension(object, *row, sink)
                           : push(field.value, row->type, sink);
  }
  return true;
}

}  // namespace

bool Evaluator::error(std::string message) {
  if (!state_.error) state_.error = Error{ErrorCode::invalid_input, std::move(message), {}};
  return false;
}

bool Evaluator::charge(std::size_t amount) {
  state_.steps += static_cast<std::int64_t>(amount / 16);
  return state_.steps <= state_.limits.steps || error("the expression takes too many steps");
}

bool Evaluator::keep_distinct(Collection& to, const Value& value) {
  if (!charge(to.size())) return false;
  add_distinct(to, value);
  return true;
}

char* Evaluator::room(std::size_t bytes) {
  charge(bytes);  // who goes on past the limit is stopped by the next step
  return state_.texts.room(bytes);
}

std::string_view Evaluator::keep(std::string_view text) {
  char* place = room(text.size());
  std::copy(text.begin(), text.end(), place);
  return {place, text.size()};
}

bool Evaluator::may_have_beside() {
  if (state_.beside == Beside::unknown)
    state_.beside = state_.source.empty() ? Beside::some : look_beside(state_.source);
  return state_.beside == Beside::some;
}

namespace {

/// The fields of an object, or the extensions of a primitive.
bool fields_of(const Element& element, simdjson::dom::object& object) {
  if (!element.absent && !element.json.get(object)) return true;
  return element.has_extension && !element.extension.get(object);
}

bool is_element(TypeId type) {
  return type != no_type && definitions::type(type).kind != TypeKind::resource;
}

/// type().name, (1 'mg').unit
bool system_member(const Value& item, std::string_view name, Sink sink) {
  if (const auto* info = std::get_if<TypeInfo>(&item)) {
    if (name == "name") return sink(info->name);
    if (name == "namespace") return sink(info->space);
  } else if (const auto* quantity = std::get_if<Quantity>(&item)) {
    if (name == "value") return sink(quantity->value);
    if (name == "unit") return sink(quantity->unit);
  }
  return true;
}

}  // namespace

bool Evaluator::members(const Value& item, std::string_view name, Sink sink) {
  const auto* element = std::get_if<Element>(&item);
  if (element == nullptr) return system_member(item, name, sink);
  simdjson::dom::object object;
  if (!fields_of(*element, object)) return true;
  Json value;
  if (name == "id" && is_element(element->type)) {  // a System.String; of resources it is a FHIR id
    std::string_view id;
    return object.at_key(name).get(id) || sink(id);
  }
  if (element->type != no_type) {
    if (const ElementRow* row = definitions::find_element(element->type, name)) {
      if (row->choice)
        return true;  // FHIRPath names the element without its type: value, not valueString
      if (definitions::primitive(row->type) != Primitive::none && may_have_beside())
        return with_extension(object, *row, sink);
      return object.at_key(name).get(value) || push(value, row->type, sink);
    }
  }
  const bool found = !object.at_key(name).get(value);
  if (element->type == no_type && may_have_beside()) {
    Json beside;
    if (!object.at_key("_" + std::string(name)).get(beside))
      return push_extended(found ? &value : nullptr, &beside, no_type, sink);
  }
  static const TypeId extension_type = definitions::find_type("Extension");
  if (found) return push(value, name == "extension" ? extension_type : no_type, sink);
  return element->type == no_type ||
         push_choice(object, element->type, name, may_have_beside(), sink);
}

bool Evaluator::member(const Value& item, const Node& node, Sink sink) {
  const auto* element = std::get_if<Element>(&item);
  if (element == nullptr) return members(item, node.name, sink);
  if (node.link && node.bound_type == element->type) return bound_member(*element, node, sink);
  if (node.choice_type != no_type && node.choice_type == element->type && !element->absent &&
      !may_have_beside()) {
    simdjson::dom::object object;
    return element->json.get(object) || push_choice(object, element->type, node.name, false, sink);
  }
  return members(item, node.name, sink);
}

bool Evaluator::bound_member(const Element& element, const Node& node, Sink sink) {
  if (element.absent) return true;
  if (node.link->primitive != Primitive::none && may_have_beside()) {
    simdjson::dom::object object;
    return element.json.get(object) || with_extension(object, *node.bound_row, sink);
  }
  Json value;
  return !tape::find(element.json, node.link->key, value) || push_link(value, *node.link, sink);
}

const Element* Evaluator::chain_start(const Node& node, const Scope& scope) {
  if (scope.many != nullptr || scope.focus == nullptr) return nullptr;
  const auto* element = std::get_if<Element>(scope.focus);
  if (element == nullptr || element->type != node.chain_type || element->absent) return nullptr;
  return node.chain_primitive && may_have_beside() ? nullptr : element;
}

bool Evaluator::along_chain(const Node& node, const Scope& scope, Sink sink, bool& fits) {
  const Element* element = node.chain.empty() ? nullptr : chain_start(node, scope);
  fits = element != nullptr;
  if (!fits) return true;
  state_.steps += static_cast<std::int64_t>(node.chain.size()) - 1;
  return walk(element->json, node.chain, sink);
}

bool Evaluator::children_of(const Element& element, simdjson::dom::object object, Sink sink) {
  for (const auto field : object) {
    if (field.key == "resourceType") continue;
    std::string_view key = field.key;
    Json value = field.value;
    const bool only_beside = key.starts_with('_');
    if (only_beside) {
      key.remove_prefix(1);
      if (!object.at_key(key).get(value)) continue;  // comes, or came, with its value
    }
    std::string_view id;
    if (key == "id" && is_element(element.type) && !value.get(id)) {
      if (!sink(id)) return false;
      continue;
    }
    static const TypeId extension_type = definitions::find_type("Extension");
    const ElementRow* row =
        element.type == no_type ? nullptr : definitions::find_element(element.type, key);
    const TypeId type = row != nullptr ? row->type : key == "extension" ? extension_type : no_type;
    Json beside;
    const bool has_beside = may_have_beside() && !object.at_key("_" + std::string(key)).get(beside);
    if (!has_beside ? !push(value, type, sink)
                    : !push_extended(only_beside ? nullptr : &value, &beside, type, sink))
      return false;
  }
  return true;
}

bool Evaluator::children(const Value& item, Sink sink) {
  const auto* element = std::get_if<Element>(&item);
  simdjson::dom::object object;
  if (element == nullptr || !fields_of(*element, object)) return true;
  return children_of(*element, object, sink);
}

bool Evaluator::constant(const Node& node, Sink sink) {
  const std::string_view name = node.name;
  if (name.starts_with("vs-"))
    return sink(keep("http://hl7.org/fhir/ValueSet/" + std::string(name.substr(3))));
  if (name.starts_with("ext-"))
    return sink(keep("http://hl7.org/fhir/StructureDefinition/" + std::string(name.substr(4))));
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
      return each_focus(scope, sink);
    case Node::Kind::index:
      return sink(scope.index);
    case Node::Kind::total:
      if (scope.total == nullptr) return error("$total stands only inside aggregate()");
      for (const Value& value : *scope.total)
        if (!sink(value)) return false;
      return true;
    case Node::Kind::constant:
      return constant(node, sink);
    case Node::Kind::variable: {
      if (node.slot >= state_.variables.size()) return true;
      const Collection items = state_.variables[node.slot];  // a copy: it may be set anew below
      for (const Value& value : items)
        if (!sink(value)) return false;
      return true;
    }
    case Node::Kind::member:
      return literal_member(node, scope, sink);
    case Node::Kind::function:
      return node.function->call(*this, node, scope, sink);
    case Node::Kind::operation:
      return operation(node, scope, sink);
  }
  return true;
}

bool Evaluator::each_focus(const Scope& scope, Sink sink) {
  if (scope.many == nullptr) return scope.focus == nullptr || sink(*scope.focus);
  for (const Value& value : *scope.many)
    if (!sink(value)) return false;
  return true;
}

namespace {

/// Patient at the head of a path is the resource itself, not an element of it.
bool names_its_type(const Node& node, const Value& focus) {
  if (!node.at_head || node.name[0] < 'A' || node.name[0] > 'Z' || node.bound_row != nullptr)
    return false;
  const auto* element = std::get_if<Element>(&focus);
  if (element == nullptr || element->absent) return false;
  if (element->type == no_type) {  // JSON that is no FHIR resource may still say what it is
    std::string_view type;
    return !element->json.at_key("resourceType").get(type) && type == node.name;
  }
  const TypeId named = definitions::find_type(node.name);
  return named != no_type && definitions::is_a(element->type, named);
}

}  // namespace

bool Evaluator::literal_member(const Node& node, const Scope& scope, Sink sink) {
  bool fits = false;
  const bool more = along_chain(node, scope, sink, fits);
  if (fits) return more;
  if (node.base->kind == Node::Kind::focus && scope.many == nullptr) {
    if (scope.focus == nullptr) return true;
    if (names_its_type(node, *scope.focus)) return sink(*scope.focus);
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

bool Evaluator::only(const Node& node, const Scope& scope, Value& item) {
  if (node.kind == Node::Kind::literal) {
    item = node.value;
    return true;
  }
  std::size_t items = 0;
  auto use = [&](const Value& found) {
    if (++items == 1) item = found;
    return items == 1;
  };
  each(node, scope, sink_of(use));
  if (items > 1) error("one value is expected, there are several");
  return items == 1 && !failed();
}

std::optional<Value> Evaluator::single(const Node& node, const Scope& scope) {
  Value item;
  if (!only(node, scope, item)) return std::nullopt;
  return system_value(item);
}

std::optional<Value> Evaluator::exact(const Value& value) {
  auto plain = system_value(value);
  const auto* element = std::get_if<Element>(&value);
  if (!plain || element == nullptr || element->absent) return plain;
  Json number = element->json;
  if (std::holds_alternative<Quantity>(*plain) && number.at_key("value").get(number)) return plain;
  if (!number.is_double()) return plain;
  const auto written = parse_decimal(state_.numbers.find(number));
  if (!written) return plain;
  if (auto* quantity = std::get_if<Quantity>(&*plain))
    quantity->value = *written;
  else if (std::holds_alternative<Decimal>(*plain))
    plain = *written;
  return plain;
}

std::optional<Value> Evaluator::single_exact(const Node& node, const Scope& scope) {
  Value item;
  if (!only(node, scope, item)) return std::nullopt;
  return exact(item);
}

std::optional<std::string_view> Evaluator::single_text(const Node& node, const Scope& scope) {
  std::string_view text;
  switch (sole_text(node, scope, text)) {
    case Found::one:
      return text;
    case Found::none:
      return std::nullopt;
    case Found::unknown:
      break;
  }
  std::size_t items = 0;
  bool is_text = false;
  bool is_other = false;
  auto use = [&](const Value& item) {
    if (++items > 1) return error("one value is expected, there are several");
    is_text = plain_text(item, text);
    is_other = !is_text && system_value(item).has_value();
    return true;
  };
  each(node, scope, sink_of(use));
  if (is_other && !failed()) error("a text is expected");
  return is_text && !failed() ? std::optional(text) : std::nullopt;
}

std::optional<std::int64_t> Evaluator::single_integer(const Node& node, const Scope& scope) {
  const auto value = single(node, scope);
  if (!value) return std::nullopt;
  if (const auto* integer = std::get_if<std::int64_t>(&*value)) return *integer;
  error("a whole number is expected");
  return std::nullopt;
}

namespace {

/// One item as a condition.
Truth truth_of(const Value& item) {
  const auto of = [](bool boolean) { return boolean ? Truth::yes : Truth::no; };
  if (const bool* boolean = std::get_if<bool>(&item)) return of(*boolean);
  if (const auto* element = std::get_if<Element>(&item)) {
    bool boolean = false;
    if (element->absent) return Truth::unknown;
    if (!element->json.get(boolean)) return of(boolean);
  }
  return system_value(item) ? Truth::yes : Truth::unknown;
}

}  // namespace

Truth Evaluator::truth(const Node& node, const Scope& scope) {
  if (node.kind == Node::Kind::operation) {
    Truth result = Truth::unknown;
    if (direct_truth(node, scope, result)) return failed() ? Truth::unknown : result;
  }
  Truth found = Truth::unknown;
  std::size_t items = 0;
  auto use = [&](const Value& item) {
    if (++items == 1) found = truth_of(item);
    return items == 1;
  };
  each(node, scope, sink_of(use));
  if (items > 1) error("a condition must be one boolean, there are several values");
  return failed() ? Truth::unknown : found;
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
void Evaluation::set_conformance(const Conformance& conformance) {
  state_->conformance = conformance;
}
void Evaluation::set_row_index(std::int64_t index) { state_->row_index = index; }

void Evaluation::reset(const Resource& resource) { reset(resource, root(resource)); }

void Evaluation::reset(const Resource& resource, const Value& root) {
  reset(root);
  state_->source = resource.source;
  state_->beside = resource.beside;
  state_->numbers.reset(resource.source, resource.root);
}

void Evaluation::reset(const Value& root) {
  state_->texts.clear();
  state_->steps = 0;
  state_->resource = root;
  state_->has_resource = true;
  state_->beside = Beside::unknown;
  state_->source = {};
  state_->numbers.reset({}, {});
}

bool Evaluation::may_have_beside() { return path::Evaluator(*state_).may_have_beside(); }

Value Evaluation::root(const Resource& resource) {
  return Element{resource.root, definitions::find_type(resource.type)};
}

Result<void> Evaluation::run(const Expression& expression, const Value& focus, Sink sink) {
  state_->error.reset();
  path::Evaluator(*state_).each(expression.root(), {&focus}, sink);
  if (state_->error) return unexpected(*state_->error);
  return {};
}

Result<Collection> Evaluation::evaluate(const Expression& expression) {
  state_->error.reset();
  const Collection nothing;
  path::Scope scope;
  scope.many = &nothing;
  Collection items = path::Evaluator(*state_).collect(expression.root(), scope);
  if (state_->error) return unexpected(*state_->error);
  return items;
}

Result<std::optional<bool>> Evaluation::test(const Expression& expression, const Value& focus) {
  state_->error.reset();
  const path::Truth truth = path::Evaluator(*state_).truth(expression.root(), {&focus});
  if (state_->error) return unexpected(*state_->error);
  if (truth == path::Truth::unknown) return std::optional<bool>();
  return std::optional(truth == path::Truth::yes);
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
