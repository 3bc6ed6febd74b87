#include "stats/standardise.hpp"

#include "stats/standard_population.hpp"

#include "stats/stat_table.hpp"

using namespace hb;
using namespace hb::stats;
using namespace hb::test;

TEST_CASE("direct_rate: two bands worked by hand") {
  // (20·5/1000 + 80·12/400) / 100 = (0.1 + 2.4) / 100 = 0.025
  // V = (20²·5/1000² + 80²·12/400²) / 100² = (0.002 + 0.48) / 10000 = 4.82e-5
  const auto rate = direct_rate(std::vector<StandardBand>{{5, 1000, 20}, {12, 400, 80}});
  REQUIRE(rate.has_value());
  CHECK(*rate->value == doctest::Approx(0.025));
  CHECK(rate->variance == doctest::Approx(4.82e-5));
  CHECK(rate->events == 17);
  CHECK(rate->pop == 1400);
  // Byar's limits of 17 are 9.897586 and 27.220163; √(V/17) = 0.00168383:
  // 0.025 − 0.00168383·7.102414 = 0.0130408, 0.025 + 0.00168383·10.220163 = 0.0422091.
  const auto limits = dobson_limits(*rate, 0.95);
  REQUIRE(limits.has_value());
  CHECK((*limits)->lower == doctest::Approx(0.0130408).epsilon(1e-5));
  CHECK((*limits)->upper == doctest::Approx(0.0422091).epsilon(1e-5));
}

TEST_CASE("direct_rate: nine events give no rate, a band without people is refused") {
  const auto few = direct_rate(std::vector<StandardBand>{{5, 1000, 20}, {4, 400, 80}});
  REQUIRE(few.has_value());
  CHECK_FALSE(few->value.has_value());
  CHECK_FALSE(dobson_limits(*few, 0.95)->has_value());
  CHECK(few->events == 9);
  CHECK_FALSE(direct_rate(std::vector<StandardBand>{{5, 0, 20}}).has_value());
  CHECK_FALSE(direct_rate(std::vector<StandardBand>{{-1, 10, 20}}).has_value());
  CHECK_FALSE(direct_rate(std::vector<StandardBand>{{5, 10, 0}}).has_value());
  CHECK_FALSE(direct_rate({}).has_value());
}

TEST_CASE("direct_rate_of_frequencies: people with two events widen the limits") {
  // 10 people with one event and 5 with two among 1,000: rate 20/1000, V = (10 + 4·5)/1000².
  const std::vector<FrequencyBand> bands = {{1, 10, 1000, 1}, {2, 5, 1000, 1}};
  const auto rate = direct_rate_of_frequencies(bands, 1, 1000);
  REQUIRE(rate.has_value());
  CHECK(*rate->value == doctest::Approx(0.02));
  CHECK(rate->variance == doctest::Approx(30e-6));
  CHECK(rate->events == 20);
  CHECK_FALSE(
      direct_rate_of_frequencies(std::vector<FrequencyBand>{{0, 1, 1, 1}}, 1, 1).has_value());
}

TEST_CASE("indirect_ratio: expected events worked by hand") {
  // 2000·10/1000 + 500·30/600 = 20 + 25 = 45; reference 40/1600.
  const auto ratio =
      indirect_ratio(54, std::vector<ReferenceBand>{{2000, 10, 1000}, {500, 30, 600}});
  REQUIRE(ratio.has_value());
  CHECK(ratio->expected == doctest::Approx(45));
  CHECK(ratio->reference_rate == doctest::Approx(0.025));
  CHECK_FALSE(indirect_ratio(-1, std::vector<ReferenceBand>{{1, 1, 1}}).has_value());
  CHECK_FALSE(indirect_ratio(1, std::vector<ReferenceBand>{{-1, 1, 1}}).has_value());
  CHECK_FALSE(indirect_ratio(1, std::vector<ReferenceBand>{{1, 1, 0}}).has_value());
}

TEST_CASE("stat isr: the ratios of the method page") {
  // One band with E = 8.5: 8.5/1 people of the area at a reference of 1 event per person.
  const std::string table =
      "area,age_from,count,pop,ref_count,ref_pop\nA,0,12,85,100,1000\nB,0,4,85,100,1000\n";
  const auto ratios = stat_rows("isr", table, {"multiplier=100"});
  REQUIRE(ratios.size() == 2);
  CHECK(*ratios[0].number("value") == doctest::Approx(141.176).epsilon(1e-5));
  CHECK(*ratios[0].number("lower95") == doctest::Approx(72.8648).epsilon(1e-5));
  CHECK(*ratios[0].number("upper95") == doctest::Approx(246.6219).epsilon(1e-6));
  CHECK(ratios[0].text("method") == "Byars");
  CHECK(*ratios[1].number("value") == doctest::Approx(47.0588).epsilon(1e-5));
  CHECK(*ratios[1].number("lower95") == doctest::Approx(12.8219).epsilon(1e-5));
  CHECK(*ratios[1].number("upper95") == doctest::Approx(120.4893).epsilon(1e-6));
  CHECK(ratios[1].text("method") == "Exact");
  // As rates: 12/8.5 × 100/1000 × 1000.
  const auto rates = stat_rows("isr", table, {"kind=rate", "multiplier=1000"});
  CHECK(*rates[0].number("value") == doctest::Approx(141.176).epsilon(1e-5));
  CHECK(*rates[0].number("reference_rate") == doctest::Approx(100));
}

TEST_CASE("stat dsr: another standard in the table names no group; bands are counted") {
  const std::string table =
      "area,ageband,count,pop,world,china\nA,0-14,5,1000,20,30\nA,15+,12,400,80,70\n"
      "B,0-14,5,1000,20,30\nB,15+,,400,80,70\n";
  const auto rates = stat_rows("dsr", table, {"standard=world", "multiplier=1000"});
  REQUIRE(rates.size() == 2);
  CHECK(*rates[0].number("value") == doctest::Approx(25));
  CHECK(rates[0].text("standard") == "world");
  CHECK(rates[0].text("bands") == "2");
  CHECK_FALSE(rates[0].fields.contains("china"));
  CHECK(rates[1].text("status") == "suppressed_count_lt_10");
  CHECK(rates[1].text("total_count") == "5");
  CHECK(stat_rows("dsr", table, {"standard=world", "bands=19"})[0].text("status") ==
        "suppressed_missing_age_band");
  CHECK(stat_error("dsr", table, {"standard=europe"}) ==
        "figures.csv:1: column europe is expected; the columns are area, ageband, count, pop, "
        "world, china");
  CHECK(stat_error("dsr", "ageband,count,pop,stdpop\n0,1,0,1\n") ==
        "figures.csv:2:3: pop: a number above 0 is expected, not 0");
  CHECK(stat_error("dsr", "ageband,count,pop,stdpop\n0,1,5,1\n0,1,5,1\n") ==
        "figures.csv:3:1: ageband: each age band once per group is expected, “0” is there again");
}

TEST_CASE("standard_weights: bands are added up, a band inside another is refused") {
  const int ages[] = {0, 5, 15, 65};
  const auto weights = standard_weights("european-2013", ages);
  REQUIRE(weights.has_value());
  // 5–14: 2 × 5,500; 65+: 5,500 + 5,000 + 4,000 + 2,500 + 1,500 + 1,000; all 100,000.
  CHECK(*weights == std::vector<double>{5000, 11000, 64500, 19500});
  const int infants[] = {0, 1, 5};
  CHECK_FALSE(standard_weights("european-2013", infants).has_value());
  CHECK(standard_weights("china-2010", infants)->front() == 13786434);
  const int adults[] = {15, 65};
  CHECK_FALSE(standard_weights("china-2010", adults).has_value());
  CHECK(standard_weights("mars", ages).error().code == ErrorCode::not_found);
}

TEST_CASE("known answers: published standard populations") {
  if (skip_without_shared()) return;
  const std::tuple<const char*, const char*, const char*> files[] = {
      {"china-2000", "china-census-2000.csv", "both"},
      {"china-2010", "china-census-2010.csv", "both"},
      {"who-2000-2025", "who-world-2000-2025.csv", "weight_percent"},
      {"european-2013", "european-2013.csv", "weight"},
      {"segi-world", "older-standards-19-bands.csv", "segi_world_percent"}};
  for (const auto& [name, file, column] : files) {
    const auto rows = known_rows("../standard-populations/" + std::string(file));
    std::vector<int> ages;
    for (const KnownRow& row : rows) ages.push_back(static_cast<int>(*row.number("age_from")));
    const auto weights = standard_weights(name, ages);
    REQUIRE_MESSAGE(weights.has_value(), name);
    for (std::size_t i = 0; i < rows.size(); ++i) CHECK((*weights)[i] == *rows[i].number(column));
  }
}

TEST_CASE("stat dsr: a published standard by name") {
  const auto rows =
      stat_rows("dsr", "age_from,count,pop\n0,5,1000\n5,5,1000\n15,6,1000\n65,9,500\n",
                {"standard=european-2013", "multiplier=1000"});
  // (5·5 + 11·5 + 64.5·6 + 19.5·18) / 100 = 8.18
  CHECK(*rows[0].number("value") == doctest::Approx(8.18));
  CHECK(rows[0].text("standard") == "european-2013");
  CHECK(stat_error("dsr", "age_from,count,pop\n0,5,1000\n3,5,1000\n", {"standard=european-2013"}) ==
        "figures.csv:2:1: age 3 lies inside a band of the standard population european-2013");
}
