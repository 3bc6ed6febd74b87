#include "exchange/anonymity.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "exchange/hierarchy.hpp"
#include "exchange/reidentification.hpp"

using namespace hb;
using namespace hb::exchange;

namespace {

Hierarchy ages(std::vector<int> bands, int top = 90) {
  Hierarchy hierarchy;
  hierarchy.kind = Hierarchy::Kind::age;
  hierarchy.bands = std::move(bands);
  hierarchy.top = top;
  return hierarchy;
}

QuasiIdentifier made(std::string name, const std::vector<std::string>& values,
                     const Hierarchy& hierarchy) {
  auto identifier = quasi_identifier(std::move(name), values, hierarchy);
  REQUIRE_MESSAGE(identifier.has_value(), (identifier ? "" : identifier.error().message));
  return std::move(*identifier);
}

/// Seven people: F 21, F 22, M 25, M 28, M 31, M 33, F 60.
std::vector<QuasiIdentifier> seven() {
  return {made("sex", {"F", "F", "M", "M", "M", "M", "F"}, {}),
          made("age", {"21", "22", "25", "28", "31", "33", "60"}, ages({1, 5, 10}))};
}

}  // namespace

TEST_CASE("anonymise: the levels that lose least, worked out by hand") {
  // Without the person of 60: bands of five make F 20-24, M 25-29, M 30-34, two people each. Sex is
  // kept: loss 0. A band covers 2 of 6 ages: (2-1)/(6-1) = 0.2. Mean of both: 0.1. Bands of ten
  // cover 4 and 2 ages: (4·0.6 + 2·0.2)/6 = 0.4667, so bands of five are better.
  std::vector<QuasiIdentifier> six = {
      made("sex", {"F", "F", "M", "M", "M", "M"}, {}),
      made("age", {"21", "22", "25", "28", "31", "33"}, ages({1, 5, 10}))};
  const auto result = anonymise(six, std::vector<bool>(6, true), {2, 0});
  REQUIRE(result.has_value());
  CHECK(result->level == std::vector<std::size_t>{0, 1});
  CHECK(result->looked_at == 2 * 4);
  CHECK(result->suppressed == 0);
  CHECK(result->loss_of[0] == doctest::Approx(0));
  CHECK(result->loss_of[1] == doctest::Approx(0.2));
  CHECK(result->loss == doctest::Approx(0.1));
  REQUIRE(result->classes.size() == 3);
  CHECK(result->classes[0].shown == std::vector<std::string>{"F", "20-24"});
  CHECK(result->classes[1].shown == std::vector<std::string>{"M", "25-29"});
  CHECK(result->classes[2].shown == std::vector<std::string>{"M", "30-34"});
  CHECK(result->class_of == std::vector<std::uint32_t>{0, 0, 1, 1, 2, 2});
}

TEST_CASE("anonymise: one person is left out rather than everybody shown coarsely") {
  // One of seven may go (0.15 · 7 = 1.05): F 60-64 does. A band covers 2 of 7 ages: 1/6; loss of
  // age (6·1/6 + 1)/7 = 2/7, of sex 1/7 (who is left out loses all), mean 3/14 = 0.214286.
  const auto one = anonymise(seven(), std::vector<bool>(7, true), {2, 0.15});
  REQUIRE(one.has_value());
  CHECK(one->level == std::vector<std::size_t>{0, 1});
  CHECK(one->suppressed == 1);
  CHECK(one->class_of.back() == left_out);
  CHECK(one->loss == doctest::Approx(3.0 / 14));
  // Nobody may go: the person of 60 meets others only where age shows nothing. Three F, four M.
  const auto none = anonymise(seven(), std::vector<bool>(7, true), {2, 0});
  REQUIRE(none.has_value());
  CHECK(none->level == std::vector<std::size_t>{0, 3});
  CHECK(none->suppressed == 0);
  CHECK(none->loss == doctest::Approx(0.5));
  CHECK(none->classes[0].shown == std::vector<std::string>{"F", "*"});
  CHECK(none->classes[0].size == 3);
  CHECK(none->classes[1].size == 4);
}

TEST_CASE("anonymise: who is not chosen counts in the population only") {
  // Chosen: M 25 and M 28. The others are the population: M 25-29 holds nobody else.
  std::vector<bool> chosen = {false, false, true, true, false, false, false};
  const auto result = anonymise(seven(), chosen, {2, 0});
  REQUIRE(result.has_value());
  REQUIRE(result->classes.size() == 1);
  CHECK(result->classes[0].size == 2);
  CHECK(result->classes[0].population == 2);
  CHECK(result->class_of[0] == left_out);
  // All six of the other age: bands of ten: M 20-29 and, of M 30-39, nobody chosen.
  chosen = {true, false, true, false, false, false, false};
  const auto mixed = anonymise(seven(), chosen, {2, 0});
  REQUIRE(mixed.has_value());  // sex is given up: 21 and 25 share 20-29, with 22 and 28
  CHECK(mixed->level == std::vector<std::size_t>{1, 2});
  CHECK(mixed->classes[0].population == 4);
}

TEST_CASE("anonymise: what cannot be done is refused") {
  const std::vector<bool> all(7, true);
  CHECK_FALSE(anonymise(seven(), all, {8, 1}).has_value());  // fewer than eight people
  CHECK_FALSE(anonymise(seven(), all, {1, 0}).has_value());
  CHECK_FALSE(anonymise(seven(), all, {2, 1.5}).has_value());
  CHECK_FALSE(anonymise({}, all, {2, 0}).has_value());
  CHECK_FALSE(anonymise(seven(), std::vector<bool>(6, true), {2, 0}).has_value());
  auto told_apart = seven();
  told_apart[1].levels.pop_back();  // the last level now shows bands of ten
  CHECK_FALSE(anonymise(told_apart, all, {2, 0}).has_value());
}

TEST_CASE("anonymise: no class is smaller than k, whatever the people and the options") {
  std::mt19937 random(20'251'122);
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    const std::size_t people = 5 + random() % 400;
    const std::size_t k = 2 + random() % 9;
    const double most = static_cast<double>(random() % 40) / 100;
    std::vector<std::string> sex;
    std::vector<std::string> age;
    std::vector<std::string> area;
    std::vector<bool> chosen;
    for (std::size_t i = 0; i < people; ++i) {
      sex.push_back(random() % 2 != 0 ? "F" : "M");
      age.push_back(random() % 20 == 0 ? "" : std::to_string(random() % 100));
      area.push_back(std::to_string(770'000'000 + random() % 3 * 1000 + random() % 7));
      chosen.push_back(random() % 4 != 0);
    }
    Hierarchy codes;
    codes.kind = Hierarchy::Kind::prefix;
    codes.lengths = {9, 6, 4};
    const std::vector<QuasiIdentifier> identifiers = {made("sex", sex, {}),
                                                      made("age", age, ages({1, 5, 10, 30}, 80)),
                                                      made("area", area, codes)};
    const auto wanted = static_cast<std::size_t>(std::ranges::count(chosen, true));
    const auto result = anonymise(identifiers, chosen, {k, most});
    if (wanted < k) {
      CHECK_FALSE(result.has_value());
      continue;
    }
    REQUIRE(result.has_value());
    // Counted again from what each person shows.
    std::map<std::vector<std::string>, std::size_t> sizes;
    std::size_t out = 0;
    for (std::size_t i = 0; i < people; ++i) {
      if (!chosen[i]) CHECK(result->class_of[i] == left_out);
      if (result->class_of[i] == left_out) {
        out += chosen[i] ? 1 : 0;
        continue;
      }
      std::vector<std::string> shown;
      for (std::size_t q = 0; q < identifiers.size(); ++q)
        shown.push_back(identifiers[q].levels[result->level[q]][identifiers[q].value[i]]);
      CHECK(shown == result->classes[result->class_of[i]].shown);
      ++sizes[shown];
    }
    for (const auto& [shown, size] : sizes) CHECK(size >= k);
    CHECK(sizes.size() == result->classes.size());
    CHECK(out == result->suppressed);
    CHECK(static_cast<double>(out) <= most * static_cast<double>(wanted));
    for (const EquivalenceClass& one : result->classes) {
      CHECK(one.size == sizes.at(one.shown));
      CHECK(one.population >= one.size);
    }
  }
}

TEST_CASE("quasi_identifier: levels of every kind") {
  const auto age = made("age", {"0", "41", "84", "85", "97", ""}, ages({1, 5, 10}, 85));
  CHECK(age.levels[0] == std::vector<std::string>{"0", "41", "84", "85+", "85+", ""});
  CHECK(age.levels[1] == std::vector<std::string>{"0-4", "40-44", "80-84", "85+", "85+", ""});
  CHECK(age.levels[2] == std::vector<std::string>{"0-9", "40-49", "80-84", "85+", "85+", ""});
  CHECK(age.levels[3] == std::vector<std::string>(6, "*"));
  CHECK_FALSE(quasi_identifier("age", {"-1"}, ages({5})).has_value());
  CHECK_FALSE(quasi_identifier("age", {"4x"}, ages({5})).has_value());

  Hierarchy dates;
  dates.kind = Hierarchy::Kind::date;
  dates.steps = {Hierarchy::Step::day, Hierarchy::Step::month, Hierarchy::Step::quarter,
                 Hierarchy::Step::year};
  const auto day = made("died", {"2025-11-22", "2024-03-31"}, dates);
  CHECK(day.levels[0][0] == "2025-11-22");
  CHECK(day.levels[1][0] == "2025-11");
  CHECK(day.levels[2] == std::vector<std::string>{"2025-Q4", "2024-Q1"});
  CHECK(day.levels[3][1] == "2024");
  CHECK_FALSE(quasi_identifier("died", {"2025-02-30"}, dates).has_value());

  Hierarchy areas;
  areas.kind = Hierarchy::Kind::prefix;
  areas.lengths = {9, 6};
  CHECK(made("area", {"770101001002", "7701"}, areas).levels[1] ==
        std::vector<std::string>{"770101", "7701"});

  Hierarchy groups;
  groups.kind = Hierarchy::Kind::groups;
  groups.group_of = {{"M", "married"}, {"S", "single"}, {"W", "single"}};
  CHECK(made("marital", {"M", "S", "W", "X"}, groups).levels[1] ==
        std::vector<std::string>{"married", "single", "single", "other"});
}

TEST_CASE("reidentification_risk: worked out by hand") {
  // Classes of 5, 5, 10 of a population of 10, 20, 10. Prosecutor: 1/5; on average 3 classes / 20
  // people. Journalist: 1/10. Marketer: (5/10 + 5/20 + 10/10) / 20 = 1.75 / 20.
  const std::vector<EquivalenceClass> classes = {{{"a"}, 5, 10}, {{"b"}, 5, 20}, {{"c"}, 10, 10}};
  const ReidentificationRisk risk = reidentification_risk(classes);
  CHECK(risk.people == 20);
  CHECK(risk.smallest_class == 5);
  CHECK(risk.classes_of_size == std::map<std::size_t, std::size_t>{{5, 2}, {10, 1}});
  CHECK(risk.prosecutor_highest == doctest::Approx(0.2));
  CHECK(risk.prosecutor_average == doctest::Approx(0.15));
  CHECK(risk.journalist_highest == doctest::Approx(0.1));
  CHECK(risk.marketer == doctest::Approx(0.0875));
  CHECK(reidentification_risk({}).classes == 0);
}

TEST_CASE("l_diversity: worked out by hand") {
  const std::vector<EquivalenceClass> classes = {{{"a"}, 4, 4}, {{"b"}, 2, 2}};
  const std::vector<std::uint32_t> class_of = {0, 0, 0, 0, 1, 1, left_out};
  // Class a: two people have 10, one has 11, one nothing: three distinct; parts 1/2, 1/4, 1/4 have
  // entropy 1.039721, as 2.828427 equal ones. Class b: both have 10.
  const std::vector<SensitiveValue> values = {{0, 10}, {1, 10}, {2, 11}, {4, 10}, {5, 10}, {6, 12}};
  const Diversity both = l_diversity(values, class_of, classes);
  CHECK(both.least_distinct == 1);
  CHECK(both.least_entropy == doctest::Approx(1.0));
  CHECK(both.highest_share == doctest::Approx(1.0));
  CHECK(both.alike_classes == 1);
  CHECK(both.alike_people == 2);
  const Diversity first =
      l_diversity(std::span(values).first(3), class_of, std::span(classes).first(1));
  CHECK(first.least_distinct == 3);
  CHECK(first.least_entropy == doctest::Approx(2.828427));
  CHECK(first.highest_share == doctest::Approx(0.5));
  CHECK(first.alike_classes == 0);
}
