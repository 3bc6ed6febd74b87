#include <algorithm>
#include <fstream>

#include "workflow/given.hpp"
#include "workflow/simulate.hpp"

using namespace hb;
using namespace hb::workflow;
using namespace hb::test;

namespace {

std::vector<Library::Entry> entries_in(const std::filesystem::path& folder) {
  const auto checked = check(folder);
  REQUIRE(checked);
  for (const Fault& fault : checked->faults) MESSAGE(describe(fault));
  REQUIRE(checked->faults.empty());
  std::vector<Library::Entry> entries;
  for (const Flow& flow : checked->flows)
    entries.push_back({flow, checked->surroundings.at(flow.file).calendars});
  return entries;
}

const Simulation::StateLine& state(const Simulation& simulation, const std::string& id) {
  const auto found = std::ranges::find(simulation.states, id, &Simulation::StateLine::id);
  REQUIRE(found != simulation.states.end());
  return *found;
}

const Flow& named(const std::vector<Library::Entry>& entries, const std::string& id) {
  const auto found = std::ranges::find_if(
      entries, [&](const Library::Entry& entry) { return entry.flow.id == id; });
  REQUIRE(found != entries.end());
  return found->flow;
}

}  // namespace

TEST_CASE(
    "simulate: outbreak response has no dead end, every state is entered and every move made") {
  const auto entries = entries_in(source_dir() / "scenes/outbreak-response/flows");
  const Flow& flow = named(entries, "outbreak");
  const auto result = simulate(flow, entries, {.instances = 300, .seed = 1});
  REQUIRE(result);
  CHECK(result->stuck == 0);
  CHECK(result->finished > 300);  // the line lists, too
  CHECK(result->problems.empty());
  for (const auto& line : result->states)
    if (line.id != "withdrawn") CHECK_MESSAGE(line.entered > 0, line.id);  // nobody withdraws here
  for (const auto& line : result->moves) CHECK_MESSAGE(line.made > 0, line.id);
  CHECK(state(*result, "received").entered >= 300);
  // The same seed, the same table; another seed, another one.
  const auto again = simulate(flow, entries, {.instances = 300, .seed = 1});
  CHECK(to_csv(*again) == to_csv(*result));
  CHECK(to_csv(*simulate(flow, entries, {.instances = 300, .seed = 2})) != to_csv(*result));
}

TEST_CASE("simulate: one slow person is overloaded and misses deadlines") {
  const auto entries = entries_in(source_dir() / "scenes/outbreak-response/flows");
  const Flow& flow = named(entries, "outbreak");
  SimulateOptions options{.instances = 100, .seed = 3};
  options.crews["duty"] = {.people = 1, .least = {60, 0, false}, .most = {120, 0, false}};
  const auto slow = simulate(flow, entries, options);
  REQUIRE(slow);
  const auto& received = state(*slow, "received");
  CHECK(received.missed > received.deadlines / 2);  // one signal each 30 min, 90 min each
  const auto duty = std::ranges::find(slow->actors, "duty", &Simulation::ActorLine::id);
  CHECK(duty->longest_queue > 20);
  CHECK(duty->busy > 0.5);  // of the whole time, closing included
}

TEST_CASE("simulate: sub-flows, joins and clocks run; what asks for nobody is found stuck") {
  const auto entries = entries_in(source_dir() / "tests/workflow/flows/repair/flows");
  const auto flow = std::ranges::find_if(entries, [](const Library::Entry& entry) {
    return entry.flow.id == "repair" && entry.flow.version == 1;
  });
  const auto result = simulate(flow->flow, entries, {.instances = 100, .seed = 5});
  REQUIRE(result);
  // data.what is no required field, so that nothing can be accepted, only refused.
  CHECK(result->ended_in.at("refused") == 100);

  const TempDir folder;
  std::ofstream(folder.path() / "trap.yaml") << R"(schema: flow-1
id: trap
version: 1
title: { zh: 陷阱, en: Trap }
description: { zh: 测试, en: Test }
actors:
  worker: { roles: [nurse], name: { zh: 护士, en: Nurse } }
data:
  n: { kind: number, name: { zh: 数, en: Number } }
start: { state: open, by: [system] }
states:
  open:
    name: { zh: 待办, en: Open }
    owner: worker
    moves: { go: { name: { zh: 走, en: Go }, to: done, when: data.n = 1 } }
  done: { name: { zh: 完成, en: Done }, final: true }
)";
  const auto trap = entries_in(folder.path());
  const auto stuck = simulate(trap.front().flow, trap, {.instances = 10, .seed = 1});
  REQUIRE(stuck);
  CHECK(stuck->stuck == 10);
  CHECK(stuck->stuck_in.at("open") == 10);
}

TEST_CASE("load_crews: people and pace; faults with line and column") {
  const TempDir folder;
  const auto file = folder.path() / "actors.yaml";
  std::ofstream(file) << "schema: flow-actors-1\nevery: 1 h\nactors:\n"
                         "  duty: { people: 3, takes: [10 min, 1 h], calendar: china }\n";
  SimulateOptions options;
  std::vector<Fault> faults;
  load_crews(file, options, faults);
  CHECK(faults.empty());
  CHECK(options.every.minutes == 60);
  CHECK(options.crews.at("duty").people == 3);
  std::ofstream(file)
      << "schema: flow-actors-1\nactors:\n  duty: { people: 0, takes: [1 h, 10 min] }\n";
  load_crews(file, options, faults);
  CHECK(faults.size() == 2);
}
