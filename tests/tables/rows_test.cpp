#include "tables/rows.hpp"

#include "given.hpp"

using namespace hb;
using namespace hb::test;

TEST_CASE("stamp: fills seq from the owner and removes the rows of duplicates") {
  // Four rows of three resources; resource 1 is a duplicate (seq 0).
  RowBlock block = visits({{.code = "I10", .cost = 1},
                           {.code = "E11.9", .cost = 2},
                           {.code = "", .cost = 3},
                           {.code = "J45 with a text beyond twelve", .cost = 4}});
  block.owner = {0, 1, 2, 2};
  stamp(block, {7, 0, 9});
  REQUIRE(block.rows() == 3);
  CHECK(block.columns[0].ints == std::vector<std::int64_t>{7, 9, 9});
  CHECK(block.columns[0].null == std::vector<std::uint8_t>{0, 0, 0});
  CHECK(block.columns[1].text(0) == "I10");
  CHECK(block.columns[1].null == std::vector<std::uint8_t>{0, 1, 0});
  CHECK(block.columns[1].text(2) == "J45 with a text beyond twelve");
  CHECK(block.columns[1].bytes == "I10J45 with a text beyond twelve");
  CHECK(block.columns[3].ints == std::vector<std::int64_t>{1, 3, 4});
  CHECK(block.owner == std::vector<std::uint32_t>{0, 2, 2});
}

TEST_CASE("stamp: all duplicates leave an empty block") {
  RowBlock block = visits({{.code = "I10"}, {.code = "E11"}});
  stamp(block, {0, 0});
  CHECK(block.rows() == 0);
  CHECK(block.columns[1].bytes.empty());
  CHECK(block.columns[1].ends.empty());
}

TEST_CASE("append: texts keep their ends") {
  RowBlock block = visits({{.code = "ab", .cost = 1}});
  append(block, visits({{.code = "", .cost = 2}, {.code = "cde", .cost = 3}}));
  REQUIRE(block.rows() == 3);
  CHECK(block.columns[1].ends == std::vector<std::uint32_t>{2, 2, 5});
  CHECK(block.columns[1].text(2) == "cde");
  CHECK(block.columns[3].ints == std::vector<std::int64_t>{1, 2, 3});
}

TEST_CASE("append: blocks of two tables are our own mistake") {
  RowBlock block = visits({{.code = "ab"}});
  static const TableSchema other{"other", {{"seq", ColumnType::bigint}}, "", ""};
  RowBlock more;
  more.schema = &other;
  more.columns.resize(1);
  CHECK_THROWS_AS(append(block, more), std::logic_error);
}
