#include "stats/neighbours.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace hb;
using namespace hb::stats;

namespace {
using Profile = std::vector<std::vector<std::optional<double>>>;
const std::vector<double> even{1, 1};
}  // namespace

TEST_CASE("nearest: distances worked by hand") {
  // First variable 0, 2, 4: mean 2, sd 2. Second 0, 0, 6: mean 2, sd √12.
  // From the first row: (2/2)² + 0 = 1; (4/2)² + 36/12 = 7.
  const Profile profile{{0, 0}, {2, 0}, {4, 6}};
  const auto found = nearest(profile, even, 0, 5);
  REQUIRE(found.has_value());
  REQUIRE(found->size() == 2);
  CHECK((*found)[0].row == 1);
  CHECK((*found)[0].distance == doctest::Approx(1));
  CHECK((*found)[1].distance == doctest::Approx(std::sqrt(7)));
  // The second variable counts four times: 4 + 4 × 3 = 16.
  const auto weighted = nearest(profile, std::vector<double>{1, 4}, 0, 5);
  CHECK((*weighted)[1].distance == doctest::Approx(4));
}

TEST_CASE("nearest: k of them, ties in order, what has no spread or no value is left out") {
  const Profile profile{{0, 7}, {1, 7}, {-1, 7}, {5, 7}, {std::nullopt, 7}};
  const auto two = nearest(profile, even, 0, 2);
  REQUIRE(two->size() == 2);
  CHECK((*two)[0].row == 1);
  CHECK((*two)[1].row == 2);
  CHECK(nearest(profile, even, 0, 9)->size() == 3);
}

TEST_CASE("nearest: what cannot be compared is refused") {
  CHECK_FALSE(nearest({{1, 1}, {2, 2}}, even, 0, 1).has_value());
  CHECK_FALSE(nearest({{std::nullopt, 1}, {2, 2}, {3, 3}, {4, 4}}, even, 0, 1).has_value());
  CHECK_FALSE(nearest({{1, 1}, {2, 2}, {3, 3}}, even, 3, 1).has_value());
  CHECK_FALSE(nearest({{1}, {2}, {3}}, even, 0, 1).has_value());
  CHECK_FALSE(nearest({{1, 1}, {2, 2}, {3, 3}}, std::vector<double>{1, 0}, 0, 1).has_value());
}
