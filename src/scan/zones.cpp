#include "scan/zones.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>

namespace hb::scan {
namespace {

constexpr double earth = 6367;  // km
constexpr double degree = std::numbers::pi / 180;

struct Shape {
  double ratio;
  int angles;
};
constexpr Shape shapes[] = {{1, 1}, {1.5, 4}, {2, 6}, {3, 9}, {4, 12}, {5, 15}};

/// Distance in the metric in which an ellipse is a circle; the short axis keeps its length.
double elliptic(const Point& a, const Point& b, double shape, double angle) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double along = dx * std::cos(angle) + dy * std::sin(angle);
  const double across = dy * std::cos(angle) - dx * std::sin(angle);
  return std::hypot(along / shape, across);
}

/// Azimuthal equidistant projection about the middle of the places, km.
std::vector<Point> projected(std::span<const Point> places) {
  Point middle{0, 0};
  for (const Point& place : places) {
    middle.x += place.x / static_cast<double>(places.size());
    middle.y += place.y / static_cast<double>(places.size());
  }
  std::vector<Point> plane;
  for (const Point& place : places) {
    const double d = distance(middle, place, Geometry::globe);
    const double turn = (place.x - middle.x) * degree;
    const double east = std::cos(place.y * degree) * std::sin(turn);
    const double north = std::cos(middle.y * degree) * std::sin(place.y * degree) -
                         std::sin(middle.y * degree) * std::cos(place.y * degree) * std::cos(turn);
    const double size = std::hypot(east, north);
    plane.push_back(size > 0 ? Point{d * east / size, d * north / size} : Point{0, 0});
  }
  return plane;
}

Result<void> check(std::span<const Point> places, const ZoneOptions& options) {
  const auto bad = [](std::string why) { return fail(ErrorCode::invalid_input, std::move(why)); };
  if (places.empty()) return bad("there is no place");
  if (!(options.most_share > 0 && options.most_share <= 1)) return bad("max_zone is not in (0, 1]");
  if (options.most_radius < 0) return bad("max_radius is below 0");
  for (const Point& place : places) {
    if (!std::isfinite(place.x) || !std::isfinite(place.y))
      return bad("a coordinate is no finite number");
    if (options.geometry == Geometry::globe && (std::abs(place.y) > 90 || std::abs(place.x) > 360))
      return bad("a latitude beyond 90 or a longitude beyond 360 degrees");
  }
  return {};
}

/// Places by distance from one of them, cut where a limit would be passed.
ZoneFamily family(std::uint32_t centre, std::span<const double> distances,
                  std::span<const double> weights, double total, const ZoneOptions& options) {
  ZoneFamily zones{centre};
  std::vector<std::uint32_t> order(distances.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, [&](std::uint32_t a, std::uint32_t b) {
    if (a == centre || b == centre) return a == centre && b != centre;  // the middle comes first
    return distances[a] < distances[b];
  });
  double weight = 0;
  for (const std::uint32_t place : order) {
    weight += weights[place];
    if (weight > options.most_share * total * (1 + 1e-12)) break;
    if (options.most_radius > 0 && distances[place] > options.most_radius) break;
    if (options.most_places > 0 && zones.order.size() == options.most_places) break;
    zones.order.push_back(place);
    zones.radius.push_back(distances[place]);
  }
  return zones;
}

}  // namespace

double distance(const Point& a, const Point& b, Geometry geometry) {
  if (geometry == Geometry::plane) return std::hypot(a.x - b.x, a.y - b.y);
  const double dy = std::sin((b.y - a.y) * degree / 2);
  const double dx = std::sin((b.x - a.x) * degree / 2);
  const double half = dy * dy + std::cos(a.y * degree) * std::cos(b.y * degree) * dx * dx;
  return 2 * earth * std::asin(std::sqrt(std::min(half, 1.0)));
}

Result<std::vector<ZoneFamily>> make_zones(std::span<const Point> places,
                                           std::span<const double> weights,
                                           const ZoneOptions& options) {
  if (auto sound = check(places, options); !sound) return unexpected(sound.error());
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<Point> plane;
  if (options.ellipses)
    plane = options.geometry == Geometry::globe ? projected(places)
                                                : std::vector<Point>(places.begin(), places.end());
  std::vector<ZoneFamily> all;
  std::vector<double> distances(places.size());
  for (std::uint32_t centre = 0; centre < places.size(); ++centre)
    for (const auto& [ratio, angles] : shapes) {
      if (ratio > 1 && !options.ellipses) break;
      for (int step = 0; step < angles; ++step) {
        const double angle = step * std::numbers::pi / angles;
        for (std::size_t i = 0; i < places.size(); ++i)
          distances[i] = ratio > 1 ? elliptic(plane[centre], plane[i], ratio, angle)
                                   : distance(places[centre], places[i], options.geometry);
        ZoneFamily zones = family(centre, distances, weights, total, options);
        zones.shape = ratio;
        zones.angle = angle / degree;
        if (!zones.order.empty()) all.push_back(std::move(zones));
      }
    }
  return all;
}

ZoneFamily whole_area(std::size_t places) {
  ZoneFamily zones{0};
  zones.order.resize(places);
  std::iota(zones.order.begin(), zones.order.end(), 0U);
  zones.radius.assign(places, 0.0);
  return zones;
}

}  // namespace hb::scan
