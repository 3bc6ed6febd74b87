#include "stats/forecast.hpp"

#include <doctest/doctest.h>
#include <cmath>
#include <vector>

using namespace hb;
using namespace hb::stats;

TEST_CASE("forecast: five points worked by hand") {
  // y = 2, 4, 5, 4, 5 at 1 … 5: slope 6/10 = 0.6, mean 4 at 3; rest 2.4 with 3 degrees: σ² = 0.8.
  const std::vector<TimedValue> points = {{1, 2}, {2, 4}, {3, 5}, {4, 4}, {5, 5}};
  const auto found = forecast(points, 7, ForecastModel::linear);
  REQUIRE((found.has_value() && found->has_value()));
  CHECK((*found)->value() == doctest::Approx(4 + 0.6 * 4));
  // se² = 0.8·(1 + 1/5 + 16/10) = 2.24
  CHECK((*found)->se == doctest::Approx(std::sqrt(2.24)));
  CHECK((*found)->degrees == 3);
  // t(0.975; 3) = 3.182446
  const auto limits = forecast_limits(**found, 0.95);
  CHECK(limits->lower == doctest::Approx(6.4 - 3.182446 * std::sqrt(2.24)).epsilon(1e-6));
  CHECK(limits->upper == doctest::Approx(6.4 + 3.182446 * std::sqrt(2.24)).epsilon(1e-6));
  CHECK(probability_at_least(**found, 6.4) == doctest::Approx(0.5));
  CHECK(probability_at_least(**found, limits->lower) == doctest::Approx(0.975));
}

TEST_CASE("forecast: growth of a tenth each year goes on; a perfect line is certain") {
  const std::vector<TimedValue> points = {{2021, 100}, {2022, 110}, {2023, 121}};
  const auto found = forecast(points, 2025, ForecastModel::exponential);
  REQUIRE((found.has_value() && found->has_value()));
  CHECK((*found)->value() == doctest::Approx(146.41));
  CHECK(probability_at_least(**found, 140) == 1);
  CHECK(probability_at_least(**found, 150) == 0);
  CHECK(probability_at_least(**found, -1) == 1);
}

TEST_CASE("forecast: too few points give none, what cannot be is refused") {
  const std::vector<TimedValue> two = {{1, 2}, {2, 4}};
  CHECK_FALSE(forecast(two, 3, ForecastModel::linear)->has_value());
  const std::vector<TimedValue> zero = {{1, 2}, {2, 0}, {3, 1}};
  CHECK_FALSE(forecast(zero, 4, ForecastModel::exponential).has_value());
  const std::vector<TimedValue> one_time = {{1, 2}, {1, 3}, {1, 4}};
  CHECK_FALSE(forecast(one_time, 4, ForecastModel::linear).has_value());
}

TEST_CASE("forecast: a share goes on along the logit and never passes 100") {
  // 100 ÷ (1 + e^-x) at x = 0, 1, 2 is 50, 73.1059, 88.0797: the next is x = 3, 95.2574.
  const std::vector<TimedValue> straight = {{2023, 50}, {2024, 73.105858}, {2025, 88.079708}};
  const auto next = forecast(straight, 2026, ForecastModel::logistic);
  REQUIRE((next.has_value() && next->has_value()));
  CHECK((*next)->value() == doctest::Approx(95.257413).epsilon(1e-6));
  // Logits 0, 1.5, 2: mean 7/6, slope 1; what is left -1/6, 1/3, -1/6, squares 1/6 with one degree.
  // Three years on from the first (2 from the middle): 19/6; se² = 1/6·(1 + 1/3 + 4/2) = 5/9.
  const std::vector<TimedValue> bent = {{0, 50}, {1, 81.757448}, {2, 88.079708}};
  const auto found = forecast(bent, 3, ForecastModel::logistic);
  CHECK((*found)->middle == doctest::Approx(19.0 / 6).epsilon(1e-6));
  CHECK((*found)->se == doctest::Approx(std::sqrt(5.0 / 9)).epsilon(1e-6));
  // t(0.975; 1) = 12.7062: logits 3.16667 ∓ 9.47064, that is 0.18255 % and 99.99968 %.
  const auto limits = forecast_limits(**found, 0.95);
  CHECK(limits->lower == doctest::Approx(0.18255).epsilon(1e-3));
  CHECK(limits->upper == doctest::Approx(99.99968).epsilon(1e-6));
  CHECK(limits->upper < 100);
  CHECK(probability_at_least(**found, 100) == 0);
  CHECK(probability_at_least(**found, 0) == 1);
  CHECK(probability_at_least(**found, (*found)->value()) == doctest::Approx(0.5));
  const std::vector<TimedValue> full = {{0, 90}, {1, 100}, {2, 95}};
  CHECK(forecast(full, 3, ForecastModel::logistic).error().message ==
        "a value is not between 0 and the ceiling");
  // Per 1,000: the ceiling is 1,000.
  const std::vector<TimedValue> mille = {{0, 500}, {1, 731.05858}, {2, 880.79708}};
  CHECK((*forecast(mille, 3, ForecastModel::logistic, 1000))->value() ==
        doctest::Approx(952.57413).epsilon(1e-6));
}
