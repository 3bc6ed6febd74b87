#include "watch/free_days.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "support/paths.hpp"
#include "watch/findings.hpp"

namespace hb::watch {
namespace {

Date day(const char* text) { return *parse_date(text); }

FreeDays china() {
  auto read = load_free_days(test::source_dir() / "scenes/core/calendars/china.yaml");
  if (!read) FAIL(read.error().where << read.error().message);
  return *read;
}

Stream stream_of(const std::string& detectors, bool with_calendar) {
  const test::TempDir scenes;
  std::filesystem::create_directories(scenes.path() / "one/streams");
  std::filesystem::create_directories(scenes.path() / "core/calendars");
  std::filesystem::copy_file(test::source_dir() / "scenes/core/calendars/china.yaml",
                             scenes.path() / "core/calendars/china.yaml");
  std::ofstream(scenes.path() / "one/streams/s.yaml")
      << "id: s\ntitle: { zh: 甲, en: A }\nkind: syndrome\nlane: ranked\nsql: SELECT 1\n"
      << (with_calendar ? "calendar: china\n" : "") << detectors;
  auto streams = load_streams(scenes.path());
  if (!streams) FAIL(streams.error().where << streams.error().message);
  return streams->front();
}

/// Twelve hospitals that are open on all days, and twelve clinics with a fifth of the patients on
/// weekends and holidays; over the Spring Festival all have 60 % of that. Poisson, seed 1.
StreamCounts hospitals(Date from, Date to) {
  const FreeDays calendar = china();
  std::mt19937_64 random(1);
  StreamCounts counts;
  for (int place = 0; place < 24; ++place) {
    auto& series = counts[{"770101001", "place " + std::to_string(place), "", ""}];
    for (Date at = from; at <= to; ++at.days) {
      const bool festival = at >= day("2025-01-28") && at <= day("2025-02-04");
      const double mean =
          10 * (place >= 12 && calendar.is_free(at) ? 0.2 : 1) * (festival ? 0.6 : 1);
      series[at] = std::poisson_distribution<int>(mean)(random);
    }
  }
  return counts;
}

/// Findings below a p-value on days of the Spring Festival of 2025 and of the week after it.
std::size_t festival_findings(const Stream& stream, const StreamCounts& counts, Date begin,
                              double most) {
  const auto found = judge_stream(stream, counts, begin, day("2025-01-28"), day("2025-02-11"));
  REQUIRE(found.has_value());
  return static_cast<std::size_t>(
      std::ranges::count_if(found->all, [&](const Finding& one) { return one.pvalue <= most; }));
}

constexpr const char* pooled_yaml =
    "min_cases: 4\ndetectors: [{ method: pooled, options: { windows: [1, 2, 3, 5, 7] }, why: { zh: "
    "甲, en: A } }]\n";

}  // namespace

TEST_CASE("load_free_days: the holidays of 2020 to 2026, and the weekend days worked for them") {
  const FreeDays days = china();
  CHECK(days.id == "china");
  CHECK(days.is_free(day("2024-02-12")));        // a Monday in the Spring Festival
  CHECK_FALSE(days.is_free(day("2024-02-18")));  // a Sunday that was worked for it
  CHECK(days.is_free(day("2024-02-24")));        // an ordinary Saturday
  CHECK_FALSE(days.is_free(day("2024-02-19")));
  CHECK(days.is_free(day("2020-01-31")));          // prolonged that year
  CHECK(days.is_free(day("2030-10-05")) == true);  // not announced: a Saturday
  CHECK_FALSE(days.is_free(day("2030-10-02")));    // and a Wednesday
  CHECK(load_free_days("/nowhere/x.yaml").error().code == ErrorCode::not_found);
  const test::TempDir folder;
  std::ofstream(folder.path() / "x.yaml") << "id: x\nyears:\n  2026:\n    free: [\"2026-13-01\"]\n";
  const auto wrong = load_free_days(folder.path() / "x.yaml");
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().where.ends_with("x.yaml:4"));
}

TEST_CASE("streams: closed on free days, or apart on them") {
  Stream closed = stream_of(std::string("free_days: closed\n") + pooled_yaml, true);
  CHECK_FALSE(closed.is_open(day("2025-10-01")));
  CHECK(closed.is_open(day("2025-09-28")));  // a Sunday that is worked
  CHECK_FALSE(closed.is_apart(day("2025-10-01")));
  const Stream apart = stream_of(pooled_yaml, true);
  CHECK(apart.is_open(day("2025-10-01")));
  CHECK(apart.is_apart(day("2025-10-01")));
}

TEST_CASE(
    "pooled: the Spring Festival is no burst where free days are apart, an outbreak in it is") {
  const Date begin = day("2023-06-01");
  StreamCounts counts = hospitals(begin, day("2025-02-11"));
  // Hospitals take over on free days: without the calendar they stand out day after day.
  const Stream blind = stream_of(pooled_yaml, false);
  const Stream seeing = stream_of(pooled_yaml, true);
  const std::size_t without = festival_findings(blind, counts, begin, 1e-3);
  const std::size_t with = festival_findings(seeing, counts, begin, 1e-3);
  CHECK(without >= 8);
  CHECK(with <= 1);  // of 24 places on 15 days, 0.4 by chance
  // 15 more patients over three days of the festival in one clinic, where 3.6 are expected.
  auto& clinic = counts[{"770101001", "place 20", "", ""}];
  for (const char* at : {"2025-01-30", "2025-01-31", "2025-02-01"}) clinic[day(at)] += 5;
  const auto found = judge_stream(seeing, counts, begin, day("2025-01-28"), day("2025-02-04"));
  REQUIRE(found.has_value());
  const bool told = std::ranges::any_of(found->all, [](const Finding& one) {
    return one.key.place == "place 20" && one.pvalue < 1e-4 && one.day <= *parse_date("2025-02-01");
  });
  CHECK(told);
}

TEST_CASE("single series: a week of holidays is held against weeks of as many free days") {
  // 4 calls on working days, 12 on free ones: 44 a week, 84 in a week that is all free.
  const FreeDays calendar = china();
  StreamCounts counts;
  const Date begin = day("2023-01-01");
  auto& series = counts[{"770101001", "", "", ""}];
  for (Date at = begin; at <= day("2025-02-11"); ++at.days)
    series[at] = calendar.is_free(at) ? 12 : 4;
  const std::string yaml =
      "window: 7\nmin_cases: 3\ndetectors: [{ method: bayes, options: { b: 0, w: 12, actY: true }, "
      "why: { zh: 甲, en: A } }]\n";
  CHECK(festival_findings(stream_of(yaml, false), counts, begin, 1e-3) >= 3);
  CHECK(festival_findings(stream_of(yaml, true), counts, begin, 0.05) == 0);
  for (const char* at : {"2025-01-30", "2025-01-31"}) series[day(at)] += 20;
  CHECK(festival_findings(stream_of(yaml, true), counts, begin, 1e-3) >= 1);
}

}  // namespace hb::watch
