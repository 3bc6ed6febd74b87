#include "stats/sheet.hpp"

#include "stats/stat_table.hpp"

using namespace hb;
using namespace hb::stats;
using namespace hb::test;

TEST_CASE("parse_number: numbers and nothing else") {
  CHECK(*parse_number("12.50") == 12.5);
  CHECK(*parse_number(" +1e3 ") == 1000);
  CHECK(*parse_number("-4") == -4);
  for (const char* text : {"", "abc", "1,000", "12 %", "nan", "inf", "1e999", "+-1", "0x10",
                           "1."
                           "2.3"})
    CHECK_FALSE(parse_number(text).has_value());
}

TEST_CASE("number_text: shortest text of the same double") {
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(100000) == "100000");
  CHECK(number_text(-0.00025) == "-0.00025");
  CHECK(number_text(3e-20) == "3e-20");
  CHECK(number_text(0) == "0");
  CHECK(number_text(missing).empty());
}

TEST_CASE("Sheet: a byte order mark, quotes and CRLF are read") {
  const auto rows = stat_rows("proportion",
                              "\xEF\xBB\xBF"
                              "area,numerator,denominator\r\n\"West, Bank\",65,100\r\n");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].text("area") == "West, Bank");
  CHECK(*rows[0].number("value") == doctest::Approx(0.65));
  CHECK(rows[0].text("status") == "ok");
}

TEST_CASE("Sheet: faults name file, line and field and say what is expected") {
  CHECK(stat_error("rate", "") ==
        "figures.csv:1:1: a header line with the names of the columns is expected");
  CHECK(stat_error("rate", "numerator,denominator\n") ==
        "figures.csv:2:1: there is no row below the header");
  CHECK(stat_error("rate", "numerator,numerator\n1,2\n") ==
        "figures.csv:1:2: column numerator is there twice");
  CHECK(stat_error("rate", "numerator,\n1,2\n") == "figures.csv:1:2: this column has no name");
  CHECK(stat_error("rate", "numerator,denominator\n1,2\n3\n") ==
        "figures.csv:3:1: the header has 2 fields, this row 1");
  CHECK(stat_error("rate", "numerator,denominator\n1,2\n3,4,5\n") ==
        "figures.csv:3:3: the header has 2 fields, this row 3");
  CHECK(stat_error("rate", "numerator,denominator\n1,many\n") ==
        "figures.csv:2:2: denominator: a number is expected, not “many”");
  CHECK(stat_error("rate", "numerator\n1\n") ==
        "figures.csv:1: column denominator is expected; the columns are numerator");
  CHECK(stat_error("rate", "numerator,denominator\n1,\"2\n") ==
        "figures.csv:2:1: a quote is opened and never closed");
  CHECK(stat_error("rate", "numerator,denominator\n1,\xFF\n") ==
        "figures.csv: the text is not UTF-8");
}

TEST_CASE("StatOptions: unknown, malformed and repeated options are refused") {
  const std::string table = "numerator,denominator\n1,20\n";
  CHECK(stat_error("rate", table, {"per=1000"}) ==
        "--option per=1000: there is no option per; this method knows multiplier, group");
  CHECK(stat_error("rate", table, {"multiplier"}) == "--option multiplier: NAME=VALUE is expected");
  CHECK(stat_error("rate", table, {"multiplier=x"}) ==
        "--option multiplier=x: multiplier: a number is expected");
  CHECK(stat_error("rate", table, {"multiplier=1", "multiplier=2"}) ==
        "--option multiplier=2: multiplier is given twice");
  CHECK(stat_error("isr", table, {"kind=share"}) ==
        "--option kind=share: kind: rate or ratio is expected");
  CHECK(stat_error("mean", "value\n1\n", {"a=b"}) ==
        "--option a=b: there is no option a; this method has none");
  CHECK(stat_error("median", table) == "median: there is no method of this name");
}

TEST_CASE("stat proportion: rows that cannot be are named, the others are given") {
  const std::string table = "area,numerator,denominator\nA,250,220\nB,1,0\nC,,5\nD,1,4\nE,-1,4\n";
  const auto answer = run_stat("proportion", table, "figures.csv", {});
  REQUIRE(answer.has_value());
  const auto rows = rows_of(answer->csv);
  CHECK(rows[0].text("status") == "numerator_gt_denominator");
  CHECK(rows[1].text("status") == "denominator_le_0");
  CHECK(rows[2].text("status") == "missing");
  CHECK(rows[3].text("value") == "0.25");
  CHECK(rows[4].text("status") == "negative_numerator");
  CHECK(rows[0].text("value").empty());
  REQUIRE(answer->refused.size() == 3);
  CHECK(answer->refused[0].where == "figures.csv:2:2");
  CHECK(answer->refused[0].message ==
        "numerator: at most the denominator, 220, is expected, not 250");
}

TEST_CASE("stat: groups are summed; a multiplier that differs in a group is refused") {
  const std::string table =
      "area,numerator,denominator,multiplier\nA,1,100,1000\nB,1,50,1000\nA,3,100,1000\n";
  const auto rows = stat_rows("rate", table, {"group=area"});
  REQUIRE(rows.size() == 2);
  CHECK(*rows[0].number("value") == doctest::Approx(20));
  CHECK(stat_error("rate", "area,numerator,denominator,multiplier\nA,1,9,10\nA,1,9,100\n",
                   {"group=area"}) ==
        "figures.csv:3:4: multiplier: 10 is expected, as in the other rows of the group");
}

TEST_CASE("stat mean: one value has no interval") {
  const auto rows = stat_rows("mean", "area,value\nA,30\nA,40\nB,7\nA,50\nA,60\nC,\n");
  REQUIRE(rows.size() == 3);
  CHECK(*rows[0].number("value") == 45);
  CHECK(*rows[0].number("lower95") == doctest::Approx(24.4574).epsilon(1e-5));
  CHECK(*rows[0].number("upper95") == doctest::Approx(65.5426).epsilon(1e-5));
  CHECK(rows[1].text("status") == "one_value_no_limits");
  CHECK(rows[1].text("value") == "7");
  CHECK(rows[2].text("status") == "missing");
}

TEST_CASE("stat: every method runs its own example, and writes its columns") {
  for (const StatMethod& method : stat_methods()) {
    INFO(method.name);
    std::vector<std::string> options;
    std::istringstream words{std::string(method.example)};
    for (std::string word; words >> word;)
      if (word != "--option") options.push_back(word);
    const auto rows = stat_rows(std::string(method.name), std::string(method.input), options);
    REQUIRE_FALSE(rows.empty());
    for (const std::string_view name : added_names(method))
      CHECK(rows[0].fields.contains(std::string(name)));
    bool some = false;
    for (const KnownRow& row : rows) some = some || row.text("status").starts_with("ok");
    CHECK(some);
  }
}
