#include "watch/series_csv.hpp"

#include <doctest/doctest.h>

namespace hb::watch {
namespace {

Date day(const char* text) { return *parse_date(text); }

}  // namespace

TEST_CASE("series_csv: weeks that end on the last day, also those without cases") {
  StreamCounts counts;
  auto& series = counts[{"770101001", "甲,乙小学", "x", "一(1)班"}];
  series[day("2025-01-01")] = 9;  // before the first whole week
  series[day("2025-01-03")] = 2;  // 2 to 8 January
  series[day("2025-01-08")] = 1;
  series[day("2025-01-16")] = 4;  // 16 to 22 January
  counts[{"770101002", "", "y", ""}][day("2025-01-16")] = 1;
  SeriesOptions options;
  options.from = day("2025-01-01");
  options.to = day("2025-01-22");
  options.least = 2;
  const auto csv = series_csv(counts, options);
  REQUIRE(csv.has_value());
  const std::string whose = ",770101001,\"甲,乙小学\",x,一(1)班\n";
  CHECK(*csv == "unit,t,date,observed,area,place,disease,part\n1,1,2025-01-02,3" + whose +
                    "1,2,2025-01-09,0" + whose + "1,3,2025-01-16,4" + whose);
  options.window = 23;  // 22 days are asked for
  const auto refused = series_csv(counts, options);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::invalid_input);
}

TEST_CASE("series_csv: series that were quiet lately are left out") {
  StreamCounts counts;
  counts[{"770101001", "", "x", ""}][day("2020-01-01")] = 50;
  SeriesOptions options;
  options.from = day("2020-01-01");
  options.to = day("2025-12-31");
  CHECK(series_csv(counts, options)->ends_with("part\n"));
}

TEST_CASE("findings_csv: by day and stream; nothing where a method expects nothing") {
  Stream cards;
  cards.id = "cards";
  Stream absence;
  absence.id = "absence";
  Findings findings;
  findings.all = {{day("2025-01-02"),
                   &cards,
                   {"770101002", "", "x", ""},
                   3,
                   0.01,
                   0.5,
                   2,
                   day("2025-01-01"),
                   day("2025-01-02"),
                   "pooled"},
                  {day("2025-01-01"), &cards, {"770101001", "", "x", ""}, 3, 1e-7},
                  {day("2025-01-01"), &absence, {"770101001", "p", "", ""}, 3, 0.02}};
  findings.all[1].from = findings.all[1].to = day("2025-01-01");
  findings.all[2].from = findings.all[2].to = day("2024-12-31");
  CHECK(findings_csv(findings) ==
        "day,stream,method,area,place,disease,part,from,to,observed,expected,pvalue\n"
        "2025-01-01,absence,,770101001,p,,,2024-12-31,2024-12-31,3,,0.02\n"
        "2025-01-01,cards,,770101001,,x,,2025-01-01,2025-01-01,3,,1e-07\n"
        "2025-01-02,cards,pooled,770101002,,x,,2025-01-01,2025-01-02,3,0.5,0.01\n");
}

}  // namespace hb::watch
