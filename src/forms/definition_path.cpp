#include "forms/definition_path.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "fhir/definitions.hpp"
#include "forms/json_text.hpp"

namespace hb::forms {
namespace {

namespace json = boost::json;
namespace definitions = fhir::definitions;
using fhir::ElementRow;

constexpr std::string_view base = "http://hl7.org/fhir/StructureDefinition/";
constexpr std::string_view any = "[x]";

std::string joined(const std::vector<std::string>& steps, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i > 0 ? "." : "") + steps[i];
  return text;
}

/// What a value is, told from its JSON: "Coding", "Quantity", "CodeableConcept", "Reference",
/// "object", "text", "number", "truth".
std::string_view kind_of(const json::value& value) {
  if (value.is_string()) return "text";
  if (value.is_bool()) return "truth";
  if (value.is_number()) return "number";
  const json::object* object = value.if_object();
  if (object == nullptr) return "nothing";
  if (object->contains("coding")) return "CodeableConcept";
  if (object->contains("value")) return "Quantity";
  if (object->contains("reference")) return "Reference";
  if (object->contains("code")) return "Coding";
  return "object";
}

bool is_day(const json::value& value) {
  return value.is_string() && value.get_string().size() >= 4 &&
         std::ranges::all_of(std::string_view(value.get_string()).substr(0, 4),
                             [](char c) { return c >= '0' && c <= '9'; });
}

/// How well a value fits an element of that type; 0: not at all.
int fit(const json::value& value, std::string_view type, bool has_unit) {
  const std::string_view kind = kind_of(value);
  if (kind == type) return 10;
  if (kind == "Coding") return type == "CodeableConcept" ? 9 : type == "code" ? 8 : 0;
  if (kind == "number") {
    if (type == "Quantity") return has_unit ? 10 : 4;
    const bool whole = value.is_int64() || value.is_uint64();
    if (type == "integer" || type == "positiveInt" || type == "unsignedInt") return whole ? 9 : 0;
    return type == "decimal" ? 8 : 0;
  }
  if (kind == "truth") return type == "boolean" ? 10 : 0;
  if (kind == "text") {
    if (type == "dateTime" || type == "date" || type == "instant") return is_day(value) ? 9 : 0;
    if (type == "string" || type == "markdown") return 8;
    if (type == "code" || type == "uri" || type == "id" || type == "canonical" || type == "time")
      return 7;
    return type == "CodeableConcept" || type == "Reference" || type == "Annotation" ? 5 : 0;
  }
  return kind == "object" &&
                 definitions::primitive(definitions::find_type(type)) == fhir::Primitive::none
             ? 3
             : 0;
}

json::value turned(const json::value& value, std::string_view type,
                   const std::vector<json::value>& units) {
  const std::string_view kind = kind_of(value);
  if (kind == "Coding" && type == "CodeableConcept") {
    json::object coding = value.get_object();
    coding.erase("_display");
    return json::object{{"coding", json::array{std::move(coding)}}};
  }
  if (kind == "Coding" && type == "code") return value.get_object().at("code");
  if (kind == "Coding") {
    json::object coding = value.get_object();
    coding.erase("_display");
    return coding;
  }
  if (kind == "number" && type == "Quantity") {
    json::object quantity{{"value", value}};
    const json::object* unit = units.empty() ? nullptr : units.front().if_object();
    const auto take = [&](const char* from, const char* to) {
      if (const json::value* found = unit != nullptr ? unit->if_contains(from) : nullptr)
        quantity[to] = *found;
    };
    take("display", "unit");
    take("system", "system");
    take("code", "code");
    return quantity;
  }
  if (kind == "text" && type == "CodeableConcept") return json::object{{"text", value}};
  if (kind == "text" && type == "Annotation") return json::object{{"text", value}};
  if (kind == "text" && type == "Reference") return json::object{{"reference", value}};
  if (kind == "text" && type == "date")
    return json::string(std::string_view(value.get_string()).substr(0, 10));
  return value;
}

/// The element that a step names; of a choice the one that the value fits best.
const ElementRow* element_of(fhir::TypeId type, const std::string& step, const json::value* value,
                             bool has_unit) {
  if (!step.ends_with(any)) return definitions::find_element(type, step);
  const std::string_view stem = std::string_view(step).substr(0, step.size() - any.size());
  const ElementRow* best = nullptr;
  int most = -1;
  for (const ElementRow& row : definitions::elements(type)) {
    if (!row.choice || row.stem != stem) continue;
    const int fits = value == nullptr ? 0 : fit(*value, definitions::type(row.type).name, has_unit);
    if (fits > most) {
      most = fits;
      best = &row;
    }
  }
  return best;
}

}  // namespace

std::optional<DefinitionPath> definition_path(std::string_view definition) {
  if (!definition.starts_with(base)) return std::nullopt;
  definition.remove_prefix(base.size());
  const std::size_t hash = definition.find('#');
  if (hash == std::string_view::npos) return std::nullopt;
  DefinitionPath path{std::string(definition.substr(0, hash)), {}};
  std::string_view rest = definition.substr(hash + 1);
  if (!rest.starts_with(path.type + ".")) return std::nullopt;
  rest.remove_prefix(path.type.size() + 1);
  while (!rest.empty()) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    path.steps.emplace_back(rest.substr(0, dot));
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  if (path.steps.empty()) return std::nullopt;
  return path;
}

bool is_resource(std::string_view name) {
  const fhir::TypeId type = definitions::find_type(name);
  return type != fhir::no_type && definitions::type(type).kind == fhir::TypeKind::resource &&
         !definitions::type(type).is_abstract;
}

std::optional<std::string> path_fault(const DefinitionPath& path) {
  fhir::TypeId type = definitions::find_type(path.type);
  if (type == fhir::no_type) return "R4 has no type “" + path.type + "”";
  for (const std::string& step : path.steps) {
    const ElementRow* row = element_of(type, step, nullptr, false);
    if (row == nullptr)
      return std::string(definitions::type(type).name) + " has no element “" + step + "”";
    type = row->type;
  }
  return std::nullopt;
}

ResourceMaker::ResourceMaker(std::string type)
    : type_(std::move(type)), body_{{"resourceType", type_}} {}

void ResourceMaker::begin(const std::vector<std::string>& steps) {
  begun_.push_back(joined(steps, steps.size()));
}

void ResourceMaker::end(const std::vector<std::string>& steps) {
  std::erase(begun_, joined(steps, steps.size()));
}

Result<void> ResourceMaker::put(const std::vector<std::string>& steps, const json::value& value,
                                const std::vector<json::value>& units) {
  json::object* at = &body_;
  fhir::TypeId type = definitions::find_type(type_);
  const std::string where = type_ + "." + joined(steps, steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool last = i + 1 == steps.size();
    const ElementRow* row = element_of(type, steps[i], last ? &value : nullptr, !units.empty());
    if (row == nullptr) return fail(ErrorCode::invalid_input, "there is no such element", where);
    json::value& place = (*at)[row->key];
    if (last) {
      const std::string_view wanted = definitions::type(row->type).name;
      if (fit(value, wanted, !units.empty()) == 0)
        return fail(ErrorCode::invalid_input,
                    print(value) + " cannot become the " + std::string(wanted) + " of an element",
                    where);
      json::value made = turned(value, wanted, units);
      if (row->list) {
        if (!place.is_array()) place = json::array();
        place.get_array().push_back(std::move(made));
      } else if (place.is_null()) {
        place = std::move(made);
      } else if (place != made) {
        return fail(ErrorCode::invalid_input, "two values for one element", where);
      }
      return {};
    }
    if (row->list) {
      if (!place.is_array()) place = json::array();
      const auto begun = std::ranges::find(begun_, joined(steps, i + 1));
      if (begun != begun_.end() || place.get_array().empty())
        place.get_array().push_back(json::object());
      if (begun != begun_.end()) begun_.erase(begun);
      at = &place.get_array().back().get_object();
    } else {
      if (!place.is_object()) place = json::object();
      at = &place.get_object();
    }
    type = row->type;
  }
  return {};
}

}  // namespace hb::forms
