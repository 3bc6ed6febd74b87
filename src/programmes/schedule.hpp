#pragma once
#include <optional>
#include <string>

#include "core/date.hpp"
#include "programmes/programme.hpp"

namespace hb::programmes {

/// later: not yet; due: within its window; overdue: the window is over; done: nothing more comes.
enum class Standing : std::uint8_t { overdue, due, later, done };
std::string_view word(Standing standing);

/// What is known of somebody in a programme.
struct Known {
  Date since;                  ///< enrolled
  std::optional<Date> last;    ///< newest visit of the service
  std::string state;           ///< what the content says of the last one; may be empty
  std::optional<Date> anchor;  ///< none: since
};

/// When it is to be done next.
struct Due {
  Standing standing = Standing::done;
  Date from{};     ///< first day on which it counts
  Date day{};      ///< the day it is due
  Date latest{};   ///< last day before it is overdue
  int point = -1;  ///< of a schedule with points: which one
};

/// The day so many months later; the last of the month where there is no such day.
Date add_months(Date day, int months);

/// How somebody stands on a day. Pure.
///   every   last + interval (the first rule whose state is, or that has none), from `early` days
///           before to `late` days after; never done: enrolment + first
///   yearly  once in every calendar year; overdue when the year before went by without one
///   once    anchor to anchor + within
///   points  the newest point that has begun is asked for; who missed a former one is not chased
Due due_of(const Schedule& schedule, const Known& known, Date today);

}  // namespace hb::programmes
