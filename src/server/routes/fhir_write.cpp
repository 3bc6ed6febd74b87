// FHIR R4: create, update, patch, delete, $validate.

#include <boost/json.hpp>

#include "fhir/definitions.hpp"
#include "ingest/write.hpp"
#include "server/fhir/answer.hpp"
#include "server/fhir/bundle.hpp"
#include "server/fhir/preference.hpp"
#include "server/fhir/writing.hpp"
#include "server/routes.hpp"

namespace hb::server {

namespace {

using fhir_api::Ask;
using fhir_api::Done;
using fhir_api::outcome_response;

Response malformed(std::string text, std::string where = {}) {
  return outcome_response(400, {{"error", "structure", std::move(text), std::move(where)}});
}

bool is_json(std::string_view text) {
  boost::system::error_code error;
  boost::json::stream_parser parser;
  parser.write(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  return !error;
}

Response single_answer(const Request& request, Services& services, Done done) {
  if (done.refusal) return std::move(*done.refusal);
  const auto wanted = fhir_api::wanted_return(request);
  Response response;
  if (done.status == 204) {
    response.status = 204;
    if (done.version.seq != 0) response.headers.emplace_back("ETag", fhir_api::etag(done.version));
  } else {
    const bool whole = wanted != fhir_api::Return::minimal && wanted != fhir_api::Return::outcome;
    response = fhir_api::resource_response(done.status, done.version, !whole);
    response.headers.emplace_back("Location", fhir_api::base_of(request, services.gate.https()) +
                                                  "/" + done.version.type + "/" + done.version.id +
                                                  "/_history/" +
                                                  std::to_string(done.version.version));
  }
  if (wanted == fhir_api::Return::outcome) {
    response.body = fhir_api::outcome_of_write(done.status);
    response.content_type = fhir_api::content_type;
    if (response.status == 204) response.status = 200;  // now there is something to say
  }
  return response;
}

/// The text of a search from the parameters of a request.
std::string condition_of(const Request& request) {
  search::QueryText parameters = request.parameters;
  std::erase_if(parameters, [](const auto& one) { return one.first == "_format"; });
  return fhir_api::query_text(parameters);
}

Response write_one(const Request& request, const Principal& principal, Services& services,
                   Ask ask) {
  std::vector<Ask> asks;
  asks.push_back(std::move(ask));
  return single_answer(
      request, services,
      std::move(fhir_api::write_all(services, principal, std::move(asks)).front()));
}

}  // namespace

/// POST /fhir/{type}
Response post_fhir_resource(Request& request, const Principal& principal, Services& services) {
  if (!is_json(request.body)) return malformed("expected a FHIR resource as JSON");
  Ask ask;
  ask.type = request.capture("type");
  ask.text = request.body;
  ask.condition = request.header("if-none-exist");
  return write_one(request, principal, services, std::move(ask));
}

/// PUT /fhir/{type}/{id}
Response put_fhir_resource(Request& request, const Principal& principal, Services& services) {
  if (!is_json(request.body)) return malformed("expected a FHIR resource as JSON");
  Ask ask;
  ask.kind = Ask::Kind::update;
  ask.type = request.capture("type");
  ask.id = request.capture("id");
  ask.text = request.body;
  ask.if_match = request.header("if-match");
  return write_one(request, principal, services, std::move(ask));
}

/// PUT /fhir/{type}?condition
Response put_fhir_matching(Request& request, const Principal& principal, Services& services) {
  if (!is_json(request.body)) return malformed("expected a FHIR resource as JSON");
  Ask ask;
  ask.kind = Ask::Kind::update;
  ask.type = request.capture("type");
  ask.text = request.body;
  ask.if_match = request.header("if-match");
  ask.condition = condition_of(request);
  return write_one(request, principal, services, std::move(ask));
}

/// DELETE /fhir/{type}/{id}
Response delete_fhir_resource(Request& request, const Principal& principal, Services& services) {
  Ask ask;
  ask.kind = Ask::Kind::remove;
  ask.type = request.capture("type");
  ask.id = request.capture("id");
  ask.if_match = request.header("if-match");
  return write_one(request, principal, services, std::move(ask));
}

/// DELETE /fhir/{type}?condition
Response delete_fhir_matching(Request& request, const Principal& principal, Services& services) {
  Ask ask;
  ask.kind = Ask::Kind::remove;
  ask.type = request.capture("type");
  ask.if_match = request.header("if-match");
  ask.condition = condition_of(request);
  return write_one(request, principal, services, std::move(ask));
}

namespace {

/// A JSON Patch, or the refusal of another kind of change.
tl::expected<Ask, Response> patch_of(const Request& request) {
  if (!request.header("content-type").starts_with("application/json-patch+json"))
    return tl::unexpected(outcome_response(
        415, {{"error", "not-supported",
               "expected a JSON Patch: Content-Type application/json-patch+json", ""}}));
  if (!is_json(request.body)) return tl::unexpected(malformed("expected a JSON Patch"));
  Ask ask;
  ask.kind = Ask::Kind::patch;
  ask.type = request.capture("type");
  ask.text = request.body;
  ask.if_match = request.header("if-match");
  return ask;
}

}  // namespace

/// PATCH /fhir/{type}/{id}
Response patch_fhir_resource(Request& request, const Principal& principal, Services& services) {
  auto ask = patch_of(request);
  if (!ask) return std::move(ask.error());
  ask->id = request.capture("id");
  return write_one(request, principal, services, std::move(*ask));
}

/// PATCH /fhir/{type}?condition
Response patch_fhir_matching(Request& request, const Principal& principal, Services& services) {
  auto ask = patch_of(request);
  if (!ask) return std::move(ask.error());
  ask->condition = condition_of(request);
  return write_one(request, principal, services, std::move(*ask));
}

/// POST /fhir/{type}/$validate
Response post_fhir_validate(Request& request, const Principal&, Services& services) {
  if (!is_json(request.body)) return malformed("expected a FHIR resource as JSON");
  std::string text = request.body;
  // A resource that is to be created has no id yet.
  if (fhir_api::text_member(text, "id").empty()) text = fhir_api::with_id(text, "new");
  const std::vector<fhir::Fault> faults = ingest::faults_of(services.hub, text);
  if (faults.empty())
    return outcome_response(200, {{"information", "informational", "nothing is wrong", ""}});
  Response response = fhir_api::faults_response(faults);
  response.status = 200;
  return response;
}

}  // namespace hb::server
