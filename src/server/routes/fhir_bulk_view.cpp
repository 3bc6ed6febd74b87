// FHIR R4: $viewdefinition-run of SQL on FHIR.
#include "server/fhir/answer.hpp"
#include "server/fhir/bulk_view.hpp"
#include "server/routes.hpp"

namespace hb::server {

/// GET, POST /fhir/$viewdefinition-run, /fhir/ViewDefinition/$viewdefinition-run,
/// /fhir/ViewDefinition/{name}/$viewdefinition-run
Response run_fhir_view(Request& request, const Principal& principal, Services& services) {
  auto ask =
      fhir_api::parse_view_ask(request, services.views_dir.string(), request.capture("name"));
  if (!ask) return fhir_api::error_response(ask.error());
  Response response;
  response.content_type = fhir_api::row_type(ask->format);
  auto begun = fhir_api::ViewRun::begin(services, principal, std::move(*ask));
  if (!begun) return fhir_api::error_response(begun.error());
  const std::shared_ptr<fhir_api::ViewRun> run(std::move(*begun));
  // The first rows now: a view that does not fit is refused instead of breaking off.
  Result<std::string> first = run->next();
  if (!first)
    return fhir_api::outcome_response(
        first.error().code == ErrorCode::invalid_input ? 422 : 503,
        {{"error", "processing", first.error().message, first.error().where}});
  response.pieces = [run, first = std::move(*first), given = false]() mutable {
    if (given) return run->next();
    given = true;
    return Result<std::string>(std::move(first));
  };
  return response;
}

}  // namespace hb::server
