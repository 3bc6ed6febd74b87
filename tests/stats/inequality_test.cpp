#include "stats/inequality.hpp"

#include "stats/stat_table.hpp"

using namespace hb;
using namespace hb::stats;
using namespace hb::test;

namespace {

std::vector<QuantileValue> example(std::optional<double> se) {
  const double pop[] = {1000, 1200, 900, 1100, 800};
  const double value[] = {70, 72, 73, 75, 77};
  std::vector<QuantileValue> quantiles;
  for (int i = 0; i < 5; ++i) quantiles.push_back({pop[i], value[i], se});
  return quantiles;
}

}  // namespace

TEST_CASE("inequality: the example of the method page") {
  const auto found = inequality(example({}), {});
  REQUIRE(found.has_value());
  CHECK(found->intercept == doctest::Approx(69.147268).epsilon(1e-8));
  CHECK(found->sii == doctest::Approx(8.185464).epsilon(1e-7));
  CHECK(found->rii == doctest::Approx(1.118377).epsilon(1e-6));
  CHECK_FALSE(found->sii_limits.has_value());
  // Turned round: the same line read from the other end.
  const auto turned = inequality(example({}), {.multiplier = -100});
  CHECK(turned->sii == doctest::Approx(-818.5464).epsilon(1e-7));
  CHECK(turned->rii == doctest::Approx(1 / 1.118377).epsilon(1e-6));
  CHECK(turned->intercept == doctest::Approx(6914.7268).epsilon(1e-8));
}

TEST_CASE("inequality: simulated limits are near the exact ones of a linear estimator") {
  // Ranks .10417 .33333 .55208 .76042 .95833: slope = Σ c·y with Σ c² = the variance per se².
  const auto quantiles = example(0.5);
  double people = 4999 + 1;
  double below = 0;
  double centre = 0;
  std::vector<double> rank;
  for (const auto& quantile : quantiles) {
    rank.push_back((below + quantile.pop / 2) / people);
    below += quantile.pop;
    centre += quantile.pop / people * rank.back();
  }
  double spread = 0;
  double squares = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    const double share = quantiles[i].pop / people;
    spread += share * std::pow(rank[i] - centre, 2);
    squares += std::pow(share * (rank[i] - centre), 2);
  }
  const double half = 1.959963984540054 * 0.5 * std::sqrt(squares) / spread;
  const auto found = inequality(quantiles, {});
  REQUIRE(found.has_value());
  REQUIRE(found->sii_limits.has_value());
  CHECK(found->sii_limits->at95.lower == doctest::Approx(8.185464 - half).epsilon(0.01));
  CHECK(found->sii_limits->at95.upper == doctest::Approx(8.185464 + half).epsilon(0.01));
  CHECK(found->sii_limits->at998.upper > found->sii_limits->at95.upper);
  CHECK(found->rii_limits->at95.lower < found->rii);
  CHECK(found->rii_limits->at95.upper > found->rii);
  // The same seed, the same limits; another seed, others.
  CHECK(inequality(quantiles, {})->sii_limits->at95.lower == found->sii_limits->at95.lower);
  CHECK(inequality(quantiles, {.seed = 2})->sii_limits->at95.lower !=
        found->sii_limits->at95.lower);
}

TEST_CASE("inequality: rates on the log scale double from end to end") {
  // ln y = ln 10 + ln 2·b: SII = 20 − 10, RII = 2.
  std::vector<QuantileValue> quantiles;
  for (int i = 0; i < 5; ++i) {
    const double rank = 0.1 + 0.2 * i;
    quantiles.push_back({100, 10 * std::pow(2, rank), 0.05});
  }
  const InequalityOptions options{.kind = ValueKind::rate, .transform = true};
  const auto found = inequality(quantiles, options);
  REQUIRE(found.has_value());
  CHECK(found->sii == doctest::Approx(10));
  CHECK(found->rii == doctest::Approx(2));
  CHECK(found->intercept == doctest::Approx(10));
  CHECK(found->rii_limits->at95.lower < 2);
  CHECK(found->rii_limits->at95.upper > 2);
  CHECK(found->sii_limits->at95.lower < 10);
}

TEST_CASE("inequality: what cannot be is refused") {
  auto quantiles = example({});
  quantiles.pop_back();
  CHECK_FALSE(inequality(quantiles, {}).has_value());
  quantiles = example({});
  quantiles[2].pop = 0;
  CHECK_FALSE(inequality(quantiles, {}).has_value());
  CHECK_FALSE(inequality(example({}), {.multiplier = 0}).has_value());
  CHECK_FALSE(inequality(example(-1.0), {}).has_value());
  CHECK_FALSE(
      inequality(example({}), {.kind = ValueKind::proportion, .transform = true}).has_value());
  CHECK_FALSE(standard_error({2, 1}, ValueKind::plain).has_value());
  // ln(20) − ln(5) over 2·1.959964.
  CHECK(*standard_error({5, 20}, ValueKind::rate) == doctest::Approx(0.353649).epsilon(1e-5));
}

TEST_CASE("stat sii and rii: groups, and quantiles that are not there") {
  std::string table = "area,quantile,population,value\n";
  const char* rows[] = {"1,1000,70", "2,1200,72", "3,900,73", "4,1100,75", "5,800,77"};
  for (const char* row : rows) table += std::string("A,") + row + "\n";
  for (int i = 0; i < 4; ++i) table += std::string("B,") + rows[i] + "\n";
  table += "C,1,5,1\nC,3,5,1\n";
  const auto sii = stat_rows("sii", table);
  REQUIRE(sii.size() == 3);
  CHECK(*sii[0].number("value") == doctest::Approx(8.185464).epsilon(1e-7));
  CHECK(sii[0].text("status") == "no_standard_errors_no_limits");
  CHECK(sii[1].text("status") == "fewer_than_5_quantiles");
  CHECK(sii[2].text("status") == "missing_quantile");
  CHECK(*stat_rows("rii", table)[0].number("value") == doctest::Approx(1.118377).epsilon(1e-6));
}
