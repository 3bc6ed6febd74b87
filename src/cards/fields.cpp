#include "cards/fields.hpp"

#include <algorithm>
#include <array>

namespace hb::cards {
namespace {

namespace json = boost::json;

constexpr std::string_view case_url =
    "https://health-brain.org/fhir/StructureDefinition/notifiable-case";
constexpr std::string_view disease_system =
    "https://health-brain.org/fhir/CodeSystem/notifiable-disease";

constexpr std::array<FieldKind, 12> all_fields = {{
    {"disease", "valueCoding", true},
    {"caseClass", "valueCode", true},
    {"course", "valueCode"},
    {"onsetDate", "valueDate", true},
    {"diagnosisTime", "valueDateTime", true},
    {"deathDate", "valueDate"},
    {"populationGroup", "valueCode", true},
    {"belongsTo", "valueCode", true},
    {"presentArea", "valueCode", true},
    {"registeredArea", "valueCode"},
    {"school", "valueString"},
    {"schoolClass", "valueString"},
}};
/// A reference beside the extension: field, element, type; `list`: the first of a list.
struct Reference {
  std::string_view field, element, type;
  bool list;
};
constexpr std::array<Reference, 3> references = {
    {{"patient", "subject", "Patient", false},
     {"organization", "custodian", "Organization", false},
     {"practitioner", "author", "Practitioner", true}}};

std::string text(const json::value* value) {
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

json::array* list_of(json::object& object, std::string_view name) {
  json::value* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_array();
}

/// The element of a list of extensions with this url.
json::object* with_url(json::array* list, std::string_view url) {
  if (list == nullptr) return nullptr;
  for (json::value& one : *list)
    if (json::object* object = one.if_object(); object && text(object->if_contains("url")) == url)
      return object;
  return nullptr;
}

json::value value_of(const FieldKind& kind, const std::string& value) {
  if (kind.member != "valueCoding") return json::value(value);
  return json::object{{"system", disease_system}, {"code", value}};
}

std::string id_of(const json::value* reference) {
  const json::object* object = reference == nullptr ? nullptr : reference->if_object();
  const std::string whole = object == nullptr ? "" : text(object->if_contains("reference"));
  return whole.substr(whole.rfind('/') == whole.npos ? 0 : whole.rfind('/') + 1);
}

void put_field(json::array& list, const FieldKind& kind, const std::string& value) {
  json::object* found = with_url(&list, kind.name);
  if (value.empty()) {
    json::array kept;
    for (json::value& one : list)
      if (!one.is_object() || text(one.get_object().if_contains("url")) != kind.name)
        kept.push_back(std::move(one));
    list = std::move(kept);
    return;
  }
  if (found == nullptr) found = &list.emplace_back(json::object{{"url", kind.name}}).get_object();
  (*found)[kind.member] = value_of(kind, value);
}

void put_reference(json::object& composition, const Reference& kind, const std::string& value) {
  if (value.empty()) return;
  json::object reference{{"reference", std::string(kind.type) + "/" + value}};
  if (kind.list)
    composition[kind.element] = json::array{std::move(reference)};
  else
    composition[kind.element] = std::move(reference);
}

json::array& case_list(json::object& composition) {
  json::value& extensions = composition["extension"];
  if (!extensions.is_array()) extensions = json::array();
  json::object* extension = with_url(&extensions.get_array(), case_url);
  if (extension == nullptr)
    extension = &extensions.get_array().emplace_back(json::object{{"url", case_url}}).get_object();
  json::value& inner = (*extension)["extension"];
  if (!inner.is_array()) inner = json::array();
  return inner.get_array();
}

}  // namespace

std::span<const FieldKind> card_fields() { return all_fields; }

Result<Fields> fields_of(std::string_view composition) {
  boost::system::error_code wrong;
  json::value body = json::parse(composition, wrong);
  json::object* object = wrong ? nullptr : body.if_object();
  json::object* extension =
      object == nullptr ? nullptr : with_url(list_of(*object, "extension"), case_url);
  if (extension == nullptr)
    return fail(ErrorCode::not_found, "this is no card of a notifiable disease");
  Fields fields;
  for (const FieldKind& kind : all_fields) {
    const json::object* one = with_url(list_of(*extension, "extension"), kind.name);
    const json::value* value = one == nullptr ? nullptr : one->if_contains(kind.member);
    std::string found = text(value);
    if (value != nullptr && value->is_object())
      found = text(value->get_object().if_contains("code"));
    if (!found.empty()) fields[std::string(kind.name)] = found;
  }
  for (const Reference& kind : references) {
    const json::value* value = object->if_contains(kind.element);
    if (kind.list && value != nullptr)
      value = value->is_array() && !value->get_array().empty() ? &value->get_array()[0] : nullptr;
    if (const std::string id = id_of(value); !id.empty()) fields[std::string(kind.field)] = id;
  }
  return fields;
}

std::vector<std::string> missing(const Fields& fields) {
  const auto has = [&](std::string_view name) {
    const auto found = fields.find(name);
    return found != fields.end() && !found->second.empty();
  };
  std::vector<std::string> list;
  for (const std::string_view name : {"patient", "organization"})
    if (!has(name)) list.emplace_back(name);
  for (const FieldKind& kind : all_fields)
    if (kind.required && !has(kind.name)) list.emplace_back(kind.name);
  const auto group = fields.find("populationGroup");
  if (group != fields.end() &&
      (group->second == "kindergarten-child" || group->second == "pupil") && !has("school"))
    list.emplace_back("school");
  return list;
}

std::vector<Change> changes(const Fields& before, const Fields& after) {
  std::vector<Change> list;
  for (const auto& [name, value] : before) {
    const auto now = after.find(name);
    const std::string to = now == after.end() ? "" : now->second;
    if (to != value) list.push_back({name, value, to});
  }
  for (const auto& [name, value] : after)
    if (!before.contains(name)) list.push_back({name, "", value});
  return list;
}

Result<void> put_fields(json::object& composition, const Fields& fields) {
  for (const auto& [name, value] : fields) {
    const auto kind = std::ranges::find(all_fields, name, &FieldKind::name);
    const auto reference = std::ranges::find(references, name, &Reference::field);
    if (kind != all_fields.end())
      put_field(case_list(composition), *kind, value);
    else if (reference != references.end())
      put_reference(composition, *reference, value);
    else
      return fail(ErrorCode::invalid_input, "a card has no such field", name);
  }
  return {};
}

}  // namespace hb::cards
