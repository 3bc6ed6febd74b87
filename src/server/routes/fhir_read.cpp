// FHIR R4: read, vread, history, search, $everything, metadata.
#include "fhir/definitions.hpp"
#include "search/run.hpp"
#include "server/fhir/answer.hpp"
#include "server/fhir/bundle.hpp"
#include "server/fhir/capability.hpp"
#include "server/routes.hpp"

namespace hb::server {

namespace {

using fhir_api::Bundle;
using fhir_api::error_response;
using fhir_api::outcome_response;

constexpr std::int64_t most_of_person = 20'000;

Response no_such_type(const Request& request) {
  return outcome_response(404, {{"error", "not-supported",
                                 "'" + std::string(request.capture("type")).substr(0, 40) +
                                     "' is not a resource type of FHIR R4",
                                 ""}});
}

bool known_type(const Request& request) { return fhir::is_resource_type(request.capture("type")); }

bool is_lenient(const Request& request) {
  return request.header("prefer").find("handling=lenient") != std::string_view::npos;
}

std::string page_url(const std::string& base, const search::Query& query,
                     const std::string& cursor) {
  search::QueryText parameters = query.used;
  if (!cursor.empty()) parameters.emplace_back("_cursor", cursor);
  const std::string text = fhir_api::query_text(parameters);
  return base + "/" + query.type + (text.empty() ? "" : "?" + text);
}

Response search_answer(const Request& request, const Principal& principal, Services& services,
                       const search::QueryText& text) {
  if (!known_type(request)) return no_such_type(request);
  search::QueryOptions options;
  options.lenient = is_lenient(request);
  options.now = services.clock();
  const auto query = search::parse_query(request.capture("type"), text, options);
  if (!query) return error_response(query.error());
  search::RunLimits limits;
  limits.wanted = services.hub.store().last_seq();
  if (const Result<void> ready = services.search->ready(); !ready)
    return error_response(ready.error());
  const auto page =
      search::run(services.hub.store(), services.search->index(), principal, *query, limits);
  if (!page) return error_response(page.error());
  const std::string base = fhir_api::base_of(request, services.gate.https());
  Bundle bundle("searchset", base);
  if (page->total) bundle.total(*page->total);
  bundle.link("self", page_url(base, *query, query->cursor));
  if (!page->next.empty()) bundle.link("next", page_url(base, *query, page->next));
  for (const records::StoredVersion& version : page->matches)
    bundle.add(version, "match", fhir_api::shaped(version, *query));
  for (const records::StoredVersion& version : page->included)
    bundle.add(version, "include", fhir_api::resource_text(version));
  if (!query->ignored.empty()) {
    std::string names;
    for (const std::string& name : query->ignored) names += (names.empty() ? "" : ", ") + name;
    bundle.add_outcome(fhir_api::outcome_text(
        {{"warning", "not-supported", "these parameters were ignored: " + names, ""}}));
  }
  return bundle.response();
}

/// The form of POST [type]/_search; nullopt: not decodable.
std::optional<search::QueryText> form_of(const Request& request) {
  Request form;
  if (!parse_target("/form?" + request.body, form)) return std::nullopt;
  search::QueryText text = request.parameters;
  text.insert(text.end(), form.parameters.begin(), form.parameters.end());
  return text;
}

}  // namespace

/// GET /fhir/metadata
Response get_fhir_metadata(Request& request, const Principal&, Services& services) {
  Response response;
  response.content_type = fhir_api::content_type;
  response.body = fhir_api::capability_statement(fhir_api::base_of(request, services.gate.https()),
                                                 services.version, services.clock());
  return response;
}

/// GET /fhir/{type}/{id}
Response get_fhir_resource(Request& request, const Principal& principal, Services& services) {
  if (!known_type(request)) return no_such_type(request);
  const auto version =
      services.hub.store().latest(principal, request.capture("type"), request.capture("id"));
  if (!version) return error_response(version.error());
  if (version->deleted) return fhir_api::gone_response(*version);
  if (request.header("if-none-match") == fhir_api::etag(*version)) {
    Response response = fhir_api::resource_response(304, *version, true);
    response.content_type.clear();
    return response;
  }
  return fhir_api::resource_response(200, *version);
}

/// GET /fhir/{type}/{id}/_history
Response get_fhir_history(Request& request, const Principal& principal, Services& services) {
  if (!known_type(request)) return no_such_type(request);
  const auto versions =
      services.hub.store().history(principal, request.capture("type"), request.capture("id"));
  if (!versions) return error_response(versions.error());
  Bundle bundle("history", fhir_api::base_of(request, services.gate.https()));
  bundle.total(static_cast<std::int64_t>(versions->size()));
  for (const records::StoredVersion& version : *versions) bundle.add_history(version);
  return bundle.response();
}

/// GET /fhir/{type}/{id}/_history/{version}
Response get_fhir_version(Request& request, const Principal& principal, Services& services) {
  if (!known_type(request)) return no_such_type(request);
  const auto versions =
      services.hub.store().history(principal, request.capture("type"), request.capture("id"));
  if (!versions) return error_response(versions.error());
  for (const records::StoredVersion& version : *versions)
    if (std::to_string(version.version) == request.capture("version"))
      return version.deleted ? fhir_api::gone_response(version)
                             : fhir_api::resource_response(200, version);
  return error_response({ErrorCode::not_found, "", ""});
}

/// GET /fhir/{type}
Response get_fhir_search(Request& request, const Principal& principal, Services& services) {
  return search_answer(request, principal, services, request.parameters);
}

/// POST /fhir/{type}/_search
Response post_fhir_search(Request& request, const Principal& principal, Services& services) {
  const auto text = form_of(request);
  if (!text)
    return outcome_response(
        400, {{"error", "structure", "expected a body of application/x-www-form-urlencoded", ""}});
  return search_answer(request, principal, services, *text);
}

/// GET /fhir/Patient/{id}/$everything
Response get_fhir_everything(Request& request, const Principal& principal, Services& services) {
  const records::Store& store = services.hub.store();
  const auto patient = store.read(principal, "Patient", request.capture("id"));
  if (!patient) return error_response(patient.error());
  const auto versions = store.of_resident(principal, patient->resident, most_of_person);
  if (!versions) return error_response(versions.error());
  Bundle bundle("searchset", fhir_api::base_of(request, services.gate.https()));
  bundle.total(static_cast<std::int64_t>(versions->size()));
  for (const records::StoredVersion& version : *versions)
    bundle.add(version, "match", fhir_api::resource_text(version));
  return bundle.response();
}

}  // namespace hb::server
