#include "server/json.hpp"
#include "server/routes.hpp"

namespace hb::server {

/// GET /api/areas
Response get_areas(Request&, const Principal&, Services& services) {
  json::array items;
  for (const Area& area : services.areas.all())
    items.push_back(json::object{
        {"code", area.code},
        {"name", texts(area.name)},
        {"level", area.level},
        {"parent", area.parent.empty() ? json::value(nullptr) : json::value(area.parent)}});
  return json_response(200, json::object{{"items", std::move(items)}});
}

/// GET /api/areas.geojson: the streets with their borders
Response get_areas_geojson(Request&, const Principal&, Services& services) {
  return text_response(200, "application/geo+json", services.areas.geojson());
}

}  // namespace hb::server
