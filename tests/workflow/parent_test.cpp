#include <fstream>

#include "workflow/kept.hpp"

/// What ends with the instance that started it, and what goes on when its version is no more.
using namespace hb;
using namespace hb::workflow;
using namespace hb::test;

namespace {

constexpr const char* parent_flow = R"(schema: flow-1
id: parent
version: 1
title: { zh: 主, en: Parent }
description: { zh: 主, en: Parent }
actors: { nurse: { roles: [nurse], name: { zh: 护士, en: Nurse } } }
start: { state: open, by: [nurse] }
states:
  open:
    name: { zh: 开, en: Open }
    owner: nurse
    moves:
      begin:
        name: { zh: 起, en: Begin }
        to: going
        do:
          - start: { flow: with, as: with, data: {} }
          - start: { flow: without, as: without, data: {} }
  going:
    name: { zh: 行, en: Going }
    owner: nurse
    moves: { end: { name: { zh: 终, en: End }, to: over } }
  over: { name: { zh: 终, en: Over }, final: true }
)";

std::string child_flow(const std::string& id, const std::string& more) {
  return "schema: flow-1\nid: " + id + R"(
version: 1
title: { zh: 子, en: Child }
description: { zh: 子, en: Child }
actors: { nurse: { roles: [nurse], name: { zh: 护士, en: Nurse } } }
start: { state: open, by: [system] }
)" + more +
         R"(states:
  open:
    name: { zh: 开, en: Open }
    owner: nurse
    moves: { end: { name: { zh: 终, en: End }, to: over } }
  over: { name: { zh: 终, en: Over }, final: true }
)";
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

}  // namespace

TEST_CASE("with_parent: a sub-flow ends with the instance that started it, once; others go on") {
  const TempDir folder;
  House house(folder.path());
  const auto flows = folder.path() / "scenes/repair/flows";
  write(flows / "parent.yaml", parent_flow);
  write(flows / "with.yaml", child_flow("with", "with_parent: over\n"));
  write(flows / "without.yaml", child_flow("without", ""));
  REQUIRE(house.library.load(folder.path() / "scenes")->empty());
  const auto begun = house.engine->start("parent", {}, reporter);
  REQUIRE(begun);
  const auto going = house.engine->fire(begun->id, {.move = "begin"}, reporter);
  REQUIRE(going);
  house.pump_all();
  REQUIRE(house.engine->fire(begun->id, {.move = "end"}, reporter));
  house.pump_all();
  const auto with = house.engine->instance(going->children.at("with").instance);
  REQUIRE(with);
  CHECK(with->status == Status::completed);
  CHECK(with->end == "over");
  CHECK(with->tokens.empty());
  CHECK(house.engine->instance(going->children.at("without").instance)->status == Status::active);
  // It is in the log, and the log alone makes the state.
  const auto log = house.journal->events(with->id);
  REQUIRE(log);
  REQUIRE(log->size() == 2);
  CHECK(log->back().kind == Event::Kind::parent_finished);
  CHECK(to_json(*event_from_json(to_json(log->back()))) == to_json(log->back()));
  CHECK(*replay(with->id, *log) == *with);
  // Told again, it stays as it is.
  const auto again = parent_finished((*house.library.newest("with"))->flow, {}, *with, "over",
                                     at("2026-03-05T09:00"));
  REQUIRE(again);
  CHECK(again->repeated);
  CHECK(house.journal->counts()->outbox == 0);
}

TEST_CASE("with_parent: must be a final state") {
  const TempDir folder;
  write(folder.path() / "flows/a.yaml", child_flow("a", "with_parent: open\n"));
  const auto checked = check(folder.path());
  REQUIRE(checked);
  REQUIRE(checked->faults.size() == 1);
  CHECK(checked->faults.front().line == 8);
  CHECK(checked->faults.front().message == "there is no final state “open”");
}

TEST_CASE("a version that is no more: its instances go on in the newest, where that says so") {
  const TempDir folder;
  House house(folder.path());
  const auto file = folder.path() / "scenes/repair/flows/parent.yaml";
  write(folder.path() / "scenes/repair/flows/with.yaml", child_flow("with", ""));
  write(folder.path() / "scenes/repair/flows/without.yaml", child_flow("without", ""));
  write(file, parent_flow);
  REQUIRE(house.library.load(folder.path() / "scenes")->empty());
  const auto begun = house.engine->start("parent", {}, reporter);
  REQUIRE(begun);
  std::string second = parent_flow;
  second.replace(second.find("version: 1"), 10, "version: 2");
  write(file, second);
  REQUIRE(house.library.load(folder.path() / "scenes")->empty());
  const auto lost = house.engine->fire(begun->id, {.move = "begin"}, reporter);
  REQUIRE_FALSE(lost);
  CHECK(lost.error().rule == "stale");
  CHECK(house.engine->instance(begun->id)->version == 1);
  write(file, second + "migrate: [ { from: 1 } ]\n");
  REQUIRE(house.library.load(folder.path() / "scenes")->empty());
  const auto goes = house.engine->fire(begun->id, {.move = "begin"}, reporter);
  REQUIRE(goes);
  CHECK(goes->version == 2);
  CHECK(places(*goes) == "going");
}
