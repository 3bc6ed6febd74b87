#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"

namespace hb::scan {

struct Point {
  double x;  ///< kilometres or any unit; longitude in degrees when on the globe
  double y;  ///< the same; latitude in degrees
};

enum class Geometry : std::uint8_t { plane, globe };

/// Kilometres on a sphere of 6,367 km, or the unit of the plane.
double distance(const Point& a, const Point& b, Geometry geometry);

/// Zones about one place that grow from neighbour to neighbour: zone n is order[0 … n].
struct ZoneFamily {
  std::uint32_t centre;
  double shape = 1;  ///< long axis / short axis; 1 = circle
  double angle = 0;  ///< of the long axis, degrees counterclockwise from the x axis
  std::vector<std::uint32_t> order;
  std::vector<double> radius;  ///< by zone; of an ellipse the half of its short axis
};

struct ZoneOptions {
  Geometry geometry = Geometry::globe;
  double most_share = 0.5;      ///< of the total weight inside a zone
  double most_radius = 0;       ///< 0 = any
  std::size_t most_places = 0;  ///< 0 = any
  bool ellipses = false;        ///< circles, and ellipses of shape 1.5, 2, 3, 4 and 5
};

/// All families, places in their order. A family ends before the zone that would pass a limit;
/// places at the same distance come in the order of the list, one by one. On the globe ellipses are
/// drawn on a plane that touches it at the middle of the places.
///
/// weights  of the places: population at risk, or cases; ≥ 0
/// errors   invalid_input: no place, a coordinate out of range, options out of range
/// source   Kulldorff (1997), Commun Stat Theory Methods 26:1481-1496; Kulldorff, Huang, Pickle,
///          Duczmal (2006), Stat Med 25:3929-3943
Result<std::vector<ZoneFamily>> make_zones(std::span<const Point> places,
                                           std::span<const double> weights,
                                           const ZoneOptions& options);

/// One family with one zone: all places.
ZoneFamily whole_area(std::size_t places);

}  // namespace hb::scan
