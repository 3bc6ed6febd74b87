#pragma once
#include <optional>
#include <vector>

#include "surveillance/outbreak_p.hpp"
#include "surveillance/regression.hpp"

namespace hb::surveillance {

enum class Direction : std::uint8_t { increase, decrease };

/// Names and defaults are those of algo.glrpois and algo.glrnb of the R package surveillance.
struct GlrOptions {
  double c_arl = 5;         ///< alarm at a statistic of at least this
  std::vector<double> mu0;  ///< in control: one, or one per time point; empty: fitted
  SeasonalTerms mu0_model;  ///< S harmonics, trend
  bool mu0_refit = false;   ///< again after each alarm, on everything up to it
  int m_tilde = 1;          ///< with m: time points from the change to now, at least
  int m = -1;               ///< the last time points that are searched for the change; −1 = all
  std::optional<double> theta;  ///< known size of the change, log scale; else estimated
  Direction dir = Direction::increase;
  Returned ret = Returned::value;
  double x_max = 1e4;           ///< of ret: cases
  std::optional<double> alpha;  ///< negative binomial: variance = mu + alpha mu²; absent: estimated
};

struct GlrPoint : Judged {
  double mu0 = none;    ///< cases expected in control
  double alpha = none;  ///< dispersion of the negative binomial
};

enum class GlrFamily : std::uint8_t { poisson, negative_binomial };

/// A year before the first time point where mu0 is fitted.
std::size_t glr_start(const Series& series, const GlrOptions& options);

/// Generalised likelihood ratio for a change of the level of a seasonal count series: maximum over
/// the time and the size of the change. It begins again after each alarm.
///
/// A missing count is left out of every sum; its own alarm is unknown.
/// errors   invalid_input: an option out of its bounds; too little before the range to learn from
/// source   Höhle, Paul (2008), Computational Statistics & Data Analysis 52:4357–4368; numbers as
/// of
///          R surveillance 1.20.3
Result<std::vector<GlrPoint>> glr(GlrFamily family, const Series& series, Range range,
                                  const GlrOptions& options);

}  // namespace hb::surveillance
