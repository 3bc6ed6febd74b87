#include "workflow/given.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "workflow/tasks.hpp"

using namespace hb;
using namespace hb::workflow;
using namespace hb::test;

namespace {

const Principal nurse = person("zhao", "nurse");
const Principal wang = person("wang", "engineer");
const Principal li = person("li", "engineer");
const Principal chief = person("chen", "leader");
const Instant opening = at("2026-11-16T09:00");

/// An instance together with its log, as whoever keeps it would hold them.
struct Kept {
  Flow flow = repair_flow();
  Environment environment = two_engineers();
  Instance instance;
  std::vector<Event> log;
  std::vector<Outgoing> outgoing;
  Instant now = opening;

  Outcome<Fired> take(Outcome<Fired> fired) {
    if (fired) {
      instance = fired->after;
      log.insert(log.end(), fired->events.begin(), fired->events.end());
      outgoing.insert(outgoing.end(), fired->outgoing.begin(), fired->outgoing.end());
      const auto again = replay(instance.id, log);
      REQUIRE(again);
      CHECK(*again == instance);  // the state is the replay of the log, after every act
    }
    return fired;
  }
  Outcome<Fired> begin(boost::json::object data = {{"area", "330105"}, {"what", "灯"}}) {
    return take(start(flow, environment, "r1", {.data = std::move(data), .key = "s"}, nurse, now));
  }
  Outcome<Fired> act(const Principal& who, const std::string& move, const std::string& reason = "",
                     int token = 0) {
    return take(fire(flow, environment, instance, {.move = move, .token = token, .reason = reason},
                     who, now));
  }
  Outcome<Fired> wait(const std::string& until) {
    now = at(until);
    return take(tick(flow, environment, instance, now));
  }
};

std::string rule_of(const Outcome<Fired>& outcome) {
  return outcome ? "done" : outcome.error().rule;
}

}  // namespace

TEST_CASE("start: the first state has its owner by load and its deadline by the clock") {
  Kept kept;
  REQUIRE(kept.begin());
  REQUIRE(kept.instance.tokens.size() == 1);
  const Token& token = kept.instance.tokens.front();
  CHECK(token.state == "reported");
  CHECK(token.owner == Owner{"worker", "wang"});  // 2 open tasks against 5
  REQUIRE(token.clocks.size() == 1);
  CHECK(token.clocks.front().due == at("2026-11-16T11:00"));
  CHECK(token.clocks.front().next == at("2026-11-16T10:00"));  // 60 min before
}

TEST_CASE("start: refused to others, without its fields, with fields of another kind") {
  Kept kept;
  CHECK(rule_of(kept.begin({{"what", "灯"}})) == "data");
  CHECK(rule_of(kept.begin({{"area", "330105"}, {"cost", "much"}})) == "data");
  CHECK(rule_of(kept.begin({{"area", "330105"}, {"colour", "red"}})) == "data");
  CHECK(rule_of(start(kept.flow, kept.environment, "x", {.data = {{"area", "3301"}}},
                      person("q", "auditor"), opening)) == "wrong-person");
}

TEST_CASE("the whole way: fork, sub-flow, join, four eyes, end") {
  Kept kept;
  REQUIRE(kept.begin());
  REQUIRE(kept.act(wang, "accept"));
  CHECK(places(kept.instance) == "parts paperwork");
  REQUIRE(kept.instance.children.contains("parts-order"));
  const auto started = std::ranges::find(kept.outgoing, Outgoing::Kind::start, &Outgoing::kind);
  REQUIRE(started != kept.outgoing.end());
  CHECK(started->id == kept.instance.children.at("parts-order").instance);
  const auto said = std::ranges::find(kept.outgoing, std::string("Communication"), &Outgoing::type);
  REQUIRE(said != kept.outgoing.end());
  CHECK(said->body.find("已受理：灯") != std::string::npos);
  CHECK(said->body.find("Accepted: 灯") != std::string::npos);

  REQUIRE(kept.act(chief, "sign"));
  CHECK(kept.instance.data.at("cost") == 60);  // six digits of the area times ten
  CHECK(places(kept.instance) == "parts done-both");
  // The child ends: the move of the system follows by itself, and with it the join.
  const auto told = kept.take(child_finished(kept.flow, kept.environment, kept.instance,
                                             "parts-order", "bought", kept.now));
  REQUIRE(told);
  CHECK(told->events.size() == 2);
  CHECK(places(kept.instance) == "check");
  CHECK(kept.instance.tokens.front().forks.empty());
  // Told twice: nothing new.
  CHECK(
      child_finished(kept.flow, kept.environment, kept.instance, "parts-order", "bought", kept.now)
          ->repeated);

  CHECK(rule_of(kept.act(chief, "pass")) == "wrong-person");  // he signed
  CHECK(rule_of(kept.act(chief, "again")) == "reason");
  REQUIRE(kept.act(chief, "again", "loose"));
  REQUIRE(kept.act(chief, "again", "still loose"));
  CHECK(rule_of(kept.act(chief, "again", "a third time")) == "limit");
  REQUIRE(kept.act(wang, "pass"));
  CHECK(kept.instance.status == Status::completed);
  CHECK(kept.instance.end == "closed");
  CHECK(kept.instance.tokens.empty());
  CHECK(rule_of(kept.act(wang, "pass")) == "ended");
}

TEST_CASE("fire: refused with who, what and why, and nothing changed") {
  Kept kept;
  REQUIRE(kept.begin());
  const Instance before = kept.instance;
  const auto refused = [&](const Outcome<Fired>& outcome, ErrorCode code, const std::string& rule,
                           const std::string& words) {
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == code);
    CHECK(outcome.error().rule == rule);
    INFO(outcome.error().error().message);
    CHECK(outcome.error().error().message.find(words) != std::string::npos);
    CHECK(kept.instance == before);
  };
  const auto with = [&](const Principal& who, Command command) {
    return fire(kept.flow, kept.environment, kept.instance, command, who, opening);
  };
  refused(with(wang, {.move = "pass"}), ErrorCode::conflict, "out-of-order",
          "reported: accept refuse");
  refused(with(wang, {.move = "fly"}), ErrorCode::conflict, "out-of-order", "wang, move fly");
  refused(with(li, {.move = "accept"}), ErrorCode::forbidden, "wrong-person", "the owner is wang");
  refused(with(nurse, {.move = "accept"}), ErrorCode::forbidden, "wrong-person", "zhao");
  refused(with(wang, {.move = "accept", .seen = 0}), ErrorCode::conflict, "stale",
          "you saw event 0, now it is at event 1");
  refused(with(wang, {.move = "refuse"}), ErrorCode::invalid_input, "reason", "reason");
  refused(with(wang, {.move = "accept", .response = "{}"}), ErrorCode::invalid_input, "form",
          "has no form");
  refused(with(chief, {.move = "accept"}), ErrorCode::forbidden, "wrong-person", "superior");
  Kept silent;
  REQUIRE(silent.begin({{"area", "330105"}}));
  const auto stopped = silent.act(wang, "accept");
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().rule == "guard");
  CHECK(stopped.error().why == "the fault is not described");
}

TEST_CASE("fire: an act sent twice counts once; its key for another act is refused") {
  Kept kept;
  REQUIRE(kept.begin());
  const Command command{.move = "accept", .seen = 1, .key = "k1"};
  REQUIRE(kept.take(fire(kept.flow, kept.environment, kept.instance, command, wang, opening)));
  const std::size_t events = kept.log.size();
  const auto again =
      kept.take(fire(kept.flow, kept.environment, kept.instance, command, wang, opening));
  REQUIRE(again);
  CHECK(again->repeated);
  CHECK(again->outgoing.empty());
  CHECK(kept.log.size() == events);
  Command other = command;
  other.reason = "another";
  CHECK(rule_of(fire(kept.flow, kept.environment, kept.instance, other, wang, opening)) ==
        "repeated-key");
  CHECK(rule_of(fire(kept.flow, kept.environment, kept.instance, command, li, opening)) ==
        "repeated-key");
}

TEST_CASE(
    "tick: two reminders, two escalations an hour apart, then silence; the superior may act") {
  Kept kept;
  REQUIRE(kept.begin());
  REQUIRE(kept.wait("2026-11-16T09:59"));
  CHECK(kept.log.size() == 1);
  REQUIRE(kept.wait("2026-11-16T10:00"));
  CHECK(kept.log.back().kind == Event::Kind::reminded);
  REQUIRE(kept.wait("2026-11-16T10:30"));
  CHECK(kept.log.size() == 3);
  CHECK(kept.instance.next() == at("2026-11-16T11:00"));
  CHECK(rule_of(kept.act(chief, "accept")) == "wrong-person");
  REQUIRE(kept.wait("2026-11-16T11:00"));
  CHECK(kept.log.back().kind == Event::Kind::escalated);
  CHECK(kept.instance.next() == at("2026-11-16T12:00"));
  REQUIRE(kept.wait("2026-11-16T15:00"));
  CHECK(kept.log.size() == 5);  // the second escalation, late but once
  CHECK(kept.instance.next() == never);
  REQUIRE(kept.wait("2026-11-17T15:00"));
  CHECK(kept.log.size() == 5);
  REQUIRE(kept.act(chief, "accept"));
  CHECK(kept.log[5].by == "chen");
}

TEST_CASE(
    "tick: whoever slept through everything is reminded no more, escalations follow at once") {
  Kept kept;
  REQUIRE(kept.begin());
  REQUIRE(kept.wait("2026-11-16T18:00"));
  REQUIRE(kept.log.size() == 3);
  CHECK(kept.log[1].kind == Event::Kind::escalated);
  CHECK(kept.log[2].kind == Event::Kind::escalated);
}

TEST_CASE("tick: a clock makes its move") {
  Kept kept;
  REQUIRE(kept.begin());
  REQUIRE(kept.act(wang, "accept"));
  REQUIRE(kept.wait("2026-11-17T08:59"));
  CHECK(places(kept.instance) == "parts paperwork");
  REQUIRE(kept.wait("2026-11-17T09:00"));
  CHECK(places(kept.instance) == "parts done-both");
  CHECK(kept.log.back().by == "clock");
}

TEST_CASE("take, release, delegate: who may, and to whom") {
  Kept kept;
  kept.environment.candidates = {};  // nobody is chosen
  REQUIRE(kept.begin());
  const auto does = [&](const Principal& who, Command command) {
    return rule_of(
        kept.take(fire(kept.flow, kept.environment, kept.instance, command, who, opening)));
  };
  CHECK(kept.instance.tokens.front().owner == Owner{"worker", ""});
  CHECK(does(nurse, {.kind = Command::Kind::take}) == "wrong-person");
  CHECK(does(person("far", "engineer", "3302"), {.kind = Command::Kind::take}) == "wrong-person");
  CHECK(does(li, {.kind = Command::Kind::take}) == "done");
  CHECK(does(wang, {.kind = Command::Kind::take}) == "out-of-order");
  CHECK(does(wang, {.move = "accept"}) == "wrong-person");
  CHECK(does(wang, {.kind = Command::Kind::release}) == "wrong-person");
  CHECK(does(li, {.kind = Command::Kind::delegate, .to = "zhao"}) == "wrong-person");
  CHECK(does(wang, {.kind = Command::Kind::delegate, .to = "wang"}) == "wrong-person");
  CHECK(does(li, {.kind = Command::Kind::delegate, .to = "wang"}) == "done");
  CHECK(kept.instance.tokens.front().owner.user == "wang");
  CHECK(does(wang, {.kind = Command::Kind::release}) == "done");
  CHECK(kept.instance.tokens.front().owner.user.empty());
}

TEST_CASE("withdraw: by whoever started it, from its states, with a reason") {
  Kept kept;
  REQUIRE(kept.begin());
  const auto does = [&](const Principal& who, const std::string& reason) {
    return rule_of(
        kept.take(fire(kept.flow, kept.environment, kept.instance,
                       {.kind = Command::Kind::withdraw, .reason = reason}, who, opening)));
  };
  CHECK(does(wang, "no") == "wrong-person");
  CHECK(does(nurse, "") == "reason");
  Kept later;
  REQUIRE(later.begin());
  REQUIRE(later.act(wang, "accept"));
  CHECK(rule_of(fire(later.flow, later.environment, later.instance,
                     {.kind = Command::Kind::withdraw, .reason = "late"}, nurse, opening)) ==
        "out-of-order");
  CHECK(does(nurse, "repaired by myself") == "done");
  CHECK(kept.instance.status == Status::cancelled);
  CHECK(kept.instance.end == "withdrawn");
}

TEST_CASE(
    "parallel parts inside a part: the inner join goes on into the outer one; a team; an end of "
    "all") {
  const Flow flow = flow_at("tests/workflow/flows/nested.yaml");
  std::vector<Fault> faults;
  check_flow(flow, {}, {&flow, 1}, {}, faults);
  for (const Fault& fault : faults) MESSAGE(describe(fault));
  CHECK(faults.empty());
  Principal worker = person("li", "engineer");
  auto begun = start(flow, {}, "n", {}, Principal::system("test"), opening);
  REQUIRE(begun);
  Instance instance = begun->after;
  // Not of the team.
  CHECK(rule_of(fire(flow, {}, instance, {.move = "split"}, worker, opening)) == "wrong-person");
  worker.organizations = {"repair-shop"};
  const auto go = [&](const std::string& move) {
    const auto done = fire(flow, {}, instance, {.move = move, .reason = "x"}, worker, opening);
    REQUIRE_MESSAGE(done, done.error().why);
    instance = done->after;
    return places(instance);
  };
  CHECK(go("split") == "a b");
  CHECK(go("split-a") == "b a1 a2");
  const Instance before = instance;
  CHECK(go("a1-done") == "b a2 a-both");
  CHECK(go("a2-done") == "b all");  // both of A have become one, which waits for B
  CHECK(go("b-done") == "last");
  CHECK(instance.tokens.front().forks.empty());
  CHECK(go("end").empty());
  CHECK(instance.status == Status::completed);
  // The other order: B waits first.
  instance = before;
  CHECK(go("b-done") == "a1 a2 all");
  CHECK(go("a2-done") == "a1 all a-both");
  CHECK(go("a1-done") == "last");
  instance = before;
  CHECK(go("give-up").empty());
  CHECK(instance.status == Status::cancelled);
}

TEST_CASE("migrate: by the declared map, deadlines from when the work began") {
  Kept kept;
  REQUIRE(kept.begin());
  const Flow next = flow_at("tests/workflow/flows/repair/flows/repair-2.yaml");
  CHECK(rule_of(fire(next, kept.environment, kept.instance, {.move = "repair"}, wang, opening)) ==
        "stale");
  REQUIRE(kept.take(migrate(next, kept.environment, kept.instance, at("2026-11-17T09:00"))));
  CHECK(kept.instance.version == 2);
  CHECK(places(kept.instance) == "waiting");
  CHECK(kept.instance.tokens.front().clocks.front().due == at("2026-11-19T09:00"));
  kept.flow = next;
  REQUIRE(kept.act(wang, "repair"));
  CHECK(kept.instance.status == Status::completed);
}

TEST_CASE("a form: missing, not holding, and its answers in guard and data") {
  const Flow flow = flow_at("scenes/outbreak-response/flows/outbreak.yaml");
  Environment environment;
  std::vector<std::string> issues;
  environment.form_issues = [&](const std::string& form,
                                std::string_view) -> Result<std::vector<std::string>> {
    CHECK(form == "verification");
    return issues;
  };
  const Principal duty = person("sun", "epidemiologist");
  auto begun = start(flow, environment, "o1",
                     {.data = {{"area", "330105"}, {"disease", "诺如病毒"}, {"cases", 12}}},
                     Principal::system("watch"), opening);
  REQUIRE(begun);
  CHECK(begun->after.tokens.front().clocks.front().due == at("2026-11-16T11:00"));  // within 2 h
  Command command{.move = "suspect"};
  const auto does = [&] { return fire(flow, environment, begun->after, command, duty, opening); };
  CHECK(does().error().why.find("is missing") != std::string::npos);
  command.response = R"({"resourceType":"QuestionnaireResponse","status":"completed","item":[
    {"linkId":"verified_cases","answer":[{"valueInteger":14}]},
    {"linkId":"verified_deaths","answer":[{"valueInteger":0}]},
    {"linkId":"result","answer":[{"valueCoding":{"code":"suspected"}}]}]})";
  issues = {"way: an answer is needed", "checked: an answer is needed"};
  CHECK(does().error().issues.size() == 2);
  CHECK(does().error().why.find("way: an answer is needed and 1 more") != std::string::npos);
  issues.clear();
  const auto done = does();
  REQUIRE(done);
  CHECK(done->after.data.at("cases") == 14);
  CHECK(places(done->after) == "suspected");
  // The form became a resource, and the event names it.
  const auto saved =
      std::ranges::find(done->outgoing, std::string("QuestionnaireResponse"), &Outgoing::type);
  REQUIRE(saved != done->outgoing.end());
  CHECK(done->events.front().response == saved->id);
  command.move = "dismiss";
  CHECK(does().error().rule == "guard");
}

TEST_CASE("events: JSON and back, all fields") {
  Kept kept;
  REQUIRE(kept.begin());
  REQUIRE(kept.wait("2026-11-16T12:00"));
  REQUIRE(kept.act(chief, "accept"));
  REQUIRE(kept.act(chief, "sign"));
  for (const Event& event : kept.log) {
    const auto back = event_from_json(to_json(event));
    REQUIRE(back);
    CHECK(*back == event);
  }
  CHECK_FALSE(event_from_json("{\"n\":1,\"at\":0,\"kind\":\"born\"}"));
  CHECK_FALSE(event_from_json("[]"));
  CHECK_FALSE(event_from_json("{\"n\":\"one\"}"));
}

TEST_CASE("replay: a gap, a first event that is no start, a token that is not there") {
  Kept kept;
  REQUIRE(kept.begin());
  REQUIRE(kept.act(wang, "accept"));
  std::vector<Event> log = kept.log;
  log.erase(log.begin() + 1);
  CHECK_FALSE(replay("r1", log));
  log = kept.log;
  log[1].gone = {99};
  CHECK_FALSE(replay("r1", log));
  CHECK_FALSE(replay("r1", {kept.log[1]}));
}

TEST_CASE(
    "tasks_of: one Task for the instance and one for each place of work, the same bytes each "
    "time") {
  Kept kept;
  REQUIRE(kept.begin());
  const auto first = tasks_of(kept.flow, "r1", kept.log, 0);
  REQUIRE(first);
  REQUIRE(first->size() == 2);
  CHECK((*first)[0].id == "r1");
  CHECK((*first)[1].id == "r1-1");
  const auto work = boost::json::parse((*first)[1].json);
  CHECK(work.at("status") == "in-progress");
  CHECK(work.at("owner").at("identifier").at("value") == "wang");
  CHECK(work.at("restriction").at("period").at("end") == "2026-11-16T03:00:00.000Z");
  REQUIRE(kept.act(wang, "accept"));
  const auto after = tasks_of(kept.flow, "r1", kept.log, 1);
  REQUIRE(after);
  REQUIRE(after->size() == 4);  // the instance, the work done, two new ones
  CHECK(boost::json::parse((*after)[1].json).at("status") == "completed");
  CHECK(tasks_of(kept.flow, "r1", kept.log, 1)->back().json == after->back().json);
}
