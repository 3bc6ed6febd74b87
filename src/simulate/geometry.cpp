#include "simulate/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "simulate/random.hpp"

namespace hb::simulate {
namespace {

constexpr double grid = 1e5;  // coordinates are multiples of 1 / grid

using Key = std::pair<std::int64_t, std::int64_t>;

Key key_of(Point p) {
  return {static_cast<std::int64_t>(std::floor(p.x * grid + 0.5)),
          static_cast<std::int64_t>(std::floor(p.y * grid + 0.5))};
}

Point snapped(Point p) {
  const Key key = key_of(p);
  return {static_cast<double>(key.first) / grid, static_cast<double>(key.second) / grid};
}

/// The district's border: a rounded polygon with a wavering radius. Unit directions come from
/// repeated halving, which needs square roots only.
Ring outline(const MapContent& map) {
  Ring directions{{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
  for (int round = 0; round < 3; ++round) {
    Ring finer;
    for (std::size_t i = 0; i < directions.size(); ++i) {
      const Point a = directions[i];
      const Point b = directions[(i + 1) % directions.size()];
      const double length = std::sqrt((a.x + b.x) * (a.x + b.x) + (a.y + b.y) * (a.y + b.y));
      finer.push_back(a);
      finer.push_back({(a.x + b.x) / length, (a.y + b.y) / length});
    }
    directions = std::move(finer);
  }
  Random random(map.seed, stream::outline, 0);
  std::vector<double> radius(directions.size());
  for (double& r : radius) r = 0.72 + 0.28 * random.unit();
  Ring ring;
  for (std::size_t i = 0; i < directions.size(); ++i) {
    const std::size_t n = radius.size();
    const double r = (radius[(i + n - 1) % n] + 2 * radius[i] + radius[(i + 1) % n]) / 4;
    ring.push_back(snapped({map.longitude + directions[i].x * r * map.width / 2,
                            map.latitude + directions[i].y * r * map.height / 2}));
  }
  return ring;
}

/// The part of the ring that is nearer to `site` than to `other`.
Ring clip(const Ring& ring, Point site, Point other) {
  const double nx = other.x - site.x;
  const double ny = other.y - site.y;
  const double limit = (nx * (site.x + other.x) + ny * (site.y + other.y)) / 2;
  const auto side = [&](Point p) { return nx * p.x + ny * p.y - limit; };
  Ring kept;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point a = ring[i];
    const Point b = ring[(i + 1) % ring.size()];
    const double from = side(a);
    const double to = side(b);
    if (from <= 0) kept.push_back(a);
    if ((from < 0 && to > 0) || (from > 0 && to < 0)) {
      const double t = from / (from - to);
      kept.push_back({a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)});
    }
  }
  return kept;
}

std::vector<Ring> voronoi(const Ring& border, const std::vector<Point>& sites) {
  std::vector<Ring> cells;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    Ring cell = border;
    for (std::size_t j = 0; j < sites.size(); ++j)
      if (j != i) cell = clip(cell, sites[i], sites[j]);
    cells.push_back(std::move(cell));
  }
  return cells;
}

/// Corners that two cells computed apart by rounding become one; edges that pass through a corner
/// of a neighbour get it, so that neighbours share whole edges.
void join_corners(std::vector<Ring>& cells) {
  std::map<Key, Point> corners;
  for (Ring& cell : cells) {
    Ring clean;
    for (const Point p : cell) {
      const Key key = key_of(p);
      Key found = key;
      for (std::int64_t dx = -2; dx <= 2; ++dx)
        for (std::int64_t dy = -2; dy <= 2; ++dy)
          if (corners.count({key.first + dx, key.second + dy}))
            found = {key.first + dx, key.second + dy};
      const Point corner = corners.emplace(found, snapped(p)).first->second;
      if (clean.empty() || key_of(clean.back()) != key_of(corner)) clean.push_back(corner);
    }
    while (clean.size() > 1 && key_of(clean.back()) == key_of(clean.front())) clean.pop_back();
    cell = std::move(clean);
  }
  for (Ring& cell : cells) {
    Ring full;
    for (std::size_t i = 0; i < cell.size(); ++i) {
      const Point a = cell[i];
      const Point b = cell[(i + 1) % cell.size()];
      const double dx = b.x - a.x;
      const double dy = b.y - a.y;
      const double square = dx * dx + dy * dy;
      std::vector<std::pair<double, Point>> between;
      for (const auto& [key, p] : corners) {
        const double along = ((p.x - a.x) * dx + (p.y - a.y) * dy) / square;
        const double off = std::fabs((p.x - a.x) * dy - (p.y - a.y) * dx) / std::sqrt(square);
        if (along > 1e-6 && along < 1 - 1e-6 && off < 3 / grid) between.emplace_back(along, p);
      }
      std::sort(between.begin(), between.end(), [](auto& l, auto& r) { return l.first < r.first; });
      full.push_back(a);
      for (const auto& [along, p] : between)
        if (key_of(p) != key_of(a) && key_of(p) != key_of(b)) full.push_back(p);
    }
    cell = std::move(full);
  }
}

void bend(Point a, Point b, int depth, Random& random, Ring& points) {
  if (depth == 0) return;
  const double shift = (random.unit() - 0.5) * 0.26;
  const Point middle =
      snapped({(a.x + b.x) / 2 - (b.y - a.y) * shift, (a.y + b.y) / 2 + (b.x - a.x) * shift});
  bend(a, middle, depth - 1, random, points);
  points.push_back(middle);
  bend(middle, b, depth - 1, random, points);
}

/// The points between two corners: the same for both neighbours because the smaller corner begins.
Ring bent_edge(Point a, Point b, std::uint64_t seed) {
  const bool turned = key_of(b) < key_of(a);
  if (turned) std::swap(a, b);
  const Key ka = key_of(a);
  const Key kb = key_of(b);
  Random random(seed, static_cast<std::uint64_t>(ka.first * 73856093 ^ ka.second * 19349663),
                static_cast<std::uint64_t>(kb.first * 83492791 ^ kb.second * 67867967));
  const double length = std::sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y));
  Ring points;
  bend(a, b, length > 0.012 ? 4 : length > 0.004 ? 3 : length > 0.001 ? 2 : 0, random, points);
  if (turned) std::reverse(points.begin(), points.end());
  return points;
}

std::vector<Point> scatter(const MapContent& map, const Ring& border, std::size_t count) {
  std::vector<Point> sites;
  Random random(map.seed, stream::site, 0);
  while (sites.size() < count) {
    const Point p{map.longitude + (random.unit() - 0.5) * map.width,
                  map.latitude + (random.unit() - 0.5) * map.height};
    if (contains(border, p)) sites.push_back(p);
  }
  return sites;
}

}  // namespace

double signed_area(const Ring& ring) {
  double sum = 0;
  const Point origin = ring.front();  // near the ring, so that no digits are lost
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point a = ring[i];
    const Point b = ring[(i + 1) % ring.size()];
    sum += (a.x - origin.x) * (b.y - origin.y) - (b.x - origin.x) * (a.y - origin.y);
  }
  return sum / 2;
}

Point centroid(const Ring& ring) {
  const Point origin = ring.front();
  double x = 0, y = 0, sum = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point a{ring[i].x - origin.x, ring[i].y - origin.y};
    const Point next = ring[(i + 1) % ring.size()];
    const Point b{next.x - origin.x, next.y - origin.y};
    const double cross = a.x * b.y - b.x * a.y;
    sum += cross;
    x += (a.x + b.x) * cross;
    y += (a.y + b.y) * cross;
  }
  return {origin.x + x / (3 * sum), origin.y + y / (3 * sum)};
}

bool contains(const Ring& ring, Point p) {
  bool inside = false;
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
    const Point a = ring[i];
    const Point b = ring[j];
    if ((a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x)
      inside = !inside;
  }
  return inside;
}

Point point_inside(const Ring& ring, std::uint64_t seed, std::uint64_t index) {
  const auto [left, right] =
      std::minmax_element(ring.begin(), ring.end(), [](auto& a, auto& b) { return a.x < b.x; });
  const auto [low, high] =
      std::minmax_element(ring.begin(), ring.end(), [](auto& a, auto& b) { return a.y < b.y; });
  Random random(seed, stream::spot, index);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const Point p = snapped({left->x + random.unit() * (right->x - left->x),
                             low->y + random.unit() * (high->y - low->y)});
    if (contains(ring, p)) return p;
  }
  return snapped(centroid(ring));
}

std::vector<Ring> tile(const MapContent& map, std::size_t cells) {
  const Ring border = outline(map);
  std::vector<Point> sites = scatter(map, border, cells);
  for (int round = 0; round < map.relax; ++round) {
    const std::vector<Ring> rings = voronoi(border, sites);
    for (std::size_t i = 0; i < sites.size(); ++i)
      if (rings[i].size() > 2) sites[i] = centroid(rings[i]);
  }
  // The densest place, in the middle, comes first: the oldest streets have the first codes.
  std::sort(sites.begin(), sites.end(), [&](Point a, Point b) {
    const auto far = [&](Point p) {
      return (p.x - map.longitude) * (p.x - map.longitude) +
             (p.y - map.latitude) * (p.y - map.latitude);
    };
    return far(a) < far(b);
  });
  std::vector<Ring> rings = voronoi(border, sites);
  join_corners(rings);
  for (Ring& ring : rings) {
    Ring bent;
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const Point a = ring[i];
      const Point b = ring[(i + 1) % ring.size()];
      bent.push_back(a);
      const Ring between = bent_edge(a, b, map.seed);
      bent.insert(bent.end(), between.begin(), between.end());
    }
    ring = std::move(bent);
  }
  return rings;
}

}  // namespace hb::simulate
