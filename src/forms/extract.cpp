#include <algorithm>
#include <boost/json.hpp>

#include "forms/extract_definition.hpp"
#include "forms/filled.hpp"
#include "forms/json_text.hpp"

namespace hb::forms {
namespace {

namespace json = boost::json;

constexpr const char* context_url =
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-templateExtractContext";
constexpr const char* value_url =
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-templateExtractValue";

/// The expression of an extension of this URL; empty: none. The extension is taken out.
std::string take_extension(json::object& holder, std::string_view url) {
  json::value* value = holder.if_contains("extension");
  json::array* list = value != nullptr ? value->if_array() : nullptr;
  if (list == nullptr) return {};
  for (auto one = list->begin(); one != list->end(); ++one) {
    const json::object* extension = one->if_object();
    const json::value* name = extension != nullptr ? extension->if_contains("url") : nullptr;
    const json::value* words =
        extension != nullptr ? extension->if_contains("valueString") : nullptr;
    if (name == nullptr || words == nullptr || !name->is_string() || !words->is_string()) continue;
    if (std::string_view(name->get_string()) != url) continue;
    std::string text(words->get_string());
    list->erase(one);
    if (list->empty()) holder.erase("extension");
    return text;
  }
  return {};
}

/// A piece of the response that expressions of a template look at.
struct Context {
  fhir::Json json;
  bool is_root = false;
};

class Extractor {
 public:
  Extractor(const Questionnaire& form, Filled& filled) : form_(form), filled_(filled) {}

  Result<std::string> run() {
    for (const std::string& id : form_.templates)
      if (Result<void> done = resource(id, {filled_.root().json, true}); !done)
        return unexpected(done.error());
    if (Result<void> done = part(filled_.root()); !done) return unexpected(done.error());
    auto defined = extract_by_definition(form_, filled_);
    if (!defined) return unexpected(defined.error());
    for (json::value& entry : *defined) entries_.push_back(std::move(entry));
    return print(
        json::object{{"resourceType", "Bundle"}, {"type", "transaction"}, {"entry", entries_}});
  }

 private:
  Result<void> part(const Part& part) {
    for (const auto& node : part.nodes) {
      if (!filled_.enabled(*node->item, part)) continue;
      for (const std::string& id : node->item->templates)
        if (Result<void> done = resource(id, {node->json, false}); !done) return done;
      for (const auto& inner : node->parts)
        if (Result<void> done = this->part(*inner); !done) return done;
    }
    return {};
  }

  Result<void> resource(const std::string& id, const Context& context) {
    json::object body = *form_.contained(id);
    body.erase("id");
    const std::string scope = take_extension(body, context_url);
    if (!scope.empty()) {
      const auto found = evaluate(scope, context);
      if (!found) return unexpected(found.error());
      if (found->empty()) return {};  // nothing to make one of
    }
    auto made = object(std::move(body), context);
    if (!made) return unexpected(made.error());
    if (!*made) return {};
    const json::object& resource = made->value().get_object();
    const json::value* type = resource.if_contains("resourceType");
    if (type == nullptr || !type->is_string())
      return fail(ErrorCode::invalid_input, "the template makes no resource", id);
    const json::value* own = resource.if_contains("id");
    const std::string name(type->get_string());
    const std::string url =
        own != nullptr && own->is_string() ? name + "/" + std::string(own->get_string()) : name;
    entries_.push_back(
        json::object{{"resource", resource},
                     {"request", {{"method", own != nullptr ? "PUT" : "POST"}, {"url", url}}}});
    return {};
  }

  Result<std::vector<json::value>> evaluate(const std::string& text, const Context& context) {
    auto parsed = fhir::Expression::parse(text);
    if (!parsed)
      return fail(ErrorCode::invalid_input,
                  "a template has no FHIRPath: " + parsed.error().message + " (in “" + text + "”)");
    const Expression expression{text, std::make_shared<const fhir::Expression>(std::move(*parsed))};
    return filled_.values(expression, context.json, context.is_root);
  }

  /// nullopt: it is left out.
  Result<std::optional<json::value>> object(json::object source, const Context& context) {
    if (const std::string scope = take_extension(source, context_url); !scope.empty()) {
      const auto found = evaluate(scope, context);
      if (!found) return unexpected(found.error());
      if (found->empty()) return std::optional<json::value>();
    }
    if (const std::string text = take_extension(source, value_url); !text.empty()) {
      auto found = evaluate(text, context);
      if (!found) return unexpected(found.error());
      if (found->empty()) return std::optional<json::value>();
      if (found->size() > 1)
        return fail(ErrorCode::invalid_input, "several values for one element (“" + text + "”)");
      return std::optional(std::move(found->front()));
    }
    json::object out;
    for (auto& [name, member] : source) {
      if (std::string_view(name).starts_with("_")) continue;
      auto made = value(member, context);
      if (!made) return unexpected(made.error());
      if (*made) out[name] = std::move(**made);
    }
    if (Result<void> done = beside(source, context, out); !done) return unexpected(done.error());
    if (out.empty()) return std::optional<json::value>();
    return std::optional<json::value>(std::move(out));
  }

  /// Values of primitives stand in the extensions beside them: _status.
  Result<void> beside(const json::object& source, const Context& context, json::object& out) {
    for (const auto& [name, member] : source) {
      if (!std::string_view(name).starts_with("_")) continue;
      const std::string_view plain = std::string_view(name).substr(1);
      json::array values;
      const bool is_list = member.is_array();
      for (const json::value& one : is_list ? member.get_array() : json::array{member}) {
        if (!one.is_object()) continue;
        json::object holder = one.get_object();
        const std::string text = take_extension(holder, value_url);
        if (text.empty()) {
          if (!holder.empty() && !is_list) out[name] = std::move(holder);
          continue;
        }
        auto found = evaluate(text, context);
        if (!found) return unexpected(found.error());
        for (json::value& value : *found) values.push_back(std::move(value));
        if (values.empty()) out.erase(plain);
      }
      if (values.empty()) continue;
      if (is_list)
        out[plain] = std::move(values);
      else if (values.size() == 1)
        out[plain] = std::move(values.front());
      else
        return fail(ErrorCode::invalid_input,
                    "several values for the element " + std::string(plain));
    }
    return {};
  }

  Result<std::optional<json::value>> value(json::value& member, const Context& context) {
    if (json::object* inner = member.if_object()) return object(std::move(*inner), context);
    json::array* list = member.if_array();
    if (list == nullptr) return std::optional(std::move(member));
    json::array out;
    for (json::value& one : *list) {
      auto made = value(one, context);
      if (!made) return made;
      if (*made) out.push_back(std::move(**made));
    }
    if (out.empty()) return std::optional<json::value>();
    return std::optional<json::value>(std::move(out));
  }

  const Questionnaire& form_;
  Filled& filled_;
  json::array entries_;
};

}  // namespace

Result<std::string> extract(const Questionnaire& form, std::string_view response,
                            const Surrounding& around) {
  std::vector<Issue> issues;
  auto filled = Filled::read(form, response, around, issues);
  if (!filled) return unexpected(filled.error());
  return Extractor(form, **filled).run();
}

}  // namespace hb::forms
