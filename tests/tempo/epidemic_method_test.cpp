#include "tempo/epidemic_method.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace hb;
using namespace hb::tempo;

namespace {
const double gap = std::numeric_limits<double>::quiet_NaN();
}

TEST_CASE("limits_of: arithmetic and geometric limits by hand") {
  // 2, 4, 6: mean 4, sd 2; z(0.95) = 1.644854.
  const std::vector<double> values{2, 4, 6};
  const auto spread = limits_of(values, {LimitKind::mean_spread, 0.95}, false);
  REQUIRE(spread.has_value());
  CHECK(spread->upper == doctest::Approx(4 + 1.644854 * 2).epsilon(1e-6));
  const auto confidence = limits_of(values, {LimitKind::mean_confidence, 0.95, 2}, false);
  CHECK(confidence->lower == doctest::Approx(4 - 1.959964 * 2 / std::sqrt(3.0)).epsilon(1e-6));
  // 1, e²: logarithms 0 and 2 with mean 1 and sd √2.
  const auto geometric = limits_of(std::vector<double>{1, std::exp(2.0)},
                                   {LimitKind::geometric_mean_spread, 0.95}, false);
  CHECK(geometric->middle == doctest::Approx(std::exp(1.0)));
  CHECK(geometric->upper == doctest::Approx(std::exp(1 + 1.644854 * std::sqrt(2.0))).epsilon(1e-6));
  // Student's t with 2 degrees of freedom is 2.919986, and a new value adds 1/n of variance.
  const auto t = limits_of(values, {LimitKind::mean_spread, 0.95}, true);
  CHECK(t->upper == doctest::Approx(4 + 2.919986 * 2 * std::sqrt(4.0 / 3)).epsilon(1e-6));
}

TEST_CASE("limits_of: a 0 moves the logarithms by 1, one value has no limits") {
  const auto shifted =
      limits_of(std::vector<double>{0, 3}, {LimitKind::geometric_mean_confidence, 0.95}, false);
  REQUIRE(shifted.has_value());
  CHECK(shifted->middle == doctest::Approx(1));  // √(1·4) − 1
  CHECK_FALSE(limits_of(std::vector<double>{5}, {LimitKind::mean_spread, 0.95}, false).has_value());
}

TEST_CASE("epidemic_timing: a block of weeks is found, first on ties") {
  Season season(20, 0.0);
  for (int week = 6; week < 11; ++week) season[static_cast<std::size_t>(week)] = 20;
  const auto timing = epidemic_timing(season, 2.8);
  REQUIRE(timing.has_value());
  CHECK(timing->start <= 6);
  CHECK(timing->end() >= 10);
  CHECK(timing->percent == doctest::Approx(100));
  CHECK_FALSE(epidemic_timing(Season(20, 0.0), 2.8).has_value());
}

TEST_CASE("fill_gaps: between neighbours a line stays a line, ends stay missing") {
  const auto filled = fill_gaps({gap, 2, 4, gap, 8, 10, gap});
  REQUIRE(filled.has_value());
  CHECK((*filled)[3] == doctest::Approx(6));
  CHECK(std::isnan((*filled)[0]));
  CHECK(std::isnan((*filled)[6]));
  CHECK_FALSE(fill_gaps({1, -1, 2}).has_value());
}

TEST_CASE("epidemic_model: thresholds of two like seasons by hand") {
  // Baseline 2 and 4 in turn, epidemic weeks 8–11. Both seasons alike: with all values (i.n.max 0)
  // the pre-epidemic weeks are 2 and 4 as often, so mean 3; limit by mean ± z·sd.
  Season season(24);
  for (std::size_t week = 0; week < season.size(); ++week) season[week] = week % 2 == 0 ? 2 : 4;
  for (std::size_t week = 8; week < 12; ++week) season[week] = 300;
  EpidemicModelOptions options;
  options.most_values = 0;
  const auto model = epidemic_model(std::vector<Season>{season, season}, options);
  REQUIRE(model.has_value());
  const EpidemicTiming timing = model->timings.front();
  std::vector<double> pre;
  for (int copy = 0; copy < 2; ++copy)
    for (std::size_t week = 0; week < timing.start; ++week) pre.push_back(season[week]);
  double mean = 0;
  for (const double value : pre) mean += value / static_cast<double>(pre.size());
  CHECK(mean == doctest::Approx(3).epsilon(0.1));
  CHECK(model->pre > 4);
  CHECK(model->pre < 5.2);
  CHECK(model->intensity[0] <= 300.0 + 1e-9);
  CHECK(model->typical_start == timing.start);
  CHECK(model->curve.size() == 24);
}

TEST_CASE("epidemic_model: seasons that say nothing are refused or left out") {
  const Season empty(24, 0.0);
  Season one(24, 1.0);
  one[10] = 50;
  CHECK_FALSE(epidemic_model(std::vector<Season>{one, empty}, {}).has_value());
  CHECK(epidemic_model(std::vector<Season>{one, empty, one}, {})->used ==
        std::vector<std::size_t>{0, 2});
  CHECK_FALSE(epidemic_model(std::vector<Season>{one, Season(23, 1.0)}, {}).has_value());
}
