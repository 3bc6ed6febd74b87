#include "tables/literals.hpp"

#include <doctest/doctest.h>

using namespace hb;
using namespace hb::tables;

namespace {

const NamedValues values = {
    {"from", *make_date(2025, 1, 1)}, {"area", std::string("77'01")}, {"count", std::int64_t{3}}};

}  // namespace

TEST_CASE("with_literals: dates and texts stand where their names stood") {
  CHECK(with_literals("SELECT $from, starts_with(a, CAST($area AS VARCHAR))", values) ==
        "SELECT DATE '2025-01-01', starts_with(a, CAST('77''01' AS VARCHAR))");
  CHECK(with_literals("SELECT 1", {}) == "SELECT 1");
}

TEST_CASE("with_literals: quotes and comments stay as they are") {
  for (const char* sql : {"SELECT '$from'", "SELECT 'it''s $from'", "SELECT \"a $from\"",
                          "SELECT 1 -- $nobody\n", "SELECT /* $nobody */ 1", "SELECT 1 --"})
    CHECK(with_literals(sql, values) == sql);
}

TEST_CASE("with_literals: what must be bound is told") {
  CHECK_FALSE(with_literals("SELECT $to", values));     // not given
  CHECK_FALSE(with_literals("SELECT $count", values));  // a number
  CHECK_FALSE(with_literals("SELECT $1", values));
  CHECK_FALSE(with_literals("SELECT $$text$$", values));
  CHECK_FALSE(with_literals("SELECT $from$text$from$", values));
  CHECK_FALSE(with_literals("SELECT $", values));
}
