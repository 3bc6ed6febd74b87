#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "watch/findings.hpp"

namespace hb::watch {

/// Cases of an outbreak by day since its first, as shares of all.
struct Shape {
  std::string_view name;
  std::vector<double> shares;
};
std::vector<Shape> outbreak_shapes();

/// An outbreak put into a series.
struct Injection {
  SeriesKey key;
  std::vector<Date> days;  ///< with cases, rising
};

/// Puts outbreaks of one shape and size into series of a stream: evenly over the days, each into a
/// series drawn anew (all with counts alike); cases fall on open days.
/// counts  changed
std::vector<Injection> inject(const Stream& stream, StreamCounts& counts, const Shape& shape,
                              int size, int number, Date from, Date to, std::uint64_t seed);

}  // namespace hb::watch
