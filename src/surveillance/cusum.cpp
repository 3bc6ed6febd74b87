#include "surveillance/cusum.hpp"

#include <algorithm>
#include <cmath>

#include "surveillance/regression.hpp"

namespace hb::surveillance {
namespace {

constexpr std::size_t longest_training = 60;  // time points, where no season is fitted

double standardise(double y, double m, const CusumOptions& options) {
  switch (options.trans) {
    case CusumTransform::standard:
      return (y - m) / std::sqrt(m);
    case CusumTransform::rossi:
      return (y - 3 * m + 2 * std::sqrt(y * m)) / (2 * std::sqrt(m));
    case CusumTransform::anscombe:
      return 1.5 * (std::cbrt(y * y) - std::cbrt(m * m)) / std::sqrt(std::cbrt(m));
    case CusumTransform::pearson_negative:
      return (y - m) / std::sqrt(m + options.alpha * m * m);
  }
  return none;
}

/// The count whose standardised value is x; NaN where there is none.
double count_of(double x, double m, const CusumOptions& options) {
  switch (options.trans) {
    case CusumTransform::standard:
      return std::ceil(std::sqrt(m) * x + m);
    case CusumTransform::rossi: {
      const double root = std::sqrt(4 * m + 2 * std::sqrt(m) * x) - std::sqrt(m);
      return root * root;
    }
    case CusumTransform::anscombe:
      return std::pow(std::cbrt(m * m) + x / 1.5 * std::sqrt(std::cbrt(m)), 1.5);
    case CusumTransform::pearson_negative:
      return m + x * std::sqrt(m + options.alpha * m * m);
  }
  return none;
}

Result<std::vector<double>> expected_counts(const Series& series, Range range,
                                            const CusumOptions& options) {
  const auto refuse = [&](const std::string& message) {
    return fail(ErrorCode::invalid_input, message, "unit " + series.unit);
  };
  if (options.m == CusumMean::given) {
    if (options.mean.size() != 1 && options.mean.size() != range.size())
      return refuse("m: one number is expected, or one per time point of the range (" +
                    std::to_string(range.size()) + ")");
    for (const double m : options.mean)
      if (!(m >= 0)) return refuse("m: numbers from 0 are expected");
    return options.mean.size() == 1 ? std::vector<double>(range.size(), options.mean[0])
                                    : options.mean;
  }
  std::vector<double> y;
  Design design;
  const SeasonalTerms terms;
  for (std::size_t i = 0; i < range.first; ++i) {
    if (std::isnan(series.observed[i])) continue;
    y.push_back(series.observed[i]);
    append_row(terms, static_cast<double>(series.first_period) + static_cast<double>(i),
               series.freq, design);
  }
  if (y.empty()) return refuse("counts before the range are expected, to learn the mean from");
  if (options.m == CusumMean::history) {
    double sum = 0;
    for (const double count : y) sum += count;
    return std::vector<double>(range.size(), sum / static_cast<double>(y.size()));
  }
  const CountFit fit = fit_poisson(design, y);
  std::vector<double> m;
  for (std::size_t at = range.first; at < range.last; ++at)
    m.push_back(predict(fit, terms,
                        static_cast<double>(series.first_period) + static_cast<double>(at),
                        series.freq));
  return m;
}

}  // namespace

std::size_t cusum_start(const Series& series, const CusumOptions& options) {
  if (options.m == CusumMean::given) return 0;
  const auto year = static_cast<std::size_t>(series.freq);
  return options.m == CusumMean::seasonal ? year : std::min(year, longest_training);
}

Result<std::vector<CusumPoint>> cusum(const Series& series, Range range,
                                      const CusumOptions& options) {
  if (!(options.k >= 0)) return fail(ErrorCode::invalid_input, "k: 0 or more is expected");
  if (!(options.h > 0)) return fail(ErrorCode::invalid_input, "h: a number above 0 is expected");
  if (!(options.alpha >= 0)) return fail(ErrorCode::invalid_input, "alpha: 0 or more is expected");
  if (const auto sound = check_range(series, range, 0); !sound) return unexpected(sound.error());
  const Result<std::vector<double>> m = expected_counts(series, range, options);
  if (!m) return unexpected(m.error());
  std::vector<CusumPoint> points(range.size());
  double sum = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double y = series.observed[range.first + i];
    CusumPoint& point = points[i];
    point.m = point.expected = (*m)[i];
    const double bound = count_of(options.h + options.k - sum, point.m, options);
    point.upperbound = bound > 0 ? bound : 0;  // 0 also where it is no number
    if (std::isnan(y)) {
      point.cusum = sum;
      point.alarm = Alarm::unknown;
      continue;
    }
    const double next = sum + standardise(y, point.m, options) - options.k;
    sum = next < 0 ? 0 : next;
    point.cusum = sum;
    point.alarm = std::isnan(sum) ? Alarm::unknown : sum >= options.h ? Alarm::yes : Alarm::no;
  }
  return points;
}

}  // namespace hb::surveillance
