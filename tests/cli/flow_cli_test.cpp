#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <sstream>

#include "run_program.hpp"
#include "support/paths.hpp"

namespace json = boost::json;
using namespace hb::test;

namespace {

const std::string systems = "https://health-brain.org/fhir/CodeSystem/";

/// An answer: {name of the value, value}, or {system, code} of a choice.
struct Answer {
  std::string id;
  std::string type;  ///< "valueInteger", …, or the code system
  json::value value;
};

/// Writes a completed response. returns  " --form FILE"
std::string form(const TempDir& folder, const std::vector<Answer>& answers) {
  json::array items;
  for (const Answer& answer : answers) {
    json::object one;
    if (answer.type.starts_with("value"))
      one[answer.type] = answer.value;
    else
      one["valueCoding"] = {{"system", systems + answer.type}, {"code", answer.value}};
    items.push_back(json::object{{"linkId", answer.id}, {"answer", json::array{one}}});
  }
  const auto file = folder.path() / "form.json";
  write_text(file, json::serialize(json::object{{"resourceType", "QuestionnaireResponse"},
                                                {"status", "completed"},
                                                {"item", items}}));
  return " --form " + file.string();
}

/// A store with an epidemiologist of the district, one of another, and a leader.
std::string given_store(const TempDir& folder) {
  write_text(folder.path() / "one.ndjson",
             "{\"resourceType\":\"Organization\",\"id\":\"o1\",\"name\":\"甲\"}\n");
  const std::string store = (folder.path() / "store").string();
  REQUIRE(run_program("load --simulated --store " + store + " " +
                      (folder.path() / "one.ndjson").string())
              .exit_code == 0);
  for (const char* user :
       {"--name sun --role epidemiologist --area 770102",
        "--name far --role epidemiologist --area 770199", "--name chen --role leader --area 7701"})
    REQUIRE(run_program("user add --store " + store + " " + user).exit_code == 0);
  return " --store " + store;
}

json::value act(const std::string& store, const std::string& user, const std::string& id,
                const std::string& rest) {
  const ProgramRun run = run_program("flow act" + store + " --as " + user + " " + id + " " + rest);
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  return json::parse(run.out);
}

std::string states(const json::value& shown) {
  std::string text;
  for (const json::value& work : shown.at("work").as_array())
    text += (text.empty() ? "" : " ") + std::string(work.at("state").as_string());
  return text;
}

std::vector<Answer> report(const std::vector<Answer>& more) {
  std::vector<Answer> answers{{"title", "valueString", "报告"},
                              {"reported", "valueDateTime", "2026-11-21T10:00:00+08:00"},
                              {"cases", "valueInteger", 14},
                              {"deaths", "valueInteger", 0}};
  answers.insert(answers.end(), more.begin(), more.end());
  return answers;
}

}  // namespace

TEST_CASE("flow: outbreak response from the signal to the closing report, three accounts in turn") {
  const TempDir folder;
  const std::string store = given_store(folder);
  const std::string signal = form(folder, {{"source", "signal-source", "telephone"},
                                           {"disease", "valueString", "诺如病毒"},
                                           {"area", "valueString", "770102003"},
                                           {"place", "valueString", "第一小学"},
                                           {"cases", "valueInteger", 12},
                                           {"deaths", "valueInteger", 0}});
  const ProgramRun begun =
      run_program("flow start" + store + " --as sun outbreak --key s1" + signal);
  INFO(begun.err);
  REQUIRE(begun.exit_code == 0);
  const json::value first = json::parse(begun.out);
  const std::string id(first.at("id").as_string());
  CHECK(states(first) == "received");
  CHECK(first.at("data").at("cases") == 12);
  // The same key again is the same instance.
  const ProgramRun again =
      run_program("flow start" + store + " --as sun outbreak --key s1" + signal);
  CHECK(json::parse(again.out).at("id") == first.at("id"));

  const ProgramRun mine = run_program("flow tasks" + store + " --as sun");
  CHECK(mine.out.find(id) != std::string::npos);
  CHECK(run_program("flow tasks" + store + " --as far").out.empty());  // another area

  // Refused: out of order, by the wrong person, on a stale view, with a form that does not hold.
  const auto refused = [&](const std::string& user, const std::string& rest,
                           const std::string& words) {
    const ProgramRun run =
        run_program("flow act" + store + " --as " + user + " " + id + " " + rest);
    CHECK(run.exit_code == 1);
    CHECK(run.out.empty());
    CHECK_MESSAGE(run.err.find(words) != std::string::npos, run.err);
  };
  refused("sun", "close", "out of order");
  refused("sun", "suspect", "the form “verification” is missing");
  refused("sun", "suspect" + form(folder, {{"result", "signal-result", "suspected"}}),
          "way: an answer is needed");
  const std::vector<Answer> verified{{"way", "verification-way", "telephone"},
                                     {"checked", "verification-check", "cards"},
                                     {"verified_cases", "valueInteger", 14},
                                     {"verified_deaths", "valueInteger", 0},
                                     {"result", "signal-result", "suspected"}};
  refused("far", "suspect" + form(folder, verified), "this may be done by");
  refused("sun", "suspect --seen 7" + form(folder, verified), "you saw event 7");
  refused("sun", "dismiss" + form(folder, verified), "not a dismissal");

  CHECK(states(act(store, "sun", id, "suspect" + form(folder, verified))) == "suspected");
  CHECK(states(act(
            store, "sun", id,
            "confirm" + form(folder, {{"arrived", "valueDateTime", "2026-11-21T12:00:00+08:00"},
                                      {"team", "valueString", "第一组"},
                                      {"cases", "valueInteger", 14},
                                      {"deaths", "valueInteger", 0},
                                      {"definition", "valueString", "呕吐或腹泻"},
                                      {"result", "investigation-result", "event"}}))) == "grading");
  const json::value graded =
      act(store, "chen", id,
          "grade" + form(folder, {{"kind", "event-kind", "infectious-diarrhoea"},
                                  {"place_kind", "place-kind", "school"},
                                  {"cases", "valueInteger", 14},
                                  {"deaths", "valueInteger", 0},
                                  {"grade", "event-grade", "none"},
                                  {"basis", "valueString", "20例以下"},
                                  {"likelihood", "risk-likelihood", "3"},
                                  {"impact", "risk-impact", "2"},
                                  {"risk", "valueInteger", 6}}));
  CHECK(states(graded) == "initial-report measures");
  CHECK(graded.at("data").at("grade") == "none");
  CHECK(graded.at("data").at("risk") == 6);
  CHECK(states(act(store, "sun", id,
                   "send-initial" +
                       form(folder,
                            report({{"name", "valueString", "事件"},
                                    {"kind", "event-kind", "infectious-diarrhoea"},
                                    {"place", "valueString", "第一小学"},
                                    {"occurred", "valueDateTime", "2026-11-20T10:00:00+08:00"},
                                    {"reporter", "valueString", "疾控"},
                                    {"situation", "valueString", "情况"},
                                    {"actions", "valueString", "措施"}})))) == "measures answered");
  CHECK(states(act(store, "sun", id,
                   "take-measures" + form(folder, {{"measures", "event-measure", "disinfection"},
                                                   {"begun", "valueDateTime",
                                                    "2026-11-21T14:00:00+08:00"}}))) == "ongoing");
  CHECK(states(act(store, "sun", id,
                   "progress" + form(folder, report({{"new_cases", "valueInteger", 0},
                                                     {"situation", "valueString", "平稳"}})))) ==
        "ongoing");
  refused("chen", "end", "a reason is needed");
  CHECK(states(act(store, "chen", id, "end --reason stopped")) == "closing");
  const json::value closed =
      act(store, "sun", id,
          "close" + form(folder, report({{"cause", "valueString", "诺如病毒"},
                                         {"measures", "valueString", "有效"}})));
  CHECK(closed.at("status") == "completed");
  CHECK(closed.at("end") == "closed");

  const ProgramRun log = run_program("flow log" + store + " " + id);
  int moves = 0;
  std::istringstream lines(log.out);
  for (std::string line; std::getline(lines, line);)
    moves += json::parse(line).at("kind") == "moved" ? 1 : 0;
  CHECK(moves == 8);
  CHECK(run_program("flow verify" + store).exit_code == 0);
}

TEST_CASE("flow and form: exit codes and places of faults") {
  const TempDir folder;
  write_text(folder.path() / "bad.yaml", "schema: flow-1\nid: bad\nversion: x\n");
  const ProgramRun checked = run_program("flow check " + (folder.path() / "bad.yaml").string());
  CHECK(checked.exit_code == 1);
  CHECK(checked.out.find("bad.yaml:3:10: version: expected a whole number") != std::string::npos);
  CHECK(run_program("flow check " + folder.path().string() + "/none").exit_code == 1);
  const std::string scenes = (source_dir() / "scenes").string();
  CHECK(run_program("flow check " + scenes).exit_code == 0);
  const std::string verification = scenes + "/outbreak-response/forms/verification.json";
  CHECK(run_program("form check " + verification).exit_code == 0);
  const std::string answers =
      (source_dir() / "tests/forms/cases/verification-no-reason/response.json").string();
  const ProgramRun invalid = run_program("form validate " + verification + " " + answers);
  CHECK(invalid.exit_code == 1);
  CHECK(invalid.out.find("error: reason: an answer is needed (required)") != std::string::npos);
}
