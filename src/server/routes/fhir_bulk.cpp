// FHIR R4: $export and the jobs it makes.
#include "server/fhir/answer.hpp"
#include "server/fhir/bulk_export.hpp"
#include "server/fhir/bulk_files.hpp"
#include "server/fhir/bundle.hpp"
#include "server/routes.hpp"

namespace hb::server {

namespace {

using fhir_api::error_response;
using fhir_api::ExportAsk;
using fhir_api::ExportLevel;
using fhir_api::Job;
using fhir_api::outcome_response;

const std::string export_kind = "export";
constexpr const char* ask_again_seconds = "2";
constexpr const char* too_many_seconds = "120";

bool prefers(const Request& request, std::string_view word) {
  return request.header("prefer").find(word) != std::string_view::npos;
}

Response no_such_job() {
  return outcome_response(
      404, {{"error", "not-found", "there is no such job, or its results have expired", ""}});
}

std::string job_url(const Request& request, const Services& services, const std::string& kind,
                    const std::string& id) {
  return fhir_api::base_of(request, services.gate.https()) + "/$" + kind + "-job/" + id;
}

/// The address as it was asked for, with the parameters of a body.
std::string asked_url(const Request& request, const Services& services,
                      const search::QueryText& parameters) {
  std::string url = fhir_api::base_of(request, services.gate.https());
  for (std::size_t i = 1; i < request.segments.size(); ++i) url += "/" + request.segments[i];
  const std::string text = fhir_api::query_text(parameters);
  return text.empty() ? url : url + "?" + text;
}

Result<search::QueryText> asked_parameters(const Request& request) {
  if (request.method != Method::post || request.body.empty()) return request.parameters;
  auto parameters = fhir_api::parameters_of(request.body);
  if (parameters)
    parameters->insert(parameters->begin(), request.parameters.begin(), request.parameters.end());
  return parameters;
}

/// What there was at this moment: the versions up to the last commit, and when that was.
Result<void> take_snapshot(const Services& services, ExportAsk& ask) {
  const records::Store& store = services.hub.store();
  const auto newest = store.feed(store.last_batch() - 1, 1);
  if (!newest) return unexpected(newest.error());
  ask.time = newest->empty() ? services.clock() : newest->front().committed;
  ask.snapshot = newest->empty() ? 0 : newest->front().last_seq;
  return {};
}

Response accepted(const std::string& url) {
  Response response = outcome_response(
      202, {{"information", "informational", "the work has begun; ask at Content-Location", ""}});
  response.headers.emplace_back("Content-Location", url);
  return response;
}

}  // namespace

/// GET, POST /fhir/$export, /fhir/Patient/$export, /fhir/Group/{id}/$export
Response start_fhir_export(Request& request, const Principal& principal, Services& services) {
  if (!prefers(request, "respond-async"))
    return outcome_response(400, {{"error", "not-supported",
                                   "an export goes on behind the answer: ask with the header "
                                   "Prefer: respond-async",
                                   "Prefer"}});
  const auto parameters = asked_parameters(request);
  if (!parameters) return error_response(parameters.error());
  auto ask =
      fhir_api::parse_export(*parameters, prefers(request, "handling=lenient"), services.clock());
  if (!ask) return error_response(ask.error());
  if (request.segments.at(1) == "Patient") ask->level = ExportLevel::patient;
  if (request.segments.at(1) == "Group") {
    ask->level = ExportLevel::group;
    ask->group = request.capture("id");
    const auto group = services.hub.store().read(principal, "Group", ask->group);
    if (!group) return error_response(group.error());
  }
  if (const Result<void> taken = take_snapshot(services, *ask); !taken)
    return error_response(taken.error());
  const auto job = services.jobs->add(export_kind, principal,
                                      asked_url(request, services, *parameters), object_of(*ask));
  if (!job) {
    Response refused = outcome_response(429, {{"error", "throttled", job.error().message, ""}});
    refused.headers.emplace_back("Retry-After", too_many_seconds);
    return refused;
  }
  services.hub.store().note_audit(principal, "export",
                                  "$export/" + job->id.substr(0, 8) + " asked for");
  return accepted(job_url(request, services, export_kind, job->id));
}

/// GET /fhir/$export-job/{job}
Response get_fhir_export(Request& request, const Principal& principal, Services& services) {
  const auto job = services.jobs->find(export_kind, principal, request.capture("job"));
  if (!job) return no_such_job();
  if (job->stage == Job::Stage::failed)
    return outcome_response(500, {{"fatal", "exception", job->error, ""}});
  Response response;
  if (job->stage != Job::Stage::done) {
    response.status = 202;
    response.headers.emplace_back("X-Progress", job->progress.empty() ? "waiting" : job->progress);
    response.headers.emplace_back("Retry-After", ask_again_seconds);
    return response;
  }
  response.content_type = "application/json";
  response.body = fhir_api::export_manifest(*job, job_url(request, services, export_kind, job->id),
                                            services.gate.closed().value_or(true));
  response.headers.emplace_back("Expires", fhir_api::http_date(services.jobs->expires(*job)));
  return response;
}

/// DELETE /fhir/$export-job/{job}
Response cancel_fhir_export(Request& request, const Principal& principal, Services& services) {
  if (!services.jobs->cancel(export_kind, principal, request.capture("job"))) return no_such_job();
  return outcome_response(
      202, {{"information", "informational", "the job and its results are removed", ""}});
}

/// GET /fhir/$export-job/{job}/{file}
Response get_fhir_export_file(Request& request, const Principal& principal, Services& services) {
  const auto job = services.jobs->find(export_kind, principal, request.capture("job"));
  if (!job || job->stage != Job::Stage::done || !fhir_api::same_rights(job->owner, principal))
    return no_such_job();
  const auto file = fhir_api::exported_file(*job, request.capture("file"));
  if (!file) return no_such_job();
  auto opened =
      fhir_api::SealedReader::open(services.jobs->directory_of(*job),
                                   {file->name, file->lines, file->pieces, file->bytes}, file->key);
  if (!opened) return no_such_job();
  Response response;
  response.content_type = "application/fhir+ndjson";
  response.headers.emplace_back("Vary", "Accept-Encoding");
  const std::shared_ptr<fhir_api::SealedReader> reader(std::move(*opened));
  if (request.header("accept-encoding").find("gzip") == std::string_view::npos) {
    response.pieces = [reader] { return reader->next(); };
    return response;
  }
  response.headers.emplace_back("Content-Encoding", "gzip");
  response.pieces = [reader, gzip = std::make_shared<fhir_api::Gzip>(),
                     ended = false]() mutable -> Result<std::string> {
    while (!ended) {
      Result<std::string> piece = reader->next();
      if (!piece) return piece;
      ended = piece->empty();
      std::string packed = gzip->add(*piece, ended);
      if (!packed.empty()) return packed;
    }
    return std::string();
  };
  return response;
}

}  // namespace hb::server
