#include "tempo/reproduction.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tempo/growth.hpp"
#include "tempo/serial_interval.hpp"
#include "tempo/wallinga_teunis.hpp"

using namespace hb;
using namespace hb::tempo;

TEST_CASE("discrete_serial_interval: an exponential part worked out by hand") {
  // mean 2, sd 1: 1 + Exp(1). w_k is the triangular weight about k of the density e^-(x-1):
  // w_1 = ∫0..1 (1-u) e^-u du = 1/e; w_2 = ∫0..1 u e^-u du + e^-1 · 1/e = (1-2/e) + 1/e².
  const auto shares = discrete_serial_interval(60, 2, 1);
  REQUIRE(shares.has_value());
  CHECK((*shares)[0] == 0);
  CHECK((*shares)[1] == doctest::Approx(0.36787944117).epsilon(1e-9));
  CHECK((*shares)[2] == doctest::Approx(0.26424111766 + 0.13533528324).epsilon(1e-9));
  double sum = 0;
  for (const double share : *shares) sum += share;
  CHECK(sum == doctest::Approx(1).epsilon(1e-9));
}

TEST_CASE("discrete_serial_interval: a mean of a day or less is refused") {
  CHECK_FALSE(discrete_serial_interval(10, 1, 1).has_value());
  CHECK_FALSE(discrete_serial_interval(10, 3, 0).has_value());
}

TEST_CASE("check_serial_interval: what is no distribution is refused") {
  CHECK(check_serial_interval(std::vector<double>{0, 0.5, 0.5}).has_value());
  CHECK(check_serial_interval(std::vector<double>{0, 0.5, 0.495}).has_value());
  CHECK_FALSE(check_serial_interval(std::vector<double>{}).has_value());
  CHECK_FALSE(check_serial_interval(std::vector<double>{0.1, 0.9}).has_value());
  CHECK_FALSE(check_serial_interval(std::vector<double>{0, 1.5, -0.5}).has_value());
  const auto far = check_serial_interval(std::vector<double>{0, 0.5, 0.3});
  REQUIRE_FALSE(far.has_value());
  CHECK(far.error().message == "the serial interval adds up to 0.8, not to 1");
}

TEST_CASE("infectivity: cases are carried forward by their shares") {
  // I = 2, 1, 4 with shares 0, 0.6, 0.4: Λ2 = 0.6·2, Λ3 = 0.6·1 + 0.4·2.
  const auto force = infectivity(incidence_of_totals(std::vector<double>{2, 1, 4}),
                                 std::vector<double>{0, 0.6, 0.4});
  REQUIRE(force.size() == 3);
  CHECK(std::isnan(force[0]));
  CHECK(force[1] == doctest::Approx(1.2));
  CHECK(force[2] == doctest::Approx(1.4));
}

TEST_CASE("estimate_reproduction: posterior worked out by hand") {
  // Λ2 + Λ3 = 2.6, local cases 1 + 4 = 5; prior mean 5, sd 5 is Gamma(1, rate 0.2).
  const auto all =
      estimate_reproduction(incidence_of_totals(std::vector<double>{2, 1, 4}),
                            std::vector<double>{0, 0.6, 0.4}, std::vector<Window>{{2, 3}}, {});
  REQUIRE(all.has_value());
  REQUIRE(all->front().known);
  CHECK(all->front().mean == doctest::Approx(6 / 2.8));
  CHECK(all->front().sd == doctest::Approx(std::sqrt(6.0) / 2.8));
  // Gamma(6): 97.5 % quantile is χ²(12)/2 = 23.33666/2, 2.5 % 4.403789/2.
  CHECK(all->front().quantiles[0] == doctest::Approx(4.403789 / 2 / 2.8).epsilon(1e-6));
  CHECK(all->front().quantiles[6] == doctest::Approx(23.33666 / 2 / 2.8).epsilon(1e-6));
}

TEST_CASE("estimate_reproduction: imported cases infect but were not infected here") {
  const std::vector<double> local{0, 0, 3};
  const std::vector<double> imported{2, 1, 0};
  const auto all =
      estimate_reproduction(incidence_of_split(local, imported), std::vector<double>{0, 0.6, 0.4},
                            std::vector<Window>{{3, 3}}, {});
  REQUIRE(all.has_value());
  CHECK(all->front().mean == doctest::Approx((1 + 3) / (0.2 + 1.4)));
}

TEST_CASE("estimate_reproduction: before a mean serial interval has passed nothing is known") {
  const auto all = estimate_reproduction(incidence_of_totals(std::vector<double>(10, 1)),
                                         std::vector<double>{0, 0, 0, 0, 1},
                                         std::vector<Window>{{2, 4}, {2, 5}}, {});
  REQUIRE(all.has_value());
  CHECK_FALSE((*all)[0].known);  // ends on day 4, the mean is 4 days
  CHECK((*all)[1].known);
}

TEST_CASE("estimate_reproduction: windows outside the series are refused") {
  const auto incidence = incidence_of_totals(std::vector<double>(10, 1));
  const std::vector<double> shares{0, 1};
  for (const Window window : {Window{1, 3}, Window{5, 4}, Window{5, 11}})
    CHECK_FALSE(
        estimate_reproduction(incidence, shares, std::vector<Window>{window}, {}).has_value());
}

TEST_CASE("estimate_reproduction: a growing outbreak with a known R is found again") {
  // Each day's cases are exactly 1.8 × infectivity, on a scale where the prior weighs nothing.
  const std::vector<double> shares{0, 0.25, 0.5, 0.25};
  std::vector<double> cases{1e6};
  for (std::size_t day = 1; day < 20; ++day) {
    double force = 0;
    for (std::size_t k = 1; k < shares.size() && k <= day; ++k) force += cases[day - k] * shares[k];
    cases.push_back(1.8 * force);
  }
  const auto all = estimate_reproduction(incidence_of_totals(cases), shares,
                                         sliding_windows(cases.size(), 7), {});
  REQUIRE(all.has_value());
  for (const Reproduction& one : *all) CHECK(one.mean == doctest::Approx(1.8).epsilon(1e-4));
}

TEST_CASE("estimate_reproduction_mixed: two equal intervals are one") {
  const auto incidence = incidence_of_totals(std::vector<double>{3, 1, 4, 1, 5, 9, 2, 6});
  const std::vector<double> shares{0, 0.6, 0.4};
  const auto windows = sliding_windows(8, 3);
  const auto one = estimate_reproduction(incidence, shares, windows, {});
  const auto two = estimate_reproduction_mixed(
      incidence, std::vector<std::vector<double>>{shares, shares}, windows, {});
  REQUIRE(one.has_value());
  REQUIRE(two.has_value());
  for (std::size_t i = 0; i < one->size(); ++i) {
    CHECK((*two)[i].mean == doctest::Approx((*one)[i].mean).epsilon(1e-12));
    CHECK((*two)[i].sd == doctest::Approx((*one)[i].sd).epsilon(1e-9));
    for (std::size_t q = 0; q < quantile_count; ++q)
      CHECK((*two)[i].quantiles[q] == doctest::Approx((*one)[i].quantiles[q]).epsilon(1e-9));
  }
}

TEST_CASE("estimate_reproduction_mixed: mean and spread of a mixture by hand") {
  // One day, infectivity 1 or 3 as likely, one local case: Gamma(2) at scales 1/1.2 and 1/3.2.
  const auto incidence = incidence_of_totals(std::vector<double>{1, 3, 1});
  const std::vector<std::vector<double>> shares{{0, 0, 1}, {0, 1, 0}};
  const auto all = estimate_reproduction_mixed(incidence, shares, std::vector<Window>{{3, 3}}, {});
  REQUIRE(all.has_value());
  const double mean = (2 / 1.2 + 2 / 3.2) / 2;
  const double second = (6 / 1.44 + 6 / 10.24) / 2;
  CHECK(all->front().mean == doctest::Approx(mean));
  CHECK(all->front().sd == doctest::Approx(std::sqrt(second - mean * mean)));
  // The median solves ½[F(1.2 m) + F(3.2 m)] = ½ with F(x) = 1 − e^-x (1 + x).
  const double m = all->front().quantiles[3];
  const auto below = [](double x) { return 1 - std::exp(-x) * (1 + x); };
  CHECK(below(1.2 * m) + below(3.2 * m) == doctest::Approx(1).epsilon(1e-9));
}

TEST_CASE("draw_serial_intervals: one seed gives the same draws, limits that exclude are refused") {
  const UncertainInterval uncertain{3, 1, 2, 4, 1.5, 0.5, 1, 2};
  const auto first = draw_serial_intervals(uncertain, 20, 30, 7);
  const auto again = draw_serial_intervals(uncertain, 20, 30, 7);
  const auto other = draw_serial_intervals(uncertain, 20, 30, 8);
  REQUIRE(first.has_value());
  CHECK(*first == *again);
  CHECK(*first != *other);
  CHECK_FALSE(draw_serial_intervals({5, 1, 2, 4, 1.5, 0.5, 1, 2}, 20, 30, 7).has_value());
}

TEST_CASE("case_reproduction: three cases worked out by hand") {
  // Day 1 and day 2 have one case each, day 3 two. Shares 0, 0.5, 0.5: the case of day 2 was
  // infected on day 1; each of day 3 by day 1 or 2 with ½. R of the case of day 2 has mean 1,
  // variance 2·¼; it is 0, 1 or 2 with ¼, ½, ¼.
  const auto all = case_reproduction(std::vector<double>{1, 1, 2}, std::vector<double>{0, 0.5, 0.5},
                                     std::vector<Window>{{2, 2}, {2, 3}});
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 2);
  CHECK((*all)[0].mean == doctest::Approx(1));
  CHECK((*all)[0].sd == doctest::Approx(std::sqrt(0.5)));
  CHECK((*all)[0].lower == 0);
  CHECK((*all)[0].upper == 2);
  CHECK((*all)[1].mean == doctest::Approx(1.0 / 3));  // one child expected of three cases
}

TEST_CASE("case_reproduction: windows without a case are left out, fractions refused") {
  const std::vector<double> shares{0, 1};
  const auto all = case_reproduction(std::vector<double>{1, 0, 0, 2, 3}, shares,
                                     std::vector<Window>{{2, 3}, {2, 4}});
  REQUIRE(all.has_value());
  CHECK(all->size() == 1);
  CHECK_FALSE(case_reproduction(std::vector<double>{1, 0.5, 2}, shares, std::vector<Window>{{2, 3}})
                  .has_value());
}

TEST_CASE("growth_rates: a doubling every 2 days is found") {
  std::vector<double> counts;
  for (int day = 0; day < 10; ++day) counts.push_back(std::round(64 * std::exp2(day / 2.0)));
  const auto all = growth_rates(counts, std::vector<Window>{{1, 10}});
  REQUIRE(all.has_value());
  REQUIRE(all->front().known);
  CHECK(*all->front().doubling() == doctest::Approx(2).epsilon(0.005));
  CHECK(all->front().doubling_limits()->lower < 2);
  CHECK(all->front().doubling_limits()->upper > 1.99);
}

TEST_CASE("growth_rates: three days by hand") {
  // 1, 2, 4: the line log y = log 2 + log 2·x fits exactly; the information of the slope is
  // Σ μx² − (Σ μx)²/Σ μ = 5 − 9/7, Student's t with 1 degree of freedom is 12.7062 at 97.5 %.
  const auto all = growth_rates(std::vector<double>{1, 2, 4}, std::vector<Window>{{1, 3}});
  REQUIRE(all.has_value());
  CHECK(all->front().rate == doctest::Approx(std::log(2.0)).epsilon(1e-9));
  CHECK(all->front().limits.upper ==
        doctest::Approx(std::log(2.0) + 12.7062 / std::sqrt(5 - 9.0 / 7)).epsilon(1e-5));
  CHECK_FALSE(all->front().doubling_limits().has_value());  // 0 lies inside
}

TEST_CASE("growth_rates: too few cases are not known, too short windows refused") {
  const auto all = growth_rates(std::vector<double>{0, 0, 9, 0, 1, 0, 0, 1},
                                std::vector<Window>{{1, 4}, {5, 8}});
  REQUIRE(all.has_value());
  CHECK_FALSE((*all)[0].known);  // all on one day
  CHECK_FALSE((*all)[1].known);  // 2 cases
  CHECK_FALSE(growth_rates(std::vector<double>{1, 2, 4}, std::vector<Window>{{1, 2}}).has_value());
}
