#pragma once
#include <optional>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "stats/interval.hpp"

namespace hb::stats {

/// A yearly rate for a joinpoint regression.
struct RatePoint {
  double year;
  double rate;                    ///< above 0
  std::optional<double> se = {};  ///< standard error of the rate, above 0; weights the point
};

struct JoinpointOptions {
  int most_joins = 3;     ///< 0 … 5
  int least_between = 2;  ///< years between two joins, not counting them; and
  int least_at_ends = 2;  ///< years between a join and an end, counting neither the join
};

/// A stretch of years with one annual percent change (APC).
struct JoinpointSegment {
  double from;
  double to;
  double slope;     ///< of ln(rate) per year
  double slope_se;  ///< given the joins
};

struct Joinpoint {
  std::vector<double> joins;  ///< years in which the slope changes
  std::vector<JoinpointSegment> segments;
  double average_slope;  ///< over all years, segments weighted with their lengths (AAPC)
  double average_se;
  double degrees;           ///< of freedom: points − 2·(joins + 1)
  std::vector<double> bic;  ///< of 0, 1, 2 … joins
};

/// Joinpoint regression: ln(rate) as connected straight lines. Joins are looked for among the years
/// (grid search); the number of joins is that with the smallest
/// BIC = ln(SSE/n) + 2·(joins + 1)·ln(n)/n, not the permutation test.
///
/// points   by year, each once; weighted with (rate/se)² when every point has a standard error
/// returns  missing when there are fewer than 4 points
/// errors   invalid_input: rate <= 0, se <= 0, one year twice, options out of range
/// source   Kim, Fay, Feuer, Midthune (2000), Stat Med 19:335-351; Lerman (1980), Appl Stat
///          29:77-84; BIC: Kim, Yu, Feuer (2009), Stat Med 28:3220-3243; AAPC: Clegg et al. (2009),
///          Stat Med 28:3670-3682
Result<std::optional<Joinpoint>> joinpoint_regression(std::span<const RatePoint> points,
                                                      const JoinpointOptions& options);

/// 100·(e^slope − 1), the annual percent change, with its limits: Student's t for one segment and
/// where degrees > 0, normal otherwise.
struct PercentChange {
  double value;
  std::optional<Interval> limits;  ///< missing without degrees of freedom
};
/// errors  invalid_input: confidence outside (0, 1)
Result<PercentChange> percent_change(double slope, double se, double degrees, double confidence);

}  // namespace hb::stats
