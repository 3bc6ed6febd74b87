#include "surveillance/pooled.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

namespace hb::surveillance {
namespace {

/// Places with one count every `every` days, beginning on different days.
PooledCounts regular(std::size_t places, std::size_t days, std::size_t every) {
  PooledCounts counts;
  counts.days = days;
  for (std::size_t place = 0; place < places; ++place) {
    SparseCounts one;
    for (std::size_t day = place % every; day < days; day += every)
      one.push_back({static_cast<std::uint32_t>(day), 1.0});
    counts.places.push_back(one);
  }
  counts.sizes = counts.places;
  return counts;
}

}  // namespace

TEST_CASE("pooled: expected and p-value of a window by hand") {
  // Two places, a count a day each, 600 days; on the last day the first has 8.
  // Baseline 364 days, ended 14 days ago: shape 2 + 364 = 366 of the place, 364 of the other; sizes
  // 364.5 of 729 (half a case per place): 366/(2·(729 − 364.5)/364.5 + 364) = 366/366 = 1.
  // Window 1: the other has 1, its 56 days before 56, worth 10: discount 10/56, shape
  // 0.5 + 10 + 1 = 11.5, rate 1 + 10 = 11: expected 11.5/11 = 1.04545.
  // R: pnbinom(7, 1/(1/11.5 + 1/366), mu = 11.5/11, lower.tail = FALSE) = 6.237412e-5.
  PooledCounts counts = regular(2, 600, 1);
  counts.places[0].back().second = 8;
  counts.sizes = counts.places;
  PooledOptions options;
  options.windows = {1};
  options.spread = 0;
  options.min_cases = 2;
  const auto judged = pooled(counts, {599, 600}, options, 1);
  REQUIRE(judged.has_value());
  REQUIRE(judged->points.size() == 1);  // the other place has one case
  const PooledPoint& point = judged->points[0];
  CHECK(point.place == 0);
  CHECK(point.observed == 8);
  CHECK(point.expected == doctest::Approx(11.5 / 11).epsilon(1e-9));
  CHECK(point.pvalue / 6.237412e-5 == doctest::Approx(1).epsilon(1e-4));
  CHECK(judged->judged == std::vector<std::size_t>{2});
}

TEST_CASE("pooled: windows that agree strengthen each other, one alone counts times their number") {
  // As above with windows of 1 and 2 days: the first place has 8, with the day before 9. Window 2:
  // the other has 2, discount 10/56, shape 0.5 + 10 + 2 = 12.5, rate 1 + 10/2 = 6, expected 12.5/6.
  // R: pnbinom(8, 1/(1/12.5 + 1/366), mu = 12.5/6, lower.tail = FALSE) = 1.19146e-3;
  // 2/(1/6.237412e-5 + 1/1.19146e-3) = 1.185424e-4.
  PooledCounts counts = regular(2, 600, 1);
  counts.places[0].back().second = 8;
  counts.sizes = counts.places;
  PooledOptions options;
  options.windows = {1, 2};
  options.spread = 0;
  const auto one = pooled(counts, {599, 600}, options, 0.01);
  REQUIRE(one.has_value());
  REQUIRE(one->points.size() == 1);
  CHECK(one->points[0].window == 1);
  CHECK(one->points[0].pvalue / 1.185424e-4 == doctest::Approx(1).epsilon(1e-4));
}

TEST_CASE("pooled: a burst speaks for itself beside the long window it stands in") {
  PooledCounts counts = regular(30, 600, 15);
  for (std::uint32_t day = 575; day < 600; day += 2) counts.places[4].push_back({day, 1.0});
  for (const std::uint32_t day : {596U, 598U}) counts.places[4].push_back({day, 1.0});
  std::ranges::sort(counts.places[4]);
  SparseCounts once;
  for (const auto& entry : counts.places[4])
    if (once.empty() || entry.first > once.back().first) once.push_back(entry);
  counts.places[4] = once;
  counts.sizes = counts.places;
  PooledOptions options;
  options.windows = {1, 2, 3, 5, 7, 14, 28};
  const auto judged = pooled(counts, {599, 600}, options, 0.05);
  REQUIRE(judged.has_value());
  REQUIRE(judged->points.size() == 2);
  CHECK(judged->points[0].window == 28);
  CHECK(judged->points[1].window == 7);
  CHECK(judged->points[0].pvalue < judged->points[1].pvalue);
  CHECK(judged->points[1].observed == 6);  // on 593, 595 … 599, and 596, 598
}

TEST_CASE("pooled: what all places have is no finding, what one has is") {
  PooledCounts counts = regular(20, 600, 7);
  for (SparseCounts& place : counts.places)
    for (std::uint32_t day = 590; day < 600; ++day) place.push_back({day, 1.0});
  for (SparseCounts& place : counts.places) {  // one entry a day
    SparseCounts once;
    for (const auto& entry : place) {
      if (!once.empty() && entry.first <= once.back().first) continue;
      once.push_back(entry);
    }
    place = once;
  }
  counts.sizes = counts.places;
  const auto wave = pooled(counts, {595, 600}, {}, 0.01);
  REQUIRE(wave.has_value());
  CHECK(wave->points.empty());
  for (std::size_t place = 1; place < 20; ++place)
    counts.places[place] = regular(20, 600, 7).places[place];
  counts.sizes = counts.places;
  const auto alone = pooled(counts, {595, 600}, {}, 0.01);
  REQUIRE(alone.has_value());
  REQUIRE(!alone->points.empty());
  for (const PooledPoint& point : alone->points) CHECK(point.place == 0);
}

TEST_CASE("pooled: two cases of what nobody else has; all zeros; a spike; a short history") {
  PooledCounts counts = regular(50, 600, 5);
  const std::vector<SparseCounts> sizes = counts.places;
  for (SparseCounts& place : counts.places) place.clear();
  const auto nothing = pooled(counts, {500, 600}, {}, 1);
  REQUIRE(nothing.has_value());
  CHECK(nothing->points.empty());
  counts.places[3] = {{596, 1.0}, {599, 1.0}};
  counts.sizes = sizes;
  const auto two = pooled(counts, {599, 600}, {}, 1);
  REQUIRE(two->points.size() == 1);
  CHECK(two->points[0].pvalue < 1e-3);
  counts.places[3] = {{599, 1e9}};
  const auto spike = pooled(counts, {599, 600}, {}, 1);
  REQUIRE(spike->points.size() == 1);
  CHECK(spike->points[0].pvalue >= 0);
  CHECK(spike->points[0].pvalue < 1e-6);
  PooledCounts first_days = regular(5, 3, 1);
  const auto early = pooled(first_days, {0, 3}, {}, 1);
  REQUIRE(early.has_value());
  for (const PooledPoint& point : early->points) {
    CHECK(std::isfinite(point.expected));
    CHECK(point.pvalue > 0.05);
  }
}

TEST_CASE("pooled: what is said of a day rests on its memory alone") {
  const PooledOptions options;
  PooledCounts counts = regular(6, 900, 3);
  counts.places[2].push_back({899, 5.0});
  counts.sizes = counts.places;
  const auto all = pooled(counts, {899, 900}, options, 1);
  PooledCounts cut = counts;
  const auto begin = static_cast<std::uint32_t>(900 - memory(options) - 1);
  cut.days = 900 - begin;
  for (auto* list : {&cut.places, &cut.sizes})
    for (SparseCounts& place : *list) {
      std::erase_if(place, [&](const auto& entry) { return entry.first < begin; });
      for (auto& entry : place) entry.first -= begin;
    }
  const auto late = pooled(cut, {cut.days - 1, cut.days}, options, 1);
  REQUIRE(all->points.size() == late->points.size());
  REQUIRE(!all->points.empty());
  for (std::size_t i = 0; i < all->points.size(); ++i) {
    CHECK(all->points[i].expected == late->points[i].expected);
    CHECK(all->points[i].pvalue == late->points[i].pvalue);
  }
}

TEST_CASE("pooled: options out of bounds") {
  const PooledCounts counts = regular(2, 100, 1);
  PooledOptions options;
  options.windows = {7, 1};
  CHECK(pooled(counts, {50, 60}, options, 1).error().message ==
        "windows: rising numbers of days are expected");
  options = {};
  options.baseline = 5;
  CHECK_FALSE(pooled(counts, {50, 60}, options, 1).has_value());
  CHECK_FALSE(pooled(counts, {60, 60}, {}, 1).has_value());
  PooledCounts odd = counts;
  odd.sizes.pop_back();
  CHECK_FALSE(pooled(odd, {50, 60}, {}, 1).has_value());
}

}  // namespace hb::surveillance
