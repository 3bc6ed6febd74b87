#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "indicators/measure.hpp"
#include "stats/funnel.hpp"
#include "stats/inequality.hpp"

namespace hb::indicators {

/// How an area lies against the benchmark, in the direction in which the indicator improves.
enum class Standing : std::uint8_t { better, similar, worse, higher, lower, not_compared };
/// "better", "similar", "worse"; "higher", "lower" where neither side is better; "not_compared"
std::string_view standing_word(Standing standing);

struct ComparedArea {
  std::string area;             ///< code
  double events = 0;            ///< numerator
  double denominator = 0;       ///< people, person-years
  std::optional<double> value;  ///< in the measure's unit
  std::optional<stats::Interval> at95, at998;
  /// By the 95 % and 99.8 % limits of the funnel at the size of the area.
  stats::Significance significance = stats::Significance::none;
  Standing standing = Standing::not_compared;
};

/// Limits of the funnel at one size.
struct FunnelLimit {
  double denominator;
  std::optional<double> lower95, upper95, lower998, upper998;  ///< in the measure's unit
};

struct AreaComparison {
  std::vector<ComparedArea> areas;
  std::optional<double> benchmark;       ///< of all areas together, in the measure's unit
  std::vector<FunnelLimit> limits;       ///< for drawing, from the smallest to the largest area
  std::optional<double> overdispersion;  ///< φ; above 1: more spread than chance gives
  bool widened = false;                  ///< the limits hold the spread between areas
  Localized reason;                      ///< why there are no colours; empty = there are
};

struct CompareOptions {
  bool overdispersion = false;  ///< widen the limits where areas scatter more than chance
};

/// Compares areas with all of them together: proportions and rates only. Colours need at least
/// `least_compared` areas with people at risk; a raw rank is no finding.
///
/// areas   code, events and denominator; areas with denominator 0 are not compared
/// errors  invalid_input: another method
/// source  Spiegelhalter (2005), Statistics in Medicine 24:1185-1202
Result<AreaComparison> compare_areas(const Measure& measure, std::vector<ComparedArea> areas,
                                     const CompareOptions& options);
inline constexpr std::size_t least_compared = 5;

/// One area against others put together.
struct PooledFigure {
  double value;  ///< events over denominators of the others, in the measure's unit
  std::optional<double> lower, upper;  ///< 95 %
  Standing standing;                   ///< of the area, by its own 95 % and 99.8 % intervals
};
/// area    with at95 and at998 as compare_areas() gives them
/// others  with events and denominators; the area is not one of them
/// errors  invalid_input: another method than proportion and rate; nobody among the others
Result<PooledFigure> pooled_figure(const Measure& measure, const ComparedArea& area,
                                   const std::vector<ComparedArea>& others);

/// Slope and relative index of inequality over areas that carry a score of deprivation.
struct ScoredArea {
  std::string area;
  double score = 0;  ///< higher = more deprived
  double events = 0;
  double denominator = 0;
};
struct InequalityFound {
  stats::Inequality index;
  std::size_t groups = 0;  ///< of areas, from the most to the least deprived
};
/// Areas in order of score are put into `groups` groups of about equal population (at least 5).
/// errors  invalid_input: another method, fewer areas than groups, those of stats::inequality
Result<InequalityFound> inequality_of(const Measure& measure, std::vector<ScoredArea> areas,
                                      std::size_t groups);

}  // namespace hb::indicators
