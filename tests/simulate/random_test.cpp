#include "simulate/random.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "simulate/text.hpp"

using namespace hb;
using namespace hb::simulate;

TEST_CASE("portable_exp, portable_log: agree with the library") {
  for (const double x : {-30.0, -3.7, -0.5, 0.0, 1e-9, 0.3, 1.0, 2.5, 17.0})
    CHECK(portable_exp(x) == doctest::Approx(std::exp(x)).epsilon(1e-12));
  for (const double x : {1e-12, 0.001, 0.5, 0.7, 1.0, 1.5, 3.0, 1e9})
    CHECK(portable_log(x) - std::log(x) == doctest::Approx(0).epsilon(1e-11));
}

TEST_CASE("Random: known numbers, so that a seed means the same for ever") {
  // Written down once from this generator: a change of it changes every simulated district.
  Random random(1, 2, 3);
  const std::uint64_t first = random.next();
  Random again(1, 2, 3);
  CHECK(again.next() == first);
  CHECK(Random(1, 2, 4).next() != first);
  CHECK(Random(1, 3, 3).next() != first);
  CHECK(Random(2, 2, 3).next() != first);
  CHECK(first == 0x740ddccda2dd6d03ULL);
}

TEST_CASE("Random: means and spreads of the distributions") {
  Random random(5, 0, 0);
  constexpr int n = 200000;
  double unit = 0, normal = 0, square = 0, waiting = 0, few = 0, few_square = 0, many = 0;
  for (int i = 0; i < n; ++i) {
    unit += random.unit();
    const double z = random.normal();
    normal += z;
    square += z * z;
    waiting += random.exponential(4);
    const double count = random.poisson(2.5);
    few += count;
    few_square += count * count;
    many += random.poisson(40);
  }
  // Four standard errors: sd / sqrt(200000) * 4.
  CHECK(std::fabs(unit / n - 0.5) < 0.0026);
  CHECK(std::fabs(normal / n) < 0.009);
  CHECK(std::fabs(square / n - 1) < 0.013);
  CHECK(std::fabs(waiting / n - 4) < 0.036);
  CHECK(std::fabs(few / n - 2.5) < 0.0142);
  CHECK(std::fabs(few_square / n - (few / n) * (few / n) - 2.5) < 0.04);  // variance = mean
  CHECK(std::fabs(many / n - 40) < 0.057);
}

TEST_CASE("Random::pick: by weight, never one of weight 0") {
  Random random(6, 0, 0);
  const std::vector<double> cumulative{0, 1, 1, 4};  // weights 0, 1, 0, 3
  int counts[4] = {};
  for (int i = 0; i < 40000; ++i) ++counts[random.pick(cumulative)];
  CHECK(counts[0] == 0);
  CHECK(counts[2] == 0);
  CHECK(std::abs(counts[1] - 10000) < 350);  // four sd of sqrt(40000 · ¼ · ¾) = 87
}

TEST_CASE("Text: numbers, days and moments") {
  Text text;
  text.put("a", -7, ' ', Padded{12, 5}, ' ', Fixed{36.649, 1}, ' ', Fixed{-0.04, 1}, ' ',
           Fixed{5, 2}, ' ', *make_date(2025, 3, 2), ' ',
           Moment{*make_date(2024, 2, 28), 1440 + 75});
  CHECK(text.view() == "a-7 00012 36.6 0.0 5.00 2025-03-02 2024-02-29T01:15:00+08:00");
}
