#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/principal.hpp"
#include "server/http.hpp"
#include "server/services.hpp"

namespace hb::server {

using Handler = Response (*)(Request& request, const Principal& principal, Services& services);

/// What a route may name instead of a permission.
namespace access {
inline constexpr std::string_view anybody = "anybody";    ///< no log-in: alive, ready, log in
inline constexpr std::string_view machine = "machine";    ///< asked from this machine alone
inline constexpr std::string_view logged_in = "session";  ///< any account, any token
inline constexpr std::string_view own = "own";            ///< about the asker's own session
}  // namespace access

enum class BodyKind : std::uint8_t { none, json, upload };  // json: any text kept in memory

/// One line of the route table: openapi.yaml describes the same, and a test compares the two.
struct Route {
  Method method;
  std::string_view pattern;  ///< "/api/residents/{id}"
  Handler handler;
  /// What the asker needs once there are accounts: a permission of roles.yaml, or one of the words
  /// of `access`.
  std::string_view permission;
  std::string_view parameters;  ///< query parameters it knows, separated by spaces; "*": it judges
  BodyKind body = BodyKind::none;
};

std::span<const Route> routes();

/// "GET /api/areas" per route, and last "GET static" for everything outside the table.
std::vector<std::string> route_names();

struct Match {
  const Route* route = nullptr;  ///< null: no route has this path and method
  std::size_t index = 0;         ///< position in routes()
  bool path_known = false;       ///< another method of this path exists
};
/// Fills request.captures.
Match match_route(Request& request);

// --- handlers, one file per noun in routes/
// ---------------------------------------------------------
Response get_log_in(Request&, const Principal&, Services&);
Response start_log_in(Request&, const Principal&, Services&);
Response finish_log_in(Request&, const Principal&, Services&);
Response get_smart_configuration(Request&, const Principal&, Services&);
Response post_token(Request&, const Principal&, Services&);
Response get_status(Request&, const Principal&, Services&);
Response get_areas(Request&, const Principal&, Services&);
Response get_areas_geojson(Request&, const Principal&, Services&);
Response get_board(Request&, const Principal&, Services&);
Response get_plans(Request&, const Principal&, Services&);
Response get_indicators(Request&, const Principal&, Services&);
Response get_indicator(Request&, const Principal&, Services&);
Response get_indicators_csv(Request&, const Principal&, Services&);
Response get_measures(Request&, const Principal&, Services&);
Response get_measure(Request&, const Principal&, Services&);
Response get_measure_cells(Request&, const Principal&, Services&);
Response get_measure_csv(Request&, const Principal&, Services&);
Response get_measure_residents(Request&, const Principal&, Services&);
Response get_residents(Request&, const Principal&, Services&);
Response get_resident(Request&, const Principal&, Services&);
Response get_timeline(Request&, const Principal&, Services&);
Response get_resource(Request&, const Principal&, Services&);
Response get_deliveries(Request&, const Principal&, Services&);
Response get_delivery(Request&, const Principal&, Services&);
Response post_delivery(Request&, const Principal&, Services&);
Response cancel_delivery(Request&, const Principal&, Services&);
Response replay_delivery(Request&, const Principal&, Services&);
Response get_orphans(Request&, const Principal&, Services&);
Response get_problems(Request&, const Principal&, Services&);
Response get_problems_csv(Request&, const Principal&, Services&);
Response get_problem(Request&, const Principal&, Services&);
Response correct_problem(Request&, const Principal&, Services&);
Response dismiss_problem(Request&, const Principal&, Services&);
Response reopen_problem(Request&, const Principal&, Services&);
Response get_search(Request&, const Principal&, Services&);
Response get_events(Request&, const Principal&, Services&);
Response get_openapi(Request&, const Principal&, Services&);
Response post_session(Request&, const Principal&, Services&);
Response get_session(Request&, const Principal&, Services&);
Response delete_session(Request&, const Principal&, Services&);
Response post_password(Request&, const Principal&, Services&);
Response post_second_factor(Request&, const Principal&, Services&);
Response get_users(Request&, const Principal&, Services&);
Response get_user(Request&, const Principal&, Services&);
Response post_user(Request&, const Principal&, Services&);
Response post_user_rights(Request&, const Principal&, Services&);
Response lock_user(Request&, const Principal&, Services&);
Response reset_user(Request&, const Principal&, Services&);
Response drop_user_factor(Request&, const Principal&, Services&);
Response end_user_sessions(Request&, const Principal&, Services&);
Response get_roles(Request&, const Principal&, Services&);
Response get_audit(Request&, const Principal&, Services&);
Response get_audit_csv(Request&, const Principal&, Services&);
Response get_audit_check(Request&, const Principal&, Services&);
Response post_audit_check(Request&, const Principal&, Services&);
Response post_break_glass(Request&, const Principal&, Services&);
Response get_break_glass(Request&, const Principal&, Services&);
Response review_break_glass(Request&, const Principal&, Services&);
Response get_unrelated(Request&, const Principal&, Services&);
Response get_policy(Request&, const Principal&, Services&);
Response get_policy_preview(Request&, const Principal&, Services&);
Response get_fhir_metadata(Request&, const Principal&, Services&);
Response get_fhir_resource(Request&, const Principal&, Services&);
Response get_fhir_history(Request&, const Principal&, Services&);
Response get_fhir_version(Request&, const Principal&, Services&);
Response get_fhir_search(Request&, const Principal&, Services&);
Response post_fhir_search(Request&, const Principal&, Services&);
Response get_fhir_everything(Request&, const Principal&, Services&);
Response post_fhir_resource(Request&, const Principal&, Services&);
Response put_fhir_resource(Request&, const Principal&, Services&);
Response put_fhir_matching(Request&, const Principal&, Services&);
Response patch_fhir_resource(Request&, const Principal&, Services&);
Response patch_fhir_matching(Request&, const Principal&, Services&);
Response get_fhir_type_history(Request&, const Principal&, Services&);
Response get_fhir_system_history(Request&, const Principal&, Services&);
Response delete_fhir_resource(Request&, const Principal&, Services&);
Response delete_fhir_matching(Request&, const Principal&, Services&);
Response post_fhir_bundle(Request&, const Principal&, Services&);
Response post_fhir_validate(Request&, const Principal&, Services&);
Response start_fhir_export(Request&, const Principal&, Services&);
Response get_fhir_export(Request&, const Principal&, Services&);
Response cancel_fhir_export(Request&, const Principal&, Services&);
Response get_fhir_export_file(Request&, const Principal&, Services&);
Response start_fhir_import(Request&, const Principal&, Services&);
Response get_fhir_import(Request&, const Principal&, Services&);
Response cancel_fhir_import(Request&, const Principal&, Services&);
Response get_fhir_import_errors(Request&, const Principal&, Services&);
Response run_fhir_view(Request&, const Principal&, Services&);
Response get_healthz(Request&, const Principal&, Services&);
Response get_readyz(Request&, const Principal&, Services&);
Response get_metrics(Request&, const Principal&, Services&);

}  // namespace hb::server
