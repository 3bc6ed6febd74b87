#include "surveillance/reference_values.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "surveillance/distributions.hpp"

namespace hb::surveillance {
namespace {

/// Upper limits of a Poisson mean after 0, 1, …, 20 events.
constexpr std::array<double, 21> upper_limits = {
    3.285,  5.323,  6.686,  8.102,  9.598,  11.177, 12.817, 13.765, 14.921, 16.768, 17.633,
    19.050, 20.335, 21.364, 22.945, 23.762, 25.400, 26.306, 27.735, 28.966, 30.017};

void collect(const Series& series, std::size_t at, const ReferenceOptions& options,
             std::vector<double>& values) {
  values.clear();
  const auto w = static_cast<std::size_t>(options.w);
  const auto take = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
      if (!std::isnan(series.observed[i])) values.push_back(series.observed[i]);
  };
  for (int year = options.b; year >= 1; --year) {
    const std::size_t middle = at - static_cast<std::size_t>(year * series.freq);
    take(middle - w, middle + w + 1);
  }
  if (options.act_y) take(at - w, at);
}

Result<void> check(const Series& series, Range range, const ReferenceOptions& options) {
  const auto refuse = [](const char* message) { return fail(ErrorCode::invalid_input, message); };
  if (options.b < 0) return refuse("b: 0 or more years are expected");
  if (options.w < 0) return refuse("w: 0 or more time points are expected");
  if (options.b == 0 && (!options.act_y || options.w == 0))
    return refuse("b, w, actY: no reference value is chosen");
  if (options.b > 0 && options.w >= series.freq) return refuse("w: less than a year is expected");
  return check_range(series, range, reference_start(series, options));
}

}  // namespace

std::size_t reference_start(const Series& series, const ReferenceOptions& options) {
  const int back = options.b > 0 ? options.b * series.freq + options.w : options.w;
  return static_cast<std::size_t>(std::max(back, 0));
}

Result<std::vector<BayesPoint>> bayes(const Series& series, Range range,
                                      const BayesOptions& options) {
  if (!(options.alpha > 0 && options.alpha < 1))
    return fail(ErrorCode::invalid_input, "alpha: a number between 0 and 1 is expected");
  if (const auto sound = check(series, range, options.reference); !sound)
    return unexpected(sound.error());
  std::vector<BayesPoint> points(range.size());
  std::vector<double> values;
  for (std::size_t at = range.first; at < range.last; ++at) {
    BayesPoint& point = points[at - range.first];
    collect(series, at, options.reference, values);
    if (!values.empty()) {
      const auto n = static_cast<double>(values.size());
      double sum = 0;
      for (const double count : values) sum += count;
      point.expected = (sum + 0.5) / n;
      const NegativeBinomial law{sum + 0.5, n / (n + 1)};
      point.upperbound = quantile(law, 1 - options.alpha);
      const double observed = series.observed[at];
      if (!std::isnan(observed)) point.pvalue = at_least(law, observed);
    }
    point.alarm = above(series.observed[at], point.upperbound);
  }
  return points;
}

Result<std::vector<Judged>> rki(const Series& series, Range range,
                                const ReferenceOptions& options) {
  if (const auto sound = check(series, range, options); !sound) return unexpected(sound.error());
  constexpr double largest_small_mean = 20;
  std::vector<Judged> points(range.size());
  std::vector<double> values;
  for (std::size_t at = range.first; at < range.last; ++at) {
    Judged& point = points[at - range.first];
    collect(series, at, options, values);
    if (!values.empty()) {
      const Moments m = moments(values.data(), values.size());
      point.expected = m.mean;
      point.upperbound = m.mean > largest_small_mean
                             ? m.mean + 2 * m.sd
                             : upper_limits[static_cast<std::size_t>(std::floor(m.mean))];
    }
    point.alarm = above(series.observed[at], point.upperbound);
  }
  return points;
}

}  // namespace hb::surveillance
