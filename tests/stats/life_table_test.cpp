#include "stats/life_table.hpp"

#include <algorithm>

#include "stats/known_answers.hpp"

using namespace hb;
using namespace hb::stats;
using namespace hb::test;

namespace {

constexpr double digits = 1e-7;  // relative, as the method page of the reference asks

std::map<std::string, std::vector<KnownRow>> by(const std::vector<KnownRow>& rows,
                                                const std::string& column) {
  std::map<std::string, std::vector<KnownRow>> groups;
  for (const KnownRow& row : rows) groups[row.text(column)].push_back(row);
  return groups;
}

/// Compares every row of a case with the table made from the input rows of the same name.
void check_tables(const std::string& input, const std::string& expected,
                  const std::string& column) {
  const auto inputs = by(known_rows(input), column);
  for (const auto& [name, rows] : by(known_rows(expected), column)) {
    std::vector<AgeGroup> groups;
    for (const KnownRow& row : inputs.at(name))
      groups.push_back(
          {static_cast<int>(*row.number("startage")), *row.number("pop"), *row.number("deaths")});
    const auto at95 = life_table(groups, {.confidence = 0.95});
    const auto at998 = life_table(groups, {.confidence = 0.998});
    REQUIRE(at95.has_value());
    REQUIRE(at998.has_value());
    for (const KnownRow& row : rows) {
      const int from = static_cast<int>(*row.number("startage"));
      const auto is_row = [from](const LifeExpectancy& e) { return e.from == from; };
      const LifeExpectancy& got = *std::ranges::find_if(*at95, is_row);
      const LifeExpectancy& wide = *std::ranges::find_if(*at998, is_row);
      const std::string where = name + " age " + std::to_string(from);
      CHECK_MESSAGE(status_word(got.status) == row.text("status"), where);
      const auto limit = [](const LifeExpectancy& e, double Interval::*end) {
        return e.limits ? std::optional((*e.limits).*end) : std::nullopt;
      };
      check_same(got.years, row.number("value"), digits, where);
      check_same(limit(got, &Interval::lower), row.number("lower95"), digits, where);
      check_same(limit(got, &Interval::upper), row.number("upper95"), digits, where);
      check_same(limit(wide, &Interval::lower), row.number("lower998"), digits, where);
      check_same(limit(wide, &Interval::upper), row.number("upper998"), digits, where);
    }
  }
}

/// One death per hundred people in every group up to 85+, where half die: worked in the test.
std::vector<AgeGroup> even_groups() {
  std::vector<AgeGroup> groups = {{0, 1000, 10}, {1, 1000, 10}};
  for (int age = 5; age < 85; age += 5) groups.push_back({age, 1000, 10});
  groups.push_back({85, 1000, 500});
  return groups;
}

}  // namespace

TEST_CASE("life_table: the open group lives 1/M years, the one before worked by hand") {
  const auto table = life_table(even_groups(), {.open_from = 85});
  REQUIRE(table.has_value());
  REQUIRE(table->size() == 19);
  CHECK(*table->back().years == doctest::Approx(2.0));  // 1000 / 500
  // 80–84: q = 0.01·5 / (1 + 0.01·5·0.5) = 0.048780; e = 5(1 - q/2) + 2(1 - q) = 6.780488
  CHECK(*(*table)[17].years == doctest::Approx(6.780488).epsilon(1e-6));
  CHECK(table->front().limits->lower < *table->front().years);
  CHECK(table->front().limits->upper > *table->front().years);
}

TEST_CASE("life_table: refusals name their reason and give no figure") {
  auto groups = even_groups();
  groups[3].deaths = 2000;
  auto table = life_table(groups, {.open_from = 85});
  CHECK(table->front().status == LifeTableStatus::deaths_gt_population);
  CHECK_FALSE(table->front().years.has_value());

  groups = even_groups();
  CHECK(life_table(groups, {})->front().status == LifeTableStatus::missing_age_band);  // 90+ asked
  for (AgeGroup& group : groups) group.pop /= 10, group.deaths /= 10;
  CHECK(life_table(groups, {.open_from = 85})->front().status == LifeTableStatus::low_population);
  CHECK(life_table({}, {})->front().status == LifeTableStatus::missing_age_band);
  CHECK_FALSE(life_table(groups, {.open_from = 87}).has_value());
}

TEST_CASE("premature_mortality: eight rates worked by hand") {
  const double rates[] = {.0008, .0012, .0019, .0030, .0047, .0074, .0116, .0182};
  std::vector<AgeGroup> groups = {{25, 10, 5}, {70, 10, 5}};  // left out
  for (int i = 0; i < 8; ++i) groups.push_back({30 + 5 * i, 1e6, rates[i] * 1e6});
  const auto found = premature_mortality(groups);
  REQUIRE(found.has_value());
  CHECK(found->probability * 100 == doctest::Approx(21.6579).epsilon(1e-6));
  CHECK(found->limits.lower < found->probability);
  CHECK(found->limits.upper > found->probability);
  groups.pop_back();
  CHECK_FALSE(premature_mortality(groups).has_value());
}

TEST_CASE("known answers: life tables") {
  if (skip_without_shared()) return;
  check_tables("life-expectancy-input.csv", "life-expectancy-expected.csv", "case");
  check_tables("generated-life-expectancy-input.csv", "generated-life-expectancy-expected.csv",
               "area");
}

TEST_CASE("known answers: premature mortality") {
  if (skip_without_shared()) return;
  const auto inputs = by(known_rows("premature-mortality-30q70-input.csv"), "case");
  for (const KnownRow& row : known_rows("premature-mortality-30q70-expected.csv")) {
    std::vector<AgeGroup> groups;
    for (const KnownRow& input : inputs.at(row.text("case")))
      groups.push_back({static_cast<int>(*input.number("age_from")), *input.number("population"),
                        *input.number("deaths")});
    const auto found = premature_mortality(groups);
    const auto got = found ? std::optional(found->probability * 100) : std::nullopt;
    check_same(got, row.number("q30_70_percent"), 1e-9, row.text("case"));
  }
}
