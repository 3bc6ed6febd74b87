#include "tempo/projection.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "tempo/scores.hpp"

using namespace hb;
using namespace hb::tempo;

TEST_CASE("crps: samples worked out by hand") {
  // One value: the distance. {0, 2} against 1: mean distance 1, half mean pair distance ½·1 = 0.5.
  CHECK(crps(std::vector<double>{3}, 5) == doctest::Approx(2));
  CHECK(crps(std::vector<double>{2, 0}, 1) == doctest::Approx(0.5));
  CHECK(crps(std::vector<double>{4, 4, 4}, 4) == 0);
}

TEST_CASE("interval_score and weighted_interval_score: by hand") {
  // 80 %: width 10, 3 below the lower end: 10 + 2/0.2·3 = 40.
  CHECK(interval_score({0.8, {5, 15}}, 2) == doctest::Approx(40));
  CHECK(interval_score({0.8, {5, 15}}, 7) == doctest::Approx(10));
  // Median 9 against 2: (½·7 + 0.1·40) / 1.5.
  CHECK(weighted_interval_score(9, std::vector<Central>{{0.8, {5, 15}}}, 2) ==
        doctest::Approx(7.5 / 1.5));
}

TEST_CASE("project: constant cases stay about constant, past forecasts are scored") {
  const std::vector<double> shares{0, 0.5, 0.3, 0.2};
  const std::vector<double> cases(60, 100.0);
  const auto answer = project(incidence_of_totals(cases), shares, {.horizon = 5, .origins = 10});
  REQUIRE(answer.has_value());
  std::size_t future = 0;
  for (const ProjectedDay& day : answer->days) {
    if (day.is_past) continue;
    ++future;
    CHECK(day.median == doctest::Approx(100).epsilon(0.1));
    CHECK(day.intervals[2].lower < 100);
    CHECK(day.intervals[2].upper > 100);
  }
  CHECK(future == 5);
  REQUIRE(answer->scores.size() == 5);
  CHECK(answer->scores[0].forecasts == 10);  // from days 50 … 59
  CHECK(answer->scores[4].forecasts == 6);   // five days ahead from 50 … 55
  CHECK(answer->scores[0].coverage[2] == 1);
}

TEST_CASE("project: what comes later changes no earlier forecast") {
  const std::vector<double> shares{0, 0.5, 0.5};
  std::vector<double> cases;
  for (int day = 0; day < 40; ++day) cases.push_back(10 + day % 7);
  const auto first = project(incidence_of_totals(cases), shares, {.horizon = 3, .origins = 0});
  cases.push_back(500);
  cases.push_back(900);
  const auto later = project(incidence_of_totals(cases), shares, {.horizon = 3, .origins = 2});
  REQUIRE(first.has_value());
  REQUIRE(later.has_value());
  REQUIRE(later->days.front().origin == first->days.front().origin);
  CHECK(later->days.front().median == first->days.front().median);
  CHECK(later->days.front().intervals[2].upper == first->days.front().intervals[2].upper);
}

TEST_CASE("project: intervals hold what comes about as often as they say") {
  // Branching with R = 1.1 for 30 outbreaks of 80 days.
  std::mt19937_64 random(7);
  const std::vector<double> shares{0, 0.25, 0.5, 0.25};
  double inside = 0;
  double forecasts = 0;
  for (int outbreak = 0; outbreak < 30; ++outbreak) {
    std::vector<double> cases(3, 40.0);
    while (cases.size() < 80) {
      double force = 0;
      for (std::size_t k = 1; k < shares.size(); ++k) force += cases[cases.size() - k] * shares[k];
      const double r = cases.size() < 40 ? 1.05 : 1.0;
      cases.push_back(static_cast<double>(std::poisson_distribution<int>(r * force + 0.5)(random)));
    }
    const auto answer =
        project(incidence_of_totals(cases), shares, {.horizon = 3, .paths = 500, .origins = 20});
    REQUIRE(answer.has_value());
    for (const ProjectionScore& score : answer->scores) {
      inside += score.coverage[2] * static_cast<double>(score.forecasts);
      forecasts += static_cast<double>(score.forecasts);
    }
  }
  CHECK(inside / forecasts > 0.90);
}

TEST_CASE("project: too short a series is refused") {
  const std::vector<double> shares{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  CHECK_FALSE(project(incidence_of_totals(std::vector<double>(8, 1)), shares, {}).has_value());
  const auto incidence = incidence_of_totals(std::vector<double>(30, 1));
  CHECK_FALSE(project(incidence, shares, {.horizon = 0}).has_value());
  CHECK_FALSE(project(incidence, shares, {.horizon = 61}).has_value());
  CHECK(project(incidence, shares, {}).has_value());
}
