#include "stats/quantiles.hpp"

#include "stats/stat_table.hpp"

using namespace hb;
using namespace hb::stats;
using namespace hb::test;

namespace {
using Values = std::vector<std::optional<double>>;
using Quantiles = std::vector<std::optional<int>>;
}  // namespace

TEST_CASE("quantiles_of: ten areas in quarters, the odd ones go outwards") {
  Values values;
  for (int i = 1; i <= 10; ++i) values.emplace_back(i);
  CHECK(*quantiles_of(values, 4, false) == Quantiles{1, 1, 1, 2, 2, 3, 3, 3, 4, 4});
  CHECK(*quantiles_of(values, 4, true) == Quantiles{4, 4, 3, 3, 3, 2, 2, 1, 1, 1});
}

TEST_CASE("quantiles_of: ties share the smallest rank, missing values stay missing") {
  CHECK(*quantiles_of(Values{1, 1, std::nullopt, 5, 9}, 2, false) ==
        Quantiles{1, 1, std::nullopt, 2, 2});
  CHECK(*quantiles_of(Values{1, 2}, 3, false) == Quantiles{std::nullopt, std::nullopt});
  CHECK_FALSE(quantiles_of(Values{1}, 0, false).has_value());
}

TEST_CASE("stat quantiles: sets are ranked apart, areas are not sets") {
  const std::string table =
      "region,area,value,nquantiles,highest_first\nN,a,1,2,TRUE\nN,b,2,2,TRUE\nS,a,5,2,FALSE\n"
      "S,b,9,2,FALSE\nS,c,,2,FALSE\n";
  const auto rows = stat_rows("quantiles", table);
  REQUIRE(rows.size() == 5);
  CHECK(rows[0].text("expected_quantile") == "2");
  CHECK(rows[1].text("expected_quantile") == "1");
  CHECK(rows[2].text("expected_quantile") == "1");
  CHECK(rows[3].text("expected_quantile") == "2");
  CHECK(rows[4].text("status") == "missing");
  // Codes that no column name gives away: the column with the most words names the areas.
  const auto codes = stat_rows("quantiles", "set,code,value\n1,x,1\n1,y,2\n2,x,4\n2,y,3\n1,z,3\n",
                               {"nquantiles=2", "highest_first=false"});
  CHECK(codes[3].text("expected_quantile") == "1");
  CHECK(codes[2].text("expected_quantile") == "2");
  CHECK(stat_rows("quantiles", "set,value\n1,1\n2,2\n", {"within=set"})[0].text("status") ==
        "fewer_values_than_quantiles");
}
