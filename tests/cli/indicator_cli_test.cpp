#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "run_program.hpp"
#include "support/paths.hpp"

using namespace hb::test;

namespace {

/// A store with one person and the accounts of an analyst, a leader and a nurse.
struct Office {
  TempDir directory;
  std::string store = (directory.path() / "store").string();

  Office() {
    const auto person = directory.path() / "p.ndjson";
    write_text(
        person,
        R"({"resourceType":"Patient","id":"p1","gender":"female","birthDate":"1980-01-01"})");
    REQUIRE(run_program("load --store " + store + " " + person.string()).exit_code == 0);
    for (const char* account :
         {"li.na --role analyst", "wu.leader --role leader", "zhou.nurse --role nurse"})
      REQUIRE(run_program("user add --store " + store + " --display x --area '*' --name " + account)
                  .exit_code == 0);
  }
  ProgramRun run(const std::string& command, const std::string& arguments) const {
    return run_program("indicator " + command + " --store " + store + " " + arguments);
  }
  std::string file(const char* name, const std::string& text) const {
    const auto path = directory.path() / name;
    write_text(path, text);
    return path.string();
  }
};

}  // namespace

TEST_CASE("indicator: commands of reported figures answer --help with an example") {
  for (const char* command :
       {"template", "import", "figures", "history", "submit", "approve", "return", "publish",
        "conflicts", "decide", "vintages", "check-plan"}) {
    CAPTURE(command);
    const ProgramRun help = run_program("indicator " + std::string(command) + " --help");
    CHECK(help.exit_code == 0);
    CHECK(help.out.find("Example:\n  healthbrain indicator " + std::string(command)) !=
          std::string::npos);
  }
}

TEST_CASE("indicator: template, import, conflict, decision, sign-off, publication") {
  const Office office;
  const std::string sheet = (office.directory.path() / "r.xlsx").string();
  REQUIRE(run_program("indicator template --year 2025 --area 330105 --out " + sheet).exit_code ==
          0);
  const ProgramRun nothing = office.run("import", sheet + " --user li.na");
  CHECK(nothing.exit_code == 0);  // a template that nobody filled in
  CHECK(nothing.out == "line,outcome,figure,indicator,area,period,value,rule,message\n");

  const std::string head = "indicator,area,period,value\n";
  const auto first =
      office.run("import", office.file("a.csv", head + "health-literacy,330105,2025,41.3\n"
                                                       "tcm-primary-care,330105,2025,120\n") +
                               " --user li.na");
  CHECK(first.exit_code == 3);
  CHECK(first.out.find("2,added,1,health-literacy,330105,2025,41.3") != std::string::npos);
  CHECK(first.out.find("3,refused,,tcm-primary-care,330105,2025,120,percentage-over-100") !=
        std::string::npos);
  CHECK(first.err.find("a.csv:3: percentage-over-100: ") != std::string::npos);
  const auto second =
      office.run("import", office.file("b.csv", head + "health-literacy,330105,2025,42.0\n") +
                               " --user li.na");
  CHECK(second.out.find("2,conflict,2,") != std::string::npos);
  CHECK(office.run("submit", "--figure 2 --user li.na").exit_code == 1);
  CHECK(office.run("conflicts", "").out.find("\n2,health-literacy,330105,2025,1,42.0,") !=
        std::string::npos);
  CHECK(office.run("decide", "--keep 2 --why yearbook --user li.na").exit_code == 1);  // no right
  CHECK(office.run("decide", "--keep 2 --why yearbook --user wu.leader").exit_code == 0);
  CHECK(office.run("submit", "--figure 2 --user zhou.nurse").exit_code == 1);
  REQUIRE(office.run("submit", "--figure 2 --user li.na").exit_code == 0);
  REQUIRE(office.run("approve", "--figure 2 --user wu.leader").exit_code == 0);
  REQUIRE(office.run("publish", "--figure 2 --user wu.leader").exit_code == 0);
  const auto vintages = office.run("vintages", "");
  CHECK(vintages.out.find("health-literacy,330105,2025,1,1,reported,42.0,,,wu.leader,") !=
        std::string::npos);
  const auto history = office.run("history", "--figure 2");
  CHECK(history.out.find("2,approved,wu.leader,") != std::string::npos);
}

TEST_CASE("indicator check-plan: findings of one plan in neutral words, as JSON too") {
  const auto one = run_program("indicator check-plan --plan plan-14-5-hangzhou-2025");
  CHECK(one.exit_code == 0);
  CHECK(one.out.find("unit-against-indicator,hangzhou-2025-35,") != std::string::npos);
  CHECK(one.out.find("疑似笔误") != std::string::npos);
  CHECK(one.out.find("k21") == std::string::npos);
  CHECK(run_program("indicator check-plan --format json --lang en").out.starts_with("[{\"rule\":"));
  CHECK(run_program("indicator check-plan --plan no-such").exit_code == 1);
}
