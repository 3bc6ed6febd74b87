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
