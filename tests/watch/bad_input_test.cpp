#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "support/paths.hpp"
#include "watch/replay.hpp"

namespace hb::watch {
namespace {

Date day(const char* text) { return *parse_date(text); }

/// A stream over rows written into its SQL: "('2025-01-01', 'x', 3)" …
Stream stream_of(const std::string& rows, const std::string& more = "") {
  const test::TempDir scenes;
  std::filesystem::create_directories(scenes.path() / "one/streams");
  std::ofstream(scenes.path() / "one/streams/s.yaml")
      << "id: s\ntitle: { zh: 甲, en: A }\nkind: cases\nlane: ranked\n"
      << more
      << "sql: |\n  SELECT CAST(v.day AS DATE) AS day, v.area AS area, '' AS place, 'hfmd' AS "
         "disease, CAST(v.n AS BIGINT) AS count\n  FROM (VALUES "
      << rows << ") AS v(day, area, n)\n"
      << "  WHERE CAST(v.day AS DATE) BETWEEN CAST($from AS DATE) AND CAST($to AS DATE)\n"
         "min_cases: 1\ndetectors:\n  - { method: pooled, why: { zh: 甲, en: A } }\n"
         "  - { method: bayes, options: { b: 0, w: 6, actY: true }, why: { zh: 甲, en: A } }\n";
  auto streams = load_streams(scenes.path());
  if (!streams) FAIL(streams.error().where << streams.error().message);
  return streams->front();
}

Result<StreamCounts> counts(const Stream& stream) {
  const test::TempDir directory;
  const auto database = tables::Database::open((directory.path() / "tables.db").string(), {});
  REQUIRE(database.has_value());
  return counts_of(**database, Principal::system("test"), stream, day("2008-01-01"),
                   day("2025-12-31"));
}

/// Every figure of every finding and of the chart is a number or rightly none.
void never_nan(const Stream& stream, const StreamCounts& counts, Date begin, Date last) {
  const auto findings = judge_stream(stream, counts, begin, Date{last.days - 30}, last);
  if (!findings) FAIL(findings.error().message);
  for (const Finding& one : findings->all) {
    CHECK(one.pvalue >= 0);
    CHECK(one.pvalue <= 1);
    CHECK(std::isfinite(one.observed));
    CHECK((std::isnan(one.expected) || one.expected >= 0));
  }
  const Date shown{std::max(begin.days, last.days - 30)};
  for (const auto& [key, by_day] : counts) {
    const auto chart = chart_of(stream, counts, begin, key, "pooled", 7, shown, last);
    REQUIRE(chart.has_value());
    for (const ChartDay& one : *chart) CHECK(std::isfinite(one.observed));
  }
}

}  // namespace

TEST_CASE("counts_of: a negative count is refused with its day and area; twice a day adds up") {
  const auto negative =
      counts(stream_of("('2025-03-01', '770101001', 2), ('2025-03-02', '770101001', -1)"));
  REQUIRE_FALSE(negative.has_value());
  CHECK(negative.error().message ==
        "a count of -1 on 2025-03-02 in area 770101001: 0 to 1,000,000,000 is expected");
  CHECK(negative.error().where == "stream s");
  const auto huge = counts(stream_of("('2025-03-01', '770101001', 1000000001)"));
  CHECK_FALSE(huge.has_value());
  const auto twice =
      counts(stream_of("('2025-03-01', '770101001', 2), ('2025-03-01', '770101001', 3)"));
  REQUIRE(twice.has_value());
  CHECK(twice->begin()->second.at(day("2025-03-01")) == 5);
}

TEST_CASE("counts_of: counts that are no whole numbers are refused, whatever the SQL says") {
  Stream stream = stream_of("('2025-03-01', '770101001', 2)");
  stream.sql =
      "SELECT DATE '2025-03-01' AS day, '1' AS area, '' AS place, '' AS disease, 1.5 AS count";
  const auto fraction = counts(stream);
  REQUIRE_FALSE(fraction.has_value());
  CHECK(fraction.error().message.starts_with("the SQL must give day (DATE)"));
}

TEST_CASE("counts_of: what was counted before a definition is left out") {
  const std::string rows = "('2008-04-30', '770101001', 7), ('2008-05-02', '770101001', 3)";
  CHECK(counts(stream_of(rows))->begin()->second.size() == 2);
  const auto since = counts(stream_of(rows, "since: { hfmd: \"2008-05-02\" }\n"));
  REQUIRE(since.has_value());
  CHECK(since->begin()->second.size() == 1);
  CHECK(since->begin()->second.at(day("2008-05-02")) == 3);
}

TEST_CASE("judge_stream: short history, gaps, zeros, a spike and a leap day give numbers") {
  const Stream stream = stream_of("('2025-03-01', '770101001', 2)");
  const Date last = day("2024-03-10");  // past 29 February
  const SeriesKey one{"770101001", "", "hfmd", ""}, two{"770101002", "", "hfmd", ""};
  StreamCounts nothing;
  never_nan(stream, nothing, day("2023-01-01"), last);
  StreamCounts zeros;
  zeros[one][last] = 0;
  never_nan(stream, zeros, day("2023-01-01"), last);
  const auto none = judge_stream(stream, zeros, day("2023-01-01"), Date{last.days - 30}, last);
  CHECK(none->all.empty());
  StreamCounts begun;  // five days of history
  for (int back = 0; back < 5; ++back) begun[one][Date{last.days - back}] = 2;
  never_nan(stream, begun, Date{last.days - 5}, last);
  StreamCounts spike;
  for (int back = 0; back < 400; back += 3) spike[one][Date{last.days - back}] = 1;
  for (int back = 0; back < 400; back += 40) spike[two][Date{last.days - back}] = 1;  // long gaps
  spike[one][Date{last.days - 20}] = 1e9;
  spike[two][day("2024-02-29")] += 1;
  never_nan(stream, spike, Date{last.days - 400}, last);
  const auto found = judge_stream(stream, spike, Date{last.days - 400}, Date{last.days - 30}, last);
  CHECK(std::ranges::any_of(found->all, [&](const Finding& finding) {
    return finding.day == Date{last.days - 20} && finding.pvalue < 1e-6;
  }));
}

}  // namespace hb::watch
