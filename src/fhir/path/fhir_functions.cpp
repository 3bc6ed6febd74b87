// What FHIR and SQL on FHIR add: extension(), hasValue(), getResourceKey(), getReferenceKey(),
// boundaries.
#include "fhir/path/boundaries.hpp"
#include "fhir/path/functions.hpp"

namespace hb::fhir::path {
namespace {

constexpr auto by_expression = Function::Argument::expression;
constexpr auto by_type = Function::Argument::type;

bool extension(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto url = evaluator.single_text(*node.arguments[0], scope);
  if (evaluator.failed() || !url) return !evaluator.failed();
  auto keep = [&](const Value& item) {
    const auto* element = std::get_if<Element>(&item);
    return element == nullptr || child_text(*element, "url") != *url || sink(item);
  };
  auto use = [&](const Value& item) { return evaluator.members(item, "extension", sink_of(keep)); };
  return evaluator.each(*node.base, scope, sink_of(use));
}

bool has_value(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const Collection items = evaluator.collect(*node.base, scope);
  if (evaluator.failed()) return false;
  if (items.size() != 1) return sink(false);
  const auto* element = std::get_if<Element>(&items[0]);
  return sink(element == nullptr || (!element->absent && !element->json.is_object()));
}

bool get_value(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const Collection items = evaluator.collect(*node.base, scope);
  if (evaluator.failed() || items.size() != 1) return !evaluator.failed();
  const auto value = evaluator.exact(items[0]);
  const bool complex =
      !value || std::holds_alternative<Element>(*value) ||
      (std::holds_alternative<Quantity>(*value) && std::holds_alternative<Element>(items[0]));
  return complex || sink(*value);
}

bool get_resource_key(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  auto use = [&](const Value& item) {
    const auto* element = std::get_if<Element>(&item);
    if (element == nullptr) return true;
    const std::string_view id = child_text(*element, "id");
    return id.empty() || sink(id);
  };
  return evaluator.each(*node.base, scope, sink_of(use));
}

struct Target {
  std::string_view type;  ///< empty = the reference does not say
  std::string_view id;
};

/// Patient/1, https://host/fhir/Patient/1, Patient/1/_history/2, urn:uuid:…; id is empty for
/// others.
Target target_of(std::string_view reference) {
  if (reference.starts_with("urn:uuid:")) return {{}, reference.substr(9)};
  if (const auto version = reference.find("/_history/"); version != std::string_view::npos)
    reference = reference.substr(0, version);
  const auto slash = reference.rfind('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view before = reference.substr(0, slash);
  const auto start = before.rfind('/');
  return {start == std::string_view::npos ? before : before.substr(start + 1),
          reference.substr(slash + 1)};
}

bool get_reference_key(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  auto use = [&](const Value& item) {
    const auto* element = std::get_if<Element>(&item);
    if (element == nullptr) return true;
    if (element->absent) return true;
    const std::string_view id = reference_key(element->json, node.type.name);
    return id.empty() || sink(id);
  };
  return evaluator.each(*node.base, scope, sink_of(use));
}

template <bool high>
bool boundary(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto value = evaluator.single_exact(*node.base, scope);
  if (evaluator.failed() || !value) return !evaluator.failed();
  std::optional<std::int64_t> precision;
  if (!node.arguments.empty()) precision = evaluator.single_integer(*node.arguments[0], scope);
  if (evaluator.failed()) return false;
  const auto found = boundary_of(*value, high, precision);
  return !found || sink(*found);
}

constexpr Function functions[] = {
    {"extension", 1, 1, by_expression, extension},
    {"hasValue", 0, 0, by_expression, has_value},
    {"getValue", 0, 0, by_expression, get_value},
    {"getResourceKey", 0, 0, by_expression, get_resource_key},
    {"getReferenceKey", 0, 1, by_type, get_reference_key},
    {"lowBoundary", 0, 1, by_expression, boundary<false>},
    {"highBoundary", 0, 1, by_expression, boundary<true>},
};

}  // namespace

std::span<const Function> fhir_functions() { return functions; }

}  // namespace hb::fhir::path

namespace hb::fhir {

std::string_view reference_key(Json reference, std::string_view type) {
  simdjson::dom::object fields;
  std::string_view text;
  if (reference.get(fields) || fields.at_key("reference").get(text)) return {};
  if (!type.empty() && text.size() > type.size() + 1 && text[type.size()] == '/' &&
      text.starts_with(type) && text.find('/', type.size() + 1) == std::string_view::npos)
    return text.substr(type.size() + 1);  // Patient/1, as nearly all are
  path::Target target = path::target_of(text);
  if (target.id.empty()) return {};
  if (target.type.empty() && fields.at_key("type").get(target.type)) target.type = {};
  return type.empty() || target.type.empty() || target.type == type ? target.id
                                                                    : std::string_view{};
}

}  // namespace hb::fhir
