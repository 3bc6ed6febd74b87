#include "stats/funnel.hpp"

#include "stats/stat_table.hpp"

using namespace hb;
using namespace hb::stats;
using namespace hb::test;

TEST_CASE("funnel_limits_of_share: the example of the method page, and that Wilson touches") {
  const auto at95 = funnel_limits_of_share(400, 0.3, 0.95);
  REQUIRE(at95.has_value());
  CHECK(at95->lower == doctest::Approx(0.255092).epsilon(1e-5));
  CHECK(at95->upper == doctest::Approx(0.344908).epsilon(1e-5));
  const auto at998 = funnel_limits_of_share(400, 0.3, 0.998);
  CHECK(at998->lower == doctest::Approx(0.229194).epsilon(1e-5));
  CHECK(at998->upper == doctest::Approx(0.370806).epsilon(1e-5));
  // The Wilson interval of the lower limit ends at the baseline.
  CHECK(wilson(400 * at95->lower, 400)->upper == doctest::Approx(0.3).epsilon(1e-9));
  CHECK(wilson(400 * at95->upper, 400)->lower == doctest::Approx(0.3).epsilon(1e-9));
  CHECK(funnel_limits_of_share(3, 0.01, 0.998)->lower == 0);
  CHECK_FALSE(funnel_limits_of_share(0, 0.3, 0.95).has_value());
  CHECK_FALSE(funnel_limits_of_share(5, 1.3, 0.95).has_value());
}

TEST_CASE("funnel_limits_of_count: x over the exact limits of x") {
  const auto limits = funnel_limits_of_count(1, 0.95);
  REQUIRE(limits.has_value());
  CHECK(*limits->lower == doctest::Approx(1 / 5.571643).epsilon(1e-6));
  CHECK(*limits->upper == doctest::Approx(1 / 0.0253178).epsilon(1e-6));
  CHECK(*funnel_limits_of_count(0, 0.95)->lower == 0);
  CHECK_FALSE(funnel_limits_of_count(0, 0.95)->upper.has_value());
}

TEST_CASE("funnel_overdispersion: chance alone widens nothing, twice the spread does") {
  // √(x/n) of each area lies z/(2√n) from that of the baseline; z = ±1 gives φ near 1.
  std::vector<FunnelPoint> narrow;
  std::vector<FunnelPoint> wide;
  for (int i = 0; i < 10; ++i) {
    const double sign = i % 2 == 0 ? 1 : -1;
    narrow.push_back({10000 * std::pow(1 + sign * 0.5 / 100, 2), 10000});
    wide.push_back({10000 * std::pow(1 + sign * 1.5 / 100, 2), 10000});
  }
  const auto none = funnel_overdispersion(narrow, FunnelKind::ratio);
  REQUIRE(none.has_value());
  CHECK(none->phi == doctest::Approx(1).epsilon(1e-9));
  // Σz² = 10 is above k − 1 = 9: τ² = (10 − 9) / (10·40000 − 40000) = 1/360000.
  CHECK(none->variance == doctest::Approx(1 / 360000.0).epsilon(1e-6));
  const auto some = funnel_overdispersion(wide, FunnelKind::ratio);
  CHECK(some->phi == doctest::Approx(9).epsilon(1e-9));
  CHECK(some->variance == doctest::Approx((90.0 - 9) / 360000).epsilon(1e-6));
  const auto limits = overdispersed_limits(10000, 1, FunnelKind::ratio, *some, 0.95);
  // √1 ± 1.959964·√(1/40000 + 81/360000) = 1 ± 0.0309897, squared.
  CHECK(limits->lower == doctest::Approx(std::pow(1 - 0.0309897, 2)).epsilon(1e-6));
  CHECK(limits->upper == doctest::Approx(std::pow(1 + 0.0309897, 2)).epsilon(1e-6));
  CHECK_FALSE(
      funnel_overdispersion(std::vector<FunnelPoint>{{1, 2}}, FunnelKind::rate).has_value());
}

TEST_CASE("stat funnel: significance words and the baseline") {
  // Baseline (310 + 100 + 640 + 390)/4500 = 0.32.
  const std::string table =
      "area,numerator,denominator\nA,310,1000\nB,60,400\nC,640,2000\nD,430,1100\n";
  const auto rows = stat_rows("funnel-significance", table, {"kind=proportion"});
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].text("significance") == "Not significant");
  CHECK(rows[1].text("significance") == "Low (0.001)");
  CHECK(rows[3].text("significance") == "High (0.001)");
  CHECK(*rows[0].number("baseline") == doctest::Approx(0.32));
  CHECK(rows[0].text("areas") == "4");
  const auto limits = stat_rows("funnel-limits", table, {"kind=proportion", "multiplier=100"});
  CHECK(*limits[1].number("value") == doctest::Approx(15));
  CHECK(*limits[1].number("lower95") > 15);
  const auto wide =
      stat_rows("funnel-significance", table, {"kind=proportion", "overdispersion=additive"});
  CHECK(*wide[0].number("phi") > 1);
  CHECK(*wide[1].number("upper95") - *wide[1].number("lower95") >
        *rows[1].number("upper95") - *rows[1].number("lower95"));
}

TEST_CASE("stat funnel: a standardised rate stands for the people that would give it") {
  // 12 events at 60 per 100,000 are 20,000 people; with 9 events nothing is said.
  const std::string table = "area,numerator,denominator,rate\nA,12,1,60\nB,9,1,45\nC,30,1,50\n";
  const auto rows = stat_rows("funnel-significance", table, {"kind=dsr"});
  CHECK(*rows[0].number("value") == doctest::Approx(60));
  CHECK(rows[1].text("status") == "not_applicable_count_lt_10");
  // (12 + 9 + 30) / (20000 + 20000 + 60000) = 51 per 100,000.
  CHECK(*rows[0].number("baseline") == doctest::Approx(51));
  CHECK(stat_error("funnel-limits", "numerator,denominator\n3,2\n") ==
        "figures.csv:2:1: numerator: at most the denominator is expected");
}
