#pragma once
#include "surveillance/series.hpp"

namespace hb::surveillance {

/// Which counts a method compares a time point with.
struct ReferenceOptions {
  int b = 0;          ///< years back, >= 0
  int w = 6;          ///< half-window, time points >= 0
  bool act_y = true;  ///< also the w time points before
};

struct BayesOptions {
  ReferenceOptions reference;
  double alpha = 0.05;  ///< one-sided
};

struct BayesPoint : Judged {
  double pvalue = none;  ///< of a count as high
};

/// First time point (from 0) whose reference values are all there.
std::size_t reference_start(const Series& series, const ReferenceOptions& options);

/// Bayesian predictive bound: with Jeffreys' prior the next count is negative binomial with size
/// sum + ½ and probability n/(n + 1); alarm above the 1 − alpha quantile.
///
/// Past years are found by index, also where there are dates. Missing counts are left out; where
/// none is left there is no bound.
/// errors   invalid_input: an option out of its bounds, a range that begins too early
/// source   Höhle (2007), Computational Statistics 22:571–582, section 2; numbers as of R
///          surveillance 1.20.3 (algo.bayes)
Result<std::vector<BayesPoint>> bayes(const Series& series, Range range,
                                      const BayesOptions& options);

/// Robert Koch Institute's first rule: mean + 2 standard deviations where the mean is above 20,
/// else the upper 95 % Poisson limit at the mean rounded down.
///
/// source   limits of Crow, Gardner (1959), Biometrika 46:441–453, table 1; numbers as of R
///          surveillance 1.20.3 (algo.rki)
Result<std::vector<Judged>> rki(const Series& series, Range range, const ReferenceOptions& options);

}  // namespace hb::surveillance
