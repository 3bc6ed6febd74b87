#pragma once
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

#include "core/date.hpp"
#include "core/result.hpp"

namespace hb::watch {

/// Weekends, public holidays and the weekend days that are worked for them: content of
/// scenes/*/calendars/*.yaml, of which early warning needs the days alone.
struct FreeDays {
  std::string id;
  std::set<int> weekend;        ///< 1 Monday … 7 Sunday
  std::set<std::int32_t> free;  ///< days off besides (Date::days)
  std::set<std::int32_t> work;  ///< weekend days that are worked

  /// Of years whose days off were not announced, the weekends alone.
  bool is_free(Date day) const;
};

/// errors  not_found: no such file; invalid_input with file:line: not as
///         scenes/schema/calendar-1.json says
Result<FreeDays> load_free_days(const std::filesystem::path& file);

}  // namespace hb::watch
