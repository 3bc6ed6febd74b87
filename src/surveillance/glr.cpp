#include "surveillance/glr.hpp"

#include <algorithm>
#include <cmath>

namespace hb::surveillance {
namespace {

struct InControl {
  std::vector<double> mean;  ///< per time point of the range
  double alpha = 0;          ///< 0 = Poisson
};

Error complaint(const Series& series, const std::string& message) {
  return {ErrorCode::invalid_input, message, "unit " + series.unit};
}

/// Fits the counts before `until` and predicts the range from there on.
Result<void> learn(GlrFamily family, const Series& series, Range range, std::size_t until,
                   const GlrOptions& options, InControl& control) {
  std::vector<double> y;
  Design design;
  for (std::size_t i = 0; i < until; ++i) {
    if (std::isnan(series.observed[i])) continue;
    y.push_back(series.observed[i]);
    append_row(options.mu0_model, static_cast<double>(i + 1), series.freq, design);
  }
  if (y.size() <= options.mu0_model.columns())
    return unexpected(complaint(series, "mu0: more than " +
                                            std::to_string(options.mu0_model.columns()) +
                                            " counts before the range are expected, there are " +
                                            std::to_string(y.size())));
  const bool estimate = family == GlrFamily::negative_binomial && !options.alpha;
  CountFit fit = estimate            ? fit_negative_binomial(design, y)
                 : control.alpha > 0 ? fit_negative_binomial(design, y, 1 / control.alpha)
                                     : fit_poisson(design, y);
  if (!fit.converged) fit = fit_poisson(design, y);  // no more spread than Poisson: theta runs away
  if (estimate) control.alpha = fit.theta > 0 ? 1 / fit.theta : 0;
  control.mean.resize(range.size());
  for (std::size_t at = std::max(until, range.first); at < range.last; ++at)
    control.mean[at - range.first] =
        predict(fit, options.mu0_model, static_cast<double>(at + 1), series.freq);
  return {};
}

/// Log likelihood ratio of a change by kappa over y[j…n], and the best kappa.
class Ratio {
 public:
  Ratio(const double* y, const double* mu, double alpha, const GlrOptions& options)
      : y_(y), mu_(mu), alpha_(alpha), options_(options) {}

  /// Maximum over change points in [from, to] of the ratio up to n.
  double best(std::size_t from, std::size_t to, std::size_t n) const {
    double best = 0;
    double sum_y = 0;
    double sum_mu = 0;
    double kappa = 0;
    for (std::size_t j = n + 1; j-- > from;) {
      if (!std::isnan(y_[j])) {
        sum_y += y_[j];
        sum_mu += mu_[j];
      }
      if (j > to) continue;
      best = std::max(best, alpha_ > 0 ? negative_binomial(j, n, sum_y, sum_mu, kappa)
                                       : poisson(sum_y, sum_mu));
    }
    return best;
  }

 private:
  bool outside(double kappa) const {
    return options_.dir == Direction::increase ? kappa <= 0 : kappa >= 0;
  }

  double poisson(double sum_y, double sum_mu) const {
    const double kappa = options_.theta.value_or(std::log(sum_y / sum_mu));
    if (!options_.theta && outside(kappa)) return 0;
    if (sum_y == 0 && !options_.theta) return 0;  // kappa = −∞: R leaves such changes out
    return kappa * sum_y - std::expm1(kappa) * sum_mu;
  }

  /// kappa holds a start and gets the answer: neighbouring change points differ little.
  double negative_binomial(std::size_t j, std::size_t n, double sum_y, double sum_mu,
                           double& kappa) const {
    if (options_.theta) return value(j, n, *options_.theta);
    if (sum_y == 0 && options_.dir == Direction::decrease) return limit_at_zero(j, n);
    if (slope_at_zero(j, n) == 0) return 0;
    if (outside(slope_at_zero(j, n))) return 0;
    if (outside(kappa)) kappa = std::log(std::max(sum_y, 0.5) / sum_mu);
    constexpr int most_steps = 60;
    constexpr double enough = 1e-10;
    double low = options_.dir == Direction::increase ? 0 : -700;
    double high = options_.dir == Direction::increase ? 700 : 0;
    for (int step = 0; step < most_steps; ++step) {
      double slope = 0;
      double bend = 0;
      const double lift = std::exp(kappa);
      for (std::size_t i = j; i <= n; ++i) {
        if (std::isnan(y_[i])) continue;
        const double mu = mu_[i] * lift;
        const double d = 1 + alpha_ * mu;
        slope += (y_[i] - mu) / d;
        bend += mu * (1 + alpha_ * y_[i]) / (d * d);
      }
      (slope > 0 ? low : high) = kappa;
      double next = kappa + slope / bend;
      if (!(next > low && next < high)) next = (low + high) / 2;
      const double change = std::abs(next - kappa);
      kappa = next;
      if (change < enough) break;
    }
    return value(j, n, kappa);
  }

  double slope_at_zero(std::size_t j, std::size_t n) const {
    double slope = 0;
    for (std::size_t i = j; i <= n; ++i)
      if (!std::isnan(y_[i])) slope += (y_[i] - mu_[i]) / (1 + alpha_ * mu_[i]);
    return slope;
  }

  /// Where kappa goes to −∞.
  double limit_at_zero(std::size_t j, std::size_t n) const {
    double sum = 0;
    for (std::size_t i = j; i <= n; ++i)
      if (!std::isnan(y_[i])) sum += std::log1p(alpha_ * mu_[i]) / alpha_;
    return sum;
  }

  double value(std::size_t j, std::size_t n, double kappa) const {
    const double lift = std::exp(kappa);
    double sum = 0;
    for (std::size_t i = j; i <= n; ++i) {
      if (std::isnan(y_[i])) continue;
      sum += y_[i] * kappa -
             (y_[i] + 1 / alpha_) * std::log((1 + alpha_ * mu_[i] * lift) / (1 + alpha_ * mu_[i]));
    }
    return sum;
  }

  const double* y_;
  const double* mu_;
  double alpha_;
  const GlrOptions& options_;
};

/// Change points that are searched at n, counted from `start`; false where there are none yet. The
/// limits of R: Mtilde time points must have come; where M limits the search, the change is Mtilde
/// time points back, for the negative binomial one fewer.
bool search_window(bool poisson, std::size_t start, std::size_t n, const GlrOptions& options,
                   std::size_t& from, std::size_t& to) {
  const auto lead = static_cast<std::size_t>(options.m_tilde);
  from = start;
  to = n;
  if (n + 1 < start + lead) return false;
  if (options.m < 0) return true;
  const auto back = static_cast<std::size_t>(options.m);
  if (poisson && n < start + lead) return false;
  to = poisson ? n - lead : n + 1 - lead;
  if (n - start > back) from = n - back;
  return from <= to;
}

/// Least count at n that alarms; NaN above x_max.
double cases_needed(std::vector<double>& y, const std::vector<double>& mu, double alpha,
                    std::size_t from, std::size_t to, std::size_t n, const GlrOptions& options) {
  const double seen = y[n];
  const auto alarms = [&](double count) {
    y[n] = count;
    return Ratio(y.data(), mu.data(), alpha, options).best(from, to, n) >= options.c_arl;
  };
  double answer = none;
  if (alarms(0)) {
    answer = 0;
  } else if (alarms(options.x_max)) {
    double low = 0;
    double high = options.x_max;
    while (high - low > 1) {
      const double middle = std::floor((low + high) / 2);
      (alarms(middle) ? high : low) = middle;
    }
    answer = high;
  }
  y[n] = seen;
  return answer;
}

Result<void> check(GlrFamily family, const Series& series, Range range, const GlrOptions& o) {
  const auto refuse = [&](const std::string& message) {
    return fail(ErrorCode::invalid_input, message, "unit " + series.unit);
  };
  if (!(o.c_arl > 0)) return refuse("c.ARL: a number above 0 is expected");
  if (o.m_tilde < 1) return refuse("Mtilde: 1 or more time points are expected");
  if (o.m != -1 && o.m < o.m_tilde) return refuse("M: -1 or at least Mtilde is expected");
  if (o.mu0_model.harmonics < 0) return refuse("mu0.S: 0 or more is expected");
  if (!(o.alpha.value_or(0) >= 0)) return refuse("alpha: 0 or more is expected");
  if (!(o.x_max >= 1)) return refuse("xMax: 1 or more is expected");
  if (o.ret == Returned::cases && o.dir == Direction::decrease)
    return refuse("ret: cases can be given for dir: inc only");
  if (o.theta && (*o.theta > 0) != (o.dir == Direction::increase))
    return refuse("theta: above 0 for dir: inc, below 0 for dir: dec is expected");
  if (family == GlrFamily::poisson && o.alpha)
    return refuse("alpha: glr-poisson has none; use glr-nb");
  if (!o.mu0.empty() && o.mu0.size() != 1 && o.mu0.size() != range.size())
    return refuse("mu0: one number is expected, or one per time point of the range (" +
                  std::to_string(range.size()) + ")");
  for (const double mu : o.mu0)
    if (!(mu > 0)) return refuse("mu0: numbers above 0 are expected");
  if (!o.mu0.empty() && family == GlrFamily::negative_binomial && !o.alpha)
    return refuse("alpha: a number is expected where mu0 is given");
  return check_range(series, range, 0);
}

}  // namespace

std::size_t glr_start(const Series& series, const GlrOptions& options) {
  return options.mu0.empty() ? static_cast<std::size_t>(series.freq) : 0;
}

Result<std::vector<GlrPoint>> glr(GlrFamily family, const Series& series, Range range,
                                  const GlrOptions& options) {
  if (const auto sound = check(family, series, range, options); !sound)
    return unexpected(sound.error());
  InControl control;
  control.alpha = family == GlrFamily::poisson ? 0 : options.alpha.value_or(0);
  if (!options.mu0.empty()) {
    control.mean =
        options.mu0.size() == 1 ? std::vector<double>(range.size(), options.mu0[0]) : options.mu0;
  } else if (const auto fit = learn(family, series, range, range.first, options, control); !fit) {
    return unexpected(fit.error());
  }
  std::vector<double> y(series.observed.begin() + static_cast<std::ptrdiff_t>(range.first),
                        series.observed.begin() + static_cast<std::ptrdiff_t>(range.last));
  std::vector<GlrPoint> points(range.size());
  std::size_t start = 0;
  for (std::size_t n = 0; n < points.size(); ++n) {
    GlrPoint& point = points[n];
    point.mu0 = point.expected = control.mean[n];
    if (family == GlrFamily::negative_binomial) point.alpha = control.alpha;
    std::size_t from = 0;
    std::size_t to = 0;
    const bool searched = search_window(control.alpha == 0, start, n, options, from, to);
    const double statistic =
        searched ? Ratio(y.data(), control.mean.data(), control.alpha, options).best(from, to, n)
                 : 0;
    point.upperbound = statistic;
    if (options.ret == Returned::cases)
      point.upperbound =
          searched ? cases_needed(y, control.mean, control.alpha, from, to, n, options) : none;
    point.alarm = std::isnan(y[n])             ? Alarm::unknown
                  : statistic >= options.c_arl ? Alarm::yes
                                               : Alarm::no;
    if (point.alarm != Alarm::yes) continue;
    start = n + 1;
    if (!options.mu0_refit || !options.mu0.empty()) continue;
    if (const auto fit = learn(family, series, range, range.first + start, options, control); !fit)
      return unexpected(fit.error());
  }
  return points;
}

}  // namespace hb::surveillance
