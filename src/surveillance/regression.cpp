#include "surveillance/regression.hpp"

#include <algorithm>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>
#include <numbers>

namespace hb::surveillance {
namespace {

constexpr int most_steps = 25;
constexpr double tolerance = 1e-8;
constexpr double least_mean = std::numeric_limits<double>::epsilon();
constexpr double singular = 1e-11;  // share of a column left over, as in R's glm

/// Reflects the columns from `at` on so that column `at` is zero below the diagonal.
void reflect(std::vector<double>& q, std::size_t n, std::size_t width, std::size_t at,
             std::size_t pivot) {
  double squares = 0;
  for (std::size_t i = pivot; i < n; ++i) squares += q[i * width + at] * q[i * width + at];
  const double head = q[pivot * width + at];
  const double alpha = head > 0 ? -std::sqrt(squares) : std::sqrt(squares);
  std::vector<double> v(n - pivot);
  for (std::size_t i = pivot; i < n; ++i) v[i - pivot] = q[i * width + at];
  v[0] -= alpha;
  double norm = 0;
  for (const double x : v) norm += x * x;
  if (norm == 0) return;
  for (std::size_t c = at; c < width; ++c) {
    double dot = 0;
    for (std::size_t i = pivot; i < n; ++i) dot += v[i - pivot] * q[i * width + c];
    for (std::size_t i = pivot; i < n; ++i) q[i * width + c] -= 2 * dot / norm * v[i - pivot];
  }
}

double norm_below(const std::vector<double>& q, std::size_t n, std::size_t width, std::size_t c,
                  std::size_t from) {
  double squares = 0;
  for (std::size_t i = from; i < n; ++i) squares += q[i * width + c] * q[i * width + c];
  return std::sqrt(squares);
}

/// R⁻¹ of the kept columns, then R⁻¹ R⁻ᵀ.
void invert(const std::vector<double>& q, std::size_t width, const std::vector<std::size_t>& kept,
            std::size_t columns, std::vector<double>& inverse) {
  const std::size_t rank = kept.size();
  std::vector<double> r_inverse(rank * rank, 0);
  for (std::size_t c = 0; c < rank; ++c) {
    for (std::size_t i = c + 1; i-- > 0;) {
      double sum = i == c ? 1 : 0;
      for (std::size_t k = i + 1; k <= c; ++k)
        sum -= q[i * width + kept[k]] * r_inverse[k * rank + c];
      r_inverse[i * rank + c] = sum / q[i * width + kept[i]];
    }
  }
  inverse.assign(columns * columns, 0);
  for (std::size_t a = 0; a < rank; ++a)
    for (std::size_t b = 0; b < rank; ++b)
      for (std::size_t k = std::max(a, b); k < rank; ++k)
        inverse[kept[a] * columns + kept[b]] += r_inverse[a * rank + k] * r_inverse[b * rank + k];
}

/// Variance function and deviance of Poisson (theta 0) or negative binomial counts.
struct Family {
  double theta = 0;

  double weight(double mu) const { return theta == 0 ? mu : mu / (1 + mu / theta); }
  double deviance(double y, double mu) const {
    if (theta == 0) return 2 * (y > 0 ? y * std::log(y / mu) - (y - mu) : mu);
    return 2 * (y * std::log(std::max(1.0, y) / mu) -
                (y + theta) * std::log((y + theta) / (mu + theta)));
  }
};

double total_deviance(const Family& family, const std::vector<double>& y,
                      const std::vector<double>& mean) {
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) sum += family.deviance(y[i], mean[i]);
  return sum;
}

/// fit.mean holds the start and becomes the fitted means.
void iterate(const Design& design, const std::vector<double>& y, const Family& family,
             CountFit& fit) {
  const std::size_t n = y.size();
  std::vector<double> weight(n);
  std::vector<double> response(n);
  std::vector<double> eta(n);  // without the floor that the means have
  for (std::size_t i = 0; i < n; ++i) eta[i] = std::log(fit.mean[i]);
  fit.converged = false;
  double before = total_deviance(family, y, fit.mean);
  for (int step = 0; step < most_steps && !fit.converged; ++step) {
    for (std::size_t i = 0; i < n; ++i) {
      weight[i] = family.weight(fit.mean[i]);
      response[i] = eta[i] + (y[i] - fit.mean[i]) / fit.mean[i];
    }
    fit.coefficients = least_squares(design, response, weight).coefficients;
    for (std::size_t i = 0; i < n; ++i) {
      eta[i] = 0;
      for (std::size_t c = 0; c < design.columns; ++c)
        eta[i] += design.row(i)[c] * fit.coefficients[c];
      fit.mean[i] = std::max(std::exp(eta[i]), least_mean);
    }
    const double deviance = total_deviance(family, y, fit.mean);
    if (!std::isfinite(deviance)) return;
    fit.converged = std::abs(deviance - before) / (std::abs(deviance) + 0.1) < tolerance;
    before = deviance;
  }
}

/// Newton's method for theta from its moment estimate; stops where R's theta.ml stops.
double most_likely_theta(const std::vector<double>& y, const std::vector<double>& mean) {
  using boost::math::digamma;
  using boost::math::trigamma;
  const double enough = std::pow(std::numeric_limits<double>::epsilon(), 0.25);
  double spread = 0;
  for (std::size_t i = 0; i < y.size(); ++i) spread += (y[i] / mean[i] - 1) * (y[i] / mean[i] - 1);
  double theta = static_cast<double>(y.size()) / spread;
  double change = 1;
  for (int step = 1; step < most_steps && std::abs(change) > enough; ++step) {
    theta = std::abs(theta);
    double score = 0;
    double information = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double mu = mean[i];
      score += digamma(theta + y[i]) - digamma(theta) + std::log(theta) + 1 - std::log(theta + mu) -
               (y[i] + theta) / (mu + theta);
      information += -trigamma(theta + y[i]) + trigamma(theta) - 1 / theta + 2 / (mu + theta) -
                     (y[i] + theta) / ((mu + theta) * (mu + theta));
    }
    change = score / information;
    theta += change;
    if (!std::isfinite(theta)) return theta;
  }
  return std::max(theta, 0.0);
}

double log_likelihood(double theta, const std::vector<double>& y, const std::vector<double>& mean) {
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double mu = mean[i];
    sum += std::lgamma(theta + y[i]) - std::lgamma(theta) - std::lgamma(y[i] + 1) +
           theta * std::log(theta) + y[i] * std::log(mu + (y[i] == 0 ? 1 : 0)) -
           (theta + y[i]) * std::log(theta + mu);
  }
  return sum;
}

}  // namespace

LeastSquares least_squares(const Design& design, const std::vector<double>& response,
                           const std::vector<double>& weight) {
  const std::size_t n = response.size();
  const std::size_t p = design.columns;
  const std::size_t width = p + 1;
  std::vector<double> q(n * width);
  for (std::size_t i = 0; i < n; ++i) {
    const double root = weight.empty() ? 1 : std::sqrt(weight[i]);
    for (std::size_t c = 0; c < p; ++c) q[i * width + c] = root * design.row(i)[c];
    q[i * width + p] = root * response[i];
  }
  std::vector<double> norms(p);
  for (std::size_t c = 0; c < p; ++c) norms[c] = norm_below(q, n, width, c, 0);
  std::vector<std::size_t> kept;
  for (std::size_t c = 0; c < p && kept.size() < n; ++c) {
    if (!(norm_below(q, n, width, c, kept.size()) > singular * norms[c])) continue;
    reflect(q, n, width, c, kept.size());
    kept.push_back(c);
  }
  LeastSquares answer;
  answer.rank = kept.size();
  answer.coefficients.assign(p, 0);
  for (std::size_t i = kept.size(); i-- > 0;) {
    double sum = q[i * width + p];
    for (std::size_t k = i + 1; k < kept.size(); ++k)
      sum -= q[i * width + kept[k]] * answer.coefficients[kept[k]];
    answer.coefficients[kept[i]] = sum / q[i * width + kept[i]];
  }
  invert(q, width, kept, p, answer.inverse);
  return answer;
}

CountFit fit_poisson(const Design& design, const std::vector<double>& y) {
  CountFit fit;
  for (const double count : y) fit.mean.push_back(count + 0.1);
  iterate(design, y, {}, fit);
  return fit;
}

CountFit fit_negative_binomial(const Design& design, const std::vector<double>& y) {
  CountFit fit = fit_poisson(design, y);
  if (!fit.converged) return fit;
  fit.theta = most_likely_theta(y, fit.mean);
  const double free_rows = static_cast<double>(y.size()) - static_cast<double>(design.columns);
  const double scale = std::sqrt(2 * std::max(1.0, free_rows));
  double likelihood = log_likelihood(fit.theta, y, fit.mean);
  double before = likelihood + 2 * scale;
  double change = 1;
  for (int round = 0; round < most_steps; ++round) {
    if (!std::isfinite(fit.theta) || fit.theta <= 0) break;
    if (!(std::abs(before - likelihood) / scale + std::abs(change) > tolerance)) break;
    const double theta = fit.theta;
    fit.theta = most_likely_theta(y, fit.mean);  // at the means before the step, as glm.nb does
    iterate(design, y, {theta}, fit);
    change = theta - fit.theta;
    before = likelihood;
    likelihood = log_likelihood(fit.theta, y, fit.mean);
  }
  if (!std::isfinite(fit.theta) || fit.theta <= 0) fit.converged = false;
  return fit;
}

CountFit fit_negative_binomial(const Design& design, const std::vector<double>& y, double theta) {
  CountFit fit;
  for (const double count : y) fit.mean.push_back(count > 0 ? count : 1.0 / 6);  // as R begins
  iterate(design, y, {theta}, fit);
  fit.theta = theta;
  return fit;
}

void append_row(const SeasonalTerms& terms, double time, int freq, Design& design) {
  design.columns = terms.columns();
  design.rows.push_back(1);
  if (terms.trend) design.rows.push_back(time);
  for (int s = 1; s <= terms.harmonics; ++s) {
    const double angle = 2 * std::numbers::pi * s * time / freq;
    design.rows.push_back(std::cos(angle));
    design.rows.push_back(std::sin(angle));
  }
}

double predict(const CountFit& fit, const SeasonalTerms& terms, double time, int freq) {
  Design one;
  append_row(terms, time, freq, one);
  double eta = 0;
  for (std::size_t c = 0; c < one.columns; ++c) eta += one.rows[c] * fit.coefficients[c];
  return std::max(std::exp(eta), least_mean);  // as R's inverse of the log link
}

}  // namespace hb::surveillance
