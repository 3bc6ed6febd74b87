#include "surveillance/ears.hpp"

#include <algorithm>
#include <cmath>

#include "surveillance/distributions.hpp"

namespace hb::surveillance {
namespace {

constexpr std::size_t c2_lag = 2;     // time points between the baseline and the one judged
constexpr std::size_t c3_memory = 2;  // former excesses that count

/// 0 for what is below it; missing stays missing.
double at_least_zero(double x) { return x < 0 ? 0 : x; }

/// Mean and floored standard deviation of the baseline of `at`.
Moments baseline_of(const Series& series, std::size_t at, std::size_t lag,
                    const EarsOptions& options) {
  const auto length = static_cast<std::size_t>(options.baseline);
  Moments m = moments(series.observed.data() + (at - lag - length), length);
  if (m.sd < options.min_sigma) m.sd = options.min_sigma;
  return m;
}

Judged plain(const Series& series, std::size_t at, std::size_t lag, double z,
             const EarsOptions& options) {
  const Moments m = baseline_of(series, at, lag, options);
  const double bound = m.mean + z * m.sd;
  return {m.mean, bound, above(series.observed[at], bound)};
}

/// How far the count lies above one standard deviation of its C2 baseline, in those.
double excess_of(const Series& series, std::size_t at, const EarsOptions& options) {
  const Moments m = baseline_of(series, at, c2_lag, options);
  return at_least_zero((series.observed[at] - m.mean) / m.sd - 1);
}

std::vector<Judged> c3(const Series& series, Range range, double z, const EarsOptions& options) {
  std::vector<Judged> points;
  points.reserve(range.size());
  double before = excess_of(series, range.first - c3_memory, options);
  double last = excess_of(series, range.first - 1, options);
  for (std::size_t at = range.first; at < range.last; ++at) {
    const double observed = series.observed[at];
    const Moments m = baseline_of(series, at, c2_lag, options);
    const double bound = at_least_zero(observed + m.sd * (z - (last + before)));
    points.push_back({m.mean, bound, above(observed, bound)});
    before = last;
    last = at_least_zero((observed - m.mean) / m.sd - 1);
  }
  return points;
}

}  // namespace

std::size_t ears_start(EarsMethod method, const EarsOptions& options) {
  const auto length = static_cast<std::size_t>(std::max(options.baseline, 0));
  if (method == EarsMethod::c1) return length;
  return length + c2_lag + (method == EarsMethod::c3 ? c3_memory : 0);
}

Result<std::vector<Judged>> ears(EarsMethod method, const Series& series, Range range,
                                 const EarsOptions& options) {
  const auto refuse = [](const char* message) { return fail(ErrorCode::invalid_input, message); };
  const double alpha = options.alpha.value_or(method == EarsMethod::c3 ? 0.025 : 0.001);
  if (options.baseline < 2) return refuse("baseline: at least 2 time points are expected");
  if (!(alpha > 0 && alpha < 1)) return refuse("alpha: a number between 0 and 1 is expected");
  if (!(options.min_sigma >= 0)) return refuse("minSigma: 0 or more is expected");
  if (const auto sound = check_range(series, range, ears_start(method, options)); !sound)
    return unexpected(sound.error());
  const double z = normal_quantile(1 - alpha);
  if (method == EarsMethod::c3) return c3(series, range, z, options);
  std::vector<Judged> points;
  points.reserve(range.size());
  for (std::size_t at = range.first; at < range.last; ++at)
    points.push_back(plain(series, at, method == EarsMethod::c1 ? 0 : c2_lag, z, options));
  return points;
}

}  // namespace hb::surveillance
