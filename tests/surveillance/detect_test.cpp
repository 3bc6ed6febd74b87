#include <doctest/doctest.h>

#include <string>

#include "core/csv.hpp"
#include "surveillance/detect.hpp"

namespace hb::surveillance {
namespace {

std::string run(std::string_view method, const std::string& csv, std::string_view config = "",
                std::string_view range = "") {
  const auto answer = detect({.method = method,
                              .csv = csv,
                              .csv_name = "s.csv",
                              .config = config,
                              .config_name = "c.yaml",
                              .range = range});
  return answer ? answer->csv : answer.error().where + ": " + answer.error().message;
}

/// t,observed of one unit without dates.
std::string series_of(const std::vector<std::string>& counts) {
  std::string csv = "unit,t,period,observed\n";
  for (std::size_t i = 0; i < counts.size(); ++i)
    csv += "u," + std::to_string(i + 1) + "," + std::to_string(i % 52 + 1) + "," + counts[i] + "\n";
  return csv;
}

std::string constant(std::size_t length, const std::string& count) {
  return series_of(std::vector<std::string>(length, count));
}

bool says(const std::string& text, std::string_view part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("detect: the columns, the units and empty fields") {
  const std::string csv =
      "unit,t,date,observed\n"
      "\"a, b\",1,2026-01-01,1\n\"a, b\",2,2026-01-02,3\n\"a, b\",3,2026-01-03,\n"
      "c,1,2026-01-01,NA\nc,2,2026-01-02,0\nc,3,2026-01-03,5\n";
  CHECK(run("fixed", csv, "threshold: 3") ==
        "unit,t,date,observed,expected,upperbound,alarm,window_cases\n"
        "\"a, b\",1,2026-01-01,1,,3,0,1\n\"a, b\",2,2026-01-02,3,,3,1,3\n"
        "\"a, b\",3,2026-01-03,,,3,,\n"
        "c,1,2026-01-01,,,3,,\nc,2,2026-01-02,0,,3,0,0\nc,3,2026-01-03,5,,3,1,5\n");
}

TEST_CASE("detect: the range counts as the column t does") {
  const std::string csv = "t,period,observed\n11,1,0\n12,2,4\n13,3,1\n";
  CHECK(run("fixed", csv, "", "12:13") ==
        "unit,t,date,observed,expected,upperbound,alarm,window_cases\n,12,,4,,1,1,4\n,13,,1,,1,1,"
        "1\n");
  CHECK(run("fixed", csv, "range: 12:12") ==
        "unit,t,date,observed,expected,upperbound,alarm,window_cases\n,12,,4,,1,1,4\n");
  CHECK(says(run("fixed", csv, "", "12:14"),
             "s.csv, unit : the range 12:14 is not within t = 11 to 13"));
  CHECK(says(run("fixed", csv, "", "13:12"), "first and last time point are expected"));
  CHECK(says(run("fixed", csv, "", "a"), "--range a"));
}

TEST_CASE("detect: options by R's names, presets, and what is refused") {
  const std::string csv = constant(300, "9");
  const std::string plain = run("farrington-flexible", csv,
                                "{noPeriods: 10, pastWeeksNotIncluded: 26, pThresholdTrend: 1,\n"
                                " thresholdMethod: \"nbPlugin\", alpha: 0.01}");
  CHECK(run("farrington-flexible", csv, "preset: noufaily-2013\nalpha: 0.01") == plain);
  CHECK(run("farrington-flexible", csv, "alpha: 0.01\npreset: noufaily-2013\nnoPeriods: 1") !=
        plain);
  CHECK(says(run("farrington-flexible", csv, "w: 3\nalfa: 1"),
             "c.yaml:2: there is no option alfa; this method knows b, w, reweight"));
  CHECK(says(run("farrington-flexible", csv, "reweight: maybe"),
             "c.yaml:1: reweight: TRUE or FALSE is expected"));
  CHECK(says(run("farrington-flexible", csv, "preset: best"),
             "preset: noufaily-2013, noufaily-2013-muan or farrington-1996 is expected"));
  CHECK(says(run("farrington-flexible", csv, "b: 2.5"), "b: a whole number from 1 to 100"));
  CHECK(says(run("farrington-flexible", csv, "limit54: 5"), "limit54: a list of two numbers"));
  CHECK(says(run("farrington-flexible", csv, "b: 1\nb: 2"), "c.yaml:2: b is given twice"));
  CHECK(says(run("farrington-flexible", csv, "- b"), "a map of options is expected"));
  CHECK(says(run("farrington-flexible", csv, "{b: ["), "this is no YAML"));
  CHECK(says(run("ears-c1", csv, "method: C2"), "method: C1 is expected"));
  CHECK(says(run("glr-poisson", csv, "mu0: {S: 1, bend: 2}"), "there is no option mu0.bend"));
  CHECK(says(run("ears-c9", csv), "the methods are fixed, moving-percentile, ears-c1"));
  CHECK(says(run("cusum", csv, "m: NULL"), "u,53,"));
}

TEST_CASE("detect: freq from the dates, the periods or the option") {
  // bayes with b = 1, w = 1 begins freq + 1 time points after the first.
  const std::string config = "{b: 1, w: 1, actY: false";
  std::string months = "unit,t,date,observed\n";
  for (int i = 0; i < 20; ++i)
    months += "u," + std::to_string(i + 1) + "," + std::to_string(2025 + i / 12) +
              (i % 12 < 9 ? "-0" : "-") + std::to_string(i % 12 + 1) + "-01,4\n";
  CHECK(says(run("bayes", months, config + "}"), "\nu,14,2026-02-01"));
  CHECK_FALSE(run("bayes", months, config + "}").find("\nu,13,") != std::string::npos);
  CHECK(says(run("bayes", months, config + ", freq: 4}"), "\nu,6,2025-06-01"));
  CHECK(says(run("bayes", constant(60, "4"), config + "}"), "\nu,54,"));
  CHECK(says(run("bayes", "t,observed\n1,2\n2,3\n", config + "}"),
             "freq: time points a year are expected in --config"));
}

TEST_CASE("detect: tables that are refused name the place") {
  CHECK(says(run("ears-c1", series_of({"1", "-2", "3"})), "s.csv:3:4: observed: a number from 0"));
  CHECK(says(run("bayes", series_of({"1", "2.5", "3"})), "s.csv:3:4: observed: a whole number"));
  CHECK(says(run("ears-c1", series_of({"1", "two", "3"})),
             "s.csv:3:4: observed: a number is expected"));
  CHECK(says(run("ears-c1", "t,period,observed\n1,1,2\n3,3,2\n"),
             "s.csv:3:1: t: 2 is expected, not “3”; a time point that is not known stands"));
  CHECK(says(run("ears-c1", "t,period,observed\n1,1,2\n1,2,2\n"), "s.csv:3:1: t: 2 is expected"));
  CHECK(says(run("ears-c1", "t,date,observed\n1,2026-01-05,2\n2,2026-01-05,2\n"),
             "s.csv:3:2: date: the date of the row before is there again"));
  CHECK(says(run("ears-c1", "t,date,observed\n1,2026-01-05,2\n2,2026-01-12,2\n3,2026-01-26,1\n"),
             "s.csv:4:2: date: dates one day, week, month"));
  CHECK(says(run("ears-c1", "t,date,observed\n1,2026-01-05,2\n2,2026-02-30,2\n"),
             "s.csv:3:2: date: a day like 2026-11-21 is expected"));
  CHECK(says(run("ears-c1", "unit,observed\nu,1\n"), "column t is expected"));
  CHECK(says(run("ears-c1", ""), "s.csv:1:1"));
}

TEST_CASE("detect: a history that is too short") {
  CHECK(says(run("farrington-flexible", constant(200, "9")),
             "s.csv, unit u: the history is too short"));
  const std::string two = constant(10, "1") + "v,1,1,4\n";
  const auto answer = detect({.method = "ears-c1", .csv = two, .csv_name = "s.csv"});
  REQUIRE(answer.has_value());
  REQUIRE(answer->refused.size() == 1);
  CHECK(answer->refused[0].where == "s.csv, unit v");
  CHECK(answer->csv.find("\nu,8,") != std::string::npos);
  CHECK(answer->csv.find("\nv,") == std::string::npos);
}

TEST_CASE("detect: dates in some rows only are not used") {
  const std::string csv = "t,period,date,observed\n1,1,2026-01-05,2\n2,2,,2\n3,3,2026-01-05,9\n";
  CHECK(run("fixed", csv, "threshold: 5", "3:3") ==
        "unit,t,date,observed,expected,upperbound,alarm,window_cases\n,3,,9,,5,1,9\n");
}

TEST_CASE("detect: every method gives numbers, Inf or nothing, never NaN") {
  std::vector<std::string> zeros(420, "0");
  std::vector<std::string> spike = zeros;
  spike[400] = "1000000000";
  std::vector<std::string> gaps(420, "3");
  for (std::size_t i = 0; i < gaps.size(); ++i)
    if (i % 7 == 3 || (i > 200 && i < 300)) gaps[i] = "";
  std::vector<std::string> growing;
  for (std::size_t i = 0; i < 420; ++i) growing.push_back(std::to_string(i * i));
  for (const Detector& detector : detectors())
    for (const auto& counts : {zeros, spike, gaps, growing}) {
      const std::string csv = run(detector.name, series_of(counts));
      INFO(detector.name);
      INFO(csv.substr(0, 300));
      const auto rows = parse_csv(csv);
      REQUIRE(rows.has_value());
      REQUIRE(rows->size() > 1);
      CHECK(csv.find("nan") == std::string::npos);
      CHECK(csv.find("NaN") == std::string::npos);
      for (const CsvRow& row : *rows) CHECK(row.fields.size() == rows->front().fields.size());
    }
}

TEST_CASE("detect: one enormous spike alarms where it stands") {
  std::vector<std::string> counts(420, "4");
  for (std::size_t i = 0; i < counts.size(); i += 2) counts[i] = "6";
  counts[400] = "1000000";
  for (const Detector& detector : detectors()) {
    // C3 of R looks at the two time points before; EARS of the day itself is C1 and C2.
    // The product of outbreakP overflows as in R; its log_statistic has the answer.
    if (detector.name == "ears-c3" || detector.name == "outbreakp") continue;
    INFO(detector.name);
    const std::string csv = run(detector.name, series_of(counts), "", "401:401");
    const auto rows = parse_csv(csv);
    REQUIRE(rows.has_value());
    REQUIRE(rows->size() == 2);
    CHECK((*rows)[1].fields[6] == "1");
  }
}

}  // namespace hb::surveillance
