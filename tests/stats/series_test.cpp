// Values named R are those of R 4.2.2: cor.test(method = "kendall"), decompose(), and lm() over the
// same grid of joins.
#include "stats/joinpoint.hpp"
#include "stats/monotone.hpp"
#include "stats/seasonal.hpp"
#include "stats/stat_table.hpp"

using namespace hb;
using namespace hb::stats;
using namespace hb::test;

namespace {

std::vector<TimedValue> timed(const std::vector<double>& values) {
  std::vector<TimedValue> points;
  for (const double value : values)
    points.push_back({static_cast<double>(points.size() + 1), value});
  return points;
}

}  // namespace

TEST_CASE("monotone_trend: exact p without ties, as R") {
  const auto trend = monotone_trend(timed({5.1, 5.4, 5.3, 5.9, 6.2, 6.4, 6.1, 7.0}));
  REQUIRE((trend.has_value() && trend->has_value()));
  CHECK((*trend)->s == 22);  // 25 pairs rise, 3 fall
  CHECK((*trend)->exact);
  CHECK((*trend)->tau == doctest::Approx(0.785714285714286).epsilon(1e-12));
  CHECK((*trend)->p_value == doctest::Approx(0.00550595238095242).epsilon(1e-12));
  CHECK((*trend)->slope == doctest::Approx(0.266666666666667).epsilon(1e-12));
}

TEST_CASE("monotone_trend: ties and the continuity correction, as R") {
  const auto trend = monotone_trend(timed({3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9}));
  REQUIRE((trend.has_value() && trend->has_value()));
  CHECK((*trend)->tau == doctest::Approx(0.480384461415261).epsilon(1e-12));
  CHECK((*trend)->p_value == doctest::Approx(0.0305945034866214).epsilon(1e-10));
}

TEST_CASE("sen_limits: ranks of the sorted slopes, worked by hand") {
  // 8 points: N = 28, Var = 8·7·21/18 = 65.3333, z·√Var = 15.8423.
  // Lower rank (28 − 15.8423)/2 = 6.07885: between 0.14 and 1/6. Upper 21.92115 + 1 = 22.92115:
  // between 0.3 (22nd) and 0.3 (23rd).
  const auto limits = sen_limits(timed({5.1, 5.4, 5.3, 5.9, 6.2, 6.4, 6.1, 7.0}), 0.95);
  REQUIRE((limits.has_value() && limits->has_value()));
  CHECK((*limits)->lower == doctest::Approx(0.14 + 0.07885 * (1 / 6.0 - 0.14)).epsilon(1e-4));
  CHECK((*limits)->upper == doctest::Approx(0.3).epsilon(1e-6));
  CHECK_FALSE(monotone_trend(timed({1, 2, 3}))->has_value());
  CHECK_FALSE(monotone_trend(timed({4, 4, 4, 4}))->has_value());
  CHECK_FALSE(monotone_trend(std::vector<TimedValue>{{1, 1}, {1, 2}, {2, 3}, {3, 4}}).has_value());
}

TEST_CASE("joinpoint_regression: the join, slopes and BIC of R's grid of lm()") {
  const double rates[] = {20.1, 21.2, 22.7, 23.5, 25.1, 26.4, 27.2, 29.3, 30.1, 29.2,
                          28.9, 27.6, 27.1, 26.5, 25.2, 24.9, 23.8, 23.5, 22.4, 22.1};
  std::vector<RatePoint> points;
  for (int i = 0; i < 20; ++i) points.push_back({2006.0 + i, rates[i]});
  const auto found = joinpoint_regression(points, {.most_joins = 2});
  REQUIRE((found.has_value() && found->has_value()));
  const Joinpoint& line = **found;
  REQUIRE(line.joins == std::vector<double>{2014});
  REQUIRE(line.bic.size() == 3);
  CHECK(line.bic[0] == doctest::Approx(-4.06880604066363).epsilon(1e-9));
  CHECK(line.bic[1] == doctest::Approx(-8.77503008198175).epsilon(1e-9));
  CHECK(line.bic[2] == doctest::Approx(-8.64093304745952).epsilon(1e-9));
  REQUIRE(line.segments.size() == 2);
  const double join_counted = std::sqrt(17.0 / 16);
  CHECK(line.segments[0].slope == doctest::Approx(0.0506648541309980).epsilon(1e-9));
  CHECK(line.segments[0].slope_se ==
        doctest::Approx(0.00105206088856564 * join_counted).epsilon(1e-8));
  CHECK(line.segments[1].slope == doctest::Approx(-0.0295702966389808).epsilon(1e-9));
  CHECK(line.segments[1].slope_se ==
        doctest::Approx(0.000731161819571765 * join_counted).epsilon(1e-8));
  CHECK(line.average_slope == doctest::Approx(0.00421292473785239).epsilon(1e-8));
  CHECK(line.average_se == doctest::Approx(0.000391117860469911 * join_counted).epsilon(1e-8));
  CHECK(line.degrees == 16);  // lm() does not count the join: 17
  // Weighted with (rate/se)².
  for (int i = 0; i < 20; ++i) points[static_cast<std::size_t>(i)].se = 0.3 + 0.02 * i;
  const auto weighted = joinpoint_regression(points, {.most_joins = 1});
  CHECK((*weighted)->joins == std::vector<double>{2014});
  CHECK((*weighted)->segments[0].slope == doctest::Approx(0.050730991960084).epsilon(1e-9));
  CHECK((*weighted)->segments[0].slope_se ==
        doctest::Approx(0.000966381326294533 * join_counted).epsilon(1e-8));
}

TEST_CASE("joinpoint_regression: a known break is found again; what cannot be is refused") {
  // 5 % a year up to 2015, then −3 %, with a wobble of 0.2 %.
  std::vector<RatePoint> points;
  double log_rate = std::log(40);
  for (int year = 2005; year <= 2025; ++year) {
    points.push_back({static_cast<double>(year), std::exp(log_rate + (year % 2 ? 0.002 : -0.002))});
    log_rate += std::log(year < 2015 ? 1.05 : 0.97);
  }
  const auto found = joinpoint_regression(points, {});
  REQUIRE((found.has_value() && found->has_value()));
  REQUIRE((*found)->joins == std::vector<double>{2015});
  const auto change = percent_change((*found)->segments[0].slope, (*found)->segments[0].slope_se,
                                     (*found)->degrees, 0.95);
  CHECK(change->value == doctest::Approx(5).epsilon(0.02));
  CHECK(change->limits->lower < 5);
  CHECK(change->limits->upper > 5);
  CHECK_FALSE(joinpoint_regression(std::vector<RatePoint>(3, RatePoint{1, 1}), {}).has_value());
  CHECK_FALSE(joinpoint_regression(std::vector<RatePoint>{{1, 1}, {2, 1}}, {})->has_value());
  CHECK_FALSE(joinpoint_regression(std::vector<RatePoint>{{1, 0}}, {}).has_value());
  CHECK_FALSE(joinpoint_regression(points, {.most_joins = 9}).has_value());
  CHECK_FALSE(percent_change(0.1, 0.1, 0, 0.95)->limits.has_value());
}

TEST_CASE("seasonal_adjustment: as decompose() of R") {
  const std::vector<double> x = {112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118,
                                 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140,
                                 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166};
  const auto times = seasonal_adjustment(x, 12, SeasonalModel::multiplicative);
  REQUIRE(times.has_value());
  CHECK((*times)[0].season == doctest::Approx(0.901472873093379).epsilon(1e-12));
  CHECK((*times)[10].season == doctest::Approx(0.780934229961707).epsilon(1e-12));
  CHECK(*(*times)[6].trend == doctest::Approx(126.791666666667).epsilon(1e-12));
  CHECK_FALSE((*times)[5].trend.has_value());
  CHECK((*times)[0].adjusted == doctest::Approx(124.241120662539).epsilon(1e-12));
  CHECK((*times)[35].adjusted == doctest::Approx(182.585474776419).epsilon(1e-12));
  const auto plus = seasonal_adjustment(x, 12, SeasonalModel::additive);
  CHECK((*plus)[0].season == doctest::Approx(-13.8125).epsilon(1e-12));
  CHECK(*(*plus)[7].rest == doctest::Approx(-3.41666666666664).epsilon(1e-10));
  const auto odd =
      seasonal_adjustment(std::vector<double>{5, 7, 9, 4, 6, 8}, 3, SeasonalModel::additive);
  CHECK((*odd)[0].season == doctest::Approx(-2.33333333333333).epsilon(1e-12));
  CHECK(*(*odd)[1].trend == doctest::Approx(7));
  CHECK_FALSE(seasonal_adjustment(x, 1, SeasonalModel::additive).has_value());
  CHECK_FALSE(seasonal_adjustment(x, 24, SeasonalModel::additive).has_value());
  CHECK_FALSE(seasonal_adjustment(std::vector<double>{1, 0, 1, 2}, 2, SeasonalModel::multiplicative)
                  .has_value());
}

TEST_CASE("stat mann-kendall, joinpoint, seasonal: refusals have their words") {
  CHECK(stat_rows("mann-kendall", "year,value\n1,4\n2,5\n3,6\n")[0].text("status") ==
        "cannot_be_tested");
  CHECK(stat_error("mann-kendall", "year,value\n1,4\n1,5\n") ==
        "figures.csv:3:1: year: each once per group is expected, 1 is there again");
  CHECK(stat_rows("joinpoint", "year,value\n1,4\n2,5\n3,6\n")[0].text("status") ==
        "cannot_be_tested_few_periods");
  CHECK(stat_rows("joinpoint", "year,value\n1,4\n2,0\n3,6\n4,7\n")[0].text("status") ==
        "rate_le_0");
  CHECK(stat_rows("seasonal", "period,value\n1,4\n2,5\n3,6\n", {"cycle=2"})[0].text("status") ==
        "fewer_than_2_cycles");
  const auto quarters = stat_rows(
      "seasonal", "period,value\na,10\nb,20\nc,30\nd,20\ne,10\nf,20\ng,30\nh,20\n", {"cycle=4"});
  CHECK(*quarters[2].number("value") == doctest::Approx(20));
  CHECK(*quarters[2].number("season") == doctest::Approx(1.5));
}
