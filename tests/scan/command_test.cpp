// Columns, options and the answers to bad input of `healthbrain scan`.
#include "scan/commands.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/agreement.hpp"

using namespace hb;
using namespace hb::scan;

namespace {

struct Texts {
  std::string cases, places, population, controls, previous, options;
};

Result<ScanText> answer_of(const Texts& texts) {
  const auto given = [](const std::string& text, const char* name) {
    return text.empty() ? std::nullopt : std::optional(TextFile{text, name});
  };
  return run_scan({{texts.cases, "cases.csv"},
                   given(texts.places, "places.csv"),
                   given(texts.population, "people.csv"),
                   given(texts.controls, "controls.csv"),
                   given(texts.previous, "previous.csv"),
                   {texts.options, "scan.yaml"}});
}

std::string text_of(const Texts& texts) {
  const auto answer = answer_of(texts);
  return answer ? answer->csv : answer.error().where + ": " + answer.error().message;
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::string places = "place,x,y\na,0,0\nb,1,0\nc,5,0\nd,9,0\n";

/// 20 days, one case a day and place in turn; place b has 6 more on the last two days.
std::string outbreak() {
  std::string text = "place,date,cases\n";
  for (int day = 1; day <= 20; ++day)
    text += std::string(1, static_cast<char>('a' + day % 4)) + ",2026-01-" + (day < 10 ? "0" : "") +
            std::to_string(day) + ",1\n";
  return text + "b,2026-01-19,3\nb,2026-01-20,3\n";
}

const std::string prospective = "model: permutation\nprospective: true\nmax_duration: 5\n";

}  // namespace

TEST_CASE("scan: an outbreak at the end is found, with dates, place and recurrence") {
  const test::Table table = test::table_of(text_of({outbreak(), places, "", "", "", prospective}));
  REQUIRE_FALSE(table.rows.empty());
  const auto& first = table.rows[0];
  CHECK(first.at("locations") == "b");
  CHECK(first.at("start") == "2026-01-19");
  CHECK(first.at("end") == "2026-01-20");
  CHECK(first.at("cases") == "6");
  CHECK(first.at("status") == "active");
  CHECK(table.number(0, "p_value") < 0.3);  // 26 cases say little
  CHECK(table.number(0, "recurrence_days") == doctest::Approx(1 / table.number(0, "p_gumbel")));
  CHECK(first.at("replicates") == "999");
}

TEST_CASE("scan: a cluster that goes on is told from a new one") {
  const std::string today = text_of({outbreak(), places, "", "", "", prospective});
  const std::string yesterday = "cluster,start,end,locations\n7,2026-01-18,2026-01-19,b;c\n";
  const auto again = test::table_of(text_of({outbreak(), places, "", "", yesterday, prospective}));
  CHECK(again.rows[0].at("status") == "ongoing");
  CHECK(again.rows[0].at("earlier") == "7");
  const std::string elsewhere = "cluster,start,end,locations\n7,2026-01-18,2026-01-19,d\n";
  CHECK(test::table_of(text_of({outbreak(), places, "", "", elsewhere, prospective}))
            .rows[0]
            .at("status") == "new");
  CHECK(test::table_of(text_of({outbreak(), places, "", "", today.substr(0, today.find('\n') + 1),
                                prospective}))
            .rows[0]
            .at("status") == "new");
}

TEST_CASE("scan: rows that cannot be used are put aside and named") {
  const std::string cases = outbreak() +
                            "e,2026-01-20,1\nb,soon,1\nb,2026-01-20,-1\n"
                            "b,2026-01-20,0.5\nb,2025-12-31,1\n";
  const auto answer = answer_of(
      {cases, places + "e,,3\n", "", "", "", prospective + "start: 2026-01-01\nend: 2026-01-20\n"});
  REQUIRE(answer.has_value());
  REQUIRE(answer->refused.size() == 6);
  CHECK(answer->refused[0].where == "places.csv:6:2");
  CHECK(says(answer->refused[0].message, "place e has no usable coordinates"));
  CHECK(says(answer->refused[1].message, "place e is not among the places"));
  CHECK(answer->refused[2].where == "cases.csv:25:2");
  CHECK(says(answer->refused[3].message, "from 0 is expected"));
  CHECK(says(answer->refused[4].message, "a whole number"));
  CHECK(says(answer->refused[5].message, "outside the study period, 2026-01-01 to 2026-01-20"));
  CHECK(answer->csv == text_of({outbreak(), places, "", "", "",
                                prospective + "start: 2026-01-01\nend: 2026-01-20\n"}));
}

TEST_CASE("scan: what cannot be scanned is refused") {
  const std::string cases = outbreak();
  CHECK(says(text_of({cases, places, "", "", "", ""}), "poisson needs --population"));
  CHECK(says(text_of({cases, "", "", "", "", prospective}), "needs --places"));
  CHECK(says(text_of({cases, places, "", "", "", "model: bernoulli"}), "needs --controls"));
  CHECK(says(text_of({cases, places + "a,3,3\n", "", "", "", prospective}),
             "places.csv:6:1: place a is there twice"));
  CHECK(says(text_of({"place,cases\na,1\nb,3\n", places, "", "", "", prospective}), "no dates"));
  CHECK(says(text_of({"place,date,cases\na,2026-01-01,0\nb,2026-01-02,0\n", places, "", "", "",
                      prospective}),
             "fewer than 2 cases"));
  CHECK(says(text_of({"place,date,cases\na,2026-01-01,9\n", places, "", "", "", prospective}),
             "a single step"));
  CHECK(says(text_of({"place,date,cases\na,2026-01-01,2\nb,2066-01-01,2\n", places, "", "", "",
                      "model: permutation"}),
             "more than 3 million windows"));
  CHECK(says(text_of({cases, places, "", "", "", "modell: poisson"}),
             "option modell is unknown; the options are analysis, "));
  CHECK(says(text_of({cases, places, "", "", "", prospective + "start: 2027\n"}),
             "it lies before the start"));
  CHECK(says(text_of({"x,y\n1,2\n", places, "", "", "", prospective}), "column place is expected"));
  CHECK(says(text_of({cases, "place,latitude,longitude\na,95,0\n", "", "", "", prospective}),
             "no place has coordinates"));
}

TEST_CASE("scan: cases where nobody lives are refused with their place") {
  const std::string people = "place,population\na,100\nb,100\nc,100\n";
  CHECK(says(text_of({outbreak(), places, people, "", "", ""}),
             "cases.csv:4:1: a case at place d, which has no population then"));
}

TEST_CASE("scan: expected cases in a table are scaled to the cases") {
  std::string expected = "place,date,expected\n";
  for (const char* place : {"a", "b", "c", "d"})
    for (const char* day : {"2026-01-01", "2026-01-02"})
      expected += std::string(place) + "," + day + ",10\n";
  const std::string cases =
      "place,date,cases\na,2026-01-01,2\nb,2026-01-02,9\nc,2026-01-01,2\nd,2026-01-02,3\n";
  const auto table = test::table_of(text_of({cases, places, expected, "", "", ""}));
  CHECK(table.rows[0].at("locations") == "b");
  CHECK(table.number(0, "expected") == doctest::Approx(2));  // 16 cases in 8 equal cells
}

TEST_CASE("scan: text parted by blanks is read like CSV") {
  const std::string cases = "a 2 2026/1/1\nb 9 2026/1/2\nc 2 2026/1/1\nd 3 2026/1/2\n";
  const std::string csv =
      "place,cases,date\na,2,2026-01-01\nb,9,2026-01-02\nc,2,2026-01-01\nd,3,2026-01-02\n";
  const std::string options = "model: permutation\ncoordinates: cartesian\n";
  CHECK(text_of({cases, "a 0 0\nb 1 0\nc 5 0\nd 9 0\n", "", "", "", options}) ==
        text_of({csv, places, "", "", "", options}));
  CHECK(says(text_of({"a 2 2026/1/1\nb 9\n", places, "", "", "", options}),
             "cases.csv:2: the first row has 3 fields, this row 2"));
}

TEST_CASE("scan: single events watched, by hand") {
  // First event: 1.2·e^-0.2. Second, far away: cylinders of both, 1.2·e^(-0.2·1·2/2) and
  // 1.2·e^(-0.2·1·1/2).
  const std::string csv = text_of({"x,y,t\n9,9,2\n0,0,1\n", "", "", "", "",
                                   "analysis: shiryaev-roberts\nradius: 1\nthreshold: 2\n"});
  const auto table = test::table_of(csv);
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].at("row") == "2");  // put in the order of time
  CHECK(table.number(0, "R") == doctest::Approx(1.2 * std::exp(-0.2)));
  CHECK(table.number(1, "R") == doctest::Approx(1.2 * std::exp(-0.2) + 1.2 * std::exp(-0.1)));
  CHECK(table.rows[0].at("idxFA") == "2");
  CHECK(table.rows[0].at("idxCC") == "2");
  CHECK(says(text_of({"x,y\n1,2\n", "", "", "", "", "analysis: shiryaev-roberts\n"}),
             "column t is expected"));
  CHECK(says(text_of({"x,y,t\n1,2,3\n", "", "", "", "", "analysis: shiryaev-roberts\n"}),
             "needs this option"));
}

TEST_CASE("scan: ellipses, early stopping and a single place give sound tables") {
  for (const std::string more : {"shape: ellipse\npenalty: strong\n", "early_stop: 5\n",
                                 "replicates: 0\n", "max_places: 1\n", "max_radius: 0\n",
                                 "min_cases: 1\n", "overlap: none\n", "max_reported: 0.3\n"}) {
    const std::string csv = text_of({outbreak(), places, "", "", "", prospective + more});
    CAPTURE(csv);
    CHECK(csv.starts_with("cluster,n_locations,cases,"));
    CHECK_FALSE(says(csv, "nan"));
    CHECK_FALSE(says(csv, "inf"));
  }
}
