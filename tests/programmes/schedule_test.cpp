#include <doctest/doctest.h>

#include "programmes/schedule.hpp"

using namespace hb;
using namespace hb::programmes;

namespace {

Date day(const char* text) { return *parse_date(text); }

/// "due 2025-03-06 2025-03-20 2025-04-03"
std::string said(const Schedule& schedule, const Known& known, const char* today) {
  const Due due = due_of(schedule, known, day(today));
  std::string text(word(due.standing));
  if (due.standing != Standing::done)
    text +=
        " " + format_date(due.from) + " " + format_date(due.day) + " " + format_date(due.latest);
  return text;
}

Schedule quarterly() {
  Schedule schedule;
  schedule.first = 14;
  schedule.rules = {{"not-at-target", {0, 14}, 0, 0}, {"", {3, 0}, 14, 14}};
  return schedule;
}

}  // namespace

TEST_CASE("add_months: the last day of a month stays in the month") {
  CHECK(format_date(add_months(day("2025-01-31"), 1)) == "2025-02-28");
  CHECK(format_date(add_months(day("2024-01-31"), 1)) == "2024-02-29");
  CHECK(format_date(add_months(day("2025-11-30"), 3)) == "2026-02-28");
  CHECK(format_date(add_months(day("2025-12-20"), 3)) == "2026-03-20");
  CHECK(format_date(add_months(day("2025-03-31"), 0)) == "2025-03-31");
}

TEST_CASE("every: three months, two weeks before and after; two weeks while not at target") {
  const Schedule schedule = quarterly();
  const Known well{day("2024-01-10"), day("2024-12-20"), "at-target", {}};
  // 20 December + 3 months = 20 March; the window is 6 March to 3 April
  CHECK(said(schedule, well, "2025-03-05") == "later 2025-03-06 2025-03-20 2025-04-03");
  CHECK(said(schedule, well, "2025-03-06") == "due 2025-03-06 2025-03-20 2025-04-03");
  CHECK(said(schedule, well, "2025-04-03") == "due 2025-03-06 2025-03-20 2025-04-03");
  CHECK(said(schedule, well, "2025-04-04") == "overdue 2025-03-06 2025-03-20 2025-04-03");
  const Known high{day("2024-01-10"), day("2024-12-20"), "not-at-target", {}};
  CHECK(said(schedule, high, "2024-12-21") == "later 2025-01-03 2025-01-03 2025-01-03");
  CHECK(said(schedule, high, "2025-01-04") == "overdue 2025-01-03 2025-01-03 2025-01-03");
}

TEST_CASE("every: never done is due from the enrolment on, so is a visit from before it") {
  const Schedule schedule = quarterly();
  const Known never{day("2025-05-01"), {}, "", {}};
  CHECK(said(schedule, never, "2025-05-01") == "due 2025-05-01 2025-05-15 2025-05-15");
  CHECK(said(schedule, never, "2025-05-16") == "overdue 2025-05-01 2025-05-15 2025-05-15");
  const Known before{day("2025-05-01"), day("2025-04-20"), "", {}};
  CHECK(said(schedule, before, "2025-05-01") == "due 2025-05-01 2025-05-15 2025-05-15");
  const Schedule nothing;  // no rule holds
  CHECK(said(nothing, {day("2025-05-01"), day("2025-05-02"), "", {}}, "2025-06-01") == "done");
}

TEST_CASE("yearly: once in a calendar year, overdue when a whole one went by without") {
  Schedule schedule;
  schedule.kind = Schedule::Kind::yearly;
  const Known known{day("2020-06-01"), day("2025-02-03"), "", {}};
  CHECK(said(schedule, known, "2025-12-31") == "later 2026-01-01 2026-12-31 2026-12-31");
  CHECK(said(schedule, known, "2026-01-01") == "due 2026-01-01 2026-12-31 2026-12-31");
  CHECK(said(schedule, known, "2027-01-01") == "overdue 2026-01-01 2026-12-31 2026-12-31");
  // Enrolled in June 2025: that year was no whole one.
  const Known young{day("2025-06-01"), {}, "", {}};
  CHECK(said(schedule, young, "2025-07-01") == "due 2025-06-01 2025-12-31 2025-12-31");
  CHECK(said(schedule, young, "2026-07-01") == "due 2026-01-01 2026-12-31 2026-12-31");
  CHECK(said(schedule, young, "2027-01-01") == "overdue 2026-01-01 2026-12-31 2026-12-31");
}

TEST_CASE("once: within days of the anchor, and given up") {
  Schedule schedule;
  schedule.kind = Schedule::Kind::once;
  schedule.within = 10;
  schedule.until = 42;
  Known known{day("2025-06-05"), {}, "", day("2025-06-01")};
  CHECK(said(schedule, known, "2025-06-11") == "due 2025-06-01 2025-06-11 2025-06-11");
  CHECK(said(schedule, known, "2025-06-12") == "overdue 2025-06-01 2025-06-11 2025-06-11");
  CHECK(said(schedule, known, "2025-07-13") == "overdue 2025-06-01 2025-06-11 2025-06-11");
  CHECK(said(schedule, known, "2025-07-14") == "done");
  known.last = day("2025-06-03");
  CHECK(said(schedule, known, "2025-06-12") == "done");
}

TEST_CASE("points: the newest that has begun is asked for; a missed one is not chased") {
  Schedule schedule;
  schedule.kind = Schedule::Kind::points;
  schedule.points = {{{}, 112, 146}, {{}, 147, 174}};
  Known known{day("2025-03-01"), {}, "", day("2025-01-01")};
  // day 112 = 2025-04-23, 146 = 2025-05-27, 147 = 2025-05-28, 174 = 2025-06-24
  CHECK(said(schedule, known, "2025-04-22") == "later 2025-04-23 2025-05-27 2025-05-27");
  CHECK(said(schedule, known, "2025-04-23") == "due 2025-04-23 2025-05-27 2025-05-27");
  CHECK(said(schedule, known, "2025-05-28") == "due 2025-05-28 2025-06-24 2025-06-24");
  CHECK(due_of(schedule, known, day("2025-05-28")).point == 1);
  CHECK(said(schedule, known, "2025-06-25") == "overdue 2025-05-28 2025-06-24 2025-06-24");
  known.last = day("2025-04-25");
  CHECK(said(schedule, known, "2025-05-01") == "later 2025-05-28 2025-06-24 2025-06-24");
  known.last = day("2025-05-30");
  CHECK(said(schedule, known, "2025-06-01") == "done");
}
