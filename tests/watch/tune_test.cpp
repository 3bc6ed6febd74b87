#include "watch/tune.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "support/paths.hpp"
#include "watch/decisions.hpp"
#include "watch/inject.hpp"

namespace hb::watch {
namespace {

Date day(const char* text) { return *parse_date(text); }

constexpr const char* outbreaks_csv =
    "outbreak,disease,area,first_onset,third_onset,last_onset,true_cases\n"
    "a,甲病,770101001,2025-03-01,2025-03-03,2025-03-20,12\n"
    "b,乙病,770101002,2025-04-01,,2025-04-02,2\n"
    "w,甲病,770101,2025-01-01,2025-01-01,2025-12-01,9000\n";

Signal signal(const char* on, const char* area, const char* disease) {
  Signal one;
  one.date = day(on);
  one.lane = Lane::ranked;
  one.area = area;
  one.disease = disease;
  return one;
}

}  // namespace

TEST_CASE("read_outbreaks: codes by name, waves by area, faults with their line") {
  const auto read = read_outbreaks(outbreaks_csv, "o.csv", {{"甲病", "x"}});
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 3);
  CHECK((*read)[0].disease == "x");
  CHECK((*read)[1].disease.empty());
  CHECK_FALSE((*read)[1].third_onset.has_value());
  CHECK((*read)[2].wave);
  CHECK(read_outbreaks("a,b\n", "o.csv", {}).error().where == "o.csv:1");
  std::string bad = outbreaks_csv;
  bad.replace(bad.find("2025-04-02"), 10, "2025-02-30");
  CHECK(read_outbreaks(bad, "o.csv", {}).error().where == "o.csv:3");
  CHECK_FALSE(read_outbreaks("", "o.csv", {}).has_value());
}

TEST_CASE("judge: found by place, time and disease; what fits a wave alone is false") {
  const auto truth = read_outbreaks(outbreaks_csv, "o.csv", {{"甲病", "x"}});
  const std::vector<Signal> signals = {
      signal("2025-03-07", "770101001", "x"),   // finds a, 4 days after its third case
      signal("2025-03-08", "770101001", ""),    // fits it too
      signal("2025-03-08", "770101001", "y"),   // another disease
      signal("2025-04-10", "770101002", "y"),   // b has no code: not compared
      signal("2025-04-04", "770101001", "x"),   // 15 days after the last
      signal("2025-06-01", "770101003", "x")};  // in the wave alone
  const Score score = judge(signals, *truth, day("2025-01-01"), day("2025-12-31"), 10);
  CHECK(score.outbreaks == 1);
  CHECK(score.detected == 1);
  CHECK(score.median_delay() == 4.0);
  CHECK(score.signals == 6);
  CHECK(score.right == 3);
  CHECK(score.false_per_week() == doctest::Approx(3 / (365 / 7.0)));
  CHECK(judge({}, *truth, day("2025-01-01"), day("2025-12-31"), 1).outbreaks == 2);
}

TEST_CASE("inject: all cases, on open days, and the same ones again") {
  Stream stream;
  stream.closed_weekdays = {6, 7};
  StreamCounts counts;
  counts[{"1", "", "", ""}][day("2025-01-06")] = 1;
  counts[{"2", "", "", ""}][day("2025-01-06")] = 1;
  for (const Shape& shape : outbreak_shapes()) {
    double shares = 0;
    for (const double share : shape.shares) shares += share;
    CHECK(shares == doctest::Approx(1));
    StreamCounts changed = counts;
    const auto put = inject(stream, changed, shape, 10, 3, day("2025-01-01"), day("2025-12-31"), 7);
    REQUIRE(put.size() == 3);
    double sum = 0;
    for (const auto& [key, by_day] : changed)
      for (const auto& [on, count] : by_day) {
        CHECK(stream.is_open(on));
        sum += count;
      }
    CHECK(sum == 2 + 3 * 10);
    StreamCounts again = counts;
    inject(stream, again, shape, 10, 3, day("2025-01-01"), day("2025-12-31"), 7);
    CHECK(again == changed);
  }
  CHECK(inject(stream, counts, outbreak_shapes()[0], 5, 1, day("2025-01-01"), day("2025-01-03"), 1)
            .empty());
}

TEST_CASE("decisions: the last holds, faults are told with their line") {
  const test::TempDir store;
  CHECK(decided_options(store.path())->false_discoveries == FusionOptions{}.false_discoveries);
  Decision decision{*parse_instant("2026-01-02T08:00:00+08:00"), "zhang, chief", 2.5, 0.2, "why"};
  REQUIRE(add_decision(store.path(), decision).has_value());
  decision.false_discoveries = 0.05;
  decision.author = "li";
  REQUIRE(add_decision(store.path(), decision).has_value());
  const auto read = read_decisions(store.path());
  REQUIRE(read->size() == 2);
  CHECK(read->front().author == "zhang, chief");
  CHECK(read->front().at == decision.at);
  const auto options = decided_options(store.path());
  CHECK(options->false_discoveries == 0.05);
  CHECK(options->threshold == 2.5);
  decision.author = "";
  CHECK_FALSE(add_decision(store.path(), decision).has_value());
  decision.author = "li";
  decision.false_discoveries = 1.5;
  CHECK_FALSE(add_decision(store.path(), decision).has_value());
  std::ofstream(store.path() / "early-warning-decisions.csv", std::ios::app) << "now,li,2,3,x\n";
  CHECK(read_decisions(store.path()).error().where.ends_with("early-warning-decisions.csv:4"));
}

TEST_CASE("tune_csv: intervals, and nothing where nothing is meant") {
  TuneRow row;
  row.part = "truth";
  row.detector = "fused";
  row.stream = "all";
  row.threshold = 0.1;
  row.outbreaks = 10;
  row.detected = 9;
  row.delays = {2, 4, 5};
  row.signals = 20;
  row.wrong = 10;
  row.weeks = 10;
  const std::string csv = tune_csv(std::vector<TuneRow>{row});
  // Wilson 9 of 10: 0.5958–0.9821; Poisson 10: 4.795–18.39 (R: binom::binom.wilson, poisson.test).
  CHECK(csv.substr(csv.find('\n') + 1) ==
        "truth,fused,all,all,all,all,all,0.1,10,9,0.9000,0.5958,0.9821,0,0,,,,4.0,20,10,1.0000,"
        "0.4795,1.8390,0.5000,0.2993,0.7007\n");
}

}  // namespace hb::watch
