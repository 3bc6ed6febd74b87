#include "simulate/outbreak_curve.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace hb::simulate;

namespace {

OutbreakContent given(Shape shape) {
  OutbreakContent outbreak;
  outbreak.shape = shape;
  outbreak.incubation = {2, 0.4};
  outbreak.season.fill(1);
  return outbreak;
}

OutbreakContent given_chain(double r, double generation_days, double control_after_days) {
  OutbreakContent outbreak = given(Shape::propagated);
  outbreak.r = r;
  outbreak.generation_days = generation_days;
  outbreak.control_after_days = control_after_days;
  return outbreak;
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size()))];
}

}  // namespace

TEST_CASE("log_normal: median and 90th percentile come back") {
  const LogNormal sizes = log_normal(18, 60);
  Random random(1, 2, 3);
  std::vector<double> drawn;
  for (int i = 0; i < 40000; ++i) drawn.push_back(draw(sizes, random));
  CHECK(quantile(drawn, 0.5) == doctest::Approx(18).epsilon(0.03));
  CHECK(quantile(drawn, 0.9) == doctest::Approx(60).epsilon(0.04));
}

TEST_CASE("outbreak_curve: a point source exposes all at once; incubation median and dispersion") {
  Random random(1, 2, 3);
  const auto curve = outbreak_curve(given(Shape::point), 20000, 0, random);
  REQUIRE(curve.size() == 20000);
  std::vector<double> incubations;
  for (const CurveCase& one : curve) {
    REQUIRE(one.exposure == 0);
    REQUIRE(one.infector == -1);
    incubations.push_back(one.onset - one.exposure);
  }
  CHECK(quantile(incubations, 0.5) == doctest::Approx(2).epsilon(0.02));
  // One sd above on the logarithmic scale: 2 · exp(0.4) = 2.984 at 84.13 %.
  CHECK(quantile(incubations, 0.8413) == doctest::Approx(2.984).epsilon(0.03));
}

TEST_CASE("outbreak_curve: a continuous source spreads exposures evenly") {
  OutbreakContent outbreak = given(Shape::continuous);
  outbreak.exposure_days = 20;
  Random random(1, 2, 3);
  const auto curve = outbreak_curve(outbreak, 10000, 0, random);
  int early = 0;
  for (const CurveCase& one : curve) {
    REQUIRE(one.exposure >= 0);
    REQUIRE(one.exposure < 20);
    early += one.exposure < 5 ? 1 : 0;
  }
  CHECK(early == doctest::Approx(2500).epsilon(0.06));
}

TEST_CASE("index_cases: worked out by hand") {
  // Incubation 2 and control after 4 days at generations of 2 days: 3 generations after the first;
  // one case with r = 2 leads to 1 + 2 + 4 + 8 = 15 infections, so 45 cases need 3 and 5 need 1.
  CHECK(index_cases(given_chain(2, 2, 4), 45) == 3);
  CHECK(index_cases(given_chain(2, 2, 4), 5) == 1);
  // r = 1: four generations of one each, 12 / 4 = 3.
  CHECK(index_cases(given_chain(1, 2, 4), 12) == 3);
  // Nobody infects anybody: all are index cases.
  CHECK(index_cases(given_chain(0, 2, 4), 7) == 7);
}

TEST_CASE("outbreak_curve: chains have exact sizes, real infectors and generation times") {
  const OutbreakContent outbreak = given_chain(2, 3, 400);
  double total = 0, count = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed, 2, 3);
    const auto curve = outbreak_curve(outbreak, 60, 0, random);
    REQUIRE(curve.size() == 60);
    CHECK(curve[0].exposure == 0);
    for (std::size_t i = 0; i < curve.size(); ++i) {
      REQUIRE(curve[i].infector < static_cast<std::int32_t>(i));
      REQUIRE(curve[i].onset > curve[i].exposure);
      if (curve[i].infector < 0) continue;
      const CurveCase& infector = curve[static_cast<std::size_t>(curve[i].infector)];
      // Only the early generations: a curve cut at 60 cases prefers short times at its end.
      if (infector.exposure > 6 || i > 20) continue;
      total += curve[i].exposure - infector.exposure;
      ++count;
    }
  }
  CHECK(total / count == doctest::Approx(3).epsilon(0.08));
}

TEST_CASE("outbreak_curve: r comes back from the first generation") {
  // Cases of one index case long before control: each chain starts with Poisson(1.8) infections.
  const OutbreakContent outbreak = given_chain(1.8, 4, 400);
  double infected = 0;
  const int chains = 3000;
  for (std::uint64_t seed = 0; seed < chains; ++seed) {
    Random random(seed, 2, 3);
    for (const CurveCase& one : outbreak_curve(outbreak, 400, 0, random))
      infected += one.infector == 0 ? 1 : 0;
  }
  // A chain that dies out is taken up by somebody: the index case of those has a few more, in about
  // a quarter of the chains (extinction probability of Poisson(1.8): q = exp(1.8 (q − 1)), 0.27).
  CHECK(infected / chains > 1.75);
  CHECK(infected / chains < 2.3);
}

TEST_CASE("outbreak_curve: control shortens a chain") {
  const auto length = [](double control) {
    double total = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      Random random(seed, 2, 3);
      double last = 0;
      for (const CurveCase& one : outbreak_curve(given_chain(1.6, 3, control), 40, 0, random))
        last = std::max(last, one.onset);
      total += last;
    }
    return total / 200;
  };
  CHECK(length(5) < 0.75 * length(25));
}

TEST_CASE("outbreak_curve: a wave has its width at half height") {
  Random random(1, 2, 3);
  const double wave_days = 32;
  std::vector<int> days(200);
  double middle = 0;
  const auto curve = outbreak_curve(given(Shape::seasonal), 200000, wave_days, random);
  for (const CurveCase& one : curve) {
    ++days[static_cast<std::size_t>(std::floor(one.exposure) + 100)];
    middle += one.exposure;
  }
  CHECK(std::fabs(middle / 200000) < 0.2);
  const int peak = *std::max_element(days.begin(), days.end());
  const auto above = std::count_if(days.begin(), days.end(), [&](int n) { return 2 * n > peak; });
  CHECK(std::abs(static_cast<int>(above) - 32) <= 3);
}
