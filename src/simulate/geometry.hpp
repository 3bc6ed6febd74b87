#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "simulate/content.hpp"

namespace hb::simulate {

struct Point {
  double x = 0;  ///< longitude, degrees
  double y = 0;  ///< latitude, degrees
};

/// One closed ring per cell, counter-clockwise, first point not repeated.
using Ring = std::vector<Point>;

/// Tiles an invented district into `cells` adjacent irregular polygons: a Voronoi diagram of
/// evened-out sites inside an irregular outline, whose shared edges are bent the same way for both
/// neighbours. Coordinates are multiples of 1e-5 degree; deterministic in `map`.
std::vector<Ring> tile(const MapContent& map, std::size_t cells);

Point centroid(const Ring& ring);
/// Square degrees; positive for counter-clockwise rings.
double signed_area(const Ring& ring);
bool contains(const Ring& ring, Point point);
/// A point inside the ring, deterministic in (seed, index).
Point point_inside(const Ring& ring, std::uint64_t seed, std::uint64_t index);

}  // namespace hb::simulate
