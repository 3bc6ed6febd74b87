#include "scan/scan.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "scan/calendar.hpp"

using namespace hb;
using namespace hb::scan;

namespace {

Date day(int year, int month, int number) { return *make_date(year, month, number); }

/// Four places on a line, four steps; 5 cases each but for place 1 in the last two steps.
Field line_of_places() {
  Field field;
  field.places = 4;
  field.steps = 4;
  field.cases.assign(16, 5.0);
  field.cases[1 * 4 + 2] = 15;
  field.cases[1 * 4 + 3] = 15;
  field.expected.assign(16, 100.0 / 16);
  return field;
}

std::vector<ZoneFamily> line_zones(std::span<const double> weights, double share = 0.5) {
  const std::vector<Point> places{{0, 0}, {1, 0}, {3, 0}, {6, 0}};
  return *make_zones(places, weights, {.geometry = Geometry::plane, .most_share = share});
}

}  // namespace

TEST_CASE("statistic: log likelihood ratios by hand") {
  // 10 where 5 are expected, 40 in all: 10 ln 2 + 30 ln(30/35).
  CHECK(statistic(Model::poisson, 10, 5, 40) ==
        doctest::Approx(10 * std::log(2.0) + 30 * std::log(30.0 / 35)));
  CHECK(statistic(Model::permutation, 10, 5, 40) == statistic(Model::poisson, 10, 5, 40));
  CHECK(statistic(Model::poisson, 5, 5, 40) == 0);
  CHECK(statistic(Model::poisson, 3, 5, 40) == 0);
  CHECK(statistic(Model::expectation, 10, 5, 40) == doctest::Approx(10 * std::log(2.0) - 5));
  // 4 of 4 are cases, 62 of 203 in all: published 4.836516.
  CHECK(statistic(Model::bernoulli, 4, 4 * 62.0 / 203, 62, 4, 203) ==
        doctest::Approx(4.836516).epsilon(1e-6));
}

TEST_CASE("best_by_centre: the cluster that was put there is found") {
  const Field field = line_of_places();
  const std::vector<double> weights(4, 25.0);
  const auto zones = line_zones(weights);
  const auto found = best_by_centre(field, zones, {.longest = 2});
  REQUIRE(found.has_value());
  const Candidate& best = found->front();
  CHECK(zones[best.family].centre == 1);
  CHECK(best.zone == 0);
  CHECK(best.first == 2);
  CHECK(best.last == 3);
  CHECK(best.cases == 30);
  CHECK(best.expected == doctest::Approx(12.5));
  CHECK(best.statistic == doctest::Approx(statistic(Model::poisson, 30, 12.5, 100)));
}

TEST_CASE("best_by_centre: windows until the end, shortest and longest") {
  const Field field = line_of_places();
  const std::vector<double> weights(4, 25.0);
  const auto zones = line_zones(weights);
  for (const std::size_t longest : {1UL, 2UL, 3UL}) {
    const auto found = best_by_centre(field, zones, {.longest = longest, .until_end = true});
    REQUIRE(found.has_value());
    CHECK(found->front().last == 3);
    CHECK(found->front().first == (longest == 1 ? 3 : 2));
  }
  const auto three = best_by_centre(field, zones, {.shortest = 3, .longest = 3, .until_end = true});
  CHECK(three->front().first == 1);
  CHECK(three->front().cases == 35);
}

TEST_CASE("best_by_centre: fields that make no sense are refused") {
  Field field = line_of_places();
  const auto zones = line_zones(std::vector<double>(4, 25.0));
  CHECK_FALSE(best_by_centre(field, zones, {.longest = 5}).has_value());
  CHECK_FALSE(best_by_centre(field, {}, {.longest = 2}).has_value());
  field.expected[0] = 0;
  CHECK_FALSE(best_by_centre(field, zones, {.longest = 2}).has_value());
  field = line_of_places();
  field.cases[0] = 0.5;
  CHECK_FALSE(best_by_centre(field, zones, {.longest = 2}).has_value());
  field.cases.assign(16, 0.0);
  CHECK_FALSE(best_by_centre(field, zones, {.longest = 2}).has_value());
}

TEST_CASE("without_overlap: no place twice, or no place twice at one time") {
  const std::vector<ZoneFamily> zones{{0, 1, 0, {0, 1}, {0, 1}}, {1, 1, 0, {1, 2}, {0, 1}}};
  const std::vector<Candidate> all{
      {0, 1, 0, 1, 9, 1, 8}, {1, 0, 2, 3, 9, 1, 7}, {1, 1, 3, 3, 9, 1, 6}};
  CHECK(without_overlap(all, zones, 3, false).size() == 1);
  const auto later = without_overlap(all, zones, 3, true);
  REQUIRE(later.size() == 2);
  CHECK(later[1].statistic == 6);
}

TEST_CASE("make_zones: nearest first, up to half of the weight") {
  const auto zones = line_zones(std::vector<double>{10, 20, 30, 40});
  REQUIRE(zones.size() == 4);
  CHECK(zones[0].order == std::vector<std::uint32_t>{0, 1});  // 10, 30; 60 would be too many
  CHECK(zones[1].order == std::vector<std::uint32_t>{1, 0});  // 20, 30; 60
  CHECK(zones[2].order == std::vector<std::uint32_t>{2, 1});  // 30, 50; 60
  CHECK(zones[3].order == std::vector<std::uint32_t>{3});     // 40; 70
  CHECK(zones[0].radius[1] == 1);
}

TEST_CASE("make_zones: ellipses along a street hold what circles do not") {
  // Places at x = 0 … 4 and one at (0, 1.5): with a circle about the first the neighbour across the
  // street comes before the third house, with an ellipse of shape 2 along x it comes after the
  // third.
  const std::vector<Point> places{{0, 0}, {1, 0}, {2, 0}, {0, 1.5}};
  const auto zones = *make_zones(places, std::vector<double>(4, 1.0),
                                 {.geometry = Geometry::plane, .most_share = 1, .ellipses = true});
  bool found = false;
  for (const ZoneFamily& one : zones) {
    if (one.centre != 0) continue;
    if (one.shape == 1) CHECK(one.order == std::vector<std::uint32_t>{0, 1, 3, 2});
    if (one.shape == 2 && one.angle == 0) {
      found = true;
      CHECK(one.order == std::vector<std::uint32_t>{0, 1, 2, 3});
      CHECK(one.radius[2] == doctest::Approx(1));  // half of the short axis
    }
  }
  CHECK(found);
  CHECK(zones.size() == 4 * (1 + 4 + 6 + 9 + 12 + 15));
}

TEST_CASE("distance: a degree of latitude, and coordinates out of range") {
  CHECK(distance({0, 0}, {0, 1}, Geometry::globe) == doctest::Approx(6367 * 3.14159265 / 180));
  CHECK_FALSE(make_zones(std::vector<Point>{{0, 91}}, std::vector<double>{1}, {}).has_value());
  CHECK_FALSE(make_zones(std::vector<Point>{}, std::vector<double>{}, {}).has_value());
}

TEST_CASE("simulate: threads and early stopping change no replicate") {
  const Field field = line_of_places();
  const auto zones = line_zones(std::vector<double>(4, 25.0));
  ScanOptions options{.longest = 2, .replicates = 400, .seed = 5, .threads = 1};
  const auto one = simulate(field, zones, options, 100);
  options.threads = 3;
  const auto three = simulate(field, zones, options, 100);
  REQUIRE(one.has_value());
  CHECK(one->best == three->best);
  CHECK(one->gumbel_scale > 0);
  options.stop_after = 5;
  const auto early = simulate(field, zones, options, one->best[0]);
  CHECK(early->stopped);
  CHECK(early->best.size() < 400);
  CHECK(std::equal(early->best.begin(), early->best.end(), one->best.begin()));
  CHECK(p_value(*early, one->best[0]) ==
        doctest::Approx(5.0 / static_cast<double>(early->best.size())));
}

TEST_CASE("simulate: p-values under the null hypothesis are even") {
  // 200 fields without a cluster: about a tenth has p ≤ 0.1.
  Field field = line_of_places();
  field.cases.assign(16, 6.0);
  field.cases[0] = 10;
  const auto zones = line_zones(std::vector<double>(4, 25.0));
  for (const Model model : {Model::poisson, Model::permutation}) {
    Field null = field;
    if (model == Model::permutation) expect_margins(null);
    const ScanOptions options{.model = model, .longest = 2, .replicates = 1999, .seed = 3};
    const auto simulation = simulate(null, zones, options, 1e9);
    REQUIRE(simulation.has_value());
    // Replicates drawn with another seed stand for the data.
    ScanOptions other = options;
    other.seed = 4;
    other.replicates = 1000;
    const auto data = simulate(null, zones, other, 1e9);
    int low = 0;
    for (const double best : data->best)
      if (p_value(*simulation, best) <= 0.1) ++low;
    CHECK(low > 70);
    CHECK(low < 130);
  }
}

TEST_CASE("expect_margins: place × step / total, by stratum") {
  Field field;
  field.places = 2;
  field.steps = 2;
  field.cases = {3, 1, 1, 3};
  expect_margins(field);
  for (const double expected : field.expected) CHECK(expected == doctest::Approx(2));
  // Split so that each stratum has one day only: nothing is left to compare.
  field.strata = {{3, 0, 1, 0}, {0, 1, 0, 3}};
  expect_margins(field);
  CHECK(field.expected == std::vector<double>{3, 1, 1, 3});
}

TEST_CASE("person_days: straight lines between counts, constant outside") {
  const std::vector<PopulationPoint> points{{Date{0}, 100}, {Date{10}, 200}};
  CHECK(person_days(points, Date{0}, Date{10}) == doctest::Approx(1500));
  CHECK(person_days(points, Date{-5}, Date{0}) == doctest::Approx(500));
  CHECK(person_days(points, Date{10}, Date{20}) == doctest::Approx(2000));
  CHECK(person_days(points, Date{4}, Date{6}) == doctest::Approx(300));
}

TEST_CASE("parse_moment and step_bounds") {
  CHECK(parse_moment("1861/11/3")->first == day(1861, 11, 3));
  CHECK(parse_moment("1977")->last == day(1977, 12, 31));
  CHECK(parse_moment("73")->middle() == day(1973, 7, 1));
  CHECK(parse_moment("2024-02")->last == day(2024, 2, 29));
  for (const char* text : {"", "2024-13", "2024-02-30", "1-2-3-4", "x", "2024-"})
    CHECK_FALSE(parse_moment(text).has_value());
  CHECK(step_bounds(day(1973, 1, 1), day(1991, 12, 31), Unit::year, 1).size() == 20);
  const auto weeks = step_bounds(day(2026, 1, 1), day(2026, 1, 10), Unit::week, 1);
  REQUIRE(weeks.size() == 3);
  CHECK(weeks[1] == day(2026, 1, 8));
  CHECK(weeks[2] == day(2026, 1, 11));  // the last one is 3 days long
}
