#include <algorithm>
#include <fstream>

#include <doctest/doctest.h>

#include "support/paths.hpp"
#include "workflow/calendar.hpp"

using namespace hb;
using namespace hb::workflow;
using namespace hb::test;

namespace {

Calendar china() {
  std::vector<Fault> faults;
  const auto calendar = load_calendar(source_dir() / "scenes/core/calendars/china.yaml", faults);
  REQUIRE(faults.empty());
  return *calendar;
}

Instant at(const char* local) { return *parse_instant(std::string(local) + ":00+08:00"); }

std::string after(const char* from, const char* duration) {
  const Calendar calendar = china();
  return format_instant({add_to(at(from), *parse_duration(duration), &calendar).micros +
                         8LL * 3600 * 1'000'000})
      .substr(0, 16);
}

std::string before(const char* from, const char* duration) {
  const Calendar calendar = china();
  return format_instant({subtract(at(from), *parse_duration(duration), &calendar).micros +
                         8LL * 3600 * 1'000'000})
      .substr(0, 16);
}

}  // namespace

TEST_CASE("add_to: time on the wall runs through nights and days off") {
  CHECK(after("2026-09-30T17:00", "2 h") == "2026-09-30T19:00");
  CHECK(after("2026-09-30T17:00", "3 d") == "2026-10-03T17:00");
}

TEST_CASE("add_to: working hours run from 08:30 to 12:00 and 13:30 to 17:30") {
  // Wednesday 11:00: 1 h to noon, 1 h from 13:30.
  CHECK(after("2026-11-18T11:00", "2 working h") == "2026-11-18T14:30");
  // Friday 16:30: 1 h of Friday, 1 h of Monday.
  CHECK(after("2026-11-20T16:30", "2 working h") == "2026-11-23T09:30");
  // Exactly used up: the end of the span, not the beginning of the next.
  CHECK(after("2026-11-20T16:30", "1 working h") == "2026-11-20T17:30");
  CHECK(after("2026-11-21T10:00", "30 working min") == "2026-11-23T09:00");  // a Saturday
}

TEST_CASE("add_to: National Day 2026 and the Saturday worked for it") {
  // 1 to 7 October off, Saturday 10 October worked, 8 and 9 are Thursday and Friday.
  CHECK(after("2026-09-30T17:00", "1 working h") == "2026-10-08T09:00");
  CHECK(after("2026-09-30T10:00", "3 working d") == "2026-10-10T17:30");
  CHECK(after("2026-09-30T10:00", "4 working d") == "2026-10-12T17:30");
}

TEST_CASE("subtract: reminders go back through working time") {
  CHECK(before("2026-11-23T09:30", "2 working h") == "2026-11-20T16:30");
  CHECK(before("2026-11-18T14:30", "2 working h") == "2026-11-18T11:00");
  CHECK(before("2026-11-18T14:30", "30 min") == "2026-11-18T14:00");
  CHECK(before("2026-10-08T17:30", "1 working d") == "2026-09-30T17:30");
}

TEST_CASE("calendar: the years it knows") {
  CHECK(china().covers(*parse_date("2026-01-01")));
  CHECK_FALSE(china().covers(*parse_date("2031-01-01")));
  CHECK_FALSE(china().is_working(*parse_date("2031-01-04")));  // a Saturday: weekends stay known
}

TEST_CASE("load_calendar: all faults of a file with line and column") {
  const TempDir folder;
  const auto file = folder.path() / "odd.yaml";
  std::ofstream(file) << "schema: calendar-1\nid: other\ntitle: { zh: 甲, en: A }\n"
                         "source: { zh: 甲, en: A }\nhours: [\"9-12\", \"10:00-09:00\"]\n"
                         "weekend: [8]\nyears:\n  2026:\n    source: x\n"
                         "    free: [\"2026-02-30\", \"2025-01-01\"]\n";
  std::vector<Fault> faults;
  CHECK_FALSE(load_calendar(file, faults));
  std::vector<int> lines;
  for (const Fault& fault : faults) lines.push_back(fault.line);
  CHECK(std::ranges::count(lines, 2) == 1);   // the name
  CHECK(std::ranges::count(lines, 5) == 3);   // both hours, and none left
  CHECK(std::ranges::count(lines, 6) == 1);   // the eighth day
  CHECK(std::ranges::count(lines, 10) == 2);  // no such day, and another year
}
