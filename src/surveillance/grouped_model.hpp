#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hb::surveillance {

/// Counts for a log-linear model with one level per group of time points and, on demand, one slope
/// over time: log E(y) = offset + level[group] + slope · time.
struct GroupedCounts {
  std::vector<double> y;             ///< counts >= 0
  std::vector<double> log_start;     ///< log(y + 0.1), where the iteration begins
  std::vector<double> time;          ///< time points
  std::vector<std::uint16_t> group;  ///< below `groups`
  std::vector<double> offset;        ///< empty = 0
  std::vector<double> weight;        ///< prior weights >= 0; empty = 1
  std::size_t groups = 1;

  std::size_t size() const { return y.size(); }
};

/// A fit and what its last weighted least squares step rested on; all that R's summary.glm,
/// predict.glm and hatvalues need. A group without weight has no level.
struct GroupedFit {
  bool converged = false;
  bool has_slope = false;
  double slope = 0;
  std::size_t rank = 0;         ///< parameters estimated
  double degrees = 0;           ///< of freedom left
  std::vector<double> level;    ///< per group
  std::vector<double> mean;     ///< fitted counts
  std::vector<double> working;  ///< working weights of the last step
  std::vector<double> weight;   ///< per group, sum of the working weights
  std::vector<double> centre;   ///< per group, weighted mean time
  double spread = 0;            ///< sum of working weight × (time − centre)²

  /// Rows of one group, one step of time apart.
  struct Run {
    std::size_t begin;
    std::size_t end;
    std::size_t group;
  };
  // Of the iteration.
  std::vector<Run> runs;
  std::vector<double> former;  ///< means before the last step
  double shift = 0;            ///< middle of the times
  double step = 1;             ///< of time within runs

  double eta(std::size_t group, double time, double offset) const {
    return offset + level[group] + slope * time;
  }
  /// Variance of eta over the dispersion; infinite for a group without weight.
  double leverage(std::size_t group, double time) const;
  /// Variance of the slope over the dispersion.
  double slope_variance() const { return 1 / spread; }
};

/// Quasi-Poisson regression by iteratively reweighted least squares as in R's glm: it begins at
/// y + 0.1 and ends when the deviance changes by less than 1e-8 of itself, or not converged after
/// 25 steps. Groups make the normal equations diagonal with one border, and over equal steps of
/// time the means of a group are a geometric series: a step costs O(n) and one exponential per run.
///
/// fit     overwritten; its memory is used again
/// source  McCullagh, Nelder (1989), Generalized Linear Models, section 2.5
void fit_grouped(const GroupedCounts& data, bool slope, GroupedFit& fit);

/// Pearson dispersion sum(weight · r²)/degrees with working residuals r = (y − mean)/mean.
double dispersion(const GroupedCounts& data, const GroupedFit& fit,
                  const std::vector<double>& weight);

/// Standardised Anscombe residuals 1.5 (y^⅔ mean^(−⅙) − √mean)/√(phi (1 − hat)).
///
/// source  McCullagh, Nelder (1989), section 2.4.2
void anscombe_residuals(const GroupedCounts& data, const GroupedFit& fit, double phi,
                        std::vector<double>& residual);

}  // namespace hb::surveillance
