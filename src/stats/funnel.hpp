#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/result.hpp"
#include "stats/interval.hpp"

namespace hb::stats {

/// What is compared with a common baseline.
enum class FunnelKind : std::uint8_t {
  proportion,  ///< people with the property among people
  rate,        ///< events among people or person-years
  ratio,       ///< events observed over events expected
};

/// One area of a funnel plot.
struct FunnelPoint {
  double events;
  double denominator;  ///< people, person-years or expected events; above 0
};

/// Baseline A = Σx/Σn over all areas; 1 for ratios.
/// errors  invalid_input: no area, a denominator <= 0, events < 0, a proportion above 1
Result<double> funnel_baseline(std::span<const FunnelPoint> points, FunnelKind kind);

/// Limits of a proportion at the denominator n: the shares whose Wilson interval just touches the
/// baseline.
///
/// returns  shares of 1, inside 0 … 1
/// errors   invalid_input: n <= 0, baseline outside 0 … 1, confidence outside (0, 1)
/// source   Spiegelhalter (2005), Statistics in Medicine 24:1185-1202; closed form of the Wilson
///          interval as in PHEindicatormethods, calculate_funnel_limits
Result<Interval> funnel_limits_of_share(double n, double baseline, double confidence);

/// Limits of a rate or ratio relative to its baseline, for x events: x over the exact Poisson
/// limits of x. The upper limit is missing for x = 0.
///
/// errors  invalid_input: x < 0, confidence outside (0, 1)
/// source  as funnel_limits_of_share
Result<CountLimits> funnel_limits_of_count(double x, double confidence);

/// More spread between areas than chance gives, on the scale on which the spread of one area does
/// not depend on its value: arcsine of the root for proportions, root for rates and ratios.
struct Overdispersion {
  double phi;       ///< mean squared z after winsorising; 1 = chance alone
  double variance;  ///< τ² between areas on that scale; 0 where φ is not above chance
};

/// Estimated from all areas, the outermost tenth at each end drawn in (winsorised), additive random
/// effects by the method of moments.
///
/// errors  as funnel_baseline; fewer than 3 areas
/// source  Spiegelhalter (2005), ibid.; Spiegelhalter et al. (2012), J R Stat Soc A 175:1-47;
///         DerSimonian, Laird (1986), Controlled Clinical Trials 7:177-188
Result<Overdispersion> funnel_overdispersion(std::span<const FunnelPoint> points, FunnelKind kind);

/// Limits around the baseline widened by τ²; per 1 of the denominator.
/// errors  invalid_input: denominator <= 0, confidence outside (0, 1)
Result<Interval> overdispersed_limits(double denominator, double baseline, FunnelKind kind,
                                      const Overdispersion& spread, double confidence);

/// How an area lies against the baseline: outside its 99.8 % interval, its 95 % interval, or not.
enum class Significance : std::uint8_t { low_001, low_025, none, high_025, high_001 };
std::string_view significance_word(Significance significance);  ///< "High (0.001)" …

/// at95, at998  intervals of the area's own figure; outside = the baseline is not inside
Significance significance_of(const Interval& at95, const Interval& at998, double baseline);

/// The same where the limits are the funnel's: outside = the value is not between them.
Significance significance_in_funnel(double value, const Interval& at95, const Interval& at998);

}  // namespace hb::stats
