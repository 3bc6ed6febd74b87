// Columns, options and the answers to bad input of `healthbrain rt`, `nowcast` and `mem`.
#include "tempo/commands.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace hb;
using namespace hb::tempo;

namespace {

std::string rt(const std::string& curve, const std::string& options, const std::string& si = "") {
  const auto answer = run_rt({curve, "curve.csv"},
                             si.empty() ? std::nullopt : std::optional(TextFile{si, "si.csv"}),
                             {options, "rt.yaml"});
  return answer ? answer->csv : answer.error().where + ": " + answer.error().message;
}

std::string cases(const std::string& list, const std::string& options) {
  const auto answer = run_nowcast({list, "list.csv"}, {options, "n.yaml"});
  return answer ? answer->csv : answer.error().where + ": " + answer.error().message;
}

std::string mem(const std::string& table, const std::string& options = "") {
  const auto answer = run_mem({table, "seasons.csv"}, {options, "m.yaml"});
  return answer ? answer->csv : answer.error().where + ": " + answer.error().message;
}

const std::string si = "k,w\n0,0\n1,0.6\n2,0.4\n";
const std::string curve = "date,I\n2026-01-01,2\n2026-01-02,1\n2026-01-03,4\n";

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("rt: a table worked out by hand") {
  CHECK(rt(curve, "window: 2\nquantiles: false", si) ==
        "t_start,t_end,mean,sd,date_start,date_end,status\n"
        "2,3,2.142857142857143,0.8748177652797064,2026-01-02,2026-01-03,ok\n");
  CHECK(rt(curve, "estimate: infectivity", si) ==
        "t,lambda,date\n1,,2026-01-01\n2,1.2,2026-01-02\n3,1.4,2026-01-03\n");
  CHECK(rt("I\n2\n1\n4\n", "estimate: infectivity\nsi_distr: [0, 0.6, 0.4]") ==
        "t,lambda,date\n1,,\n2,1.2,\n3,1.4,\n");
}

TEST_CASE("rt: windows as R's config gives them, in a config: map or outside") {
  const std::string three = rt(curve, "config:\n  t_start: [2, 3]\n  t_end: [3, 3]", si);
  CHECK(says(three, "\n2,3,"));
  CHECK(says(three, "\n3,3,"));
  CHECK(rt(curve, "t_start: [2, 3]\nt_end: [3]", si) == "rt.yaml:2: t_end: 2 days are expected");
  CHECK(says(rt(curve, "t_start: [1]\nt_end: [3]", si), "does not lie within days 2 to 3"));
}

TEST_CASE("rt: what is not a curve is refused with its place") {
  const std::string head = "date,I\n2026-01-01,2\n";
  CHECK(says(rt(head + "2026-01-03,1\n", "", si),
             "curve.csv:3:1: 1 days are missing after 2026-01-01"));
  CHECK(rt(head + "2026-01-01,1\n", "", si) == "curve.csv:3:1: this day is there twice");
  CHECK(says(rt(head + "2025-12-31,1\n", "", si), "days must rise"));
  CHECK(rt(head + "2026-01-02,-1\n", "", si) == "curve.csv:3:2: a count cannot be below 0");
  CHECK(says(rt(head + "2026-01-02,\n", "", si), "curve.csv:3:2: this day has no count"));
  CHECK(says(rt(head + "2026-01-02,x\n", "", si), "a number is expected"));
  CHECK(says(rt("date,n\n2026-01-01,2\n", "", si), "column I is expected"));
  CHECK(rt("t,I\n1,2\n3,1\n", "", si) == "curve.csv:3:1: t must go on by 1 from 1");
  CHECK(says(rt("I\n2\n", "", si), "at least 2 days are needed"));
  CHECK(says(rt("I\n2\n1\n", "", si), "a window of 7 days that begins on day 2 does not fit"));
}

TEST_CASE("rt: a day without a count is a day without cases when that is said") {
  CHECK(rt("I\n2\n\"\"\n4\n", "missing: zero\nwindow: 2", si) ==
        rt("I\n2\n0\n4\n", "window: 2", si));
}

TEST_CASE("rt: no cases at all give the prior, never a gap in the numbers") {
  const std::string none = rt("I\n0\n0\n0\n0\n", "window: 2", si);
  CHECK(says(none, "\n2,3,5,5,"));
  CHECK_FALSE(says(none, "nan"));
  CHECK(rt("I\n0\n0\n0\n0\n", "estimate: wallinga_teunis\nwindow: 2", si) ==
        "t_start,t_end,mean,sd,q0.025,q0.975,date_start,date_end\n");
  CHECK(says(rt("I\n0\n0\n0\n0\n", "estimate: growth\nwindow: 3"), "fewer than 3 cases"));
}

TEST_CASE("rt: fractions of cases are counted for R, refused where cases are counted singly") {
  CHECK(says(rt("I\n2\n1.5\n4\n", "window: 2", si), "\n2,3,"));
  CHECK(says(rt("I\n2\n1.5\n4\n", "estimate: wallinga_teunis\nwindow: 2", si), "whole number"));
  CHECK(says(rt("I\n2\n1.5\n4\n", "estimate: forecast\nwindow: 1", si), "whole numbers"));
}

TEST_CASE("rt: serial intervals that are none") {
  CHECK(rt(curve, "", "k,w\n0,0\n1,0.5\n") ==
        "si.csv: w: the serial interval adds up to 0.5, not to 1");
  CHECK(says(rt(curve, "", "k,w\n0,0.5\n1,0.5\n"), "day 0"));
  CHECK(rt(curve, "", "k,w\n1,0\n2,1\n") == "si.csv:2:1: k must be 0, 1, 2, … in this order");
  CHECK(says(rt(curve, "", "k,w\n0,0\n1,\n"), "si.csv:3:2"));
  CHECK(says(rt(curve, ""), "mean_si: method parametric_si needs this option"));
  CHECK(says(rt(curve, "mean_si: 1\nstd_si: 1"), "mean_si: a number from 1.000001"));
  CHECK(says(rt(curve, "", "k,a,b\n0,0,0\n1,1,0.5\n2,0,0.5\n"), "si_from_sample"));
}

TEST_CASE("rt: samples of the serial interval are mixed") {
  const std::string mixed =
      rt(curve, "method: si_from_sample\nwindow: 2", "k,a,b\n0,0,0\n1,0.6,0.6\n2,0.4,0.4\n");
  const std::string one = rt(curve, "window: 2", si);
  CHECK(mixed.substr(0, mixed.find('.') + 6) == one.substr(0, one.find('.') + 6));
  const std::string uncertain =
      rt(curve,
         "window: 2\nmethod: uncertain_si\nmean_si: 2\nstd_mean_si: 0.3\nmin_mean_si: 1.2\n"
         "max_mean_si: 2.8\nstd_si: 1\nstd_std_si: 0.2\nmin_std_si: 0.5\nmax_std_si: 1.5\nn1: 50");
  CHECK(says(uncertain, "\n2,3,"));
  CHECK(says(rt(curve, "method: uncertain_si\nmean_si: 2"), "std_mean_si"));
}

TEST_CASE("options: unknown ones are refused with the list of those known") {
  const std::string text = rt(curve, "windw: 7", si);
  CHECK(text.starts_with("rt.yaml:1: option windw is unknown; the options are confidence, "));
  CHECK(says(text, "mean_prior"));
  CHECK(rt(curve, "window: 7\nwindow: 8", si) == "rt.yaml:2: option window is given twice");
  CHECK(says(rt(curve, "window: seven", si), "window: a whole number from 1 to 10000 is expected"));
  CHECK(says(rt(curve, "window: [1", si), "no YAML"));
  CHECK(says(rt(curve, "- 7", si), "NAME: VALUE"));
  CHECK(says(rt(curve, "window:\n  a: 1", si), "a value is expected"));
  CHECK(rt(curve, "window: 2\nmean_si: NULL", si) == rt(curve, "window: 2", si));
}

TEST_CASE("nowcast: rows that are no case are put aside and named") {
  const std::string list =
      "event,report\n2026-01-01,2026-01-02\n2026-01-02,2026-01-02\n,2026-01-02\n"
      "2026-01-02,2026-01-01\n2026-01-02,soon\n";
  const auto answer = run_nowcast({list, "list.csv"}, {"D: 2\nback: 1", "n.yaml"});
  REQUIRE(answer.has_value());
  REQUIRE(answer->refused.size() == 3);
  CHECK(answer->refused[0].where == "list.csv:4:1");
  CHECK(answer->refused[1].message == "this case is reported before its event");
  CHECK(answer->refused[2].where == "list.csv:6:2");
  CHECK(answer->csv.starts_with(
      "now,date,reported,final,nowcast,lower,upper,status\n2026-01-02,2026-01-01,1,1,"));
}

TEST_CASE("nowcast: what cannot be answered is said") {
  const std::string list = "event,report\n2026-01-01,2026-01-05\n";
  CHECK(says(cases(list, "now: 2026-01-03\nback: 2"), ",,,no reports to learn delays from"));
  CHECK(says(cases(list, "when: [2026-02-01]"), "n.yaml:1: when: 2026-02-01 lies after now"));
  CHECK(says(cases("event,report\n,\n", ""), "no case with both days is left"));
  CHECK(says(cases(list, "dEventCol: onset"), "column onset is expected"));
  CHECK(says(cases(list, "N.tInf.prior: poisgamma"), "poisgamma needs mean.lambda"));
  CHECK(says(cases(list, "method: unif"), "bayes.trunc, bayes.notrunc or lawless"));
}

TEST_CASE("mem: tables that are none are refused") {
  CHECK(says(mem("a,b\n1,2\n"), "column week is expected"));
  CHECK(says(mem("week\n40\n"), "a column for each season"));
  CHECK(says(mem("week,a\n40,1\n40,2\n"), "week 40 is there twice"));
  CHECK(says(mem("week,a\n40,-1\n41,2\n"), "seasons.csv:2:2: a rate cannot be below 0"));
  CHECK(
      says(mem("week,a\n40,1\n41,2\n"), "seasons.csv: all seasons need the same number of weeks"));
  CHECK(says(mem("week,a\n1,1\n2,2\n3,9\n4,2\n5,1\n"), "at least 2 seasons with cases are needed"));
  CHECK(says(mem("week,a\n1,1\n", "i.seasons: 1"), "i.seasons: a whole number from 2 or NA"));
  CHECK(mem("week,a\n1,0\n2,0\n3,0\n", "estimate: memtiming") ==
        "season,start_row,end_row,duration_j,pct,sum,start_week,end_week,status\na,,,,,,,,no "
        "cases\n");
}
