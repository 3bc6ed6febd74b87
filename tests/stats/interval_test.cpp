#include "stats/interval.hpp"

#include "stats/known_answers.hpp"

using namespace hb;
using namespace hb::stats;
using namespace hb::test;

namespace {

constexpr double digits = 1e-9;  // relative, as the method page of the reference asks

/// Limits of both confidences under the columns lower95 … upper998.
void check_proportion(const KnownRow& row, const std::string& where) {
  const auto x = row.number("numerator");
  const auto n = row.number("denominator");
  if (!x || !n) {
    CHECK(!row.number("value"));
    return;
  }
  const double m = *row.number("multiplier");
  check_same(*x / *n * m, row.number("value"), digits, where);
  for (const auto& [confidence, name] : {std::pair(0.95, "95"), std::pair(0.998, "998")}) {
    const auto limits = wilson(*x, *n, confidence);
    REQUIRE(limits.has_value());
    check_same(limits->lower * m, row.number("lower" + std::string(name)), digits, where);
    check_same(limits->upper * m, row.number("upper" + std::string(name)), digits, where);
  }
}

void check_rate(const KnownRow& row, const std::string& where) {
  const auto x = row.number("numerator");
  const auto n = row.number("denominator");
  if (!x || !n) {
    CHECK(!row.number("value"));
    return;
  }
  const double m = *row.number("multiplier");
  for (const auto& [confidence, name] : {std::pair(0.95, "95"), std::pair(0.998, "998")}) {
    const auto rate = crude_rate(*x, *n, confidence);
    REQUIRE(rate.has_value());
    check_same(rate->value * m, row.number("value"), digits, where);
    check_same(rate->limits.lower * m, row.number("lower" + std::string(name)), digits, where);
    check_same(rate->limits.upper * m, row.number("upper" + std::string(name)), digits, where);
    CHECK((rate->method == CountMethod::exact ? "Exact" : "Byars") == row.text("method"));
  }
}

}  // namespace

TEST_CASE("wilson: none of 20 and all of 20, worked by hand") {
  // (z² ± z·√z²) / (2(20 + z²)) = 0 and 2·3.841459 / 47.682918 = 0.161125.
  const auto none = wilson(0, 20);
  REQUIRE(none.has_value());
  CHECK(none->lower == 0);
  CHECK(none->upper == doctest::Approx(0.161125).epsilon(1e-5));
  const auto all = wilson(20, 20);
  REQUIRE(all.has_value());
  CHECK(all->lower == doctest::Approx(0.838875).epsilon(1e-5));
  CHECK(all->upper == 1);
  CHECK(wilson(3, 20, 1)->lower == 0);
  CHECK(wilson(3, 20, 1)->upper == 1);
}

TEST_CASE("intervals: what cannot be is refused") {
  CHECK_FALSE(wilson(21, 20).has_value());
  CHECK_FALSE(wilson(-1, 20).has_value());
  CHECK_FALSE(wilson(0, 0).has_value());
  CHECK_FALSE(wilson(std::nan(""), 20).has_value());
  CHECK_FALSE(crude_rate(1, 0).has_value());
  CHECK_FALSE(crude_rate(-1, 10).has_value());
  CHECK_FALSE(byar(-1).has_value());
  CHECK_FALSE(poisson_exact(1, 0).has_value());
  CHECK_FALSE(normal_z(1).has_value());
  CHECK(crude_rate(12, 10).has_value());  // events, not people
}

TEST_CASE("count limits: exact below ten events, Byar from ten on") {
  const auto none = count_limits(0);
  REQUIRE(none.has_value());
  CHECK(none->limits.lower == 0);
  CHECK(none->limits.upper == doctest::Approx(3.688879).epsilon(1e-6));  // -ln 0.025
  CHECK(count_limits(9)->method == CountMethod::exact);
  CHECK(count_limits(10)->method == CountMethod::byar);
  CHECK_FALSE(byar(1, 0.998)->lower.has_value());
  CHECK_FALSE(byar(0)->lower.has_value());
}

TEST_CASE("mean: 30, 40, 50, 60 worked by hand, and from sums") {
  // mean 45, sd √(500/3) = 12.909944, t(0.975; 3) = 3.182446, half width 20.542603
  const double values[] = {30, 40, 50, 60};
  for (const auto& found : {mean(values), mean_of_sums(180, 8600, 4)}) {
    REQUIRE(found.has_value());
    CHECK(found->value == doctest::Approx(45));
    CHECK(*found->sd == doctest::Approx(12.909944).epsilon(1e-6));
    CHECK(found->limits->lower == doctest::Approx(24.457397).epsilon(1e-6));
    CHECK(found->limits->upper == doctest::Approx(65.542603).epsilon(1e-6));
  }
  const double one[] = {7};
  CHECK(mean(one)->value == 7);
  CHECK_FALSE(mean(one)->limits.has_value());
  CHECK_FALSE(mean({}).has_value());
  CHECK_FALSE(mean_of_sums(180, 8000, 4).has_value());  // 8000 < 180²/4
}

TEST_CASE("known answers: proportions") {
  if (skip_without_shared()) return;
  for (const char* file : {"proportions.csv", "generated-proportions.csv"})
    for (const KnownRow& row : known_rows(file))
      check_proportion(row, file + std::string(":") + std::to_string(row.line));
}

TEST_CASE("known answers: rates") {
  if (skip_without_shared()) return;
  for (const char* file : {"rates.csv", "generated-rates.csv"})
    for (const KnownRow& row : known_rows(file))
      check_rate(row, file + std::string(":") + std::to_string(row.line));
}

TEST_CASE("known answers: groups are summed before the method") {
  if (skip_without_shared()) return;
  for (const KnownRow& row : known_rows("proportions-grouped-expected.csv")) {
    const auto x = row.number("numerator");
    const auto n = row.number("denominator");
    if (!x || !n) continue;
    const auto limits = wilson(*x, *n);
    check_same(limits->lower, row.number("lower95"), digits, row.text("area"));
    check_same(limits->upper, row.number("upper95"), digits, row.text("area"));
  }
  for (const KnownRow& row : known_rows("rates-grouped-expected.csv")) {
    const auto x = row.number("numerator");
    const auto n = row.number("denominator");
    if (!x || !n) continue;
    const auto rate = crude_rate(*x, *n);
    const double m = *row.number("multiplier");
    check_same(rate->value * m, row.number("value"), digits, row.text("area"));
    check_same(rate->limits.lower * m, row.number("lower95"), digits, row.text("area"));
    check_same(rate->limits.upper * m, row.number("upper95"), digits, row.text("area"));
  }
}

TEST_CASE("known answers: Byar and Wilson limits") {
  if (skip_without_shared()) return;
  for (const KnownRow& row : known_rows("byar-wilson-limits.csv")) {
    const std::string where = "line " + std::to_string(row.line);
    const double confidence = *row.number("confidence") / 100;
    const double x = *row.number("x");
    if (row.text("method") == "Byars") {
      const auto limits = byar(x, confidence);
      check_same(limits->lower, row.number("lowercl"), digits, where);
      check_same(limits->upper, row.number("uppercl"), digits, where);
    } else {
      const auto limits = wilson(x, *row.number("n"), confidence);
      check_same(limits->lower, row.number("lowercl"), digits, where);
      check_same(limits->upper, row.number("uppercl"), digits, where);
    }
  }
}
