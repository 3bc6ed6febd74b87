#include <atomic>
#include <fstream>
#include <thread>

#include <boost/json.hpp>

#include "workflow/flow_forms.hpp"
#include "workflow/kept.hpp"

using namespace hb;
using namespace hb::workflow;
using namespace hb::test;
namespace fs = std::filesystem;

namespace {

const boost::json::object lamp = {{"area", "330105"}, {"what", "灯"}};

std::string rule_of(const Outcome<Instance>& outcome) {
  return outcome ? "done" : outcome.error().rule;
}

/// Versions of a resource in the records.
std::size_t versions(const records::Store& store, const std::string& type, const std::string& id) {
  const auto all = store.history(Principal::system("test"), type, id);
  return all ? all->size() : 0;
}

}  // namespace

TEST_CASE(
    "engine: the loop from start to end, with its sub-flow, Tasks and messages in the records") {
  const TempDir folder;
  House house(folder.path());
  const auto begun = house.engine->start("repair", {.data = lamp, .key = "a"}, reporter);
  REQUIRE(begun);
  const std::string id = begun->id;
  CHECK(id.size() == 26);
  REQUIRE(house.engine->fire(id, {.move = "accept"}, engineer));
  REQUIRE(house.engine->fire(id, {.move = "sign"}, head));
  house.pump_all();
  const auto before = house.engine->instance(id);
  REQUIRE(before);
  const std::string child = before->children.at("parts-order").instance;
  CHECK(places(*before) == "parts done-both");
  REQUIRE(house.engine->fire(child, {.move = "buy"}, buyer));
  house.pump_all();
  CHECK(places(*house.engine->instance(id)) == "check");
  REQUIRE(house.engine->fire(id, {.move = "pass"}, engineer));
  house.pump_all();
  CHECK(house.engine->instance(id)->status == Status::completed);

  const auto task = house.store->read(Principal::system("test"), "Task", id);
  REQUIRE(task);
  CHECK(boost::json::parse(task->json).at("status") == "completed");
  const auto work = house.store->read(Principal::system("test"), "Task", id + "-1");
  REQUIRE(work);
  CHECK(boost::json::parse(work->json).at("status") == "completed");
  const auto part = house.store->read(Principal::system("test"), "Task", child);
  REQUIRE(part);
  CHECK(boost::json::parse(part->json).at("partOf").at(0).at("reference").as_string() ==
        "Task/" + id);
  CHECK(house.journal->counts()->outbox == 0);
  CHECK(house.journal->check()->empty());
}

TEST_CASE("engine: the same start and the same act again count once; refused acts leave no trace") {
  const TempDir folder;
  House house(folder.path());
  const auto first = house.engine->start("repair", {.data = lamp, .key = "a"}, reporter);
  const auto again = house.engine->start("repair", {.data = lamp, .key = "a"}, reporter);
  REQUIRE(again);
  CHECK(again->id == first->id);
  CHECK(rule_of(house.engine->start("repair", {.data = lamp, .key = "a"}, head)) != "done");
  const Command accept{.move = "accept", .seen = 1, .key = "k"};
  REQUIRE(house.engine->fire(first->id, accept, engineer));
  const std::int64_t events = house.journal->counts()->events;
  REQUIRE(house.engine->fire(first->id, accept, engineer));
  CHECK(rule_of(house.engine->fire(first->id, {.move = "sign", .seen = 1}, head)) == "stale");
  CHECK(rule_of(house.engine->fire(first->id, {.move = "sign"}, engineer)) == "wrong-person");
  CHECK(rule_of(house.engine->fire("nobody", {.move = "sign"}, head)) == "unknown");
  CHECK(house.journal->counts()->events == events);
}

TEST_CASE("engine: of many who act on what they saw at the same time, one does") {
  const TempDir folder;
  House house(folder.path());
  const auto begun = house.engine->start("repair", {.data = lamp}, reporter);
  REQUIRE(begun);
  std::atomic<int> done = 0;
  std::atomic<int> stale = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      const auto made = house.engine->fire(begun->id, {.move = "accept", .seen = 1}, engineer);
      if (made)
        ++done;
      else if (made.error().rule == "stale")
        ++stale;
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(done == 1);
  CHECK(stale == 7);
}

TEST_CASE("engine: clocks on a test clock, lists of work by deadline") {
  const TempDir folder;
  std::atomic<std::int64_t> now = at("2026-11-16T09:00").micros;
  House house(folder.path(), [&now] { return Instant{now.load()}; });
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    const auto made = house.engine->start("repair", {.data = lamp}, reporter);
    REQUIRE(made);
    ids.push_back(made->id);
    now += 60'000'000;
  }
  CHECK(*house.engine->tick() == 0);
  CHECK(house.journal->next_due()->micros == at("2026-11-16T10:00").micros);
  now = at("2026-11-16T10:00").micros;
  CHECK(*house.engine->tick() == 1);  // the other two are a minute or two later
  now = at("2026-11-16T11:01").micros;
  CHECK(*house.engine->tick() == 3);
  house.pump_all();
  const auto list = house.journal->work({.actors = {"repair/worker"}, .areas = {"3301"}});
  REQUIRE(list);
  REQUIRE(list->size() == 3);
  CHECK((*list)[0].instance == ids[0]);
  CHECK((*list)[0].escalated);
  CHECK_FALSE((*list)[2].escalated);
  CHECK(house.journal->work({.actors = {"repair/worker"}, .areas = {"3302"}})->empty());
  CHECK(house.journal->work({.actors = {"repair/chief"}})->empty());
  REQUIRE(house.engine->fire(ids[2], {.kind = Command::Kind::take}, engineer));
  CHECK(house.journal->work({.user = "wang"})->size() == 1);
  CHECK(house.journal->work({.user = "wang", .actors = {"repair/worker"}})->size() == 3);
  CHECK(*house.journal->load("wang") == 1);
  CHECK(house.journal->check()->empty());
}

TEST_CASE(
    "engine: a broken file keeps the old version running; a new version takes over by its map") {
  const TempDir folder;
  House house(folder.path());
  const auto begun = house.engine->start("repair", {.data = lamp}, reporter);
  REQUIRE(begun);
  const fs::path scenes = folder.path() / "scenes";
  const fs::path next = scenes / "repair/flows/repair-2.yaml";
  std::ofstream(next) << "schema: flow-1\nid: repair\nversion: two\n";
  const auto faults = house.library.load(scenes);
  REQUIRE(faults);
  REQUIRE_FALSE(faults->empty());
  CHECK(faults->front().line > 0);
  REQUIRE(house.engine->fire(begun->id, {.kind = Command::Kind::take}, engineer));

  fs::copy_file(source_dir() / "tests/workflow/flows/repair/flows/repair-2.yaml", next,
                fs::copy_options::overwrite_existing);
  REQUIRE(house.library.load(scenes)->empty());
  // It goes on in version 1 until it is moved.
  REQUIRE(house.engine->fire(begun->id, {.move = "accept"}, engineer));
  REQUIRE(house.engine->migrate(begun->id));
  const auto moved = house.engine->instance(begun->id);
  CHECK(moved->version == 2);
  CHECK(places(*moved) == "waiting waiting");
  CHECK(house.engine->start("repair", {.data = lamp}, reporter)->version == 2);
  CHECK(house.journal->check()->empty());
}

TEST_CASE("engine: effects that were carried out and not noted are not carried out again") {
  const TempDir folder;
  std::string id;
  // The sink takes, and then the process ends before the outbox hears of it.
  struct Forgetful final : Sink {
    RecordsSink& inner;
    explicit Forgetful(RecordsSink& sink) : inner(sink) {}
    Result<void> take(const std::vector<Piece>& pieces, bool again) override {
      if (Result<void> done = inner.take(pieces, again); !done) return done;
      return fail(ErrorCode::unavailable, "the process ended here");
    }
  };
  {
    House house(folder.path());
    id = house.engine->start("repair", {.data = lamp}, reporter)->id;
    REQUIRE(house.engine->fire(id, {.move = "accept"}, engineer));
    Forgetful forgetful(*house.sink);
    CHECK_FALSE(house.engine->pump(forgetful));
    CHECK(versions(*house.store, "Task", id) == 2);  // as it stood after each act
  }
  House house(folder.path());
  house.pump_all();
  CHECK(versions(*house.store, "Task", id) == 2);
  CHECK(versions(*house.store, "Task", id + "-1") == 2);  // requested, completed
  std::int64_t messages = 0;
  const auto counts = house.store->counts();
  REQUIRE(counts);
  for (const auto& [type, count] : *counts)
    if (type == "Communication") messages = count;
  CHECK(messages == 1);
}

TEST_CASE("engine: a filled-in form becomes resources by its templates") {
  const TempDir folder;
  const fs::path flows = folder.path() / "scenes/visits/flows";
  fs::create_directories(flows);
  fs::create_directories(folder.path() / "scenes/visits/forms");
  fs::copy_file(source_dir() / "scenes/programme-follow-up/forms/hypertension-follow-up.json",
                folder.path() / "scenes/visits/forms/hypertension.json");
  std::ofstream(flows / "visit.yaml") << R"(schema: flow-1
id: visit
version: 1
title: { zh: 随访, en: Visit }
description: { zh: 测试, en: Test }
forms: { visit: ../forms/hypertension.json }
actors: { doctor: { roles: [nurse], name: { zh: 医生, en: Doctor } } }
data: { class: { kind: code, name: { zh: 分类, en: Class } } }
start: { state: done, by: [doctor], form: visit, set: { class: answers.class } }
states:
  done: { name: { zh: 待办结, en: To be closed }, owner: doctor, moves: { close: { name: { zh: 办结, en: Close }, to: closed } } }
  closed: { name: { zh: 已办结, en: Closed }, final: true }
)";
  const Clock clock = [] { return at("2026-11-21T09:00"); };
  House house(folder.path(), clock);
  REQUIRE(house.library.load(folder.path() / "scenes")->empty());
  FlowForms forms(clock);
  Directory directory;
  directory.form_issues = [&](const Flow& flow, const std::string& form,
                              std::string_view response) {
    return forms.issues(flow, form, response);
  };
  directory.extract = [&](const Flow& flow, const std::string& form, std::string_view response) {
    return forms.extract(flow, form, response);
  };
  Engine engine(house.library, *house.journal, directory, clock);
  std::ifstream in(source_dir() / "tests/forms/cases/hypertension/response.json");
  std::string response{std::istreambuf_iterator<char>(in), {}};
  // Without the body mass index, which is calculated, it does not hold.
  CHECK(rule_of(engine.start("visit", {.response = response}, reporter)) == "form");
  std::vector<hb::forms::FormFault> faults;
  std::ifstream source(folder.path() / "scenes/visits/forms/hypertension.json");
  const auto form =
      hb::forms::read(std::string{std::istreambuf_iterator<char>(source), {}}, faults);
  REQUIRE(form);
  response = *hb::forms::calculate(*form, response, {clock(), {}});
  const auto begun = engine.start("visit", {.response = response}, reporter);
  REQUIRE_MESSAGE(begun, begun.error().why);
  CHECK(begun->data.at("class") == "1");
  while (*engine.pump(*house.sink) > 0) {
  }
  std::map<std::string, std::int64_t> counted;
  const auto counts = house.store->counts();
  for (const auto& [type, count] : *counts) counted[type] = count;
  CHECK(counted["QuestionnaireResponse"] == 1);
  CHECK(counted["Observation"] == 3);  // pressure, weight and the result; no heart rate was taken
  CHECK(counted["MedicationStatement"] == 2);
}

TEST_CASE("journal: one process at a time, and a log that was changed is found") {
  const TempDir folder;
  const std::string path = (folder.path() / "flows.db").string();
  {
    House house(folder.path());
    REQUIRE(house.engine->start("repair", {.data = lamp}, reporter));
    CHECK_FALSE(Journal::open(path));
  }
  {
    auto connection =
        records::sqlite::Connection::open(path, records::sqlite::Connection::Mode::write);
    REQUIRE(connection);
    REQUIRE(connection->run("UPDATE work SET user = 'thief'"));
  }
  House house(folder.path());
  const auto faults = house.journal->check();
  REQUIRE(faults);
  REQUIRE(faults->size() == 1);
  CHECK(faults->front().find("its open work is not what its log makes") != std::string::npos);
}
