#include "watch/area_points.hpp"

#include <boost/json.hpp>
#include <cmath>
#include <fstream>
#include <iterator>

namespace hb::watch {
namespace {

namespace json = boost::json;

/// Centroid and area of a ring (shoelace formula), in degrees.
struct Middle {
  scan::Point point{0, 0};
  double size = 0;
};

Middle middle_of(const json::array& ring) {
  double twice = 0, x = 0, y = 0, mean_x = 0, mean_y = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const json::array& a = ring[i].as_array();
    const json::array& b = ring[(i + 1) % ring.size()].as_array();
    const double ax = a.at(0).to_number<double>(), ay = a.at(1).to_number<double>();
    const double bx = b.at(0).to_number<double>(), by = b.at(1).to_number<double>();
    const double cross = ax * by - bx * ay;
    twice += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
    mean_x += ax / static_cast<double>(ring.size());
    mean_y += ay / static_cast<double>(ring.size());
  }
  constexpr double flat = 1e-12;
  if (std::abs(twice) < flat) return {{mean_x, mean_y}, 0};
  return {{x / (3 * twice), y / (3 * twice)}, std::abs(twice) / 2};
}

/// errors  throws what Boost.JSON throws where the border is none
std::optional<scan::Point> point_of(const json::object& geometry) {
  const std::string_view type = geometry.at("type").as_string();
  const json::array& shape = geometry.at("coordinates").as_array();
  std::optional<Middle> largest;
  const auto take = [&](const json::array& polygon) {
    const Middle one = middle_of(polygon.at(0).as_array());
    if (!largest || one.size > largest->size) largest = one;
  };
  if (type == "Polygon") take(shape);
  if (type == "MultiPolygon")
    for (const json::value& polygon : shape) take(polygon.as_array());
  if (!largest) return std::nullopt;
  return largest->point;
}

}  // namespace

Result<AreaPoints> read_area_points(const std::filesystem::path& file) {
  AreaPoints points;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return points;
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  try {
    const json::value document = json::parse(text);
    for (const json::value& feature : document.at("features").as_array()) {
      const json::object& object = feature.as_object();
      const json::value* geometry = object.if_contains("geometry");
      if (geometry == nullptr || !geometry->is_object()) continue;
      if (const auto point = point_of(geometry->get_object()))
        points[std::string(object.at("properties").at("code").as_string())] = *point;
    }
  } catch (const std::exception&) {
    return fail(ErrorCode::invalid_input,
                "expected a GeoJSON FeatureCollection of areas with the property code",
                file.string());
  }
  return points;
}

}  // namespace hb::watch
