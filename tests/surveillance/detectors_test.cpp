#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "surveillance/cusum.hpp"
#include "surveillance/ears.hpp"
#include "surveillance/ewma_regression.hpp"
#include "surveillance/farrington.hpp"
#include "surveillance/farrington_flexible.hpp"
#include "surveillance/fixed.hpp"
#include "surveillance/glr.hpp"
#include "surveillance/moving_percentile.hpp"
#include "surveillance/outbreak_p.hpp"
#include "surveillance/reference_values.hpp"

namespace hb::surveillance {
namespace {

Series weekly(std::vector<double> counts) {
  Series series;
  series.unit = "u";
  series.observed = std::move(counts);
  return series;
}

Range all_from(const Series& series, std::size_t first) { return {first, series.size()}; }

std::vector<double> repeated(std::vector<double> year, std::size_t years) {
  std::vector<double> all;
  for (std::size_t i = 0; i < years; ++i) all.insert(all.end(), year.begin(), year.end());
  return all;
}

}  // namespace

TEST_CASE("ears: thresholds worked out by hand") {
  // 1..7 has mean 4 and sample sd sqrt(28/6) = 2.160247; the two 90s are the lag of C2.
  const Series series = weekly({1, 2, 3, 4, 5, 6, 7, 90, 90, 11});
  const auto c2 = ears(EarsMethod::c2, series, all_from(series, 9), {});
  REQUIRE(c2.has_value());
  CHECK(c2->front().expected == doctest::Approx(4));
  CHECK(c2->front().upperbound == doctest::Approx(4 + 3.090232 * 2.160247));
  CHECK(c2->front().alarm == Alarm::yes);
  const auto c1 = ears(EarsMethod::c1, series, {7, 8}, {});
  REQUIRE(c1.has_value());
  CHECK(c1->front().upperbound == doctest::Approx(4 + 3.090232 * 2.160247));
}

TEST_CASE("ears: C3 alarms on the excesses of the two time points before") {
  // Baselines of 0 and 2 around 1: sd of {0,2,0,2,0,2,0} is 1.069045, mean 6/7; a count of 9 gives
  // an excess of (9 − 6/7)/1.069045 − 1 = 6.6167 > 1.96: the bound falls below the count after it.
  const Series series = weekly({0, 2, 0, 2, 0, 2, 0, 1, 1, 9, 1, 1});
  const auto c3 = ears(EarsMethod::c3, series, {11, 12}, {});
  REQUIRE(c3.has_value());
  CHECK(c3->front().upperbound == doctest::Approx(0));
  CHECK(c3->front().alarm == Alarm::yes);
}

TEST_CASE("ears: a flat baseline, a missing count, an option out of bounds") {
  const auto flat = ears(EarsMethod::c1, weekly({3, 3, 3, 3, 3, 3, 3, 4}), {7, 8}, {});
  REQUIRE(flat.has_value());
  CHECK(flat->front().upperbound == 3);  // no spread: whatever is above the mean alarms
  CHECK(flat->front().alarm == Alarm::yes);
  const auto floored =
      ears(EarsMethod::c1, weekly({3, 3, 3, 3, 3, 3, 3, 4}), {7, 8}, {.min_sigma = 1});
  CHECK(floored->front().alarm == Alarm::no);
  const auto missing = ears(EarsMethod::c1, weekly({3, 3, none, 3, 3, 3, 3, 4}), {7, 8}, {});
  CHECK(missing->front().alarm == Alarm::unknown);
  CHECK_FALSE(ears(EarsMethod::c1, weekly({1, 2, 3, 4}), {2, 4}, {.baseline = 1}).has_value());
  CHECK_FALSE(ears(EarsMethod::c1, weekly({1, 2, 3, 4}), {2, 4}, {}).has_value());  // too early
}

TEST_CASE("cusum: sums by hand, no reset after an alarm") {
  // m = 4, standard: (8 − 4)/2 − 1.04 = 0.96; (10 − 4)/2 − 1.04 = 1.96 → 2.92 >= 2.26; then
  // (4 − 4)/2 − 1.04 → 1.88. Bounds: ceil(2·(3.3 − C) + 4) = 11, ceil(2·2.34 + 4) = 9, 5.
  const Series series = weekly({8, 10, 4});
  const auto points = cusum(series, {0, 3}, {.m = CusumMean::given, .mean = {4}});
  REQUIRE(points.has_value());
  CHECK((*points)[0].cusum == doctest::Approx(0.96));
  CHECK((*points)[1].cusum == doctest::Approx(2.92));
  CHECK((*points)[2].cusum == doctest::Approx(1.88));
  CHECK((*points)[0].upperbound == 11);
  CHECK((*points)[1].upperbound == 9);
  CHECK((*points)[2].upperbound == 5);
  CHECK((*points)[1].alarm == Alarm::yes);
  CHECK((*points)[2].alarm == Alarm::no);
}

TEST_CASE("cusum: a mean of 0 gives no answer, a missing count keeps the sum") {
  const auto zero = cusum(weekly({0, 3}), {0, 2}, {.m = CusumMean::given, .mean = {0}});
  CHECK((*zero)[1].alarm != Alarm::no);
  const auto gap = cusum(weekly({8, none, 4}), {0, 3}, {.m = CusumMean::given, .mean = {4}});
  CHECK((*gap)[1].cusum == doctest::Approx(0.96));
  CHECK((*gap)[1].alarm == Alarm::unknown);
  CHECK((*gap)[2].cusum == 0);
}

TEST_CASE("bayes: quantile of the predictive distribution") {
  // Six zeros: NB(size ½, prob 6/7): P(0) = (6/7)^½ = 0.9258, P(1) = 0.9258·½·1/7 = 0.0661;
  // 0.9919 >= 0.95 at 1.
  const auto points = bayes(weekly({0, 0, 0, 0, 0, 0, 2}), {6, 7}, {});
  REQUIRE(points.has_value());
  CHECK(points->front().upperbound == 1);
  CHECK(points->front().alarm == Alarm::yes);
}

TEST_CASE("rki: Poisson limits for small means, two standard deviations for large ones") {
  const ReferenceOptions six{.b = 0, .w = 6, .act_y = true};
  const auto small = rki(weekly({2, 2, 3, 3, 2, 2, 8}), {6, 7}, six);  // mean 2.33 → limit at 2
  CHECK(small->front().upperbound == doctest::Approx(6.686));
  CHECK(small->front().alarm == Alarm::yes);
  const auto large = rki(weekly({28, 32, 28, 32, 28, 32, 34}), {6, 7}, six);  // sd 2.19089
  CHECK(large->front().upperbound == doctest::Approx(30 + 2 * 2.190890));
  CHECK(large->front().alarm == Alarm::no);
}

TEST_CASE("outbreak_p: likelihood of a rise against a constant mean") {
  // 1, 3: fit 1 and 3 about mean 2: (1/2)^1 · (3/2)^3 = 1.6875. 1, 3, 2: fit 1, 2.5, 2.5 about 2:
  // ½ · 1.25^5 = 1.52588.
  const auto points = outbreak_p(weekly({1, 3, 2}), {0, 3}, {});
  REQUIRE(points.has_value());
  CHECK((*points)[0].upperbound == 1);
  CHECK((*points)[1].upperbound == doctest::Approx(1.6875));
  CHECK((*points)[2].upperbound == doctest::Approx(1.525879));
  CHECK((*points)[2].log_statistic == doctest::Approx(std::log(1.525879)));
}

TEST_CASE("outbreak_p: cases that would alarm") {
  // After 1: ½-ish; with x: (1/m)·(x/m)^x, m = (1 + x)/2. x = 9: 0.2·1.8^9 = 39.67; x = 10:
  // 0.181818·1.818182^10 = 71.79; x = 11: 0.166667·1.833333^11 = 131.2 > 100.
  const auto points = outbreak_p(weekly({1, 2}), {1, 2}, {.ret = Returned::cases});
  CHECK(points->front().upperbound == 11);
}

TEST_CASE("glr: the best change point and its size") {
  // mu0 = 2: after 2, 6 the best change is at the second: kappa = ln 3, 6 ln 3 − (3 − 1)·2
  // = 2.5917. After 2, 6, 8: from the second on S = 14, M = 4: 14 ln 3.5 − 10 = 7.5387 >= 5; then
  // it restarts.
  const auto points =
      glr(GlrFamily::poisson, weekly({2, 6, 8, 2}), {0, 4}, {.mu0 = std::vector<double>{2}});
  REQUIRE(points.has_value());
  CHECK((*points)[0].upperbound == 0);
  CHECK((*points)[1].upperbound == doctest::Approx(6 * std::log(3) - 4));
  CHECK((*points)[2].upperbound == doctest::Approx(14 * std::log(3.5) - 10));
  CHECK((*points)[2].alarm == Alarm::yes);
  CHECK((*points)[3].upperbound == 0);
}

TEST_CASE("glr: the negative binomial needs more, and no dispersion is Poisson") {
  const Series series = weekly({2, 6, 8, 2});
  const std::vector<double> mu{2};
  const auto poisson = glr(GlrFamily::poisson, series, {0, 4}, {.mu0 = mu});
  const auto none_spread =
      glr(GlrFamily::negative_binomial, series, {0, 4}, {.mu0 = mu, .alpha = 1e-9});
  const auto spread = glr(GlrFamily::negative_binomial, series, {0, 4}, {.mu0 = mu, .alpha = 0.5});
  CHECK((*none_spread)[1].upperbound == doctest::Approx((*poisson)[1].upperbound).epsilon(1e-6));
  // One point, y = 6, mu = 2, alpha = ½: 6 ln 3 − 8 ln((1 + 3)/(1 + 1)) = 1.0465.
  CHECK((*spread)[1].upperbound == doctest::Approx(6 * std::log(3) - 8 * std::log(2)));
}

TEST_CASE("fixed: cases of a window") {
  const auto points = fixed(weekly({0, 1, 1, 1, none, 3}), {2, 6}, {.threshold = 3, .window = 3});
  REQUIRE(points.has_value());
  CHECK((*points)[0].alarm == Alarm::no);
  CHECK((*points)[1].alarm == Alarm::yes);      // 1 + 1 + 1
  CHECK((*points)[2].alarm == Alarm::unknown);  // 2 and one missing
  CHECK((*points)[3].alarm == Alarm::yes);      // 4 although one is missing
}

TEST_CASE("moving_percentile: five windows of three years") {
  // Weeks of each past year are 1, 2, …, 52, so the windows around week 10 hold 8…12, three times:
  // sorted place 0.8·14 = 11.2 of {8,8,8, 9,9,9, 10,10,10, 11,11,11, 12,12,12}: 11 + 0.2·(12 − 11).
  std::vector<double> year;
  for (int week = 1; week <= 52; ++week) year.push_back(week);
  std::vector<double> counts = repeated(year, 3);
  counts.insert(counts.end(), {1, 2, 3, 4, 5, 6, 7, 8, 9, 12});
  const Series series = weekly(counts);
  const auto points = moving_percentile(series, all_from(series, 165), {});
  REQUIRE(points.has_value());
  CHECK(points->back().windows == 15);
  CHECK(points->back().expected == 10);
  CHECK(points->back().upperbound == doctest::Approx(11.2));
  CHECK(points->back().alarm == Alarm::yes);
}

TEST_CASE("farrington: a constant series") {
  // 35 counts of 10: mean 10, dispersion 0, floored at 1; se² of the mean 10/35 and tau = 1 + 1/35;
  // U = (10^⅔ + 1.959964·√(4/9·10^⅓·tau))^1.5 = 16.95.
  const Series series = weekly(std::vector<double>(265, 10));
  const auto points = farrington(series, {264, 265}, {});
  REQUIRE(points.has_value());
  const double tau = 1 + 1.0 / 35;
  const double root = std::sqrt(4.0 / 9 * std::cbrt(10.0) * tau);
  CHECK(points->front().expected == doctest::Approx(10));
  CHECK(points->front().upperbound ==
        doctest::Approx(std::pow(std::pow(10, 2.0 / 3) + 1.959964 * root, 1.5)));
  CHECK_FALSE(points->front().trend);
}

TEST_CASE("farrington_flexible: a season is found, a past outbreak is taken back, a spike alarms") {
  std::vector<double> year;
  for (int week = 0; week < 52; ++week) year.push_back(week < 26 ? 20 : 5);
  std::vector<double> counts = repeated(year, 6);
  counts[52 * 2 + 30] = 400;  // an outbreak of old, in the low half of the year
  counts.resize(52 * 5 + 31);
  counts.back() = 30;
  const Series series = weekly(counts);
  const FarringtonFlexibleOptions improved{.p_threshold_trend = 1,
                                           .no_periods = 10,
                                           .past_weeks_not_included = 26,
                                           .threshold_method = ThresholdMethod::nb_plugin};
  const auto now = farrington_flexible(series, all_from(series, series.size() - 1), improved);
  REQUIRE(now.has_value());
  CHECK(now->front().expected < 8);
  CHECK(now->front().alarm == Alarm::yes);
  FarringtonFlexibleOptions trusting = improved;
  trusting.reweight = false;
  const auto naive = farrington_flexible(series, all_from(series, series.size() - 1), trusting);
  CHECK(naive->front().alarm == Alarm::no);  // the old outbreak hides the new one
}

TEST_CASE("farrington_flexible: no cases, few cases, no history") {
  const Series zeros = weekly(std::vector<double>(300, 0));
  const auto points = farrington_flexible(zeros, all_from(zeros, 290), {});
  REQUIRE(points.has_value());
  CHECK(points->front().alarm == Alarm::no);
  CHECK(std::isnan(points->front().upperbound));  // fewer than 5 cases in 4 weeks
  CHECK(farrington_flexible_start(weekly(std::vector<double>(200, 1)), {}) == 200);
  CHECK_FALSE(farrington_flexible(zeros, all_from(zeros, 290), {.b = 0}).has_value());
}

TEST_CASE("ewma_regression: weekdays are explained, so a usual Monday is no alarm") {
  Series series;
  series.freq = 365;
  for (int day = 0; day < 60; ++day) series.observed.push_back(day % 7 == 0 ? 40 : 10 + day % 3);
  const auto usual = ewma_regression(series, {56, 57}, {});  // a Monday as the others
  REQUIRE(usual.has_value());
  CHECK(usual->front().regression);
  CHECK(usual->front().alarm == Alarm::no);
  series.observed[57] = 40;  // a Tuesday like a Monday
  const auto odd = ewma_regression(series, {57, 58}, {});
  CHECK(odd->front().alarm == Alarm::yes);
}

TEST_CASE("ewma_regression: without structure the moving average is used") {
  Series series;
  series.freq = 365;
  series.observed = std::vector<double>(40, 5);
  series.observed[39] = 6;
  const auto points = ewma_regression(series, {38, 40}, {});
  REQUIRE(points.has_value());
  CHECK_FALSE(points->front().regression);
  CHECK(points->front().alarm == Alarm::no);
  CHECK(points->back().alarm == Alarm::yes);  // no spread at all: any rise is one
}

TEST_CASE("years_before: 52 and 53 week years and 29 February") {
  Series weeks;
  weeks.step = Step::week;
  for (int i = 0; i < 400; ++i) weeks.dates.push_back({make_date(2015, 1, 5)->days + 7 * i});
  weeks.observed.assign(400, 1);
  // 2020-12-28 (Monday, week 53) → 2019-12-28 is a Saturday → Monday 2019-12-30, 52 weeks before.
  CHECK(format_date(weeks.dates[312]) == "2020-12-28");
  CHECK(format_date(weeks.dates[static_cast<std::size_t>(years_before(weeks, 312, 1))]) ==
        "2019-12-30");
  // 2016-02-29 (Monday) → 2015-03-01 (Sunday) → Monday 2015-03-02.
  CHECK(format_date(weeks.dates[60]) == "2016-02-29");
  CHECK(format_date(weeks.dates[static_cast<std::size_t>(years_before(weeks, 60, 1))]) ==
        "2015-03-02");
}

}  // namespace hb::surveillance
