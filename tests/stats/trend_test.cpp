#include "stats/trend.hpp"

#include "stats/stat_table.hpp"

using namespace hb;
using namespace hb::stats;
using namespace hb::test;

namespace {

std::vector<TrendPoint> series() {
  const double events[] = {50, 55, 62, 60, 71};
  const double people[] = {1000, 1010, 1000, 990, 1005};
  std::vector<TrendPoint> points;
  for (int i = 0; i < 5; ++i) points.push_back({2021.0 + i, events[i], people[i]});
  return points;
}

}  // namespace

TEST_CASE("trend_of_proportions: the example of the method page") {
  const auto test = trend_of_proportions(series());
  REQUIRE(test.has_value());
  REQUIRE(test->has_value());
  CHECK((*test)->chi_squared == doctest::Approx(4.037485).epsilon(1e-6));
  CHECK((*test)->p_value == doctest::Approx(0.0445).epsilon(1e-3));
  // slope² / se² is the test's χ².
  CHECK(std::pow((*test)->slope / (*test)->slope_se, 2) == doctest::Approx(4.037485).epsilon(1e-6));
}

TEST_CASE("trend_of_rates: the example of the method page") {
  const auto test = trend_of_rates(series());
  REQUIRE(test.has_value());
  REQUIRE(test->has_value());
  CHECK((*test)->chi_squared == doctest::Approx(3.797091).epsilon(1e-6));
}

TEST_CASE("trend_of_rates: events that double each year have the slope ln 2") {
  const std::vector<TrendPoint> points = {{1, 100, 500}, {2, 200, 500}, {3, 400, 500}};
  const auto test = trend_of_rates(points);
  REQUIRE((test.has_value() && test->has_value()));
  CHECK((*test)->slope == doctest::Approx(0.6931471805599453));
  // Information at the maximum: Σ x·(t − mean)², mean = (100 + 400 + 1200)/700 = 17/7:
  // 100·(10/7)² + 200·(3/7)² + 400·(4/7)² = (10000 + 1800 + 6400)/49 = 371.428571
  CHECK((*test)->slope_se == doctest::Approx(1 / std::sqrt(18200.0 / 49)));
}

TEST_CASE("trends: what cannot be tested has no figure, what cannot be is refused") {
  CHECK_FALSE(trend_of_rates(std::vector<TrendPoint>{{1, 0, 5}, {2, 0, 5}})->has_value());
  CHECK_FALSE(trend_of_rates(std::vector<TrendPoint>{{1, 4, 5}, {1, 2, 5}})->has_value());
  CHECK_FALSE(trend_of_rates(std::vector<TrendPoint>{{1, 0, 5}, {2, 3, 5}})->has_value());
  CHECK_FALSE(trend_of_proportions(std::vector<TrendPoint>{{1, 5, 5}, {2, 5, 5}})->has_value());
  CHECK_FALSE(trend_of_proportions({})->has_value());
  CHECK_FALSE(trend_of_proportions(std::vector<TrendPoint>{{1, 6, 5}}).has_value());
  CHECK_FALSE(trend_of_rates(std::vector<TrendPoint>{{1, 6, 0}}).has_value());
}

TEST_CASE("stat trend: the words for the direction, and too few points") {
  std::string table = "area,kind,year,numerator,denominator\n";
  for (int year = 2021; year <= 2025; ++year)
    table += "A,rate," + std::to_string(year) + "," + std::to_string(100 - 15 * (year - 2021)) +
             ",1000\n";
  for (int year = 2022; year <= 2025; ++year)
    table += "B,rate," + std::to_string(year) + ",100,1000\n";
  const auto rows = stat_rows("trend", table);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].text("change") == "decreasing");
  CHECK(rows[0].text("status") == "ok");
  CHECK(rows[1].text("status") == "cannot_be_tested_few_periods");
  CHECK(rows[1].text("value").empty());
  CHECK(stat_rows("trend", table, {"least=4"})[1].text("change") == "no_significant_change");
  CHECK(stat_error("trend", "kind,year,numerator,denominator\nshare,2020,1,2\n") ==
        "figures.csv:2:1: kind: proportion or rate is expected, not “share”");
}
