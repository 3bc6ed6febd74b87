#include <doctest/doctest.h>

#include <boost/json.hpp>

#include <filesystem>
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
       {"template", "import",     "figures",     "history", "submit",   "approve",
        "return",   "publish",    "conflicts",   "decide",  "vintages", "check-plan",
        "assess",   "draft-plan", "outlook",     "gap",     "compare",  "inequality",
        "export",   "report",     "publish-list"}) {
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

TEST_CASE("indicator import: MeasureReports and ADX pass the same rules as a template") {
  const Office office;
  const std::string report = office.file(
      "r.json", R"({"resourceType":"MeasureReport","measure":"x/Measure/health-literacy|1",
"subject":{"identifier":{"value":"330105"}},"period":{"start":"2025-01-01","end":"2025-12-31"},
"group":[{"measureScore":{"value":41.3}}]})");
  CHECK(office.run("import", report + " --user li.na").out.find("added,1,health-literacy") !=
        std::string::npos);
  const std::string adx =
      office.file("r.xml",
                  "<adx xmlns=\"urn:ihe:qrph:adx:2015\"><group orgUnit=\"330105\" "
                  "period=\"2025-01-01/P1Y\"><dataValue dataElement=\"health-literacy\" "
                  "value=\"141.3\"/></group></adx>");
  const auto refused = office.run("import", adx + " --user li.na");
  CHECK(refused.exit_code == 3);
  CHECK(refused.out.find("percentage-over-100") != std::string::npos);
  const auto wrong = office.run("import", office.file("w.xml", "<a/>") + " --user li.na");
  CHECK(wrong.exit_code == 1);
  CHECK(wrong.err.find("w.xml") != std::string::npos);
}

TEST_CASE("indicator: assessment, comparison, export and report of a store of one person") {
  const Office office;
  const auto assess = office.run("assess", "--plan plan-14-5-gongshu-2025 --year 2025");
  CHECK(assess.exit_code == 0);
  CHECK(assess.out.starts_with("no,name,scope,unit,definition,base,base_year,value,origin,"));
  CHECK(assess.err.find("17 rows: ") != std::string::npos);
  CHECK(office.run("assess", "--plan none").exit_code == 1);
  const auto adx = office.run("export", "--period 2025 --id population --format adx");
  CHECK(adx.exit_code == 0);
  CHECK(adx.out.find("dataElement=\"population\"") ==
        std::string::npos);  // one person: a small count
  const auto reports = office.run("export", "--period 2025 --id population");
  CHECK(reports.out.find("少于5人的计数不予显示") != std::string::npos);
  const std::string out = (office.directory.path() / "r.html").string();
  const auto report = office.run(
      "report", "--report yearbook-chapter --year 2025 --area 330105 --signed 张三 --out " + out);
  CHECK(report.exit_code == 3);  // one person: most sentences have no figure
  CHECK(report.err.find("left out: ") != std::string::npos);
  CHECK(std::filesystem::file_size(out) > 1'000);
  CHECK(office.run("report", "--report yearbook-chapter --year 2025 --area 330105 --out x.txt")
            .exit_code == 1);
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

TEST_CASE(
    "indicator compare: by institution, among similar streets; publish-list of a simulation") {
  const TempDir directory;
  const std::string store = (directory.path() / "store").string();
  REQUIRE(run_program("simulate --residents 4000 --years 1 --seed 7 --dirt none --tables " + store)
              .exit_code == 0);
  const std::string about = " --store " + store + " --id elderly-management --period 2025";
  const ProgramRun units = run_program("indicator compare --area 770101 --by institution" + about);
  CAPTURE(units.err);
  REQUIRE(units.exit_code == 0);
  CHECK(units.out.starts_with("unit,name,organization,numerator,denominator,value,lower95,"));
  // What the institutions answer for adds up to what is compared by street, but for the unassigned.
  const ProgramRun json =
      run_program("indicator compare --area 770101 --by institution --format json" + about);
  const ProgramRun streets = run_program("indicator compare --area 770101 --format json" + about);
  const auto sum = [](const std::string& text) {
    const boost::json::value whole = boost::json::parse(text);
    std::int64_t total = 0;
    for (const auto& row : whole.at("rows").as_array()) total += row.at("denominator").as_int64();
    return total;
  };
  std::int64_t unassigned = 0;
  if (const auto at = json.err.find(" of "); json.err.starts_with("healthbrain: unassigned") ||
                                             json.err.find("unassigned: ") != std::string::npos)
    unassigned = std::stoll(json.err.substr(at + 4));
  CHECK(sum(json.out) + unassigned == sum(streets.out));
  const ProgramRun similar =
      run_program("indicator compare --area 770101001 --among similar --k 3 --format json" + about);
  CAPTURE(similar.err);
  REQUIRE(similar.exit_code == 0);
  const boost::json::value near = boost::json::parse(similar.out);
  CHECK(near.at("similar").at("neighbours").as_int64() == 3);
  int with_distance = 0;
  for (const auto& row : near.at("rows").as_array()) with_distance += !row.at("distance").is_null();
  CHECK(with_distance == 3);
  CHECK(
      run_program("indicator compare --area 770101 --by team --among similar" + about).exit_code ==
      1);
  CHECK(run_program("indicator compare --by institution --store " + store +
                    " --id aged-65-share --period 2025")
            .err.find("responsible") != std::string::npos);

  const std::string list = (source_dir() / "scenes/demo-district/publications.yaml").string();
  const std::string publish = "indicator publish-list " + list + " --store " + store;
  const ProgramRun made = run_program(publish);
  CAPTURE(made.err);
  REQUIRE(made.exit_code == 0);
  CHECK(made.out.find("\npopulation,770101,2025,1,1,computed,") != std::string::npos);
  CHECK(made.out.find(",演示内容,") != std::string::npos);
  CHECK(made.out.find("births") == std::string::npos);
  CHECK(run_program(publish).out.find("\npopulation,770101,2025,2,") == std::string::npos);
}

TEST_CASE("indicator publish: internal indicators are refused by the rule's name") {
  const Office office;
  const auto births = office.run("publish", "--period 2025 --id births --user wu.leader");
  CHECK(births.exit_code == 3);
  CHECK(births.err.find("indicator-internal") != std::string::npos);
  const auto all = office.run("publish", "--period 2025 --user wu.leader");
  CHECK(all.exit_code == 0);
  CHECK(all.out.find("births,") == std::string::npos);
  const std::string list = (source_dir() / "scenes/demo-district/publications.yaml").string();
  const auto real = run_program("indicator publish-list " + list + " --store " + office.store);
  CHECK(real.exit_code == 1);  // not a simulation: an account has to sign
  CHECK(real.err.find("--user") != std::string::npos);
  CHECK(office.run("export", "--period 2025 --id births").exit_code == 1);
}
