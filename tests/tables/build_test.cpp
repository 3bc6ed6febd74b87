#include "given.hpp"

using namespace hb;
using namespace hb::test;

namespace {

TableSchema changed_schema() {
  TableSchema schema = visit_schema();
  schema.definition = "another path";
  return schema;
}

const TableSchema& other_schema() {
  static const TableSchema schema{
      "stay", {{"seq", ColumnType::bigint}, {"code", ColumnType::text}}, "", "", "as it was"};
  return schema;
}

/// Rows of visit_schema() as rows of another schema with the same columns.
std::vector<RowBlock> as(const TableSchema& schema, const std::vector<Visit>& rows) {
  std::vector<RowBlock> blocks = {visits(rows)};
  blocks[0].schema = &schema;
  return blocks;
}

std::string codes(const Database& database) {
  std::string all;
  for (const auto& row :
       ask(database, "SELECT code, resident_sex FROM visit ORDER BY code NULLS LAST").rows)
    all += std::get<std::string>(row[0]) + "/" + std::get<std::string>(row[1]) + " ";
  return all;
}

}  // namespace

TEST_CASE("define: a changed table is built beside the one that answers, and swapped") {
  Given given({visit_schema(), other_schema()});
  Database& tables = *given.database;
  require_ok(tables.apply(batch({1}, {{.seq = 1, .code = "a"}})));
  require_ok(tables.apply(batch({2}, {{.seq = 2, .code = "b"}})));
  require_ok(tables.apply(batch({5}, {{.seq = 5, .code = "e"}})));  // 3 and 4 are on their way
  const TableSchema changed = changed_schema();
  CHECK(*tables.define({changed, other_schema()}) == std::vector<std::string>{"visit"});
  CHECK(codes(tables) == "a/male b/male e/male ");
  REQUIRE(tables.building().size() == 1);
  CHECK(tables.building()[0].owed == std::vector<BatchRange>{{1, 2}, {5, 5}});
  REQUIRE(tables.formers().size() == 1);
  CHECK(tables.formers()[0] == visit_schema());

  // Out of turn, other tables, and too early are refused.
  CHECK_FALSE(tables.build({"visit"}, {2, 2}, {}).has_value());
  CHECK_FALSE(tables.build({"visit"}, {1, 3}, {}).has_value());
  CHECK_FALSE(tables.build({"stay"}, {1, 1}, {}).has_value());
  CHECK_FALSE(tables.finish_building({"visit"}).has_value());

  require_ok(tables.build({"visit"}, {1, 1}, as(changed, {{.seq = 1, .code = "A"}})));
  CHECK(codes(tables) == "a/male b/male e/male ");
  given.reopen();
  Database& again = *given.database;
  CHECK(*again.define({changed, other_schema()}) == std::vector<std::string>{"visit"});
  CHECK(again.building()[0].owed == std::vector<BatchRange>{{2, 2}, {5, 5}});
  require_ok(again.build({"visit"}, {2, 2}, as(changed, {{.seq = 2, .code = "B"}})));
  require_ok(again.build({"visit"}, {5, 5}, as(changed, {{.seq = 5, .code = "E"}})));
  require_ok(again.finish_building({"visit"}));
  CHECK(codes(again) == "A/male B/male E/male ");
  CHECK(again.building().empty());
  given.reopen();
  CHECK(given.database->define({changed, other_schema()})->empty());
  CHECK(codes(*given.database) == "A/male B/male E/male ");
  CHECK(*given.database->reached() == 2);
  CHECK(given.database->is_applied(5));
}

TEST_CASE("build: what is replaced or corrected meanwhile is made good at the swap") {
  Given given;
  Database& tables = *given.database;
  require_ok(tables.apply(batch(
      {1}, {{.seq = 1, .code = "a", .resident = 7}, {.seq = 2, .code = "b", .resident = 8}})));
  const TableSchema changed = changed_schema();
  REQUIRE(tables.define({changed}).has_value());
  // Both schemas receive what comes; version 1 is replaced, person 8 corrected.
  TableBatch next = batch({2}, {{.seq = 3, .code = "a2", .resident = 7}}, {1});
  next.blocks.push_back(as(changed, {{.seq = 3, .code = "A2", .resident = 7}})[0]);
  next.resident_fixes = {{8, "female", false, {}}};
  require_ok(tables.apply(next));
  CHECK(codes(tables) == "a2/male b/female ");
  given.reopen();  // what was noted is not lost
  Database& again = *given.database;
  REQUIRE(again.define({changed}).has_value());
  // The rows were read before the change and come after it.
  require_ok(again.build({"visit"}, {1, 1},
                         as(changed, {{.seq = 1, .code = "A", .resident = 7},
                                      {.seq = 2, .code = "B", .resident = 8}})));
  require_ok(again.finish_building({"visit"}));
  CHECK(codes(again) == "A2/male B/female ");
  // Rows of the former schema may still be on their way: they are left out, if they say so.
  TableSchema former = visit_schema();
  former.former = true;
  TableBatch late = batch({3});
  late.blocks = as(former, {{.seq = 4, .code = "late"}});
  require_ok(again.apply(late));
  CHECK(codes(again) == "A2/male B/female ");
  late = batch({4}, {{.seq = 5, .code = "wrong"}});
  CHECK_FALSE(again.apply(late).has_value());
}

TEST_CASE("define: a table given back, given up or left to stand") {
  Given given;
  Database& tables = *given.database;
  require_ok(tables.apply(batch({1}, {{.seq = 1, .code = "a"}})));
  const TableSchema changed = changed_schema();
  REQUIRE(tables.define({changed}).has_value());
  SUBCASE("the change is taken back: the former one answers as before") {
    CHECK(tables.define({visit_schema()})->empty());
    require_ok(tables.apply(batch({2}, {{.seq = 2, .code = "b"}})));
    CHECK(codes(tables) == "a/male b/male ");
  }
  SUBCASE("a former one that nobody keeps stands still and is not trusted again") {
    require_ok(tables.let_stand("visit"));
    CHECK(tables.formers().empty());
    TableBatch next = batch({2}, {}, {1});
    next.blocks = as(changed, {{.seq = 2, .code = "B"}});
    require_ok(tables.apply(next));
    CHECK(codes(tables) == "a/male ");
    given.reopen();
    CHECK(given.database->formers().empty());
    CHECK(*given.database->define({visit_schema()}) == std::vector<std::string>{"visit"});
    CHECK(given.database->building()[0].owed == std::vector<BatchRange>{{1, 2}});
    CHECK(given.database->tables()->empty());  // nothing answers until it is built
    CHECK_FALSE(given.database->query(anyone(), "SELECT count(*) AS n FROM visit").has_value());
  }
  SUBCASE("clear: the new one answers at once") {
    require_ok(tables.clear());
    CHECK(*tables.reached() == 0);
    CHECK(tables.define({changed})->empty());
    CHECK(count(tables) == 0);
    TableBatch next = batch({1});
    next.blocks = as(changed, {{.seq = 1, .code = "A"}});
    require_ok(tables.apply(next));
    CHECK(codes(tables) == "A/male ");
    CHECK(tables.define({})->empty());
    CHECK(tables.tables()->empty());
  }
}
