#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/date.hpp"

namespace hb::scan {

enum class Unit : std::uint8_t { day, week, month, year };

/// A day, a month or a year as tables write it.
struct Moment {
  Date first;
  Date last;
  Unit unit;  ///< day, month or year
  /// The day that stands for it where populations are interpolated: the day itself, the 15th, 1
  /// July.
  Date middle() const;
};

/// 2026-11-21, 2026/11/21, 2026-11, 2026/11, 2026, 73 (= 1973); nullopt: something else.
std::optional<Moment> parse_moment(std::string_view text);

/// First days of steps of `length` units from `start` on, and the day after `end` as the last
/// entry. Weeks are 7 days from start; months and years follow the calendar from start. The last
/// step may be shorter.
std::vector<Date> step_bounds(Date start, Date end, Unit unit, int length);

/// A population that was counted on some days.
struct PopulationPoint {
  Date day;
  double people;
};

/// Person-days of [from, to): straight lines between the points, constant before and after.
/// points  sorted by day, not empty
double person_days(const std::vector<PopulationPoint>& points, Date from, Date to);

}  // namespace hb::scan
