#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "indicators/target.hpp"
#include "stats/forecast.hpp"
#include "stats/interval.hpp"

namespace hb::indicators {

struct YearValue {
  int year;
  double value;
};

enum class PathKind : std::uint8_t {
  linear,    ///< the same step each year
  compound,  ///< the same percentage each year; base and target above 0
};

/// What each year from the base to the target should show.
///
/// milestones  values stated for years between; the path goes through them, by the same kind of
///             step from one to the next
/// returns     one value per year, base and target year among them
/// errors      invalid_input: the target year is not after the base year, a milestone outside them
///             or a year twice, compound with a value that is not above 0
Result<std::vector<YearValue>> target_path(YearValue base, YearValue target,
                                           std::span<const YearValue> milestones, PathKind kind);

enum class Pace : std::uint8_t { ahead, on_pace, behind };
std::string_view pace_word(Pace pace);  ///< "ahead", "on_pace", "behind"

/// Share of the way from base to target by which a value may miss its year and be on pace.
inline constexpr double pace_tolerance = 0.05;

/// Where a value stands against its year of the path: on pace when it misses the path by at most
/// pace_tolerance of the way from base to target, or when the path lies inside its 95 % interval;
/// else ahead on the better side and behind on the other. At the base year everybody is on pace.
///
/// higher  whether higher is better
/// way     |target − base|
Pace pace_of(double value, const std::optional<stats::Interval>& at95, double expected, double way,
             bool higher);

/// One target and how its path is drawn, as the command takes them.
struct ForecastRequest {
  std::string target;            ///< "≥92.3", "30以内"
  int year = 0;                  ///< of the target
  std::optional<int> base_year;  ///< none: the first year with a value
  Better better = Better::none;  ///< needed where the target is a plain number
  PathKind path = PathKind::linear;
  stats::ForecastModel model = stats::ForecastModel::linear;
  double ceiling = 100;  ///< of the logistic model
  std::vector<YearValue> milestones;
};

/// Path, pace, forecast and the probability of meeting a target for each group of a table.
///
/// csv      columns year and value, lower95 and upper95 if there are any; all others name the group
/// returns  CSV: the group, then year,path,value,lower95,upper95,pace,forecast,forecast_lower95,
///          forecast_upper95,probability,status: a row per year from the base to the target year.
///          The forecast begins behind the last year with a value; the probability stands in the
///          target's year. status: ok, no_base_value, no_forecast_few_values (fewer than 3)
/// errors   invalid_input with the place: the table, or a target that is not one number with a
///          direction, or a path that cannot be drawn
Result<std::string> forecast_table(std::string_view csv, const std::string& file,
                                   const ForecastRequest& request);

}  // namespace hb::indicators
