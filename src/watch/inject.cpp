#include "watch/inject.hpp"

#include <cmath>

namespace hb::watch {
namespace {

constexpr int open_within = 40;  // days looked for one on which the stream counts

/// Steele, Lea, Flood (2014), OOPSLA: SplitMix64.
std::uint64_t next(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

/// The next open day; none within reach: nothing.
bool to_open(const Stream& stream, Date& day) {
  for (int tried = 0; tried < open_within; ++tried, ++day.days)
    if (stream.is_open(day)) return true;
  return false;
}

}  // namespace

std::vector<Shape> outbreak_shapes() {
  // One exposure; exposures over two weeks; person to person, doubling every four days.
  std::vector<Shape> shapes = {{"point", {0.15, 0.35, 0.25, 0.15, 0.1}},
                               {"continuous", std::vector<double>(14, 1.0 / 14)},
                               {"propagated", {}}};
  constexpr int days = 16;
  double sum = 0;
  for (int day = 0; day < days; ++day) sum += std::exp2(day / 4.0);
  for (int day = 0; day < days; ++day) shapes[2].shares.push_back(std::exp2(day / 4.0) / sum);
  return shapes;
}

std::vector<Injection> inject(const Stream& stream, StreamCounts& counts, const Shape& shape,
                              int size, int number, Date from, Date to, std::uint64_t seed) {
  std::vector<const SeriesKey*> keys;
  for (const auto& [key, by_day] : counts) keys.push_back(&key);
  std::vector<Injection> injections;
  const int room = to.days - from.days + 1 - static_cast<int>(shape.shares.size());
  if (keys.empty() || room < 1) return injections;
  for (int i = 0; i < number; ++i) {
    Injection one{*keys[next(seed) % keys.size()], {}};
    std::map<Date, double>& series = counts[one.key];
    const Date begin{from.days + static_cast<int>(static_cast<std::int64_t>(room) * i / number)};
    double share = 0;
    int placed = 0;
    for (std::size_t at = 0; at < shape.shares.size(); ++at) {
      share += shape.shares[at];
      const int upto = static_cast<int>(std::lround(share * size));
      Date day{begin.days + static_cast<int>(at)};
      if (upto == placed || !to_open(stream, day)) continue;
      series[day] += upto - placed;
      placed = upto;
      if (one.days.empty() || one.days.back() < day) one.days.push_back(day);
    }
    if (!one.days.empty()) injections.push_back(std::move(one));
  }
  return injections;
}

}  // namespace hb::watch
