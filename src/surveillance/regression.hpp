#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "surveillance/series.hpp"

namespace hb::surveillance {

/// Rows of equal length, one after the other.
struct Design {
  std::size_t columns = 0;
  std::vector<double> rows;

  std::size_t size() const { return columns == 0 ? 0 : rows.size() / columns; }
  const double* row(std::size_t i) const { return rows.data() + i * columns; }
};

/// Weighted least squares by Householder reflections. Columns that the ones before them explain
/// get the coefficient 0.
struct LeastSquares {
  std::vector<double> coefficients;
  std::size_t rank = 0;
  std::vector<double> inverse;  ///< (X'WX)⁻¹, columns × columns, 0 for columns left out
};
/// weight  per row; empty = 1
LeastSquares least_squares(const Design& design, const std::vector<double>& response,
                           const std::vector<double>& weight);

struct CountFit {
  bool converged = false;
  std::vector<double> coefficients;
  std::vector<double> mean;
  double theta = 0;  ///< of the negative binomial, variance = mean + mean²/theta; 0 = Poisson
};

/// Log-linear Poisson regression as R's glm (25 steps, relative change of the deviance 1e-8).
CountFit fit_poisson(const Design& design, const std::vector<double>& y);
/// Negative binomial regression with theta by maximum likelihood, alternating as MASS::glm.nb does.
/// source  Venables, Ripley (2002), Modern Applied Statistics with S, section 7.4
CountFit fit_negative_binomial(const Design& design, const std::vector<double>& y);
/// The same with a known theta.
CountFit fit_negative_binomial(const Design& design, const std::vector<double>& y, double theta);

/// intercept, on demand time, and cos and sin of the first harmonics of the year.
struct SeasonalTerms {
  int harmonics = 1;
  bool trend = false;

  std::size_t columns() const { return 1 + trend + 2 * static_cast<std::size_t>(harmonics); }
};
/// time  counted in periods, `freq` a year
void append_row(const SeasonalTerms& terms, double time, int freq, Design& design);

/// exp of the linear predictor at one time.
double predict(const CountFit& fit, const SeasonalTerms& terms, double time, int freq);

}  // namespace hb::surveillance
