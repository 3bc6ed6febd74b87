#include <fstream>

#include "workflow/kept.hpp"
#include "workflow/schedule.hpp"

/// What the calendar begins.
using namespace hb;
using namespace hb::workflow;
using namespace hb::test;

namespace {

constexpr const char* monthly = R"(schema: flow-1
id: monthly
version: 1
title: { zh: 月, en: Monthly }
description: { zh: 月, en: Monthly }
actors: { nurse: { roles: [nurse], name: { zh: 护士, en: Nurse } } }
data: { month: { kind: text, required: true, name: { zh: 月份, en: Month } } }
start: { state: open, by: [system], each: { month: 5, at: "09:30", period: month } }
states:
  open:
    name: { zh: 开, en: Open }
    owner: nurse
    moves: { end: { name: { zh: 终, en: End }, to: over } }
  over: { name: { zh: 终, en: Over }, final: true }
)";

}  // namespace

TEST_CASE("last_occasion: the minute decides, the year turns") {
  const Schedule fifth{5, 9 * 60 + 30, "month", {}};
  CHECK(last_occasion(fifth, at("2026-03-05T09:30")) ==
        Occasion{at("2026-03-05T09:30"), "2026-03"});
  CHECK(last_occasion(fifth, at("2026-03-05T09:29")) ==
        Occasion{at("2026-02-05T09:30"), "2026-02"});
  CHECK(last_occasion(fifth, at("2026-01-04T12:00")) ==
        Occasion{at("2025-12-05T09:30"), "2025-12"});
}

TEST_CASE("begin_scheduled: each month once, what was missed is made up for, the past is not") {
  const TempDir folder;
  Instant now = at("2026-01-20T08:00");
  House house(folder.path(), [&] { return now; });
  std::ofstream(folder.path() / "scenes/repair/flows/monthly.yaml") << monthly;
  REQUIRE(house.library.load(folder.path() / "scenes")->empty());
  const Instant opened = now;
  CHECK(*house.engine->begin_scheduled(opened) == 0);  // 5 January lies before the store
  now = at("2026-02-05T09:29");
  CHECK(*house.engine->begin_scheduled(opened) == 0);
  now = at("2026-02-05T09:30");
  CHECK(*house.engine->begin_scheduled(opened) == 1);
  CHECK(*house.engine->begin_scheduled(opened) == 0);
  const auto id = house.journal->started_with("each/monthly/2026-02");
  REQUIRE(id);
  const auto made = house.engine->instance(*id);
  REQUIRE(made);
  CHECK(made->data.at("month") == "2026-02");
  CHECK(made->starter == "system");
  // Another process comes up in March, after the occasion: it follows the one of February.
  now = at("2026-03-09T10:00");
  Engine later(house.library, *house.journal, Directory{}, [&] { return now; });
  CHECK(*later.begin_scheduled(now) == 1);
  CHECK(*house.engine->begin_scheduled(opened) == 1);  // asks, and finds the same
  CHECK(house.journal->counts()->instances == 2);
}

TEST_CASE("each: a day that every month has, a field that there is, begun by the system") {
  const TempDir folder;
  std::string text = monthly;
  text.replace(text.find("month: 5"), 8, "month: 30");
  text.replace(text.find("[system]"), 8, "[nurse]");
  text.replace(text.find("period: month"), 13, "period: week");
  std::filesystem::create_directories(folder.path() / "flows");
  std::ofstream(folder.path() / "flows/monthly.yaml") << text;
  const auto checked = check(folder.path());
  REQUIRE(checked);
  std::string said;
  for (const Fault& fault : checked->faults) said += fault.message + "\n";
  CHECK(said.find("expected a day that every month has: 1 to 28") != std::string::npos);
  CHECK(said.find("data has no text “week”") != std::string::npos);
  CHECK(said.find("add it to start.by") != std::string::npos);
  CHECK(said.find("knows only the month") != std::string::npos);
}
