#include "server/routes.hpp"

namespace hb::server {

namespace {

constexpr Route route_table[] = {
    {Method::get, "/api/status", get_status, ""},
    {Method::get, "/api/areas", get_areas, ""},
    {Method::get, "/api/areas.geojson", get_areas_geojson, ""},
    {Method::get, "/api/boards/{id}", get_board, "area period"},
    {Method::get, "/api/plans", get_plans, ""},
    {Method::get, "/api/indicators", get_indicators, "plan field status q sort order page size"},
    {Method::get, "/api/indicators.csv", get_indicators_csv, "plan field status q sort order lang"},
    {Method::get, "/api/indicators/{id}", get_indicator, ""},
    {Method::get, "/api/measures", get_measures, "area period"},
    {Method::get, "/api/measures/{id}.csv", get_measure_csv, "area period by lang"},
    {Method::get, "/api/measures/{id}", get_measure, "area period"},
    {Method::get, "/api/measures/{id}/cells", get_measure_cells, "area period by"},
    {Method::get, "/api/measures/{id}/residents", get_measure_residents,
     "area period part offset limit"},
    {Method::get, "/api/residents", get_residents, "q area sex ageFrom ageTo page size"},
    {Method::get, "/api/residents/{id}", get_resident, ""},
    {Method::get, "/api/residents/{id}/timeline", get_timeline, "type before size"},
    {Method::get, "/api/residents/{id}/resources/{seq}", get_resource, ""},
    {Method::get, "/api/deliveries", get_deliveries, "state page size"},
    {Method::post, "/api/deliveries", post_delivery, "name", BodyKind::upload},
    {Method::get, "/api/deliveries/{id}", get_delivery, ""},
    {Method::post, "/api/deliveries/{id}/cancel", cancel_delivery, ""},
    {Method::post, "/api/deliveries/{id}/replay", replay_delivery, ""},
    {Method::get, "/api/deliveries/{id}/problems", get_problems, "state page size"},
    {Method::get, "/api/deliveries/{id}/problems.csv", get_problems_csv, "state lang"},
    {Method::get, "/api/deliveries/{id}/orphans", get_orphans, "page size"},
    {Method::get, "/api/problems/{id}", get_problem, ""},
    {Method::post, "/api/problems/{id}/correct", correct_problem, "", BodyKind::json},
    {Method::post, "/api/problems/{id}/dismiss", dismiss_problem, "", BodyKind::json},
    {Method::post, "/api/problems/{id}/reopen", reopen_problem, ""},
    {Method::get, "/api/search", get_search, "q"},
    {Method::get, "/api/events", get_events, ""},
    {Method::get, "/api/openapi.yaml", get_openapi, ""},
    {Method::get, "/healthz", get_healthz, ""},
    {Method::get, "/readyz", get_readyz, ""},
    {Method::get, "/metrics", get_metrics, ""},
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
  if (request.trailing_slash) return match;
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
