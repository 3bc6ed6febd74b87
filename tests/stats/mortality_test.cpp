#include "stats/mortality.hpp"

#include "stats/life_table.hpp"
#include "stats/stat_table.hpp"

using namespace hb;
using namespace hb::stats;
using namespace hb::test;

TEST_CASE("death_rate: a tenth under-reported divides by 0.9") {
  // 45 reported of 50: 45/0.9/10000 = 0.005; limits are those of 45 over 9000.
  const auto rate = death_rate(45, 10000, 0.1, 0.95);
  REQUIRE(rate.has_value());
  CHECK(rate->value == doctest::Approx(0.005));
  CHECK(rate->limits.lower == doctest::Approx(byar(45, 0.95)->lower.value() / 9000));
  CHECK_FALSE(death_rate(45, 10000, 1, 0.95).has_value());
  CHECK_FALSE(death_rate(45, 10000, -0.1, 0.95).has_value());
}

TEST_CASE("years_of_life_lost: three bands worked by hand") {
  // Limit 70: bands 0–19 (middle 10, 60 years each), 20–59 (middle 40, 30 years), 60–69 (5 years).
  const std::vector<YearsLostBand> bands = {
      {0, 20, 4, 1000}, {20, 60, 10, 2000}, {60, 70, 20, 1000}, {70, 90, 500, 10}};
  const auto lost = years_of_life_lost(bands, {});
  REQUIRE(lost.has_value());
  CHECK(lost->years == doctest::Approx(4 * 60 + 10 * 30 + 20 * 5));  // 640
  CHECK(lost->deaths == 34);
  CHECK(lost->per_death == doctest::Approx(640 / 34.0));
  CHECK(lost->rate == doctest::Approx(0.16));
  // V = (4·60² + 10·30² + 20·5²)/4000² = 23900/16e6; Byar's limits of 34 scaled by √(V/34).
  const double scale = std::sqrt(23900.0 / 34) / 4000;
  CHECK(lost->limits.lower == doctest::Approx(0.16 + scale * (*byar(34, 0.95)->lower - 34)));
  CHECK(lost->limits.upper == doctest::Approx(0.16 + scale * (*byar(34, 0.95)->upper - 34)));
}

TEST_CASE("years_of_life_lost: weights, under-reporting and what is refused") {
  // Standardised: 0.5·60·4/1000 + 0.5·30·10/2000 = 0.12 + 0.075.
  const std::vector<YearsLostBand> bands = {{0, 20, 4, 1000, 50}, {20, 60, 10, 2000, 50}};
  CHECK(years_of_life_lost(bands, {.standardised = true})->rate == doctest::Approx(0.195));
  const std::vector<YearsLostBand> half = {{0, 20, 4, 1000, 1, 0.5}};
  CHECK(years_of_life_lost(half, {})->years == doctest::Approx(8 * 60));
  const auto none = years_of_life_lost(std::vector<YearsLostBand>{{0, 20, 0, 1000}}, {});
  CHECK(none->rate == 0);
  CHECK(none->limits.upper == doctest::Approx(3.688879 * 60 / 1000).epsilon(1e-6));
  CHECK_FALSE(years_of_life_lost(std::vector<YearsLostBand>{{70, 90, 1, 10}}, {}).has_value());
  CHECK_FALSE(years_of_life_lost(std::vector<YearsLostBand>{{20, 20, 1, 10}}, {}).has_value());
  CHECK_FALSE(years_of_life_lost(std::vector<YearsLostBand>{{0, 20, 1, 0}}, {}).has_value());
}

TEST_CASE("life_table: under-reported deaths shorten life, the variance rests on those reported") {
  std::vector<AgeGroup> groups = {{0, 1000, 10}, {1, 1000, 10}};
  for (int age = 5; age < 85; age += 5) groups.push_back({age, 1000, 10});
  groups.push_back({85, 1000, 500});
  auto missed = groups;
  auto more = groups;
  for (AgeGroup& group : missed) group.under_reported = 0.2;
  for (AgeGroup& group : more) group.deaths /= 0.8;
  const auto a = life_table(missed, {.open_from = 85});
  const auto b = life_table(more, {.open_from = 85});
  REQUIRE((a.has_value() && b.has_value()));
  CHECK(*a->front().years == doctest::Approx(*b->front().years));
  CHECK(*a->back().years == doctest::Approx(1.6));             // 1000 / (500/0.8)
  CHECK(a->front().limits->upper > b->front().limits->upper);  // fewer deaths were seen
  missed[3].under_reported = 1;
  CHECK_FALSE(life_table(missed, {.open_from = 85}).has_value());
}

TEST_CASE("stat mortality: kinds have their multipliers, no deaths have an upper limit") {
  const auto rows =
      stat_rows("mortality", "area,kind,deaths,live_births\nA,infant,21,4200\nA,maternal,0,5000\n");
  REQUIRE(rows.size() == 2);
  CHECK(*rows[0].number("value") == doctest::Approx(5));
  CHECK(*rows[1].number("value") == 0);
  CHECK(*rows[1].number("upper95") == doctest::Approx(73.7776).epsilon(1e-5));
  CHECK(rows[1].text("method") == "Exact");
  CHECK(*stat_rows("mortality", "deaths,live_births\n21,4200\n", {"under_reported=0.5"})[0].number(
            "value") == doctest::Approx(10));
  CHECK(stat_error("mortality", "kind,deaths,live_births\nperinatal,1,2\n") ==
        "figures.csv:2:1: kind: neonatal, infant, under5 or maternal is expected, not “perinatal”");
}

TEST_CASE("stat pyll: bands end where the next begins") {
  const auto rows = stat_rows(
      "pyll", "area,age_from,deaths,pop\nA,20,10,2000\nA,0,4,1000\nA,60,20,1000\nA,70,9,9\n",
      {"multiplier=1000"});
  REQUIRE(rows.size() == 1);
  CHECK(*rows[0].number("years") == doctest::Approx(640));
  CHECK(*rows[0].number("value") == doctest::Approx(160));
}

TEST_CASE("stat premature-mortality and life-expectancy: a column of under-reporting") {
  std::string table = "age_from,population,deaths,under_reported\n";
  for (int age = 30; age < 70; age += 5)
    table += std::to_string(age) + ",100000,90," + (age < 50 ? "0.1" : "0") + "\n";
  // q = 0.005/1.0025 for 100 deaths (four bands), 0.0045/1.00225 for 90.
  const double want = 1 - std::pow(1 - 0.005 / 1.0025, 4) * std::pow(1 - 0.0045 / 1.00225, 4);
  CHECK(*stat_rows("premature-mortality", table)[0].number("value") ==
        doctest::Approx(100 * want).epsilon(1e-9));
  CHECK(stat_error("premature-mortality",
                   "age_from,population,deaths,under_reported\n30,5,1,1.2\n") ==
        "figures.csv:2:4: under_reported: a share from 0 to below 1 is expected, not 1.2");
}
