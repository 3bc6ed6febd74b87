// Codes: memberOf(), subsumes(), subsumedBy() (FHIR R4, page FHIRPath), by what the R4 definitions
// list. What needs a terminology service is an error.
#include <string>

#include "fhir/code_systems.hpp"
#include "fhir/path/functions.hpp"
#include "fhir/value_sets.hpp"

namespace hb::fhir::path {
namespace {

constexpr auto by_expression = Function::Argument::expression;

std::string_view text_at(simdjson::dom::object fields, std::string_view key) {
  std::string_view text;
  return fields.at_key(key).get(text) ? std::string_view() : text;
}

/// Membership of a code, Coding or CodeableConcept (any of its codings) in a value set.
Membership member_of_set(const Value& item, std::string_view url) {
  const auto plain = system_value(item);
  if (plain && std::holds_alternative<std::string_view>(*plain))
    return member_of(url, {}, std::get<std::string_view>(*plain));
  const auto* element = std::get_if<Element>(&item);
  simdjson::dom::object fields;
  simdjson::dom::array codings;
  if (element == nullptr || element->absent || element->json.get(fields)) return Membership::no;
  if (fields.at_key("coding").get(codings))
    return member_of(url, text_at(fields, "system"), text_at(fields, "code"));
  Membership best = Membership::no;
  for (const Json coding : codings) {
    simdjson::dom::object parts;
    if (coding.get(parts)) continue;
    const Membership one = member_of(url, text_at(parts, "system"), text_at(parts, "code"));
    if (one == Membership::yes) return one;
    if (one == Membership::unknown) best = one;
  }
  return best;
}

bool is_member(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const Collection items = evaluator.collect(*node.base, scope);
  const auto url = evaluator.single_text(*node.arguments[0], scope);
  if (evaluator.failed() || items.empty() || !url) return !evaluator.failed();
  if (items.size() > 1) return evaluator.error("memberOf() asks for one value, there are several");
  const Membership found = member_of_set(items[0], *url);
  if (found == Membership::unknown)
    return evaluator.error("memberOf(): the definitions do not list the value set " +
                           std::string(*url));
  return sink(found == Membership::yes);
}

struct CodeOf {
  std::string_view system;
  std::string_view code;
};

/// A Coding, or the codings of a CodeableConcept, that have system and code; nullopt for others.
std::optional<std::vector<CodeOf>> codings_of(const Value& item) {
  const auto* element = std::get_if<Element>(&item);
  simdjson::dom::object fields;
  if (element == nullptr || element->absent || element->json.get(fields)) return std::nullopt;
  std::vector<CodeOf> found;
  const auto add = [&](simdjson::dom::object coding) {
    const CodeOf one{text_at(coding, "system"), text_at(coding, "code")};
    if (!one.system.empty() && !one.code.empty()) found.push_back(one);
  };
  const std::string_view type =
      element->type == no_type ? "" : std::string_view(definitions::type(element->type).name);
  simdjson::dom::array codings;
  if (!fields.at_key("coding").get(codings)) {
    for (const Json coding : codings)
      if (simdjson::dom::object one; !coding.get(one)) add(one);
    return found;
  }
  if (type != "Coding" && type != "CodeableConcept" && type != "") return std::nullopt;
  add(fields);
  return found;
}

/// Any pair decides for yes; a pair of one system that is listed decides for no.
Membership any_subsumes(const std::vector<CodeOf>& above, const std::vector<CodeOf>& below) {
  bool decided = false;
  bool unknown = false;
  for (const CodeOf& high : above)
    for (const CodeOf& low : below) {
      if (high.system != low.system) continue;
      const Membership one = fhir::subsumes(high.system, high.code, low.code);
      if (one == Membership::yes) return one;
      (one == Membership::unknown ? unknown : decided) = true;
    }
  return decided && !unknown ? Membership::no : Membership::unknown;
}

template <bool by_input>
bool subsumption(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const Collection items = evaluator.collect(*node.base, scope);
  const Collection others = evaluator.collect(*node.arguments[0], scope);
  if (evaluator.failed() || items.empty() || others.empty()) return !evaluator.failed();
  if (items.size() > 1 || others.size() > 1)
    return evaluator.error(node.name + "() asks for one value, there are several");
  const auto own = codings_of(items[0]);
  const auto given = codings_of(others[0]);
  if (!own || !given) return evaluator.error(node.name + "() compares Coding and CodeableConcept");
  const Membership found = by_input ? any_subsumes(*own, *given) : any_subsumes(*given, *own);
  if (found == Membership::unknown)
    return evaluator.error(
        node.name + "(): the definitions do not say how these codes relate (" +
        (own->empty() ? std::string("no code") : std::string(own->front().system)) + ", " +
        (given->empty() ? std::string("no code") : std::string(given->front().system)) + ")");
  return sink(found == Membership::yes);
}

constexpr Function functions[] = {
    {"memberOf", 1, 1, by_expression, is_member},
    {"subsumes", 1, 1, by_expression, subsumption<true>},
    {"subsumedBy", 1, 1, by_expression, subsumption<false>},
};

}  // namespace

std::span<const Function> terminology_functions() { return functions; }

}  // namespace hb::fhir::path
