#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "stats/interval.hpp"

namespace hb::tempo {

/// Weekly rates of one season, first week to last; NaN = missing.
using Season = std::vector<double>;

/// Missing weeks between known ones filled by a kernel regression over the season (Gaussian,
/// bandwidth 1 week, local linear); missing weeks at either end stay missing.
/// errors  invalid_input: a rate below 0 or infinite
Result<Season> fill_gaps(const Season& season);

/// The weeks of a season in which most of its cases lie.
struct EpidemicTiming {
  std::size_t start;  ///< first week of the epidemic, index from 0
  std::size_t weeks;
  double percent;  ///< of the season's sum
  double sum;      ///< of the rates
  std::size_t end() const { return start + weeks - 1; }
};

/// Fixed criterium method: the epidemic is as long as one week more still adds `slope` percent of
/// the season or more, on the smoothed curve of the largest sums of 1, 2, … weeks.
///
/// slope    percent per week, > 0 (2.8 is usual)
/// returns  none when the season has no cases
/// source   Vega et al. (2013, 2015), Influenza Other Respir Viruses 7:546-558 and 9:234-246; equal
///          to memtiming(i.method = 2) of the R package mem 2.19
std::optional<EpidemicTiming> epidemic_timing(const Season& season, double slope);

/// How limits are made from values; the numbers are those of R's mem.
enum class LimitKind : std::uint8_t {
  mean_confidence = 1,  ///< arithmetic mean ± z·sd/√n
  geometric_mean_confidence = 2,
  mean_spread = 5,  ///< arithmetic mean ± z·sd
  geometric_mean_spread = 6,
};

struct LimitRule {
  LimitKind kind;
  double level;   ///< 0.95
  int tails = 1;  ///< 1 or 2
};

struct EpidemicModelOptions {
  std::size_t seasons = 10;  ///< the last ones; 0 = all
  int most_values = -1;      ///< i.n.max, highest values per season; −1 = 30 / seasons; 0 = all
  double slope = 2.8;
  bool use_t = false;  ///< Student's t and the spread of a new value instead of the normal limits
  LimitRule threshold{LimitKind::mean_spread, 0.95};
  LimitKind intensity = LimitKind::geometric_mean_spread;
  std::array<double, 3> intensity_levels = {0.40, 0.90, 0.975};
  int intensity_tails = 1;
  LimitRule curve{LimitKind::geometric_mean_confidence, 0.95, 2};
};

struct CurveWeek {
  double lower, middle, upper;
  std::size_t seasons;  ///< that reach this week
};

/// Thresholds from past seasons.
struct EpidemicModel {
  double pre;                       ///< above it the epidemic begins
  double post;                      ///< below it the epidemic has ended
  std::array<double, 3> intensity;  ///< from it on medium, high, very high
  std::size_t typical_start;        ///< week index from 0
  std::size_t typical_weeks;
  std::vector<std::size_t> used;        ///< index of each season that counts
  std::vector<EpidemicTiming> timings;  ///< of those
  std::vector<CurveWeek> curve;         ///< seasons laid upon each other by their epidemics
};

/// Moving epidemic method: pre- and post-epidemic thresholds, intensity levels, typical curve.
///
/// seasons  all of one length, oldest first; those without cases are left out
/// errors   invalid_input: fewer than 2 seasons with cases, lengths that differ or below 5 weeks,
/// an
///          epidemic that leaves no weeks before or after it in any season, options out of range
/// source   Vega et al. (2013, 2015) as above; equal to memmodel of mem 2.19
Result<EpidemicModel> epidemic_model(std::span<const Season> seasons,
                                     const EpidemicModelOptions& options);

/// Lower limit, middle and upper limit of the known values. none: fewer than 2 values
/// source  as memmodel of mem 2.19; a 0 among the values of a geometric mean moves all by 1
std::optional<CurveWeek> limits_of(std::span<const double> values, const LimitRule& rule,
                                   bool use_t);

}  // namespace hb::tempo
