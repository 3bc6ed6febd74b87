#pragma once
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/date.hpp"
#include "core/localized.hpp"
#include "workflow/fault.hpp"
#include "workflow/flow.hpp"

namespace hb::workflow {

/// Working time: content (scenes/core/calendars). Times of day are Asia/Shanghai.
struct Calendar {
  struct Span {
    int from = 0;  ///< minute of the day
    int to = 0;    ///< exclusive
  };
  std::string id;
  Localized title;
  Localized source;
  std::vector<Span> hours;      ///< rising, apart; at least one
  std::set<int> weekend;        ///< 1 Monday … 7 Sunday
  std::set<std::int32_t> free;  ///< days off besides (Date::days)
  std::set<std::int32_t> work;  ///< weekend days that are worked
  std::set<int> years;          ///< whose days off were announced; others know weekends only

  bool is_working(Date day) const;
  /// Whether the days off of this year are known.
  bool covers(Date day) const;
};

/// All faults of the file are added. returns  nullopt when there was one
std::optional<Calendar> load_calendar(const std::filesystem::path& file,
                                      std::vector<Fault>& faults);

/// The moment at which a duration is over. Calendar days keep the time of day; working days end at
/// the end of the last working day (what comes in on Monday and has 1 working day is due on Tuesday
/// evening); working minutes run in the hours of working days only.
/// calendar  needed for working durations
Instant add_to(Instant from, const Duration& duration, const Calendar* calendar);

/// The moment that lies so long before; working durations backwards through working time.
Instant subtract(Instant from, const Duration& duration, const Calendar* calendar);

}  // namespace hb::workflow
