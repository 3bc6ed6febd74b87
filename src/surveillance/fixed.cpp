#include "surveillance/fixed.hpp"

#include <cmath>

namespace hb::surveillance {

Result<std::vector<FixedPoint>> fixed(const Series& series, Range range,
                                      const FixedOptions& options) {
  if (!(options.threshold > 0))
    return fail(ErrorCode::invalid_input, "threshold: a number above 0 is expected");
  if (options.window < 1)
    return fail(ErrorCode::invalid_input, "window: 1 or more time points are expected");
  const auto length = static_cast<std::size_t>(options.window);
  if (const auto sound = check_range(series, range, length - 1); !sound)
    return unexpected(sound.error());
  std::vector<FixedPoint> points(range.size());
  for (std::size_t at = range.first; at < range.last; ++at) {
    FixedPoint& point = points[at - range.first];
    double sum = 0;
    bool missing = false;
    for (std::size_t i = at + 1 - length; i <= at; ++i) {
      if (std::isnan(series.observed[i]))
        missing = true;
      else
        sum += series.observed[i];
    }
    point.upperbound = options.threshold;
    if (!missing) point.window_cases = sum;
    point.alarm = sum >= options.threshold ? Alarm::yes : missing ? Alarm::unknown : Alarm::no;
  }
  return points;
}

}  // namespace hb::surveillance
