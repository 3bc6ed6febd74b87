#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "indicators/target_path.hpp"
#include "stats/forecast.hpp"
#include "stats/interval.hpp"

namespace hb::indicators {

/// A yearly figure with its 95 % interval, where it has one.
struct SeriesPoint {
  int year = 0;
  double value = 0;
  std::optional<stats::Interval> at95;
  /// The value of half an event: what a value on a bound is drawn in by before it is carried on
  /// (Haldane 1956, Anscombe 1956); 0 = not known.
  double half = 0;
};

/// A target as one level and the side on which it is reached.
struct Goal {
  double value = 0;
  bool higher = true;
  bool strict = false;  ///< the level itself does not reach it: <7, 超过80
};
/// errors  invalid_input: the target is not one number with a direction
Result<Goal> read_goal(std::string_view target, Better better);

struct OutlookAsk {
  Goal goal;
  int target_year = 0;
  std::optional<int> base_year;  ///< none: the first year of the series
  PathKind path = PathKind::linear;
  stats::ForecastModel model = stats::ForecastModel::linear;
  double ceiling = 100;     ///< of the logistic model
  double rounding = 0.005;  ///< half of the last digit printed: 100 is reached from 99.995 on
  std::vector<YearValue> milestones;
  int until = 0;  ///< the forecast goes on to this year when the target's year is over
};

struct OutlookYear {
  int year = 0;
  std::optional<double> path;  ///< from the base year on
  std::optional<SeriesPoint> point;
  std::optional<Pace> pace;
  std::optional<double> forecast;
  std::optional<stats::Interval> forecast95;
};

/// Where a figure stands on the way to its target and where it is heading.
struct Outlook {
  std::vector<OutlookYear> years;  ///< from the first value or the base year to the target year
  std::optional<Pace> pace;        ///< of the latest value
  /// Of reaching the target in its year, or in the last year when that is over.
  std::optional<double> probability;
  int probability_year = 0;
  Localized reason;  ///< why there is no path or no forecast; empty = there are both
};

/// series  any order, each year once
/// errors  those of target_path and stats::forecast; a year twice
Result<Outlook> outlook(std::vector<SeriesPoint> series, const OutlookAsk& ask);

/// How many more people (or fewer events) a figure needs for its target.
struct Closing {
  std::int64_t numerator = 0;
  std::int64_t denominator = 0;
  /// People to be gained where higher is better, events too many where lower is; 0 = reached.
  std::int64_t needed = 0;
};
/// The smallest whole number k so that multiplier·(x ± k)/n reaches the goal, exactly.
///
/// numerator, denominator  counts; of a proportion or rate
/// goal        as written: compared in exact decimals
/// errors      invalid_input: denominator not above 0, a target that is not one number
Result<Closing> closing(std::int64_t numerator, std::int64_t denominator, double multiplier,
                        std::string_view target, Better better);

}  // namespace hb::indicators
