#include "tempo/nowcast.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace hb;
using namespace hb::tempo;

namespace {

Date day(int number) { return Date{18000 + number}; }

/// `count` cases of an event day, known after `delay` days.
void add(std::vector<ReportedCase>& cases, int event, int delay, int count) {
  for (int i = 0; i < count; ++i) cases.push_back({day(event), day(event + delay)});
}

/// Every day 10 cases: half known at once, half after one day. Now is day 9.
std::vector<ReportedCase> steady() {
  std::vector<ReportedCase> cases;
  for (int event = 0; event < 10; ++event) {
    add(cases, event, 0, 5);
    add(cases, event, 1, 5);
  }
  return cases;
}

}  // namespace

TEST_CASE("nowcast lawless: half known is doubled") {
  // 9 days have 5 + 5, so that g_1 = 45/90; the last day has 5 known, N̂ = 10, variance
  // 5·½/¼ = 10. The mass above 5 is Φ(5/√10) = 0.94308; upper: Φ((x−10)/√10) ≥ 0.975·0.94308.
  const auto all = nowcast(steady(), std::vector<Date>{day(8), day(9)},
                           {.method = NowcastMethod::lawless, .now = day(9), .most_delay = 1});
  REQUIRE(all.has_value());
  CHECK((*all)[0].nowcast == 10);
  CHECK((*all)[0].upper == 10);
  CHECK((*all)[1].reported == 5);
  CHECK((*all)[1].total == 10);
  CHECK((*all)[1].nowcast == 10);  // 0.47154 is at −0.0714 sd: 9.77
  CHECK((*all)[1].lower == 5);
  CHECK((*all)[1].upper == 15);  // 0.91950 is at 1.4017 sd: 14.43
}

TEST_CASE("nowcast: the future does not leak into the estimate") {
  auto cases = steady();
  const NowcastOptions options{.now = day(9), .most_delay = 1};
  const auto before = nowcast(cases, std::vector<Date>{day(9)}, options);
  add(cases, 9, 3, 50);
  const auto after = nowcast(cases, std::vector<Date>{day(9)}, options);
  REQUIRE(before.has_value());
  REQUIRE(after.has_value());
  CHECK(before->front().nowcast == after->front().nowcast);
  CHECK(after->front().total == 60);
}

TEST_CASE("nowcast bayes: a known share, uniform prior, by hand") {
  // Very many reports make the share ½ certain; the number still to come is negative binomial with
  // size 2 + 1 and ½: P = 1/8, 3/16, 3/16, 5/32, 15/128, … so the median is 2 more.
  std::vector<ReportedCase> cases;
  for (int event = 0; event < 9; ++event) {
    add(cases, event, 0, 2000);
    add(cases, event, 1, 2000);
  }
  add(cases, 9, 0, 2);
  for (const auto method : {NowcastMethod::bayes_notrunc, NowcastMethod::bayes_trunc}) {
    const auto all = nowcast(cases, std::vector<Date>{day(9)},
                             {.method = method, .now = day(9), .most_delay = 1, .most_cases = 100});
    REQUIRE(all.has_value());
    CHECK(all->front().nowcast == 2 + 2);
    CHECK(all->front().lower == 2);
    // P(≤ 7) = 0.9453, P(≤ 8) = 0.9673, P(≤ 9) = 0.9807
    CHECK(all->front().upper == 2 + 9);
  }
}

TEST_CASE("nowcast: days without reports, without delays, beyond the most cases") {
  const std::vector<ReportedCase> none{{day(0), day(5)}};
  const auto unknown = nowcast(none, std::vector<Date>{day(0)}, {.now = day(2)});
  REQUIRE(unknown.has_value());
  CHECK(unknown->front().status == NowcastStatus::no_delays);

  const auto quiet = nowcast(steady(), std::vector<Date>{day(-5)},
                             {.method = NowcastMethod::lawless, .now = day(9), .most_delay = 1});
  REQUIRE(quiet.has_value());
  CHECK(quiet->front().nowcast == 0);

  const auto high =
      nowcast(steady(), std::vector<Date>{day(9)},
              {.method = NowcastMethod::lawless, .now = day(9), .most_delay = 1, .most_cases = 8});
  REQUIRE(high.has_value());
  CHECK(high->front().status == NowcastStatus::beyond);

  const auto cut = nowcast(steady(), std::vector<Date>{day(9)},
                           {.now = day(9), .most_delay = 1, .most_cases = 8});
  REQUIRE(cut.has_value());
  CHECK(cut->front().status == NowcastStatus::cut);
}

TEST_CASE("nowcast: what cannot be is refused") {
  const std::vector<ReportedCase> backwards{{day(3), day(2)}};
  CHECK_FALSE(nowcast(backwards, std::vector<Date>{day(3)}, {.now = day(9)}).has_value());
  CHECK_FALSE(nowcast(steady(), std::vector<Date>{day(10)}, {.now = day(9)}).has_value());
  CHECK_FALSE(
      nowcast(steady(), std::vector<Date>{day(9)}, {.now = day(9), .most_delay = 0}).has_value());
  CHECK_FALSE(
      nowcast(
          steady(), std::vector<Date>{day(9)},
          {.now = day(9), .prior = CountPrior::poisson_gamma, .prior_mean = 5, .prior_variance = 5})
          .has_value());
}

TEST_CASE("nowcast bayes_trunc: limits hold the truth as often as they say") {
  // 60 evaluations of 8 days: Poisson counts of mean 30, delays geometric with mean 3.
  std::mt19937_64 random(42);
  int inside = 0;
  int days_seen = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<ReportedCase> cases;
    std::poisson_distribution<int> count(30);
    std::geometric_distribution<int> delay(0.25);
    for (int event = 0; event < 60; ++event)
      for (int i = count(random); i > 0; --i)
        cases.push_back({day(event), day(event + std::min(delay(random), 14))});
    std::vector<Date> asked;
    for (int event = 52; event < 60; ++event) asked.push_back(day(event));
    const auto all = nowcast(cases, asked, {.now = day(59), .most_delay = 14, .samples = 300});
    REQUIRE(all.has_value());
    for (const NowcastDay& one : *all) {
      ++days_seen;
      if (one.lower <= one.total && one.total <= one.upper) ++inside;
    }
  }
  CHECK(days_seen == 480);
  CHECK(inside > 0.92 * days_seen);
}
