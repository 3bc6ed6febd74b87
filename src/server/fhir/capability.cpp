#include "server/fhir/capability.hpp"

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
            conditional + ",\"searchParam\":" + parameters(row.name) + "}";
  }
  return "[" + text + "]";
}

}  // namespace

std::string capability_statement(const std::string& base, std::string_view version, Instant now) {
  static const std::string types = resources();
  static const std::string since = format_date(day_in_shanghai(now));  // this program's answer
  return R"({"resourceType":"CapabilityStatement","status":"active","date":)" + json_text(since) +
         R"(,"kind":"instance","fhirVersion":"4.0.1","format":["json"],"patchFormat":["application/json-patch+json"],"software":{"name":"Health Brain","version":)" +
         json_text(version) + R"(},"implementation":{"description":"Health Brain","url":)" +
         json_text(base) + R"(},"rest":[{"mode":"server","interaction":)" +
         listed(system_interactions) + R"(,"resource":)" + types + "}]}";
}

}  // namespace hb::server::fhir_api
