#include "stats/composite.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace hb;
using namespace hb::stats;

namespace {

CompositePart min_max(double weight, double least, double most, bool higher = true) {
  return {weight, higher, Normalisation::min_max, least, most, 0};
}

CompositeRule rule(std::vector<CompositePart> parts) {
  return {std::move(parts), Aggregation::arithmetic, Missing::refuse};
}

using Values = std::vector<std::optional<double>>;

}  // namespace

TEST_CASE("compose: min-max and share of target, arithmetic and geometric, worked by hand") {
  // 60 between 20 and 100: 0.5; 8 deaths where lower is better, between 0 and 40: 0.8;
  // 45 of a target of 90: 0.5.
  CompositeRule of = rule({min_max(0.5, 20, 100),
                           min_max(0.25, 0, 40, false),
                           {0.25, true, Normalisation::target_share, 0, 1, 90}});
  REQUIRE(check_composite(of).has_value());
  const Values own{60, 8, 45};
  const Composed sum = compose(of, own, std::vector<Values>(3));
  CHECK(*sum.normalised[1] == doctest::Approx(0.8));
  CHECK(*sum.contribution[0] == doctest::Approx(0.25));
  CHECK(*sum.index == doctest::Approx(0.25 + 0.2 + 0.125));
  of.aggregation = Aggregation::geometric;
  const Composed product = compose(of, own, std::vector<Values>(3));
  // 0.5^0.5 × 0.8^0.25 × 0.5^0.25 = 0.707107 × 0.945742 × 0.840896 = 0.562341
  CHECK(*product.index == doctest::Approx(0.562341).epsilon(1e-6));
  CHECK(*product.contribution[0] == doctest::Approx(0.707107).epsilon(1e-6));
}

TEST_CASE("compose: bounds clip, a target that is passed counts as reached") {
  const CompositeRule of =
      rule({min_max(0.5, 20, 100), {0.5, false, Normalisation::target_share, 0, 1, 5}});
  const Composed best = compose(of, Values{120, 0}, std::vector<Values>(2));
  CHECK(*best.index == doctest::Approx(1));
  const Composed worst = compose(of, Values{10, 20}, std::vector<Values>(2));
  CHECK(*worst.normalised[0] == 0);
  CHECK(*worst.normalised[1] == doctest::Approx(0.25));  // 5 wanted, 20 are there
}

TEST_CASE("compose: z-scores and ranks over the peers") {
  // 2, 4, 6: mean 4, sample sd 2. Ranks of 7, 7, 5, 1: the two sevens share 1 and 2.
  const CompositeRule z = rule({{1, true, Normalisation::z_score, 0, 1, 0}});
  CHECK(*compose(z, Values{6}, {Values{2, 4, 6}}).index == doctest::Approx(1));
  CHECK_FALSE(compose(z, Values{6}, {Values{6, 6, 6}}).index.has_value());
  CHECK_FALSE(compose(z, Values{6}, {Values{2, 6}}).index.has_value());
  const CompositeRule rank = rule({{1, true, Normalisation::rank, 0, 1, 0}});
  const std::vector<Values> peers{Values{7, 7, 5, 1, std::nullopt}};
  CHECK(*compose(rank, Values{7}, peers).index == doctest::Approx(2.5 / 3));  // (4 − 1.5) / 3
  CHECK(*compose(rank, Values{5}, peers).index == doctest::Approx(1.0 / 3));
  CHECK(*compose(rank, Values{1}, peers).index == doctest::Approx(0));
  CHECK_FALSE(compose(rank, Values{3}, peers).index.has_value());  // not one of them
}

TEST_CASE("compose: a missing component refuses, or the others' weights are raised") {
  CompositeRule of = rule({min_max(0.5, 0, 100), min_max(0.3, 0, 100), min_max(0.2, 0, 100)});
  const Values own{80, std::nullopt, 40};
  const Composed none = compose(of, own, std::vector<Values>(3));
  CHECK_FALSE(none.index.has_value());
  CHECK(*none.normalised[0] == doctest::Approx(0.8));
  of.missing = Missing::renormalise;
  const Composed some = compose(of, own, std::vector<Values>(3));
  // weights 5/7 and 2/7: (5 × 0.8 + 2 × 0.4) / 7 = 4.8 / 7
  CHECK(*some.index == doctest::Approx(4.8 / 7));
  CHECK(*some.weight[0] == doctest::Approx(5.0 / 7));
  CHECK_FALSE(some.contribution[1].has_value());
  CHECK_FALSE(
      compose(of, Values(3), std::vector<Values>(3)).index.has_value());  // nothing is there
}

TEST_CASE("composite_interval: the spread of a weighted mean of independent normals") {
  // Intervals of ±1.96 × 2 and ±1.96 × 4 around 50: sd of the mean = √(0.25 × 4 + 0.25 × 16) = √5
  // on a scale of 100, so 50 ± 1.96 × 2.236068 = 45.617 … 54.383.
  const CompositeRule of = rule({min_max(0.5, 0, 100), min_max(0.5, 0, 100)});
  const double z = 1.959964;
  const std::vector<Observed> own{{50, 50 - 2 * z, 50 + 2 * z}, {50, 50 - 4 * z, 50 + 4 * z}};
  const std::vector<std::vector<Observed>> peers(2);
  const auto limits = composite_interval(of, own, peers, std::nullopt, 10'000, 7);
  REQUIRE(limits.has_value());
  CHECK(limits->lower == doctest::Approx(0.45617).epsilon(0.005));
  CHECK(limits->upper == doctest::Approx(0.54383).epsilon(0.005));
  const auto again = composite_interval(of, own, peers, std::nullopt, 10'000, 7);
  CHECK(again->lower == limits->lower);
  CHECK(composite_interval(of, own, peers, std::nullopt, 10'000, 8)->lower != limits->lower);
  const std::vector<Observed> lacking{{50, 46, 54}, {}};
  CHECK_FALSE(composite_interval(of, lacking, peers, std::nullopt, 1000, 7).has_value());
}

TEST_CASE("composite_interval: a rank varies with the peers around it") {
  const CompositeRule of = rule({{1, true, Normalisation::rank, 0, 1, 0}});
  // Far apart: always the second of three. Equal and uncertain: anything from first to last.
  const std::vector<std::vector<Observed>> apart{
      {{Observed{10, 9, 11}, Observed{50, 49, 51}, Observed{90, 89, 91}}}};
  const auto sure = composite_interval(of, std::vector{apart[0][1]}, apart, 1, 1000, 3);
  CHECK(sure->lower == doctest::Approx(0.5));
  CHECK(sure->upper == doctest::Approx(0.5));
  const std::vector<std::vector<Observed>> close{
      {{Observed{50, 40, 60}, Observed{50.1, 40, 60}, Observed{50.2, 40, 60}}}};
  const auto unsure = composite_interval(of, std::vector{close[0][1]}, close, 1, 1000, 3);
  CHECK(unsure->lower == 0);
  CHECK(unsure->upper == 1);
}

TEST_CASE("check_composite: what is no rule is refused") {
  CHECK_FALSE(check_composite(rule({})).has_value());
  CHECK_FALSE(check_composite(rule({min_max(0.5, 0, 1), min_max(0.4, 0, 1)})).has_value());
  CHECK_FALSE(check_composite(rule({min_max(1.5, 0, 1), min_max(-0.5, 0, 1)})).has_value());
  CHECK_FALSE(check_composite(rule({min_max(1, 5, 5)})).has_value());
  CHECK_FALSE(check_composite(rule({{1, true, Normalisation::target_share, 0, 1, 0}})).has_value());
  CHECK_FALSE(
      check_composite(rule({min_max(0.5, 0, 1), {0.5, true, Normalisation::z_score, 0, 1, 0}}))
          .has_value());
  CompositeRule of = rule({{1, true, Normalisation::z_score, 0, 1, 0}});
  CHECK(check_composite(of).has_value());
  of.aggregation = Aggregation::geometric;
  CHECK_FALSE(check_composite(of).has_value());
}
