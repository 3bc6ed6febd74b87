#include "server/routes.hpp"

#include "server/board_routes.hpp"
#include "server/card_routes.hpp"
#include "server/chapter_routes.hpp"
#include "server/figure_routes.hpp"
#include "server/flow_routes.hpp"
#include "server/plan_routes.hpp"
#include "server/programmes.hpp"
#include "server/signal_routes.hpp"

namespace hb::server {

namespace {

constexpr Route route_table[] = {
    {Method::get, "/api/status", get_status, access::logged_in, ""},
    {Method::get, "/api/areas", get_areas, access::logged_in, ""},
    {Method::get, "/api/areas.geojson", get_areas_geojson, access::logged_in, ""},
    {Method::get, "/api/boards/{id}", get_board, "indicators:read", "area period"},
    {Method::get, "/api/boards/{id}/tiles", get_board_tiles, "indicators:read", "version"},
    {Method::post, "/api/boards/{id}/tiles", post_board_tiles, "boards:write", "", BodyKind::json},
    {Method::get, "/api/boards/{id}/wall", get_board_wall, access::logged_in, "area period"},
    {Method::get, "/api/published", get_published, access::logged_in, "area period"},
    {Method::get, "/api/published/{id}/cells", get_published_cells, access::logged_in,
     "area period"},
    {Method::get, "/api/boards/{id}/board.yaml", get_board_yaml, "indicators:read", "version"},
    {Method::get, "/api/plans", get_plans, "indicators:read", ""},
    {Method::get, "/api/indicators", get_indicators, "indicators:read",
     "plan field status q sort order page size"},
    {Method::get, "/api/indicators.csv", get_indicators_csv, "indicators:read",
     "plan field status q sort order lang"},
    {Method::get, "/api/indicators/{id}", get_indicator, "indicators:read", ""},
    {Method::get, "/api/measures", get_measures, "indicators:read", "area period"},
    {Method::get, "/api/measures/{id}.csv", get_measure_csv, "indicators:read",
     "area period by lang"},
    {Method::get, "/api/measures/{id}", get_measure, "indicators:read", "area period"},
    {Method::get, "/api/measures/{id}/cells", get_measure_cells, "indicators:read",
     "area period by"},
    {Method::get, "/api/measures/{id}/compare", get_measure_compare, "indicators:read",
     "area period by among k widened"},
    {Method::get, "/api/measures/{id}/outlook", get_measure_outlook, "indicators:read",
     "area period target year path"},
    {Method::get, "/api/measures/{id}/gap", get_measure_gap, "indicators:read",
     "area period target"},
    {Method::get, "/api/plans/{id}/assessment", get_plan_assessment, "indicators:read",
     "year area"},
    {Method::get, "/api/plan-check", get_plan_check, "plan-checks:read", "plan"},
    {Method::get, "/api/exchange/measure-reports", get_measure_reports, "indicators:read",
     "area period by id"},
    {Method::get, "/api/exchange/adx", get_adx, "indicators:read", "area period by id"},
    {Method::get, "/api/reports", get_reports, "indicators:read", ""},
    {Method::get, "/api/reports/{id}", get_report, "indicators:read", "area year format"},
    {Method::get, "/api/chapters", get_chapters, "tasks:read", ""},
    {Method::post, "/api/chapters", post_chapter, "tasks:write", "", BodyKind::json},
    {Method::get, "/api/chapters/{id}", get_chapter, "tasks:read", "version"},
    {Method::get, "/api/chapters/{id}/compare", get_chapter_compare, "tasks:read", "version from"},
    {Method::get, "/api/chapters/{id}/document", get_chapter_document, "tasks:read",
     "version format"},
    {Method::post, "/api/chapters/{id}/versions", post_chapter_version, "tasks:write", "",
     BodyKind::json},
    {Method::post, "/api/chapters/{id}/acts", post_chapter_act, "tasks:write", "", BodyKind::json},
    {Method::get, "/api/odata", get_odata, "indicators:read", ""},
    {Method::get, "/api/odata/$metadata", get_odata_metadata, "indicators:read", ""},
    {Method::get, "/api/odata/Figures", get_odata_figures, "indicators:read",
     "$filter $select $top $skip $count $format"},
    {Method::get, "/api/figures", get_figures, "figures:read",
     "state indicator area period q page size"},
    {Method::get, "/api/figures/conflicts", get_figure_conflicts, "figures:read", ""},
    {Method::get, "/api/figures/template", get_figure_template, "figures:read",
     "year area plan format all lang"},
    {Method::post, "/api/figures/import", import_figure_file, "figures:write", "name area check",
     BodyKind::json},
    {Method::post, "/api/figures/acts", post_figure_acts, "figures:read", "", BodyKind::json},
    {Method::post, "/api/figures/decision", post_figure_decision, "figures:review", "",
     BodyKind::json},
    {Method::get, "/api/figures/{id}", get_figure, "figures:read", ""},
    {Method::get, "/api/vintages", get_vintages, "figures:read", "indicator area period compare"},
    {Method::post, "/api/vintages", post_vintages, "figures:review", "", BodyKind::json},
    {Method::get, "/api/measures/{id}/residents", get_measure_residents, "residents:read",
     "area period part offset limit"},
    {Method::get, "/api/residents", get_residents, "residents:read",
     "q area sex ageFrom ageTo page size"},
    {Method::get, "/api/residents/{id}", get_resident, "residents:read", ""},
    {Method::get, "/api/residents/{id}/timeline", get_timeline, "residents:read",
     "type before size"},
    {Method::get, "/api/residents/{id}/resources/{seq}", get_resource, "residents:read", ""},
    {Method::get, "/api/residents/{id}/programmes", get_resident_programmes, "programmes:read", ""},
    {Method::post, "/api/residents/{id}/programmes", post_resident_programme, "programmes:write",
     "", BodyKind::json},
    {Method::get, "/api/residents/{id}/visit", get_visit, "programmes:write", "services"},
    {Method::post, "/api/residents/{id}/visit/check", check_visit, "programmes:write", "",
     BodyKind::json},
    {Method::post, "/api/residents/{id}/visit", post_visit, "programmes:write", "", BodyKind::json},
    {Method::get, "/api/programmes", get_programmes, "programmes:read", ""},
    {Method::get, "/api/programmes/due", get_due, "programmes:read",
     "programme state area organization page size"},
    {Method::get, "/api/programmes/due.csv", get_due_csv, "programmes:read",
     "programme state area organization lang"},
    {Method::get, "/api/programmes/{id}/eligible", get_eligible, "programmes:read", "page size"},
    {Method::get, "/api/deliveries", get_deliveries, "deliveries:read", "state page size"},
    {Method::post, "/api/deliveries", post_delivery, "deliveries:write", "name", BodyKind::upload},
    {Method::get, "/api/deliveries/{id}", get_delivery, "deliveries:read", ""},
    {Method::post, "/api/deliveries/{id}/cancel", cancel_delivery, "deliveries:write", ""},
    {Method::post, "/api/deliveries/{id}/replay", replay_delivery, "problems:write", ""},
    {Method::get, "/api/deliveries/{id}/problems", get_problems, "problems:read",
     "state page size"},
    {Method::get, "/api/deliveries/{id}/problems.csv", get_problems_csv, "problems:read",
     "state lang"},
    {Method::get, "/api/deliveries/{id}/orphans", get_orphans, "problems:read", "page size"},
    {Method::get, "/api/problems/{id}", get_problem, "problems:read", ""},
    {Method::post, "/api/problems/{id}/correct", correct_problem, "problems:write", "",
     BodyKind::json},
    {Method::post, "/api/problems/{id}/dismiss", dismiss_problem, "problems:write", "",
     BodyKind::json},
    {Method::post, "/api/problems/{id}/reopen", reopen_problem, "problems:write", ""},
    {Method::get, "/api/tasks", get_tasks, "tasks:read",
     "scope flow state area overdue due_from due_to text limit cursor"},
    {Method::get, "/api/tasks/counts", get_task_counts, "tasks:read", ""},
    {Method::post, "/api/tasks/acts", post_task_acts, "tasks:write", "", BodyKind::json},
    {Method::get, "/api/flows", get_flows, "tasks:read", ""},
    {Method::get, "/api/flows/{flow}/times", get_flow_times, "tasks:read", "area from to"},
    {Method::get, "/api/flows/{flow}/diagram", get_flow_diagram, "tasks:read", "language"},
    {Method::get, "/api/flows/{flow}/forms/{form}", get_flow_form, "tasks:read", "instance"},
    {Method::post, "/api/flows/{flow}/forms/{form}/check", check_flow_form, "tasks:read", "",
     BodyKind::json},
    {Method::post, "/api/flows/{flow}/instances", post_flow_instance, "tasks:write", "",
     BodyKind::json},
    {Method::get, "/api/instances", get_instances, "tasks:read",
     "flow state area from to open limit cursor"},
    {Method::get, "/api/instances/{id}", get_instance, "tasks:read", ""},
    {Method::get, "/api/instances/{id}/people", get_instance_people, "tasks:write", "token"},
    {Method::post, "/api/instances/{id}/acts", post_instance_act, "tasks:write", "",
     BodyKind::json},
    {Method::post, "/api/instances/{id}/proposals", post_instance_proposal, "tasks:read", "",
     BodyKind::json},
    {Method::get, "/api/messages", get_messages, "tasks:read", "unread limit cursor"},
    {Method::post, "/api/messages/{id}/read", read_message, "tasks:read", ""},
    {Method::get, "/api/roster", get_roster, "tasks:read", "from to"},
    {Method::put, "/api/roster", put_roster, "roster:write", "", BodyKind::json},
    {Method::get, "/api/signals", get_signals, "signals:read",
     "state lane area disease stream from to page size"},
    {Method::get, "/api/signals/quality", get_signal_quality, "signals:read", "from to"},
    {Method::get, "/api/signals/workload", get_signal_workload, "signals:read", ""},
    {Method::post, "/api/signals/workload", post_signal_workload, "signal-workload:write", "",
     BodyKind::json},
    {Method::get, "/api/signals/{id}", get_signal, "signals:read", ""},
    {Method::get, "/api/signals/{id}/series", get_signal_series, "signals:read", "stream"},
    {Method::get, "/api/signals/{id}/compare", get_signal_compare, "signals:read", "stream"},
    {Method::get, "/api/signals/{id}/tempo", get_signal_tempo, "signals:read", ""},
    {Method::get, "/api/signals/{id}/line-list", get_signal_line_list, "signal-cases:read",
     "scope page size"},
    {Method::post, "/api/signals/{id}/verify", verify_signal, "signals:write", "", BodyKind::json},
    {Method::post, "/api/signals/{id}/investigate", investigate_signal, "signals:write", "",
     BodyKind::json},
    {Method::post, "/api/signals/{id}/reopen", reopen_signal, "signals:write", "", BodyKind::json},
    {Method::post, "/api/signals/{id}/note", note_signal, "signals:write", "", BodyKind::json},
    {Method::get, "/api/tuning", get_tuning, "signals:read", ""},
    {Method::post, "/api/tuning", post_tuning, "signal-workload:write", "", BodyKind::json},
    {Method::post, "/api/tuning/outbreaks", post_known_outbreaks, "signal-workload:write", "",
     BodyKind::json},
    {Method::get, "/api/tuning/{id}", get_tuning_run, "signals:read", "by"},
    {Method::post, "/api/tuning/{id}/cancel", cancel_tuning, "signal-workload:write", "",
     BodyKind::json},
    {Method::post, "/api/tuning/{id}/decide", decide_tuning, "signal-workload:write", "",
     BodyKind::json},
    {Method::get, "/api/cards", get_cards, "cards:read",
     "state disease organization area limit mark fault number from to page size"},
    {Method::post, "/api/cards", post_card, "cards:write", "", BodyKind::json},
    {Method::get, "/api/cards/form", get_card_form, "cards:read", ""},
    {Method::get, "/api/cards/duplicates", get_card_duplicates, "cards:read", "page size"},
    {Method::get, "/api/cards/visits", get_card_visits, "cards:write", "from to all page size"},
    {Method::get, "/api/cards/prefill", get_card_prefill, "cards:write", "resident visit"},
    {Method::post, "/api/cards/import", post_card_import, "cards:write", "organization trial",
     BodyKind::json},
    {Method::get, "/api/cards/quality", get_card_quality, "card-figures:read", "from to"},
    {Method::get, "/api/cards/table", get_card_table, "card-figures:read", "by from to area"},
    {Method::get, "/api/cards/table.csv", get_card_table_csv, "card-figures:read",
     "by from to area lang"},
    {Method::get, "/api/cards/table.xlsx", get_card_table_xlsx, "card-figures:read",
     "by from to area lang"},
    {Method::post, "/api/cards/reconcile", post_card_reconcile, "card-final:review", "from to",
     BodyKind::json},
    {Method::get, "/api/cards/{id}", get_card, "cards:read", ""},
    {Method::post, "/api/cards/{id}/acts/{act}", post_card_act, "cards:read", "", BodyKind::json},
    {Method::get, "/api/search", get_search, access::logged_in, "q"},
    {Method::get, "/api/events", get_events, access::logged_in, ""},
    {Method::get, "/api/openapi.yaml", get_openapi, access::anybody, ""},
    {Method::post, "/api/session", post_session, access::anybody, "", BodyKind::json},
    {Method::get, "/api/session", get_session, access::own, ""},
    {Method::del, "/api/session", delete_session, access::own, ""},
    {Method::post, "/api/session/password", post_password, access::own, "", BodyKind::json},
    {Method::post, "/api/session/second-factor", post_second_factor, access::own, "",
     BodyKind::json},
    {Method::get, "/api/users", get_users, "users:read", "q role area state page size"},
    {Method::post, "/api/users", post_user, "users:write", "", BodyKind::json},
    {Method::get, "/api/users/{name}", get_user, "users:read", ""},
    {Method::post, "/api/users/{name}/rights", post_user_rights, "users:write", "", BodyKind::json},
    {Method::post, "/api/users/{name}/lock", lock_user, "users:write", "", BodyKind::json},
    {Method::post, "/api/users/{name}/reset", reset_user, "users:write", ""},
    {Method::post, "/api/users/{name}/second-factor/drop", drop_user_factor, "users:write", ""},
    {Method::post, "/api/users/{name}/sessions/end", end_user_sessions, "users:write", ""},
    {Method::get, "/api/roles", get_roles, "users:read", ""},
    {Method::get, "/api/audit", get_audit, "audit:read",
     "user resident what action purpose from since until before size"},
    {Method::get, "/api/audit.csv", get_audit_csv, "audit:read",
     "user resident what action purpose from since until lang"},
    {Method::get, "/api/audit/verify", get_audit_check, "audit:read", ""},
    {Method::post, "/api/audit/verify", post_audit_check, "audit:read", ""},
    {Method::post, "/api/break-glass", post_break_glass, "break-glass:write", "", BodyKind::json},
    {Method::get, "/api/break-glass", get_break_glass, "break-glass:read", "state page size"},
    {Method::post, "/api/break-glass/{id}/review", review_break_glass, "break-glass:review", "",
     BodyKind::json},
    {Method::get, "/api/audit/unrelated", get_unrelated, "audit:read",
     "user since until page size"},
    {Method::get, "/api/policy", get_policy, "policy:read", ""},
    {Method::get, "/api/policy/preview", get_policy_preview, "policy:read", "role"},
    {Method::get, "/api/log-in", get_log_in, access::anybody, ""},
    {Method::get, "/auth/{provider}/start", start_log_in, access::anybody, "to"},
    {Method::get, "/auth/{provider}/callback", finish_log_in, access::anybody,
     "state code iss error error_description error_uri session_state"},
    {Method::get, "/.well-known/smart-configuration", get_smart_configuration, access::anybody, ""},
    {Method::get, "/fhir/.well-known/smart-configuration", get_smart_configuration, access::anybody,
     ""},
    {Method::post, "/oauth/token", post_token, access::anybody, "", BodyKind::json},
    {Method::get, "/fhir/metadata", get_fhir_metadata, access::anybody, "_format"},
    {Method::post, "/fhir", post_fhir_bundle, "fhir:write", "_format", BodyKind::json},
    {Method::get, "/fhir/$export", start_fhir_export, "fhir:export", "*"},
    {Method::post, "/fhir/$export", start_fhir_export, "fhir:export", "*", BodyKind::json},
    {Method::get, "/fhir/Patient/$export", start_fhir_export, "fhir:export", "*"},
    {Method::post, "/fhir/Patient/$export", start_fhir_export, "fhir:export", "*", BodyKind::json},
    {Method::get, "/fhir/Group/{id}/$export", start_fhir_export, "fhir:export", "*"},
    {Method::post, "/fhir/Group/{id}/$export", start_fhir_export, "fhir:export", "*",
     BodyKind::json},
    {Method::get, "/fhir/$export-job/{job}", get_fhir_export, "fhir:export", "_format"},
    {Method::del, "/fhir/$export-job/{job}", cancel_fhir_export, "fhir:export", "_format"},
    {Method::get, "/fhir/$export-job/{job}/{file}", get_fhir_export_file, "fhir:export", "_format"},
    {Method::post, "/fhir/$import", start_fhir_import, "fhir:import", "_format", BodyKind::json},
    {Method::get, "/fhir/$import-job/{job}", get_fhir_import, "fhir:import", "_format"},
    {Method::del, "/fhir/$import-job/{job}", cancel_fhir_import, "fhir:import", "_format"},
    {Method::get, "/fhir/$import-job/{job}/{file}", get_fhir_import_errors, "fhir:import",
     "_format"},
    {Method::get, "/fhir/$viewdefinition-run", run_fhir_view, "fhir:read", "*"},
    {Method::post, "/fhir/$viewdefinition-run", run_fhir_view, "fhir:read", "*", BodyKind::json},
    {Method::get, "/fhir/ViewDefinition/$viewdefinition-run", run_fhir_view, "fhir:read", "*"},
    {Method::post, "/fhir/ViewDefinition/$viewdefinition-run", run_fhir_view, "fhir:read", "*",
     BodyKind::json},
    {Method::get, "/fhir/ViewDefinition/{name}/$viewdefinition-run", run_fhir_view, "fhir:read",
     "*"},
    {Method::post, "/fhir/ViewDefinition/{name}/$viewdefinition-run", run_fhir_view, "fhir:read",
     "*", BodyKind::json},
    {Method::get, "/fhir/Patient/{id}/$everything", get_fhir_everything, "fhir:read", "_format"},
    {Method::post, "/fhir/{type}/_search", post_fhir_search, "fhir:read", "*", BodyKind::json},
    {Method::post, "/fhir/{type}/$validate", post_fhir_validate, "fhir:read", "_format",
     BodyKind::json},
    {Method::get, "/fhir/{type}/{id}/_history/{version}", get_fhir_version, "fhir:read", "_format"},
    {Method::get, "/fhir/{type}/_history", get_fhir_type_history, "fhir:read",
     "_count _since _at _cursor _format"},
    {Method::get, "/fhir/_history", get_fhir_system_history, "fhir:read",
     "_count _since _at _cursor _format"},
    {Method::get, "/fhir/{type}/{id}/_history", get_fhir_history, "fhir:read", "_format"},
    {Method::get, "/fhir/{type}/{id}", get_fhir_resource, "fhir:read", "_format"},
    {Method::put, "/fhir/{type}/{id}", put_fhir_resource, "fhir:write", "_format", BodyKind::json},
    {Method::del, "/fhir/{type}/{id}", delete_fhir_resource, "fhir:write", "_format"},
    {Method::get, "/fhir/{type}", get_fhir_search, "fhir:read", "*"},
    {Method::patch, "/fhir/{type}/{id}", patch_fhir_resource, "fhir:write", "_format",
     BodyKind::json},
    {Method::patch, "/fhir/{type}", patch_fhir_matching, "fhir:write", "*", BodyKind::json},
    {Method::put, "/fhir/{type}", put_fhir_matching, "fhir:write", "*", BodyKind::json},
    {Method::del, "/fhir/{type}", delete_fhir_matching, "fhir:write", "*"},
    {Method::post, "/fhir/{type}", post_fhir_resource, "fhir:write", "_format", BodyKind::json},
    {Method::get, "/healthz", get_healthz, access::anybody, ""},
    {Method::get, "/readyz", get_readyz, access::anybody, ""},
    {Method::get, "/metrics", get_metrics, access::machine, ""},
};

bool is_capture(std::string_view part) { return part.front() == '{'; }

/// Compares the pattern part by part; captured parts go to `captures`.
bool matches(std::string_view pattern, const std::vector<std::string>& segments,
             std::vector<std::pair<std::string, std::string>>& captures) {
  captures.clear();
  for (const std::string& segment : segments) {
    if (pattern.size() < 2) return false;
    pattern.remove_prefix(1);
    const std::string_view part = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(part.size());
    if (is_capture(part)) {
      const std::size_t end = part.find('}');
      const std::string_view suffix = part.substr(end + 1);  // {id}.csv
      if (!segment.ends_with(suffix)) return false;
      captures.emplace_back(part.substr(1, end - 1),
                            segment.substr(0, segment.size() - suffix.size()));
    } else if (part != segment) {
      return false;
    }
  }
  return pattern.empty();
}

}  // namespace

std::span<const Route> routes() { return route_table; }

std::vector<std::string> route_names() {
  std::vector<std::string> names;
  for (const Route& route : route_table)
    names.push_back(std::string(method_name(route.method)) + " " + std::string(route.pattern));
  names.emplace_back("GET static");
  return names;
}

Match match_route(Request& request) {
  Match match;
  // Clients of FHIR post Bundles to the base with and without a slash.
  const bool is_base = request.segments.size() == 1 && request.segments.front() == "fhir";
  if (request.trailing_slash && !is_base) return match;
  const Method method = request.method == Method::head ? Method::get : request.method;
  for (std::size_t index = 0; index < std::size(route_table); ++index) {
    if (!matches(route_table[index].pattern, request.segments, request.captures)) continue;
    match.path_known = true;
    if (route_table[index].method != method) continue;
    match.route = &route_table[index];
    match.index = index;
    return match;
  }
  request.captures.clear();
  return match;
}

}  // namespace hb::server
