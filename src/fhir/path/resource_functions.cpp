// What FHIR adds about resources: type(), resolve(), conformsTo(), slice(), htmlChecks(),
// checkModifiers() (FHIR R4, page FHIRPath).
#include <algorithm>
#include <array>

#include "fhir/check.hpp"
#include "fhir/check_profile.hpp"
#include "fhir/path/functions.hpp"

namespace hb::fhir::path {
namespace {

constexpr auto by_expression = Function::Argument::expression;

bool type(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  auto use = [&](const Value& item) {
    const std::string name = type_name(item);
    if (name.starts_with("System."))
      return sink(TypeInfo{"System", evaluator.keep(std::string_view(name).substr(7))});
    return sink(TypeInfo{"FHIR", evaluator.keep(name)});
  };
  return evaluator.each(*node.base, scope, sink_of(use));
}

std::string_view text_at(simdjson::dom::object fields, std::string_view key) {
  std::string_view text;
  return fields.at_key(key).get(text) ? std::string_view() : text;
}

bool push_resource(Json resource, Sink sink) {
  std::string_view name;
  const TypeId type =
      resource.at_key("resourceType").get(name) ? no_type : definitions::find_type(name);
  return sink(Element{resource, type});
}

/// The contained resource of that id; false when `found` was not set.
bool find_contained(simdjson::dom::object resource, std::string_view id, Json& found) {
  simdjson::dom::array list;
  if (resource.at_key("contained").get(list)) return false;
  for (const Json item : list) {
    simdjson::dom::object fields;
    if (item.get(fields) || text_at(fields, "id") != id) continue;
    found = item;
    return true;
  }
  return false;
}

/// Patient/1 of the entry of a Bundle, or its fullUrl.
bool is_entry(simdjson::dom::object entry, simdjson::dom::object resource,
              std::string_view reference) {
  const std::string_view url = text_at(entry, "fullUrl");
  if (url == reference) return true;
  const std::string relative =
      std::string(text_at(resource, "resourceType")) + "/" + std::string(text_at(resource, "id"));
  return relative == reference || (!url.empty() && url.ends_with("/" + std::string(reference)));
}

/// What a reference means inside the evaluated resource; false when it is not there.
bool find_reference(simdjson::dom::object root, std::string_view reference, Json& found) {
  const bool contained = reference.starts_with('#');
  if (contained && find_contained(root, reference.substr(1), found)) return true;
  simdjson::dom::array entries;
  if (root.at_key("entry").get(entries)) return false;
  for (const Json item : entries) {
    simdjson::dom::object entry;
    simdjson::dom::object resource;
    Json json;
    if (item.get(entry) || entry.at_key("resource").get(json) || json.get(resource)) continue;
    if (contained && find_contained(resource, reference.substr(1), found)) return true;
    if (contained || !is_entry(entry, resource, reference)) continue;
    found = json;
    return true;
  }
  return false;
}

/// References that lead out of the resource resolve to nothing.
bool resolve(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto* root = std::get_if<Element>(&evaluator.state().resource);
  auto use = [&](const Value& item) {
    const auto plain = system_value(item);
    const auto* element = std::get_if<Element>(&item);
    std::string_view reference;
    if (plain && std::holds_alternative<std::string_view>(*plain))
      reference = std::get<std::string_view>(*plain);
    else if (element != nullptr)
      reference = child_text(*element, "reference");
    simdjson::dom::object fields;
    Json found;
    if (reference.empty() || root == nullptr || root->json.get(fields)) return true;
    if (reference == "#") return sink(*root);
    return !find_reference(fields, reference, found) || push_resource(found, sink);
  };
  return evaluator.each(*node.base, scope, sink_of(use));
}

/// A profile of our own; nullptr when the evaluation has none of that URL.
const Profile* own_profile(Evaluator& evaluator, std::string_view url) {
  const Profiles* profiles = evaluator.state().conformance.profiles;
  return profiles == nullptr ? nullptr : profiles->find(url);
}

/// Nothing wrong with the element by the R4 definitions of its type, nor by the profile.
bool holds(Evaluator& evaluator, const Element& element, const Profile& profile) {
  const Conformance& known = evaluator.state().conformance;
  const CheckOptions options{.simulated = known.simulated, .max_faults = 1};
  const bool is_resource = definitions::type(element.type).kind == TypeKind::resource;
  const Resource resource{element.json, definitions::type(element.type).name, {}, {}};
  if (is_resource && !check(resource, options).empty()) return false;
  Evaluation inner(evaluator.state().limits);
  inner.set_conformance({known.profiles, known.simulated, known.depth + 1});
  if (evaluator.state().now) inner.set_now(*evaluator.state().now);
  bool found = true;
  check_profile(
      profile, known.profiles->code_lists, element.json, options, inner,
      [&](std::string_view, const std::string&, std::string, std::string_view) { found = false; });
  return found;
}

/// The type and the structure of R4, for profiles of our own also what they say.
bool conforms_to(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  constexpr std::string_view base = "http://hl7.org/fhir/StructureDefinition/";
  constexpr int deepest = 4;  // profiles whose constraints ask for other profiles
  const Collection items = evaluator.collect(*node.base, scope);
  const auto canonical = evaluator.single_text(*node.arguments[0], scope);
  if (evaluator.failed() || items.empty() || !canonical) return !evaluator.failed();
  if (items.size() > 1)
    return evaluator.error("conformsTo() asks for one value, there are several");
  const std::string_view url = canonical->substr(0, canonical->find('|'));
  const Profile* own = own_profile(evaluator, url);
  const TypeId wanted = own != nullptr          ? definitions::find_type(own->type)
                        : url.starts_with(base) ? definitions::find_type(url.substr(base.size()))
                                                : no_type;
  if (wanted == no_type)
    return evaluator.error("conformsTo(): there is no profile " + std::string(url));
  if (evaluator.state().conformance.depth >= deepest)
    return evaluator.error("conformsTo(): profiles ask for each other too deeply");
  const auto* element = std::get_if<Element>(&items[0]);
  if (element == nullptr || element->absent || element->type == no_type ||
      !definitions::is_a(element->type, wanted))
    return sink(false);
  if (own != nullptr) return sink(holds(evaluator, *element, *own));
  if (definitions::type(element->type).kind != TypeKind::resource) return sink(true);
  const Resource resource{element->json, definitions::type(element->type).name, {}, {}};
  return sink(check(resource, {.max_faults = 1}).empty());
}

/// The items that belong to a slice of a profile of our own.
bool slice(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto url = evaluator.single_text(*node.arguments[0], scope);
  const auto name = evaluator.single_text(*node.arguments[1], scope);
  if (evaluator.failed() || !url || !name) return !evaluator.failed();
  const Profile* profile = own_profile(evaluator, url->substr(0, url->find('|')));
  if (profile == nullptr)
    return evaluator.error("slice(): there is no profile " + std::string(*url));
  const auto wanted = find_slice(*profile, *name);
  if (!wanted)
    return evaluator.error("slice(): the profile " + profile->url + " has no slice " +
                           std::string(*name));
  auto use = [&](const Value& item) {
    const auto* element = std::get_if<Element>(&item);
    const bool belongs = element != nullptr && !element->absent && wanted->has(element->json);
    return !belongs || sink(item);
  };
  return evaluator.each(*node.base, scope, sink_of(use));
}

constexpr std::string_view html_elements[] = {
    "div",      "p",       "br",    "b",      "i",          "em",  "strong", "span", "a",
    "img",      "table",   "thead", "tbody",  "tfoot",      "tr",  "td",     "th",   "col",
    "colgroup", "caption", "ul",    "ol",     "li",         "dl",  "dt",     "dd",   "h1",
    "h2",       "h3",      "h4",    "h5",     "h6",         "pre", "code",   "tt",   "small",
    "big",      "sub",     "sup",   "hr",     "blockquote", "q",   "cite",   "abbr", "acronym",
    "dfn",      "samp",    "kbd",   "var",    "address",    "ins", "del",    "u",    "s",
    "strike",   "map",     "area",  "center", "font"};

/// Tags of the basic set only, no scripts, no event attributes (R4, section 2.4.1).
bool is_plain_html(std::string_view html) {
  if (!html.starts_with("<div")) return false;
  for (std::size_t at = html.find('<'); at != html.npos; at = html.find('<', at + 1)) {
    if (html.substr(at).starts_with("<!--")) continue;
    const std::size_t end = html.find('>', at);
    if (end == html.npos) return false;
    std::string_view tag = html.substr(at + 1, end - at - 1);
    if (tag.starts_with('/')) tag.remove_prefix(1);
    const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/"));
    if (std::find(std::begin(html_elements), std::end(html_elements), name) ==
        std::end(html_elements))
      return false;
    if (tag.find(" on") != tag.npos || tag.find("javascript:") != tag.npos) return false;
  }
  const std::size_t open = html.find('>');
  const std::string_view inside = html.substr(open + 1);
  return inside.find_first_not_of(" \t\r\n") != inside.find("</div>");  // something is in it
}

bool html_checks(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto html = evaluator.single_text(*node.base, scope);
  if (evaluator.failed() || !html) return !evaluator.failed();
  return sink(is_plain_html(*html));
}

/// An error where an item has a modifier extension that the arguments do not name.
bool check_modifiers(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  std::vector<std::string_view> known;
  for (const auto& argument : node.arguments)
    if (const auto url = evaluator.single_text(*argument, scope)) known.push_back(*url);
  auto look = [&](const Value& item) {
    auto refuse = [&](const Value& extension) {
      const auto* element = std::get_if<Element>(&extension);
      const std::string_view url = element == nullptr ? "" : child_text(*element, "url");
      return std::find(known.begin(), known.end(), url) != known.end() ||
             evaluator.error("checkModifiers(): unknown modifier " + std::string(url));
    };
    return evaluator.members(item, "modifierExtension", sink_of(refuse)) && sink(item);
  };
  return evaluator.each(*node.base, scope, sink_of(look));
}

/// Needs the StructureDefinition an element was read by: said when it is asked, as expressions that
/// other systems wrote may hold it in a branch that is never taken.
bool element_definition(Evaluator& evaluator, const Node& node, const Scope& scope, Sink) {
  const Collection items = evaluator.collect(*node.base, scope);
  if (evaluator.failed() || items.empty()) return !evaluator.failed();
  return evaluator.error("elementDefinition(): definitions are not kept as resources here");
}

constexpr Function functions[] = {
    {"type", 0, 0, by_expression, type},
    {"resolve", 0, 0, by_expression, resolve},
    {"conformsTo", 1, 1, by_expression, conforms_to},
    {"htmlChecks", 0, 0, by_expression, html_checks},
    {"checkModifiers", 0, 20, by_expression, check_modifiers},
    {"elementDefinition", 0, 0, by_expression, element_definition},
    {"slice", 2, 2, by_expression, slice},
};

}  // namespace

std::span<const Function> resource_functions() { return functions; }

}  // namespace hb::fhir::path
