#include <doctest/doctest.h>

#include <cmath>
#include <fstream>

#include "signals/content.hpp"
#include "signals/evidence.hpp"
#include "support/paths.hpp"

namespace hb::signals {
namespace {

Date day(const char* text) { return *parse_date(text); }

watch::Stream stream_of(const std::string& more) {
  const test::TempDir scenes;
  std::filesystem::create_directories(scenes.path() / "one/streams");
  std::ofstream(scenes.path() / "one/streams/s.yaml")
      << "id: s\ntitle: { zh: 甲, en: A }\nkind: cases\nlane: ranked\nsql: SELECT 1\n" + more;
  auto streams = watch::load_streams(scenes.path());
  if (!streams) FAIL(streams.error().where << streams.error().message);
  return streams->front();
}

const char* const weekly =
    "window: 7\nmin_cases: 3\ndetectors: [{ method: bayes, options: { b: 0, w: 6, actY: true, "
    "alpha: 0.01, freq: 52 }, why: { zh: 甲, en: A } }]\n";

/// One case each Monday for 30 weeks, then 12 in the last week.
Counts outbreak(const watch::Stream& stream) {
  Counts counts;
  counts.stream = &stream;
  counts.begin = day("2025-01-06");  // a Monday
  counts.end = Date{counts.begin.days + 7 * 31 - 1};
  auto& school = counts.series[{"770101001", "学校", "d"}];
  for (int week = 0; week < 30; ++week) school[Date{counts.begin.days + 7 * week}] = 1;
  for (int i = 0; i < 4; ++i) school[Date{counts.begin.days + 7 * 30 + i}] = 3;
  counts.series[{"770101001", "", "d"}][counts.begin] = 1;
  counts.series[{"770101002", "", "d"}][counts.end] = 2;
  return counts;
}

Facts facts_at(Date date, const char* place) {
  Facts facts;
  facts.date = date;
  facts.first_date = date;
  facts.area = "770101001";
  facts.place = place;
  facts.disease = "d";
  return facts;
}

}  // namespace

TEST_CASE("curve: windows, and the band of the detector beside them") {
  const watch::Stream stream = stream_of(weekly);
  const Counts counts = outbreak(stream);
  const auto made =
      curve(counts, {"770101001", "学校", "d"}, Date{counts.end.days - 20}, counts.end);
  REQUIRE(made.has_value());
  CHECK(made->method == "bayes");
  REQUIRE(made->days.size() == 21);
  const CurveDay& last = made->days.back();
  CHECK(last.day == counts.end);
  CHECK(last.count == 0);
  CHECK(last.window == 12);  // 3 a day on four days
  CHECK(last.alarm);
  CHECK(last.pvalue < 0.001);
  CHECK(last.threshold < 12);
  const CurveDay& quiet = made->days[13];  // the Sunday before
  CHECK(quiet.window == 1);
  CHECK_FALSE(quiet.alarm);
  // Six windows of one case: the posterior predictive of the Bayesian method has mean
  // (6 + 1/2) / 6 = 1.083 cases (Jeffreys prior: gamma with shape 1/2).
  CHECK(quiet.expected == doctest::Approx(6.5 / 6).epsilon(0.1));
}

TEST_CASE("curve: closed days have no counts and no judgement; before the counts nothing is said") {
  const watch::Stream stream = stream_of(std::string(weekly) + "closed_weekdays: [6, 7]\n");
  const Counts counts = outbreak(stream);
  const auto made = curve(counts, {"770101001", "学校", "d"}, Date{counts.begin.days - 30},
                          Date{counts.begin.days + 13});
  REQUIRE(made.has_value());
  REQUIRE(made->days.size() == 14);
  CHECK_FALSE(made->days[5].open);
  CHECK(std::isnan(made->days[5].count));
  CHECK(std::isnan(made->days[5].window));
  CHECK(made->days[0].count == 1);
  CHECK(std::isnan(made->days[0].window));     // not seven open days yet
  CHECK(std::isnan(made->days[13].expected));  // and no six windows before it
}

TEST_CASE("curve_of: the place of the signal, else the strongest series of its street") {
  const watch::Stream stream = stream_of(weekly);
  const Counts counts = outbreak(stream);
  CHECK(curve_of(counts, facts_at(counts.end, "学校"), 30, counts.end)->key.place == "学校");
  CHECK(curve_of(counts, facts_at(counts.end, "别处"), 30, counts.end)->key.place == "学校");
  Facts elsewhere = facts_at(counts.end, "");
  elsewhere.area = "770101009";
  const auto none = curve_of(counts, elsewhere, 30, counts.end);
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().code == ErrorCode::not_found);
}

TEST_CASE("compare: every method over the same windows, or why it cannot judge") {
  const watch::Stream stream = stream_of(weekly);
  const Counts counts = outbreak(stream);
  const auto all = compare(counts, {"770101001", "学校", "d"}, counts.end, 26);
  CHECK(all.size() == surveillance::detectors().size());
  bool own = false;
  bool short_of_history = false;
  for (const Compared& one : all) {
    CAPTURE(one.method->name);
    CHECK((one.refused.empty() && !one.too_short) == !one.points.empty());
    if (!one.points.empty()) {
      CHECK(one.points.back().last == counts.end);
      CHECK(one.points.back().observed == 12);
      CHECK(one.points.size() <= 26);
    }
    if (one.own) {
      own = true;
      CHECK(one.method->name == "bayes");
      CHECK(one.points.back().alarm);
    }
    // Five years of windows are not there.
    if (one.method->name == "farrington") short_of_history = one.too_short;
  }
  CHECK(own);
  CHECK(short_of_history);
}

TEST_CASE("neighbours: the window and what is usual, by area") {
  const watch::Stream stream = stream_of(weekly);
  const Counts counts = outbreak(stream);
  const auto all = neighbours(counts, facts_at(counts.end, "学校"), counts.end);
  REQUIRE(all.size() == 2);
  CHECK(all[0].area == "770101001");
  CHECK(all[0].window == 12);
  CHECK(all[0].usual == doctest::Approx(1));  // one case in each of the eight weeks before
  CHECK(all[1].window == 2);
  CHECK(all[1].usual == doctest::Approx(0));
}

TEST_CASE("daily_total: all areas together") {
  const watch::Stream stream = stream_of(weekly);
  const Counts counts = outbreak(stream);
  const auto days = daily_total(counts, "d", counts.end, counts.end);
  REQUIRE(days.size() == 1);
  CHECK(days[0] == 2);
  CHECK(daily_total(counts, "other", counts.end, counts.end)[0] == 0);
}

TEST_CASE("load_content: the project's own, and faults with file and line") {
  const auto own = load_content(test::source_dir() / "scenes");
  if (!own) FAIL(own.error().where << ": " << own.error().message);
  CHECK(own->at_most >= 1);
  CHECK(own->line_list("cases") != nullptr);
  CHECK(own->line_list("sales") == nullptr);
  CHECK(own->serial_interval("influenza")->mean == doctest::Approx(2.6));
  const auto error_of = [](const char* yaml) {
    const test::TempDir scenes;
    std::filesystem::create_directories(scenes.path() / "one");
    std::ofstream(scenes.path() / "one/signals.yaml") << yaml;
    const auto read = load_content(scenes.path());
    if (read) return std::string("no error");
    return read.error().where.substr(read.error().where.rfind('/') + 1) + ": " +
           read.error().message;
  };
  CHECK(error_of("at_most: 2\n") == "signals.yaml:1: lookback is missing");
  CHECK(error_of("at_most: two\nlookback: 7\n").starts_with("signals.yaml:1: at_most: a number"));
  CHECK(error_of("at_most: 2\nlookback: 7\nx: 1\n") == "signals.yaml:3: there is no field x");
  CHECK(error_of("at_most: 2\nlookback: 7\nline_lists: [{ kinds: cases, sql: x }]\n") ==
        "signals.yaml:3: kinds: a list is expected");
  CHECK(error_of("at_most: [\n").starts_with("signals.yaml:"));
  CHECK(load_content("/nowhere").error().code == ErrorCode::not_found);
}

}  // namespace hb::signals
