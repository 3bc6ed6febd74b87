#include <fstream>

#include <boost/json.hpp>

#include "workflow/criteria.hpp"
#include "workflow/given.hpp"
#include "workflow/kept.hpp"
#include "workflow/scope.hpp"

/// Proposals by criteria: the rules of what is known and what is not, and each border of the grades
/// that come with the program, worked out from the text of the plan.
using namespace hb;
using namespace hb::workflow;
using namespace hb::test;
namespace json = boost::json;

namespace {

const Criteria& grades() {
  static const Criteria criteria = [] {
    std::vector<Fault> faults;
    auto read =
        load_criteria(source_dir() / "scenes/outbreak-response/criteria/event-grade.yaml", faults);
    for (const Fault& fault : faults) MESSAGE(describe(fault));
    REQUIRE(read);
    return std::move(*read);
  }();
  return criteria;
}

json::object propose_for(const char* facts) {
  return proposal_of(grades(), json::parse(facts).as_object());
}

/// "IV food-30", "none -": the level and the criterion that holds.
std::string said(const char* facts) {
  const json::object proposal = propose_for(facts);
  const json::value* criterion = proposal.if_contains("criterion");
  return std::string(proposal.at("level").as_string()) + " " +
         (criterion == nullptr ? "-" : std::string(criterion->at("id").as_string()));
}

/// Criteria that nobody can decide, with the first fact that is missing.
std::string open(const char* facts) {
  std::string text;
  const json::object proposal = propose_for(facts);
  for (const json::value& one : proposal.at("undecided").as_array())
    text += (text.empty() ? "" : " ") + std::string(one.at("id").as_string()) + "?" +
            std::string(one.at("missing").at(0).at("id").as_string());
  return text;
}

std::vector<Date> days(std::initializer_list<const char*> texts) {
  std::vector<Date> list;
  for (const char* text : texts) list.push_back(*parse_date(text));
  return list;
}

/// The faults of a criteria file with this text.
std::string faults_of(const std::string& text) {
  const TempDir folder;
  std::ofstream(folder.path() / "c.yaml") << text;
  std::vector<Fault> faults;
  CHECK_FALSE(load_criteria(folder.path() / "c.yaml", faults));
  std::string said;
  for (const Fault& fault : faults)
    said += std::to_string(fault.line) + ": " + fault.message + "\n";
  return said;
}

const std::string beginning = R"(schema: criteria-1
id: c
title: { zh: 题, en: T }
source: { zh: 源, en: S }
levels: [ { id: I, name: { zh: 一, en: One } }, { id: none, name: { zh: 无, en: None } } ]
facts:
  cases: { kind: number, name: { zh: 例, en: Cases }, first: [data.cases] }
  kind: { kind: code, name: { zh: 类, en: Kind }, first: [data.kind] }
criteria:
)";

}  // namespace

TEST_CASE("most_within: the days of a window are counted with its first") {
  // 1 to 7 March are seven days; the 8th is the eighth.
  CHECK(most_within(days({"2026-03-01", "2026-03-07"}), 7) == 2);
  CHECK(most_within(days({"2026-03-01", "2026-03-08"}), 7) == 1);
  // 3, 3, 4, 5 March lie within 3 days; with the 1st only three of them would.
  CHECK(most_within(days({"2026-03-05", "2026-03-03", "2026-03-01", "2026-03-04", "2026-03-03"}),
                    3) == 4);
  CHECK(most_within({}, 7) == 0);
}

TEST_CASE("truth_of: what is not known decides nothing, but does not hide what is known") {
  std::vector<Fault> faults;
  const TempDir folder;
  std::ofstream(folder.path() / "c.yaml")
      << beginning
      << "  - { id: a, level: I, source: s, text: { zh: 文, en: T }, when: { all: [ { fact: kind, "
         "one_of: [x] }, { fact: cases, at_least: 5 } ] } }\n"
         "  - { id: b, level: I, source: s, text: { zh: 文, en: T }, when: { any: [ { fact: kind, "
         "one_of: [y] }, { fact: cases, more_than: 5 } ] } }\n";
  const auto criteria = load_criteria(folder.path() / "c.yaml", faults);
  REQUIRE(criteria);
  const auto truth = [&](std::size_t criterion, const char* facts) {
    return truth_of(criteria->criteria[criterion].when, *criteria, json::parse(facts).as_object());
  };
  CHECK(truth(0, R"({"kind":"x","cases":5})") == Truth::yes);
  CHECK(truth(0, R"({"kind":"x","cases":4})") == Truth::no);
  CHECK(truth(0, R"({"kind":"x"})") == Truth::unknown);
  CHECK(truth(0, R"({"cases":4})") == Truth::no);  // whatever the kind is
  CHECK(truth(1, R"({"cases":6})") == Truth::yes);
  CHECK(truth(1, R"({"cases":5})") == Truth::unknown);
  CHECK(truth(1, R"({"kind":"x","cases":5})") == Truth::no);
}

TEST_CASE("grades: food poisoning at each of its borders") {
  // 30–99 without a death: IV. Above 100, or a death: III. Above 100 with a death, or 10: II.
  CHECK(said(R"({"kind":"food-poisoning","place_kind":"other","cases":29,"deaths":0})") ==
        "none -");
  CHECK(said(R"({"kind":"food-poisoning","place_kind":"other","cases":30,"deaths":0})") ==
        "IV food-30");
  CHECK(said(R"({"kind":"food-poisoning","place_kind":"other","cases":99,"deaths":0})") ==
        "IV food-30");
  CHECK(said(R"({"kind":"food-poisoning","place_kind":"other","cases":100,"deaths":0})") ==
        "III food-100");
  CHECK(said(R"({"kind":"food-poisoning","place_kind":"other","cases":2,"deaths":1})") ==
        "III food-100");
  CHECK(said(R"({"kind":"food-poisoning","place_kind":"other","cases":100,"deaths":1})") ==
        "II food-100-death");
  CHECK(said(R"({"kind":"food-poisoning","place_kind":"other","cases":12,"deaths":9})") ==
        "III food-100");
  CHECK(said(R"({"kind":"food-poisoning","place_kind":"other","cases":12,"deaths":10})") ==
        "II food-100-death");
  // In a school five must be reported, without a grade.
  CHECK(said(R"({"kind":"food-poisoning","place_kind":"school","cases":5,"deaths":0})") ==
        "none report-food");
  CHECK(said(R"({"kind":"food-poisoning","place_kind":"school","cases":4,"deaths":0})") ==
        "none -");
}

TEST_CASE("grades: acute occupational poisoning at each of its borders") {
  const auto of = [](int cases, int deaths) {
    const std::string facts = R"({"kind":"occupational-poisoning","cases":)" +
                              std::to_string(cases) + R"(,"deaths":)" + std::to_string(deaths) +
                              "}";
    return said(facts.c_str());
  };
  CHECK(of(9, 0) == "IV occupational");
  CHECK(of(10, 0) == "III occupational-10");
  CHECK(of(49, 4) == "III occupational-10");
  CHECK(of(3, 1) == "III occupational-10");
  CHECK(of(50, 0) == "II occupational-50");
  CHECK(of(6, 5) == "II occupational-50");
}

TEST_CASE("grades: cholera and plague at each of their borders") {
  const auto cholera = [](int week, int counties, int cities) {
    const std::string facts = R"({"kind":"cholera","cases":)" + std::to_string(week) +
                              R"(,"deaths":0,"cases_week":)" + std::to_string(week) +
                              R"(,"counties":)" + std::to_string(counties) + R"(,"cities":)" +
                              std::to_string(cities) + R"(,"spreading":false,"first_local":false})";
    return said(facts.c_str());
  };
  CHECK(cholera(1, 1, 1) == "IV cholera");
  CHECK(cholera(9, 1, 1) == "IV cholera");
  CHECK(cholera(10, 1, 1) == "III cholera-10");
  CHECK(cholera(3, 2, 1) == "III cholera-10");
  CHECK(cholera(29, 1, 1) == "III cholera-10");
  CHECK(cholera(30, 1, 1) == "II cholera-30");
  CHECK(cholera(3, 2, 2) == "III cholera-10");  // two prefectures, but not spreading
  const auto plague = [](const char* kind, int week) {
    const std::string facts = std::string(R"({"kind":")") + kind + R"(","cases":)" +
                              std::to_string(week) + R"(,"cases_week":)" + std::to_string(week) +
                              R"(,"counties":1,"cities":1,"spreading":false})";
    return said(facts.c_str());
  };
  CHECK(plague("plague-pneumonic", 1) == "III plague-anthrax");
  CHECK(plague("plague-pneumonic", 4) == "III plague-anthrax");
  CHECK(plague("plague-pneumonic", 5) == "II plague-anthrax-5");
  CHECK(plague("plague-bubonic", 9) == "IV plague-bubonic");
  CHECK(plague("plague-bubonic", 10) == "III plague-bubonic-10");
  CHECK(plague("plague-bubonic", 20) == "II plague-bubonic-20");
}

TEST_CASE("grades: SARS, new and unexplained diseases, vaccination") {
  CHECK(said(R"({"kind":"sars","cases":1,"spreading":false})") == "II sars-avian");
  CHECK(said(R"({"kind":"sars","cases":1,"spreading":true})") == "I sars-avian-spreading");
  CHECK(said(R"({"kind":"new-disease","cases":1,"spreading":false})") == "II new-disease");
  CHECK(said(R"({"kind":"unexplained-cluster","counties":1,"provinces":1,"spreading":false})") ==
        "III unexplained");
  CHECK(said(R"({"kind":"unexplained-cluster","counties":2,"provinces":1,"spreading":true})") ==
        "II unexplained-counties");
  CHECK(said(R"({"kind":"unexplained-cluster","counties":2,"provinces":2,"spreading":true})") ==
        "I unexplained-provinces");
  CHECK(said(R"({"kind":"vaccination","cases":3,"deaths":0})") == "III vaccination");
  CHECK(said(R"({"kind":"vaccination","cases":3,"deaths":1})") == "II vaccination-death");
  CHECK(said(R"({"kind":"agent-loss","cases":0,"deaths":0})") == "I agent-loss");
}

TEST_CASE("grades: diseases of class B and C by their level, and what is only reported") {
  const auto measles = [](const char* ratio, int counties, int week, const char* place) {
    const std::string facts = std::string(R"({"kind":"measles","cases":)") + std::to_string(week) +
                              R"(,"deaths":0,"cases_week":)" + std::to_string(week) +
                              R"(,"counties":)" + std::to_string(counties) + R"(,"ratio":)" +
                              ratio + R"(,"place_kind":")" + place + "\"}";
    return said(facts.c_str());
  };
  // Above the mean by once the mean: 2.0 times; by twice: 3.0 times, in two counties.
  CHECK(measles("1.9", 1, 9, "school") == "none -");
  CHECK(measles("1.9", 1, 10, "school") == "none report-rash-mumps");
  CHECK(measles("1.9", 1, 10, "other") == "none -");  // not in one unit
  CHECK(measles("2.0", 1, 3, "school") == "III level-2-times");
  CHECK(measles("3.0", 1, 3, "school") == "III level-2-times");
  CHECK(measles("3.0", 2, 3, "school") == "II level-3-times");
  CHECK(measles("2.9", 2, 3, "school") == "III level-2-times");
  CHECK(
      said(
          R"({"kind":"infectious-diarrhoea","place_kind":"school","cases":19,"deaths":0,"cases_week":19,"ratio":1})") ==
      "none -");
  CHECK(
      said(
          R"({"kind":"infectious-diarrhoea","place_kind":"school","cases":20,"deaths":0,"cases_week":20,"ratio":1})") ==
      "none report-diarrhoea");
  CHECK(
      said(
          R"({"kind":"influenza","place_kind":"school","cases":29,"deaths":0,"cases_week":29,"hospitalized":4,"ratio":1})") ==
      "none -");
  CHECK(
      said(
          R"({"kind":"influenza","place_kind":"school","cases":30,"deaths":0,"cases_week":30,"hospitalized":4,"ratio":1})") ==
      "none report-influenza");
  CHECK(
      said(
          R"({"kind":"influenza","place_kind":"school","cases":9,"deaths":0,"cases_week":9,"hospitalized":5,"ratio":1})") ==
      "none report-influenza");
  CHECK(
      said(
          R"({"kind":"meningitis","place_kind":"school","cases":3,"deaths":0,"cases_3d":2,"ratio":1})") ==
      "none -");
  CHECK(
      said(
          R"({"kind":"meningitis","place_kind":"school","cases":3,"deaths":0,"cases_3d":3,"ratio":1})") ==
      "none report-meningitis");
}

TEST_CASE("proposal_of: says what it looked at, what also holds and what it cannot say") {
  const json::object proposal =
      propose_for(R"({"kind":"food-poisoning","place_kind":"school","cases":140,"deaths":1})");
  CHECK(proposal.at("level_name").at("en") == "II, serious");
  const json::array& facts = proposal.at("criterion").at("facts").as_array();
  REQUIRE(facts.size() == 3);
  CHECK(facts[0].at("value") == "food-poisoning");
  CHECK(facts[1].at("value") == 1);  // deaths stand first in the condition
  CHECK(facts[2].at("value") == 140);
  CHECK(proposal.at("also").as_array().size() == 3);  // food-100, food-30, report-food
  CHECK(proposal.at("undecided").as_array().empty());
  // Nobody said how many counties and how far above the usual: two graver criteria are open.
  CHECK(open(R"({"kind":"measles","place_kind":"school","cases":12,"deaths":0,"cases_week":12})") ==
        "level-3-times?counties level-2-times?ratio");
  CHECK(
      open(
          R"({"kind":"measles","place_kind":"school","cases":12,"cases_week":12,"counties":1,"ratio":1.2})")
          .empty());
  // Nothing is known at all: every criterion that nothing excludes is open.
  CHECK(propose_for("{}").at("level") == "none");
  CHECK(propose_for("{}").at("undecided").as_array().size() == grades().criteria.size());
}

TEST_CASE("facts_of: what is said comes first, else the larger of record and line list") {
  Instance instance;
  instance.data = {{"kind", "dysentery"}, {"cases", 4}};
  auto scope = Scope::make(instance, person("zhao", "epidemiologist"), at("2026-03-05T09:00"), "");
  REQUIRE(scope);
  // Six rows: one excluded, one carrier, one without a day; 2, 3 and 4 March are three days.
  scope->see("rows", json::parse(R"([{"class":"confirmed","onset":"2026-03-02"},
    {"class":"confirmed","onset":"2026-03-04","outcome":"died"},
    {"class":"excluded","onset":"2026-03-03","outcome":"died"},
    {"class":"carrier","onset":"2026-03-03"},{"class":"suspected"},
    {"class":"probable","onset":"2026-03-05"}])"));
  const auto facts = facts_of(grades(), *scope);
  REQUIRE(facts);
  CHECK(facts->at("cases") == 4);  // 4 were said, 4 are in the list
  CHECK(facts->at("deaths") == 1);
  CHECK(facts->at("cases_3d") == 2);  // the 2nd and 4th, or the 4th and 5th
  CHECK(facts->at("cases_week") == 3);
  CHECK_FALSE(facts->contains("spreading"));
  instance.data["cases"] = 9;
  scope->update(instance);
  CHECK(facts_of(grades(), *scope)->at("cases") == 9);
}

TEST_CASE("load_criteria: each mistake with its line") {
  CHECK(faults_of(beginning +
                  "  - { id: a, level: V, source: s, text: { zh: 文, en: T }, when: { fact: "
                  "cases, at_least: 1 } }\n") == "10: there is no level “V” under levels\n");
  CHECK(faults_of(beginning +
                  "  - { id: a, level: I, source: s, text: { zh: 文, en: T }, when: { fact: "
                  "case, at_least: 1 } }\n") == "10: there is no fact “case” under facts\n");
  CHECK(faults_of(beginning +
                  "  - { id: a, level: I, source: s, text: { zh: 文, en: T }, when: { fact: "
                  "kind, at_least: 1 } }\n") == "10: the fact “kind” is of another kind\n");
  CHECK(faults_of(beginning +
                  "  - { id: a, level: I, source: s, text: { zh: 文, en: T }, when: { fact: "
                  "cases, at_least: many } }\n") == "10: expected a number, found “many”\n");
  CHECK(faults_of(beginning +
                  "  - { id: a, level: I, source: s, text: { zh: 文, en: T }, when: { fact: "
                  "cases } }\n") ==
        "10: expected one of at_least, more_than, at_most, one_of, is\n");
  CHECK(faults_of("id: [").starts_with("1: "));
}
