// FHIR R4: $import and the jobs it makes.
#include "server/fhir/answer.hpp"
#include "server/fhir/bulk_import.hpp"
#include "server/fhir/bundle.hpp"
#include "server/routes.hpp"

namespace hb::server {

namespace {

using fhir_api::error_response;
using fhir_api::Job;
using fhir_api::outcome_response;

const std::string import_kind = "import";

Response no_such_job() {
  return outcome_response(
      404, {{"error", "not-found", "there is no such job, or its results have expired", ""}});
}

std::string job_url(const Request& request, const Services& services, const std::string& id) {
  return fhir_api::base_of(request, services.gate.https()) + "/$import-job/" + id;
}

Response informed(std::string text) {
  return outcome_response(202, {{"information", "informational", std::move(text), ""}});
}

}  // namespace

/// POST /fhir/$import
Response start_fhir_import(Request& request, const Principal& principal, Services& services) {
  if (request.header("prefer").find("respond-async") == std::string_view::npos)
    return outcome_response(400, {{"error", "not-supported",
                                   "an import goes on behind the answer: ask with the header "
                                   "Prefer: respond-async",
                                   "Prefer"}});
  const auto inputs = fhir_api::parse_import(request.body);
  if (!inputs) return error_response(inputs.error());
  // Refused before anything begins; the job asks again, as files may change.
  for (const fhir_api::ImportInput& input : *inputs)
    if (const auto place = fhir_api::place_of(services.imports, input.url); !place)
      return outcome_response(403, {{"error", "forbidden", place.error().message + ": " + input.url,
                                     place.error().where}});
  const auto job = services.jobs->add(
      import_kind, principal, fhir_api::base_of(request, services.gate.https()) + "/$import",
      fhir_api::object_of(*inputs));
  if (!job) {
    Response refused = outcome_response(429, {{"error", "throttled", job.error().message, ""}});
    refused.headers.emplace_back("Retry-After", "120");
    return refused;
  }
  services.hub.store().note_audit(principal, "import",
                                  "$import/" + job->id.substr(0, 8) + " asked for, " +
                                      std::to_string(inputs->size()) + " files");
  Response response = informed("the work has begun; ask at Content-Location");
  response.headers.emplace_back("Content-Location", job_url(request, services, job->id));
  return response;
}

/// GET /fhir/$import-job/{job}
Response get_fhir_import(Request& request, const Principal& principal, Services& services) {
  const auto job = services.jobs->find(import_kind, principal, request.capture("job"));
  if (!job) return no_such_job();
  if (job->stage == Job::Stage::failed)
    return outcome_response(500, {{"fatal", "exception", job->error, ""}});
  Response response;
  if (job->stage != Job::Stage::done) {
    response.status = 202;
    response.headers.emplace_back("X-Progress", job->progress.empty() ? "waiting" : job->progress);
    response.headers.emplace_back("Retry-After", "2");
    return response;
  }
  response.content_type = "application/json";
  response.body = fhir_api::import_manifest(*job, services, job_url(request, services, job->id));
  response.headers.emplace_back("Expires", fhir_api::http_date(services.jobs->expires(*job)));
  return response;
}

/// DELETE /fhir/$import-job/{job}: what was taken until then stays
Response cancel_fhir_import(Request& request, const Principal& principal, Services& services) {
  if (!services.jobs->cancel(import_kind, principal, request.capture("job"))) return no_such_job();
  return informed("the job is removed; what it has taken stays");
}

/// GET /fhir/$import-job/{job}/{file}
Response get_fhir_import_errors(Request& request, const Principal& principal, Services& services) {
  const auto job = services.jobs->find(import_kind, principal, request.capture("job"));
  if (!job || job->stage != Job::Stage::done) return no_such_job();
  Response response;
  response.content_type = "application/fhir+ndjson";
  response.pieces = fhir_api::import_errors(*job, services, request.capture("file"));
  return response.pieces ? response : no_such_job();
}

}  // namespace hb::server
