#pragma once

namespace hb::surveillance {

/// Upper quantile of the standard normal distribution at 1 − alpha.
double normal_quantile(double probability);
/// P(Z <= x).
double normal_cdf(double x);
/// P(|T| > |t|) of Student's t.
double t_two_sided(double t, double degrees);

/// Negative binomial counts with mean size·(1 − prob)/prob; size > 0 need not be whole.
struct NegativeBinomial {
  double size;
  double prob;
};

/// Least whole x with P(X <= x) >= probability.
double quantile(const NegativeBinomial& law, double probability);
double poisson_quantile(double mean, double probability);

/// P(X >= x) for whole x >= 0.
double at_least(const NegativeBinomial& law, double x);
double poisson_at_least(double mean, double x);

}  // namespace hb::surveillance
