#pragma once
#include <optional>

#include "surveillance/farrington_baseline.hpp"

namespace hb::surveillance {

enum class ThresholdMethod : std::uint8_t {
  delta,      ///< normal after a power transformation
  nb_plugin,  ///< quantile of the negative binomial with the estimated mean
  muan,       ///< the same at the upper limit of the mean
};

/// Names and defaults are those of farringtonFlexible of the R package surveillance.
struct FarringtonFlexibleOptions {
  int b = 5;                        ///< years back, >= 1
  int w = 3;                        ///< half-window, time points >= 0
  bool reweight = true;             ///< past outbreaks count less
  double weights_threshold = 2.58;  ///< Anscombe residual from which on they do
  double alpha = 0.05;              ///< one-sided
  bool trend = true;                ///< log-linear; kept only where it is significant and bounded
  double p_threshold_trend = 0.05;  ///< 1 = no test
  MinimumCases limit54;
  PowerTransform powertrans = PowerTransform::two_thirds;
  bool population_offset = false;              ///< rates instead of counts
  int no_periods = 1;                          ///< levels of the season, 1 = the windows alone
  std::optional<int> past_weeks_not_included;  ///< time points before the current one; w if absent
  ThresholdMethod threshold_method = ThresholdMethod::delta;
};

struct FlexiblePoint : Judged {
  double score = none;   ///< exceedance: (observed − f)/(upperbound − f), above 1 = alarm
  double pvalue = none;  ///< of a count as high
  double mu0 = none;     ///< cases; see docs/surveillance.md
  double phi = none;     ///< dispersion, >= 1 with reweighting
  bool trend = false;    ///< the slope was kept
  double slope = none;   ///< per time point, log scale
};

/// First time point that has all its baseline; the size of the series where there is none.
std::size_t farrington_flexible_start(const Series& series,
                                      const FarringtonFlexibleOptions& options);

/// Farrington's method as improved by Noufaily: quasi-Poisson regression with season levels and
/// trend on past years, reweighted for past outbreaks.
///
/// returns  one per time point of the range; expected and upperbound are NaN where there were too
///          few recent cases or no fit
/// errors   invalid_input: an option out of its bounds; a reference date outside the series; the
///          gap between two windows too short for no_periods
/// source   Noufaily et al. (2013), Statistics in Medicine 32:1206–1222; Salmon, Schumacher, Höhle
///          (2016), Journal of Statistical Software 70(10); numbers as of R surveillance 1.20.3
Result<std::vector<FlexiblePoint>> farrington_flexible(const Series& series, Range range,
                                                       const FarringtonFlexibleOptions& options);

}  // namespace hb::surveillance
