#include <doctest/doctest.h>

#include <cmath>
#include <fstream>

#include "support/paths.hpp"
#include "views/view.hpp"
#include "watch/replay.hpp"

namespace hb::watch {
namespace {

Date day(const char* text) { return *parse_date(text); }

/// A scenes folder with one stream file.
Result<std::vector<Stream>> load(const std::string& yaml) {
  const test::TempDir scenes;
  std::filesystem::create_directories(scenes.path() / "one/streams");
  std::ofstream(scenes.path() / "one/streams/s.yaml") << yaml;
  return load_streams(scenes.path());
}

std::string with(const std::string& line) {
  return "id: s\ntitle: { zh: 甲, en: A }\nkind: cases\nlane: ranked\nsql: SELECT 1\n"
         "detectors: [{ method: bayes, why: { zh: 甲, en: A } }]\n" +
         line;
}

std::string error_of(const std::string& yaml) {
  const auto streams = load(yaml);
  if (streams) return "no error";
  const std::string& where = streams.error().where;
  return where.substr(where.rfind('/') + 1) + ": " + streams.error().message;
}

Stream cases_stream() {
  Stream stream = load(with("window: 7\nmin_cases: 3\n"))->front();
  return stream;
}

Finding finding(const Stream& stream, const char* on, const char* area, double p,
                const char* disease = "") {
  return {day(on), &stream, {area, "", disease}, 5, p};
}

}  // namespace

TEST_CASE("load_streams: fields, and faults with file and line") {
  const auto streams = load(with("window: 3\nclosed: [12-30/01-02]\nclosed_weekdays: [7]\n"));
  REQUIRE(streams.has_value());
  const Stream& stream = streams->front();
  CHECK(stream.window == 3);
  CHECK_FALSE(stream.is_open(day("2025-12-31")));
  CHECK_FALSE(stream.is_open(day("2026-01-02")));
  CHECK_FALSE(stream.is_open(day("2026-01-04")));  // a Sunday
  CHECK(stream.is_open(day("2026-01-05")));
  CHECK(error_of(with("window: 0\n")) ==
        "s.yaml:7: window: a whole number from 1 to 28 is expected");
  CHECK(error_of(with("windo: 1\n")) == "s.yaml:7: there is no field windo");
  CHECK(error_of(with("closed: [13-01/01-02]\n")) ==
        "s.yaml:7: closed: days of the year are expected, 07-01/08-31");
  CHECK(error_of("id: s\n") == "s.yaml:1: title is missing");
  CHECK(error_of("id: [\n").starts_with("s.yaml:"));
  CHECK(
      error_of("id: s\ntitle: { zh: 甲, en: A }\nkind: cases\nlane: ranked\nsql: S\n"
               "detectors:\n  - { method: rki, why: { zh: 甲, en: A } }\n") ==
      "s.yaml:7: method: pooled, scan, bayes, ewma-regression or farrington-flexible is expected");
  CHECK(
      error_of("id: s\ntitle: { zh: 甲, en: A }\nkind: cases\nlane: ranked\nsql: S\n"
               "detectors:\n  - method: bayes\n    why: { zh: 甲, en: A }\n    options: { x: 1 }\n")
          .starts_with("s.yaml:9: there is no option x"));
}

TEST_CASE("load_streams: pooled, family and parts") {
  const std::string head =
      "id: s\ntitle: { zh: 甲, en: A }\nkind: cases\nlane: ranked\nsql: SELECT 1\n";
  const std::string pooled = "  - method: pooled\n    why: { zh: 甲, en: A }\n    options: ";
  const auto streams =
      load(head + "family: cases\nparts: strata\ndetectors:\n" + pooled + "{ windows: [1, 7] }\n");
  REQUIRE(streams.has_value());
  CHECK(streams->front().family == "cases");
  CHECK(streams->front().parts == Parts::strata);
  CHECK(streams->front().pooled->windows == std::vector<int>{1, 7});
  CHECK(load(with(""))->front().family == "s");  // by itself
  const auto several =
      load(with("syndrome: other\nsyndromes: { gastro: [a, b], rash: [c] }\n"))->front();
  CHECK(several.syndrome_of("b") == "gastro");
  CHECK(several.syndrome_of("d") == "other");
  CHECK(error_of(with("syndromes: { gastro: [a], rash: [a] }\n")) ==
        "s.yaml:7: syndromes: a disease that stands in one list is expected");
  CHECK(error_of(head + "parts: halves\n") == "s.yaml:6: parts: units or strata is expected");
  CHECK(error_of(head + "detectors:\n" + pooled + "{ windows: [7, 1] }\n") ==
        "s.yaml:9: windows: rising numbers of days are expected");
  CHECK(error_of(head + "detectors:\n" + pooled + "{ alike: 0 }\n") ==
        "s.yaml:9: alike: a number above 0 is expected");
  CHECK(error_of(head + "detectors:\n" + pooled + "{ x: 0 }\n")
            .starts_with("s.yaml:9: there is no option x; pooled has windows"));
}

TEST_CASE("load_streams: those of the project bind to the tables and find nothing in empty ones") {
  const std::filesystem::path scenes = test::source_dir() / "scenes";
  const auto streams = load_streams(scenes);
  if (!streams) FAIL(streams.error().where << ": " << streams.error().message);
  CHECK(streams->size() >= 17);
  const test::TempDir directory;
  const auto database = tables::Database::open((directory.path() / "tables.db").string(), {});
  REQUIRE(database.has_value());
  const auto views = views::load_views((scenes / "core/views").string());
  REQUIRE(views.has_value());
  std::vector<tables::TableSchema> schemas;
  for (const views::View& view : *views) schemas.push_back(view.table());
  REQUIRE((*database)->define(schemas).has_value());
  const auto signals = replay(**database, Principal::system("test"), *streams, day("2025-01-01"),
                              day("2025-01-31"), {});
  if (!signals) FAIL(signals.error().where << ": " << signals.error().message);
  CHECK(signals_csv(*signals) == "id,date,lane,area,place,disease,streams,score,first_date\n");
}

TEST_CASE("judge_stream: a week out of the ordinary is found on the day it could be known") {
  // One case every Monday for 20 weeks, then 6 in four days. 6 weeks of 1 before: the next week is
  // NB(6½, 6/7); P(X >= 6) = 0.0017 (R: pnbinom(5, 6.5, 6/7, lower = FALSE)).
  Stream stream = cases_stream();
  stream.delay = 1;
  StreamCounts counts;
  auto& series = counts[{"770101001", "", "x"}];
  for (int week = 0; week < 20; ++week) series[Date{day("2025-01-06").days + 7 * week}] = 1;
  const Date monday{day("2025-01-06").days + 140};
  series[monday] = 2;
  series[Date{monday.days + 3}] = 4;
  const auto findings =
      judge_stream(stream, counts, day("2025-01-06"), monday, Date{monday.days + 4});
  REQUIRE(findings.has_value());
  REQUIRE(findings->all.size() == 1);
  CHECK(findings->all[0].day == Date{monday.days + 4});  // Thursday's cases are there on Friday
  CHECK(findings->all[0].observed == 6);
  CHECK(findings->all[0].pvalue == doctest::Approx(0.0017).epsilon(0.05));
  CHECK(findings->judged.at(Date{monday.days + 4}) == 1);
}

TEST_CASE("judge_stream: one case is enough in its lane, trends are never signalled") {
  Stream stream = cases_stream();
  StreamCounts counts;
  counts[{"770101001", "", "x"}][day("2025-03-01")] = 1;
  stream.lane = Lane::one_case;
  CHECK(judge_stream(stream, counts, day("2025-01-01"), day("2025-02-01"), day("2025-03-31"))
            ->all.size() == 1);
  stream.lane = Lane::trend_only;
  CHECK(judge_stream(stream, counts, day("2025-01-01"), day("2025-02-01"), day("2025-03-31"))
            ->all.empty());
}

TEST_CASE("discovery_threshold: Benjamini and Hochberg's example") {
  // Their 15 p-values at 5 %: the first four are taken.
  const std::vector<double> p = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                                 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  CHECK(discovery_threshold(p, 15, 0.05) == 0.0095);
  CHECK(discovery_threshold({0.04, 0.5}, 2, 0.05) == -1);
  CHECK(discovery_threshold({}, 10, 0.05) == -1);
}

TEST_CASE("judge_stream: a place beside the others, and the chart of what was found") {
  // Ten schools with a case a week each, on different days; then the first has five in two days.
  Stream stream = cases_stream();
  stream.detectors.clear();
  stream.pooled = surveillance::PooledOptions{};
  StreamCounts counts;
  const Date begin = day("2024-01-01");
  const Date last{begin.days + 599};
  for (int school = 0; school < 10; ++school)
    for (int at = school % 7; at < 600; at += 7)
      counts[{"770101001", "school " + std::to_string(school), "x", ""}][Date{begin.days + at}] = 1;
  auto& first = counts[{"770101001", "school 0", "x", ""}];
  first[Date{last.days - 1}] = 3;
  first[last] = 2;
  CHECK(counts_from(stream, last).days >= begin.days);
  const auto findings = judge_stream(stream, counts, begin, Date{last.days - 3}, last);
  REQUIRE(findings.has_value());
  REQUIRE(findings->all.size() == 2);  // on both days
  const Finding& found = findings->all[1];
  CHECK(found.key.place == "school 0");
  CHECK(found.observed >= 5);
  CHECK(found.expected < 2);
  CHECK(found.threshold < found.observed);
  CHECK(found.to == last);
  CHECK(findings->judged.at(last) == 10);
  const auto chart = chart_of(stream, counts, begin, found.key, found.method,
                              last.days - found.from.days + 1, Date{last.days - 9}, last);
  REQUIRE(chart.has_value());
  REQUIRE(chart->size() == 10);
  CHECK(chart->back().count == 2);
  CHECK(chart->back().observed == found.observed);
  CHECK(chart->back().expected == doctest::Approx(found.expected));
  CHECK(chart->back().threshold == found.threshold);
  for (const ChartDay& one : *chart) CHECK(std::isfinite(one.expected));
}

TEST_CASE("fuse: families of streams add up, findings that contradict each other do not") {
  Stream cards = cases_stream();
  cards.syndrome = "gastro";
  cards.family = "cases";
  Stream visits = cards;
  visits.id = "visits";
  Stream absence = cases_stream();
  absence.id = "absence";
  absence.family = "absence";
  Findings findings;
  findings.judged[day("2025-03-01")] = 10;
  findings.all = {finding(absence, "2025-03-03", "770101001", 1e-3),
                  finding(cards, "2025-03-05", "770101001", 1e-4, "x"),
                  finding(visits, "2025-03-05", "770101001", 1e-3, "x"),  // of the same family
                  finding(visits, "2025-03-05", "770101001", 2e-3, "y"),  // another disease
                  finding(cards, "2025-03-05", "770101002", 1e-4, "x")};  // another street
  FusionOptions options;
  options.threshold = 4.5;
  const auto signals = fuse(findings, day("2025-03-01"), day("2025-03-31"), options);
  REQUIRE(signals.size() == 1);
  CHECK(signals[0].date == day("2025-03-05"));
  CHECK(signals[0].first_date == day("2025-03-03"));
  CHECK(signals[0].area == "770101001");
  CHECK(signals[0].disease == "x");
  CHECK(signals[0].score == doctest::Approx((4 - 1) + (3 - 1)));  // each less its support
  CHECK(signals[0].streams == std::vector<std::string>{"s", "absence", "visits"});
  REQUIRE(signals[0].evidence.size() == 3);
  CHECK(signals[0].evidence[0].pvalue == 1e-4);
  CHECK(signals[0].id == "episode-770101001-x-2025-03-05");
}

TEST_CASE("fuse: told once; a school is a subject of its own, the street as a whole is not") {
  Stream cards = cases_stream();
  const auto at = [&](const char* on, const char* place, const char* disease) {
    Finding one = finding(cards, on, "770101001", 1e-9, disease);
    one.key.place = place;
    return one;
  };
  Findings findings;
  findings.judged[day("2025-03-01")] = 10;
  findings.all = {at("2025-03-03", "school", "x"),
                  at("2025-03-12", "school", "x"),
                  at("2025-03-12", "other school", "x"),
                  at("2025-03-13", "school", "y"),
                  at("2025-03-14", "", "x"),
                  at("2025-05-01", "school", "x")};
  std::vector<std::string> told;
  for (const Signal& one : fuse(findings, day("2025-03-01"), day("2025-05-31"), {}))
    told.push_back(format_date(one.date) + " " + one.place + " " + one.disease);
  CHECK(told == std::vector<std::string>{"2025-03-03 school x", "2025-03-12 other school x",
                                         "2025-03-13 school y", "2025-05-01 school x"});
}

TEST_CASE("fuse: a school is told although its street was; a burst in what goes on for long too") {
  Stream visits = cases_stream();
  Stream cards = cases_stream();
  cards.id = "cards";
  Findings findings;
  findings.judged[day("2025-03-01")] = 10;
  // A street above the ordinary from 3 March to 30 April in windows of 28 days.
  for (int i = 0; i < 59; ++i) {
    Finding slow = finding(visits, format_date(Date{day("2025-03-03").days + i}).c_str(),
                           "770101001", 1e-9, "x");
    slow.from = Date{slow.day.days - 27};
    slow.to = slow.day;
    findings.all.push_back(slow);
  }
  Finding school = finding(cards, "2025-03-20", "770101001", 1e-10, "x");
  school.key.place = "school";
  school.from = day("2025-03-18");
  Finding burst = finding(visits, "2025-04-10", "770101001", 1e-7, "x");
  burst.from = day("2025-04-06");
  Finding again = finding(visits, "2025-04-14", "770101001", 1e-7, "x");  // it goes on
  again.from = day("2025-04-10");
  for (const Finding& one : {school, burst, again}) findings.all.push_back(one);
  std::vector<std::string> told;
  for (const Signal& one : fuse(findings, day("2025-03-01"), day("2025-04-30"), {}))
    told.push_back(format_date(one.date) + " " + one.place);
  CHECK(told == std::vector<std::string>{"2025-03-03 ", "2025-03-20 school", "2025-04-10 "});
}

TEST_CASE("fuse: at most so many a week, and one case is never silenced") {
  Stream cards = cases_stream();
  Stream single = cases_stream();
  single.id = "single";
  single.lane = Lane::one_case;
  Findings findings;
  // Three a week in the year before, the first, second and third of a week ever stronger.
  std::vector<std::string> diseases;
  for (int i = 0; i < 200; ++i) diseases.push_back("d" + std::to_string(i));
  for (int i = 0; i < 200; ++i)
    findings.all.push_back(finding(cards,
                                   format_date(Date{day("2024-01-01").days + 7 * (i / 3)}).c_str(),
                                   "770101001", std::pow(10, -8 - i % 3), diseases[i].c_str()));
  for (int i = 0; i < 9; ++i) {
    const std::string area = "77010100" + std::to_string(i);
    findings.all.push_back(finding(cards, "2025-03-03", area.c_str(), std::pow(10, -4 - i)));
    findings.all.push_back(finding(single, "2025-03-03", area.c_str(), 0, "plague"));
  }
  findings.judged[day("2024-01-01")] = 9;
  FusionOptions options;
  options.at_most = 1;
  options.calibration_days =
      424;  // back to 2024-01-02: 66 weeks, of which 44 with signals are left
  const auto signals = fuse(findings, day("2025-03-01"), day("2025-03-31"), options);
  REQUIRE(signals.size() > 9);
  for (std::size_t i = 0; i < 9; ++i) CHECK(signals[i].lane == Lane::one_case);
  CHECK(signals[9].area == "770101008");  // the strongest
  const std::size_t ranked = signals.size() - 9;
  options.at_most = 2;
  CHECK(fuse(findings, day("2025-03-01"), day("2025-03-31"), options).size() - 9 > ranked);
}

TEST_CASE("fuse: a replay of one day gives what the replay of the year gave on it") {
  Stream cards = cases_stream();
  Findings findings;
  for (int i = 0; i < 160; ++i) {
    const Date on{day("2024-01-01").days + 4 * i};
    findings.all.push_back({on,
                            &cards,
                            {"7701010" + std::to_string(10 + i % 20), "", "x", ""},
                            5,
                            std::pow(10, -6 - (7 * i % 50) / 10.0)});
    findings.judged[on] = 10;
  }
  FusionOptions options;
  for (const double most : {0.0, 0.3}) {
    if (most > 0) options.at_most = most;
    const auto year = fuse(findings, day("2025-01-01"), day("2025-12-31"), options);
    REQUIRE(year.size() > 3);
    std::vector<std::string> ids;
    for (Date one = day("2025-01-01"); one <= day("2025-12-31"); ++one.days)
      for (const Signal& again : fuse(findings, one, one, options)) ids.push_back(again.id);
    std::vector<std::string> expected;
    for (const Signal& signal : year) expected.push_back(signal.id);
    CHECK(ids == expected);
  }
}

}  // namespace hb::watch
