#include "stats/joinpoint.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

namespace hb::stats {
namespace {

constexpr std::size_t least_points = 4;
constexpr int most_joins_ever = 5;

using Vector = std::vector<double>;

/// A symmetric positive definite system, by Cholesky; of at most 7 unknowns.
class Normal {
 public:
  explicit Normal(std::size_t size) : size_(size), factor_(size * size, 0.0), right_(size, 0.0) {}

  void add(const Vector& x, double y, double weight) {
    for (std::size_t i = 0; i < size_; ++i) {
      right_[i] += weight * x[i] * y;
      for (std::size_t j = 0; j <= i; ++j) at(i, j) += weight * x[i] * x[j];
    }
  }

  /// returns  false: singular
  bool factorise() {
    for (std::size_t i = 0; i < size_; ++i) {
      const double whole = at(i, i);
      for (std::size_t j = 0; j <= i; ++j) {
        double sum = at(i, j);
        for (std::size_t k = 0; k < j; ++k) sum -= at(i, k) * at(j, k);
        if (i == j && !(sum > 1e-12 * whole)) return false;
        at(i, j) = i == j ? std::sqrt(sum) : sum / at(j, j);
      }
    }
    return true;
  }

  Vector solve() const { return solve(right_); }
  Vector solve(Vector b) const {
    for (std::size_t i = 0; i < size_; ++i) {
      for (std::size_t k = 0; k < i; ++k) b[i] -= at(i, k) * b[k];
      b[i] /= at(i, i);
    }
    for (std::size_t i = size_; i-- > 0;) {
      for (std::size_t k = i + 1; k < size_; ++k) b[i] -= at(k, i) * b[k];
      b[i] /= at(i, i);
    }
    return b;
  }

 private:
  double& at(std::size_t i, std::size_t j) { return factor_[i * size_ + j]; }
  double at(std::size_t i, std::size_t j) const { return factor_[i * size_ + j]; }
  std::size_t size_;
  Vector factor_;
  Vector right_;
};

struct Data {
  Vector year;    ///< sorted
  Vector log;     ///< ln(rate)
  Vector weight;  ///< mean 1
};

/// Unknowns: level at the first year, slope, and the change of slope at each join.
Vector row_of(double year, double first, const Vector& joins) {
  Vector x = {1, year - first};
  for (const double join : joins) x.push_back(std::max(0.0, year - join));
  return x;
}

struct Fit {
  double sse = std::numeric_limits<double>::infinity();
  Vector joins;
  Vector unknowns;
};

std::optional<Normal> system_of(const Data& data, const Vector& joins) {
  Normal normal(2 + joins.size());
  for (std::size_t i = 0; i < data.year.size(); ++i)
    normal.add(row_of(data.year[i], data.year.front(), joins), data.log[i], data.weight[i]);
  if (!normal.factorise()) return std::nullopt;
  return normal;
}

Fit fit_at(const Data& data, const Vector& joins) {
  Fit fit{std::numeric_limits<double>::infinity(), joins, {}};
  const auto normal = system_of(data, joins);
  if (!normal) return fit;
  fit.unknowns = normal->solve();
  fit.sse = 0;
  for (std::size_t i = 0; i < data.year.size(); ++i) {
    const Vector x = row_of(data.year[i], data.year.front(), joins);
    double rest = data.log[i];
    for (std::size_t k = 0; k < x.size(); ++k) rest -= fit.unknowns[k] * x[k];
    fit.sse += data.weight[i] * rest * rest;
  }
  return fit;
}

/// The best fit with so many joins, over all sets of years that are far enough apart.
void search(const Data& data, const JoinpointOptions& options, std::size_t left, std::size_t from,
            Vector& joins, Fit& best) {
  if (left == 0) {
    Fit fit = fit_at(data, joins);
    if (fit.sse < best.sse) best = std::move(fit);
    return;
  }
  const std::size_t n = data.year.size();
  const auto ends = static_cast<std::size_t>(options.least_at_ends);
  const auto between = static_cast<std::size_t>(options.least_between);
  for (std::size_t at = from; at + ends < n; ++at) {
    joins.push_back(data.year[at]);
    search(data, options, left - 1, at + between + 1, joins, best);
    joins.pop_back();
  }
}

double bic_of(const Fit& fit, double n, double joins) {
  // A perfect fit has no logarithm; what rounding leaves counts as nothing.
  constexpr double nothing = 1e-28;
  return std::log(std::max(fit.sse, nothing) / n) + 2 * (joins + 1) * std::log(n) / n;
}

/// Variance of Σ c·unknown, given σ².
double variance_of(const Normal& normal, const Vector& c, double sigma_squared) {
  const Vector solved = normal.solve(c);
  double variance = 0;
  for (std::size_t i = 0; i < c.size(); ++i) variance += c[i] * solved[i];
  return variance * sigma_squared;
}

Joinpoint described(const Data& data, const Fit& fit) {
  Joinpoint found{fit.joins, {}, 0, 0, 0, {}};
  const auto n = static_cast<double>(data.year.size());
  found.degrees = n - 2 * (static_cast<double>(fit.joins.size()) + 1);
  const double sigma_squared = found.degrees > 0 ? fit.sse / found.degrees : 0;
  const auto normal = system_of(data, fit.joins);
  Vector combination(fit.unknowns.size(), 0.0);
  Vector average(fit.unknowns.size(), 0.0);
  const double length = data.year.back() - data.year.front();
  double slope = 0;
  for (std::size_t segment = 0; segment <= fit.joins.size(); ++segment) {
    slope += fit.unknowns[1 + segment];
    combination[1 + segment] = 1;  // slopes add up
    const double from = segment == 0 ? data.year.front() : fit.joins[segment - 1];
    const double to = segment == fit.joins.size() ? data.year.back() : fit.joins[segment];
    found.segments.push_back(
        {from, to, slope, std::sqrt(variance_of(*normal, combination, sigma_squared))});
    found.average_slope += slope * (to - from) / length;
    for (std::size_t k = 1; k <= 1 + segment; ++k) average[k] += (to - from) / length;
  }
  found.average_se = std::sqrt(variance_of(*normal, average, sigma_squared));
  return found;
}

Result<Data> data_of(std::span<const RatePoint> points) {
  std::vector<RatePoint> sorted(points.begin(), points.end());
  std::ranges::sort(sorted, {}, &RatePoint::year);
  const bool weighted =
      std::ranges::all_of(sorted, [](const RatePoint& point) { return point.se.has_value(); });
  Data data;
  double sum = 0;
  for (const RatePoint& point : sorted) {
    if (!(point.rate > 0)) return fail(ErrorCode::invalid_input, "a rate is not above 0");
    if (point.se && !(*point.se > 0))
      return fail(ErrorCode::invalid_input, "a standard error is not above 0");
    if (!data.year.empty() && point.year == data.year.back())
      return fail(ErrorCode::invalid_input, "a year is there twice");
    data.year.push_back(point.year);
    data.log.push_back(std::log(point.rate));
    data.weight.push_back(weighted ? std::pow(point.rate / *point.se, 2) : 1);
    sum += data.weight.back();
  }
  for (double& weight : data.weight) weight *= static_cast<double>(sorted.size()) / sum;
  return data;
}

}  // namespace

Result<std::optional<Joinpoint>> joinpoint_regression(std::span<const RatePoint> points,
                                                      const JoinpointOptions& options) {
  if (options.most_joins < 0 || options.most_joins > most_joins_ever)
    return fail(ErrorCode::invalid_input, "the number of joins is not between 0 and 5");
  if (options.least_between < 1 || options.least_at_ends < 1)
    return fail(ErrorCode::invalid_input, "there is not at least one year between joins");
  const Result<Data> data = data_of(points);
  if (!data) return unexpected(data.error());
  if (data->year.size() < least_points) return std::optional<Joinpoint>{};
  const auto n = static_cast<double>(data->year.size());
  std::vector<double> bic;
  Fit chosen;
  for (int joins = 0; joins <= options.most_joins; ++joins) {
    if (n - 2 * (joins + 1) < 1) break;  // nothing would be left to judge the fit by
    Fit best;
    Vector places;
    search(*data, options, static_cast<std::size_t>(joins),
           static_cast<std::size_t>(options.least_at_ends), places, best);
    if (!std::isfinite(best.sse)) break;
    bic.push_back(bic_of(best, n, joins));
    if (joins == 0 || bic.back() < *std::min_element(bic.begin(), bic.end() - 1))
      chosen = std::move(best);
  }
  Joinpoint found = described(*data, chosen);
  found.bic = std::move(bic);
  return found;
}

Result<PercentChange> percent_change(double slope, double se, double degrees, double confidence) {
  if (!(confidence > 0 && confidence < 1))
    return fail(ErrorCode::invalid_input, "the confidence is not in (0, 1)");
  const auto percent = [](double log_change) { return 100 * std::expm1(log_change); };
  PercentChange change{percent(slope), std::nullopt};
  if (!(degrees > 0)) return change;
  const double t = boost::math::quantile(boost::math::students_t(degrees), 0.5 + confidence / 2);
  change.limits = Interval{percent(slope - t * se), percent(slope + t * se)};
  return change;
}

}  // namespace hb::stats
