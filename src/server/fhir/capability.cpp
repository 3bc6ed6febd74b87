#include "server/fhir/capability.hpp"

#include <algorithm>
#include <set>

#include "fhir/definitions.hpp"
#include "search/parameters.hpp"
#include "server/fhir/answer.hpp"
#include "server/routes.hpp"

namespace hb::server::fhir_api {

namespace {

struct Interaction {
  std::string_view code;
  Method method;
  std::string_view pattern;
};
constexpr Interaction system_interactions[] = {
    {"transaction", Method::post, "/fhir"},
    {"batch", Method::post, "/fhir"},
    {"history-system", Method::get, "/fhir/_history"},
};
constexpr Interaction type_interactions[] = {
    {"read", Method::get, "/fhir/{type}/{id}"},
    {"vread", Method::get, "/fhir/{type}/{id}/_history/{version}"},
    {"history-instance", Method::get, "/fhir/{type}/{id}/_history"},
    {"search-type", Method::get, "/fhir/{type}"},
    {"create", Method::post, "/fhir/{type}"},
    {"update", Method::put, "/fhir/{type}/{id}"},
    {"patch", Method::patch, "/fhir/{type}/{id}"},
    {"delete", Method::del, "/fhir/{type}/{id}"},
    {"history-type", Method::get, "/fhir/{type}/_history"},
};
constexpr Interaction conditional_update{"", Method::put, "/fhir/{type}"};
constexpr Interaction conditional_delete{"", Method::del, "/fhir/{type}"};

bool has_route(const Interaction& interaction) {
  for (const Route& route : routes())
    if (route.method == interaction.method && route.pattern == interaction.pattern) return true;
  return false;
}

/// Definitions of operations; one of another name has none of its own.
constexpr std::pair<std::string_view, std::string_view> definitions[] = {
    {"export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export"},
    {"patient-export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export"},
    {"group-export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export"},
    {"import", "https://health-brain.org/fhir/OperationDefinition/import"},
    {"everything", "http://hl7.org/fhir/OperationDefinition/Patient-everything"},
    {"validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate"},
    {"viewdefinition-run", "http://sql-on-fhir.org/OperationDefinition/$viewdefinition-run"},
};

/// Operations of a place as the routes have them: "/fhir/" of the system, "/fhir/Patient/" of a
/// type together with those of every type. returns  with the member's name, or nothing
std::string operations(std::string_view place) {
  constexpr std::string_view every_type = "/fhir/{type}/";
  std::set<std::string> names;
  for (const Route& route : routes()) {
    const bool shared = place != "/fhir/" && route.pattern.starts_with(every_type);
    if (!shared && !route.pattern.starts_with(place)) continue;
    std::string_view rest = route.pattern.substr((shared ? every_type : place).size());
    if (rest.starts_with("{id}/")) rest.remove_prefix(std::string_view("{id}/").size());
    if (rest.starts_with('$') && rest.find('/') == std::string_view::npos)
      names.emplace(rest.substr(1));
  }
  std::string text;
  for (const std::string& name : names) {
    std::string full = name;
    if (name == "export" && place == "/fhir/Patient/") full = "patient-export";
    if (name == "export" && place == "/fhir/Group/") full = "group-export";
    const auto known = std::ranges::find(definitions, full,
                                         [](const auto& one) { return std::string(one.first); });
    if (known == std::end(definitions)) continue;
    text += (text.empty() ? "{\"name\":" : ",{\"name\":") + json_text(name) +
            ",\"definition\":" + json_text(known->second) + "}";
  }
  return text.empty() ? text : ",\"operation\":[" + text + "]";
}

std::string listed(std::span<const Interaction> interactions) {
  std::string text;
  for (const Interaction& interaction : interactions)
    if (has_route(interaction))
      text += (text.empty() ? "{\"code\":" : ",{\"code\":") + json_text(interaction.code) + "}";
  return "[" + text + "]";
}

std::string parameters(std::string_view type) {
  std::string text;
  for (const search::Parameter& parameter : search::parameters_of(type)) {
    if (parameter.kind == search::Kind::special) continue;
    text += (text.empty() ? "{\"name\":" : ",{\"name\":") + json_text(parameter.code) +
            ",\"type\":" + json_text(search::kind_name(parameter.kind)) + "}";
  }
  return "[" + text + "]";
}

std::string resources() {
  static const std::string shared = listed(type_interactions);
  static const std::string conditional =
      std::string("\"conditionalCreate\":true,\"conditionalUpdate\":") +
      (has_route(conditional_update) ? "true" : "false") + ",\"conditionalDelete\":\"" +
      (has_route(conditional_delete) ? "single" : "not-supported") + "\"";
  std::string text;
  for (std::size_t i = 0; i < fhir::definitions::type_count(); ++i) {
    const fhir::TypeRow& row = fhir::definitions::type(static_cast<fhir::TypeId>(i));
    if (row.kind != fhir::TypeKind::resource || row.is_abstract) continue;
    text += (text.empty() ? "{\"type\":" : ",{\"type\":") + json_text(row.name) +
            ",\"interaction\":" + shared +
            ",\"versioning\":\"versioned-update\",\"readHistory\":true,\"updateCreate\":true," +
            conditional + ",\"searchParam\":" + parameters(row.name) +
            operations("/fhir/" + std::string(row.name) + "/") + "}";
  }
  return "[" + text + "]";
}

}  // namespace

std::string capability_statement(const std::string& base, std::string_view version, Instant now) {
  static const std::string types = resources();
  static const std::string shared = operations("/fhir/");
  static const std::string since = format_date(day_in_shanghai(now));  // this program's answer
  return R"({"resourceType":"CapabilityStatement","status":"active","date":)" + json_text(since) +
         R"(,"instantiates":["http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"],"kind":"instance","fhirVersion":"4.0.1","format":["json","xml"],"patchFormat":["application/json-patch+json"],"software":{"name":"Health Brain","version":)" +
         json_text(version) + R"(},"implementation":{"description":"Health Brain","url":)" +
         json_text(base) + R"(},"rest":[{"mode":"server","interaction":)" +
         listed(system_interactions) + R"(,"resource":)" + types + shared + "}]}";
}

}  // namespace hb::server::fhir_api
