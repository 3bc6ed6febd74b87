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
  CHECK(error_of("id: s\ntitle: { zh: 甲, en: A }\nkind: cases\nlane: ranked\nsql: S\n"
                 "detectors:\n  - { method: rki, why: { zh: 甲, en: A } }\n") ==
        "s.yaml:7: method: bayes, ewma-regression or farrington-flexible is expected");
  CHECK(
      error_of("id: s\ntitle: { zh: 甲, en: A }\nkind: cases\nlane: ranked\nsql: S\n"
               "detectors:\n  - method: bayes\n    why: { zh: 甲, en: A }\n    options: { x: 1 }\n")
          .starts_with("s.yaml:9: there is no option x"));
}

TEST_CASE("load_streams: those of the project bind to the tables and find nothing in empty ones") {
  const std::filesystem::path scenes = test::source_dir() / "scenes";
  const auto streams = load_streams(scenes);
  if (!streams) FAIL(streams.error().where << ": " << streams.error().message);
  CHECK(streams->size() >= 16);
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

TEST_CASE("fuse: streams of one place become one episode, signalled once") {
  Stream cards = cases_stream();
  cards.syndrome = "gastro";
  Stream absence = cases_stream();
  absence.id = "absence";
  Findings findings;
  findings.all = {finding(absence, "2025-03-03", "770101001", 1e-4),
                  finding(cards, "2025-03-05", "770101001", 5e-3, "x"),  // supports, no discovery
                  finding(cards, "2025-03-05", "770101002", 5e-3, "x")};
  for (int i = 0; i < 5; ++i) findings.judged[Date{day("2025-03-01").days + i}] = 100;
  const auto signals = fuse(findings, day("2025-03-01"), day("2025-03-31"), {});
  REQUIRE(signals.size() == 1);
  CHECK(signals[0].date == day("2025-03-03"));
  CHECK(signals[0].streams == std::vector<std::string>{"absence"});
  CHECK(signals[0].score == doctest::Approx(4));
  // A threshold that waits for the second stream: both, with the sum of their strengths.
  Findings later = findings;
  later.judged[day("2025-03-03")] = 100000;
  later.all.push_back(finding(cards, "2025-03-05", "770101001", 1e-5, "x"));
  const auto joint = fuse(later, day("2025-03-01"), day("2025-03-31"), {});
  REQUIRE(joint.size() == 1);
  CHECK(joint[0].date == day("2025-03-05"));
  CHECK(joint[0].disease == "x");
}

TEST_CASE("fuse: at most so many a week, and one case is never silenced") {
  Stream cards = cases_stream();
  Stream single = cases_stream();
  single.id = "single";
  single.lane = Lane::one_case;
  Findings findings;
  for (int i = 0; i < 9; ++i) {
    const std::string area = "77010100" + std::to_string(i);
    findings.all.push_back(finding(cards, "2025-03-03", area.c_str(), std::pow(10, -4 - i)));
    findings.all.push_back(finding(single, "2025-03-03", area.c_str(), 0, "plague"));
  }
  findings.judged[day("2025-03-03")] = 9;
  FusionOptions options;
  options.at_most = 2;
  const auto signals = fuse(findings, day("2025-03-01"), day("2025-03-31"), options);
  REQUIRE(signals.size() == 11);
  for (std::size_t i = 0; i < 9; ++i) CHECK(signals[i].lane == Lane::one_case);
  CHECK(signals[9].area == "770101008");  // the strongest two
  CHECK(signals[10].area == "770101007");
}

TEST_CASE("fuse: a replay of one day gives what the replay of the year gave on it") {
  Stream cards = cases_stream();
  Findings findings;
  for (int i = 0; i < 40; ++i) {
    const Date on{day("2025-01-01").days + 3 * i};
    findings.all.push_back({on,
                            &cards,
                            {"7701010" + std::to_string(10 + i % 20), "", "x"},
                            5,
                            std::pow(10, -3 - i % 5)});
    findings.judged[on] = 10;
  }
  FusionOptions options;
  options.at_most = 2;
  const auto year = fuse(findings, day("2025-01-01"), day("2025-12-31"), options);
  REQUIRE(year.size() > 3);
  std::vector<std::string> ids;
  for (const Signal& signal : year)
    for (const Signal& again : fuse(findings, signal.date, signal.date, options))
      if (again.id == signal.id) ids.push_back(again.id);
  CHECK(ids.size() == year.size());
}

}  // namespace hb::watch
