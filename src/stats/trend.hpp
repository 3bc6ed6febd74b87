#pragma once
#include <optional>
#include <span>

#include "core/result.hpp"
#include "stats/interval.hpp"

namespace hb::stats {

/// A figure of one period.
struct TrendPoint {
  double time;         ///< year
  double events;       ///< numerator
  double denominator;  ///< above 0
};

/// Whether a series rises or falls along a straight line.
struct TrendTest {
  double chi_squared;  ///< 1 degree of freedom
  double p_value;
  double slope;     ///< per 1 of time: of the proportion, or the log of the rate ratio
  double slope_se;  ///< of slope
};

/// Cochran-Armitage test of a trend in proportions; slope by least squares weighted with the
/// denominators. slope_se is that under no trend, so that slope²/slope_se² is the test's χ².
///
/// returns  missing when it cannot be tested: all or none have the property, or one time only
/// errors   invalid_input: events < 0, events > denominator, denominator <= 0
/// source   Armitage (1955), Biometrics 11:375-386; equals prop.trend.test of R
Result<std::optional<TrendTest>> trend_of_proportions(std::span<const TrendPoint> points);

/// Score test of a log-linear trend in rates and the Poisson regression with offset ln(denominator)
/// that belongs to it; slope_se from the information of the last step. Agrees with
/// R's glm to its digits (iteratively reweighted least squares, deviance within 1e-8).
///
/// returns  missing when it cannot be tested: no events, one time only, or all events at one end
/// errors   invalid_input: events < 0, denominator <= 0
/// source   Breslow, Day (1987), Statistical Methods in Cancer Research II, IARC, chapter 4
Result<std::optional<TrendTest>> trend_of_rates(std::span<const TrendPoint> points);

}  // namespace hb::stats
