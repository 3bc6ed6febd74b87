#include "scan/shiryaev_roberts.hpp"

#include <algorithm>
#include <cmath>

namespace hb::scan {

Result<SurveillanceAlarm> watch_events(std::span<const Point> events,
                                       const SurveillanceOptions& options) {
  if (!(options.radius > 0) || !(options.epsilon > 0) || !(options.threshold > 0))
    return fail(ErrorCode::invalid_input, "radius, epsilon and threshold must be above 0");
  if (events.size() > 20000) return fail(ErrorCode::invalid_input, "more than 20,000 events");
  constexpr double largest = 1e300;
  SurveillanceAlarm alarm;
  std::vector<double> since(events.size(), 0.0);  // events in the cylinder that begins with each
  std::vector<double> near(events.size(), 0.0);   // events near it at any time so far
  for (std::size_t now = 0; now < events.size(); ++now) {
    for (std::size_t k = 0; k <= now; ++k) {
      if (!(distance(events[k], events[now], Geometry::plane) < options.radius)) continue;
      since[k] += 1;
      near[k] += 1;
      if (k < now) near[now] += 1;
    }
    double sum = 0;
    double most = -1;
    std::size_t centre = 0;
    for (std::size_t k = 0; k <= now; ++k) {
      const double expected =
          near[k] * static_cast<double>(now - k + 1) / static_cast<double>(now + 1);
      const double ratio = std::min(
          std::exp(since[k] * std::log1p(options.epsilon) - options.epsilon * expected), largest);
      if (ratio > most) {
        most = ratio;
        centre = k;
      }
      sum = std::min(sum + ratio, largest);
    }
    alarm.statistic.push_back(sum);
    if (!alarm.first && sum > options.threshold) {
      alarm.first = now;
      alarm.centre = centre;
    }
  }
  return alarm;
}

}  // namespace hb::scan
