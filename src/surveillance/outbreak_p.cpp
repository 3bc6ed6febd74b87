#include "surveillance/outbreak_p.hpp"

#include <cmath>

namespace hb::surveillance {
namespace {

/// A run of time points with one fitted mean.
struct Block {
  double sum;
  std::size_t count;
  double mean() const { return sum / static_cast<double>(count); }
};

/// Non-decreasing least squares fit (pool adjacent violators), kept up to date.
class RisingFit {
 public:
  void add(double count) {
    blocks_.push_back({count, 1});
    counts_.push_back(count);
    total_ += count;
    while (blocks_.size() > 1 && blocks_[blocks_.size() - 2].mean() >= blocks_.back().mean()) {
      const Block last = blocks_.back();
      blocks_.pop_back();
      blocks_.back().sum += last.sum;
      blocks_.back().count += last.count;
    }
  }

  double product() const {
    double product = 1;
    each([&](double ratio, double count) { product *= std::pow(ratio, count); });
    return product;
  }

  double log_product() const {
    double sum = 0;
    each([&](double ratio, double count) {
      if (count > 0) sum += count * std::log(ratio);
    });
    return sum;
  }

 private:
  template <class Use>
  void each(const Use& use) const {
    const double mean = total_ / static_cast<double>(counts_.size());
    std::size_t i = 0;
    for (const Block& block : blocks_) {
      const double ratio = mean > 0 ? block.mean() / mean : 1;
      for (const std::size_t end = i + block.count; i < end; ++i) use(ratio, counts_[i]);
    }
  }

  std::vector<Block> blocks_;
  std::vector<double> counts_;
  double total_ = 0;
};

/// Least count that lifts the statistic above k; NaN where even none does, or none up to `most`.
double cases_needed(const RisingFit& before, const OutbreakPOptions& options) {
  const double log_k = std::log(options.k);
  const auto alarms = [&](double count) {
    RisingFit fit = before;
    fit.add(count);
    return fit.log_product() > log_k;
  };
  if (alarms(0) || !alarms(options.max_upperbound_cases)) return none;
  double low = 0;
  double high = options.max_upperbound_cases;
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    (alarms(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace

Result<std::vector<OutbreakPPoint>> outbreak_p(const Series& series, Range range,
                                               const OutbreakPOptions& options) {
  if (!(options.k > 0)) return fail(ErrorCode::invalid_input, "k: a number above 0 is expected");
  if (!(options.max_upperbound_cases >= 1))
    return fail(ErrorCode::invalid_input, "maxUpperboundCases: 1 or more is expected");
  if (const auto sound = check_range(series, range, 0); !sound) return unexpected(sound.error());
  std::vector<OutbreakPPoint> points(range.size());
  RisingFit fit;
  for (std::size_t at = 0; at < range.last; ++at) {
    const double y = series.observed[at];
    if (at >= range.first) {
      OutbreakPPoint& point = points[at - range.first];
      if (options.ret == Returned::cases) point.upperbound = cases_needed(fit, options);
      point.alarm = Alarm::unknown;
    }
    if (std::isnan(y)) continue;
    fit.add(y);
    if (at < range.first) continue;
    OutbreakPPoint& point = points[at - range.first];
    const double product = fit.product();
    point.log_statistic = fit.log_product();
    if (options.ret == Returned::value) point.upperbound = product;
    point.alarm = above(product, options.k);
  }
  return points;
}

}  // namespace hb::surveillance
