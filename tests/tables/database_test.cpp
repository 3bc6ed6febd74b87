#include "tables/database.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

#include "given.hpp"

using namespace hb;
using namespace hb::test;

namespace {

Date day(int year, int month, int of_month) { return *make_date(year, month, of_month); }

std::vector<Visit> three_visits() {
  return {{1, "I10", day(2025, 3, 1), 125'000, 1, "330105001"},
          {2, "E11", day(2025, 3, 2), 80'500, 2, "330106"},
          {3, "", day(2025, 4, 1), 0, 1, ""}};
}

}  // namespace

TEST_CASE("apply: rows come out as they went in") {
  Given given;
  require_ok(given.database->apply(batch({1}, three_visits())));
  const ResultSet set = ask(*given.database,
                            "SELECT seq, code, day, cost, resident_area FROM visit "
                            "ORDER BY seq NULLS LAST");
  REQUIRE(set.rows.size() == 3);
  CHECK(set.columns == std::vector<std::string>{"seq", "code", "day", "cost", "resident_area"});
  CHECK(set.rows[0][0] == Value(std::int64_t{1}));
  CHECK(set.rows[0][1] == Value(std::string("I10")));
  CHECK(set.rows[0][2] == Value(day(2025, 3, 1)));
  CHECK(set.rows[0][3] == Value(Decimal{125'000, 4}));
  CHECK(set.rows[2][1] == Value());
  CHECK(set.rows[2][4] == Value());
  const auto tables = given.database->tables();
  REQUIRE(tables.has_value());
  REQUIRE(tables->size() == 1);
  CHECK(tables->front().name == "visit");
  CHECK(tables->front().rows == 3);
}

TEST_CASE("apply: every column type, with and without a value, across chunk borders") {
  const TableSchema schema{"kinds",
                           {{"seq", ColumnType::bigint},
                            {"flag", ColumnType::boolean},
                            {"small", ColumnType::integer},
                            {"big", ColumnType::bigint},
                            {"money", ColumnType::decimal},
                            {"ratio", ColumnType::real},
                            {"words", ColumnType::text},
                            {"day", ColumnType::date},
                            {"moment", ColumnType::timestamp}},
                           "",
                           ""};
  Given given({schema});
  constexpr std::int64_t rows = 5'000;  // two full chunks of 2,048 and a rest
  TableBatch all;
  all.batches = {1};
  RowBlock block;
  block.schema = &schema;
  block.columns.resize(schema.columns.size());
  for (std::int64_t i = 0; i < rows; ++i) {
    const bool null = i % 7 == 0;
    put(block.columns[0], i + 1);
    put(block.columns[1], i % 2, null);
    put(block.columns[2], i - 2'500, null);
    put(block.columns[3], i * 1'000'000'007, null);
    put(block.columns[4], -i, null);
    put(block.columns[5], 0.5 * static_cast<double>(i), null);
    put(block.columns[6], std::string(static_cast<std::size_t>(i % 40), 'x') + "健康", null);
    put(block.columns[7], i - 1'000, null);
    put(block.columns[8], i * 1'000'000, null);
    block.owner.push_back(0);
  }
  all.blocks.push_back(std::move(block));
  require_ok(given.database->apply(all));
  const ResultSet set = ask(*given.database, "SELECT * FROM kinds ORDER BY seq NULLS LAST");
  REQUIRE(set.rows.size() == static_cast<std::size_t>(rows));
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto& row = set.rows[static_cast<std::size_t>(i)];
    std::vector<Value> want(9);
    want[0] = i + 1;
    if (i % 7 != 0)
      want = {i + 1,
              i % 2 == 1,
              i - 2'500,
              i * 1'000'000'007,
              Decimal{-i, 4},
              0.5 * static_cast<double>(i),
              std::string(static_cast<std::size_t>(i % 40), 'x') + "健康",
              Date{static_cast<std::int32_t>(i - 1'000)},
              Instant{i * 1'000'000}};
    wrong += row != want;
  }
  CHECK(wrong == 0);
}

TEST_CASE("apply: a number beyond 32 bits is refused and nothing stays") {
  Given given;
  TableBatch bad = batch({1}, three_visits());
  bad.blocks[0].columns[8].ints[1] = std::int64_t{1} << 40;
  const Result<void> applied = given.database->apply(bad);
  REQUIRE_FALSE(applied.has_value());
  CHECK(applied.error().code == ErrorCode::invalid_input);
  CHECK(applied.error().where == "visit");
  CHECK(count(*given.database) == 0);
  CHECK(*given.database->reached() == 0);
  require_ok(given.database->apply(batch({1}, three_visits())));
  CHECK(count(*given.database) == 3);
}

TEST_CASE("apply: a batch counts once, partly applied sets are refused") {
  Given given;
  require_ok(given.database->apply(batch({1, 2}, three_visits())));
  require_ok(given.database->apply(batch({1, 2}, three_visits())));
  require_ok(given.database->apply(batch({2}, three_visits())));
  CHECK(count(*given.database) == 3);
  const Result<void> mixed = given.database->apply(batch({2, 3}, three_visits()));
  REQUIRE_FALSE(mixed.has_value());
  CHECK(mixed.error().code == ErrorCode::invalid_input);
  CHECK_FALSE(given.database->apply(batch({}, three_visits())).has_value());
  CHECK_FALSE(given.database->apply(batch({0}, three_visits())).has_value());
  CHECK(count(*given.database) == 3);
}

TEST_CASE("reached: the longest prefix without a gap, also after reopening") {
  Given given;
  require_ok(given.database->apply(batch({1})));
  require_ok(given.database->apply(batch({4})));
  require_ok(given.database->apply(batch({2})));
  CHECK(*given.database->reached() == 2);
  given.reopen();
  CHECK(*given.database->reached() == 2);
  require_ok(given.database->apply(batch({3})));
  CHECK(*given.database->reached() == 4);
  require_ok(given.database->apply(batch({4}, three_visits())));  // known: does nothing
  CHECK(count(*given.database) == 0);
}

TEST_CASE("apply: replaced versions go from every table, also those of the same call") {
  Given given;
  require_ok(given.database->apply(batch({1}, three_visits())));
  // Version 4 replaces 2; version 5 replaces 4 in the same call.
  require_ok(given.database->apply(batch({2, 3},
                                         {{4, "E11.9", day(2025, 3, 2), 1, 2, "330106"},
                                          {5, "E11.8", day(2025, 3, 2), 1, 2, "330106"}},
                                         {2, 4})));
  const ResultSet set = ask(*given.database, "SELECT seq FROM visit ORDER BY seq NULLS LAST");
  REQUIRE(set.rows.size() == 3);
  CHECK(set.rows[0][0] == Value(std::int64_t{1}));
  CHECK(set.rows[1][0] == Value(std::int64_t{3}));
  CHECK(set.rows[2][0] == Value(std::int64_t{5}));
}

TEST_CASE("apply: many replaced versions at once") {
  Given given;
  std::vector<Visit> rows;
  std::vector<std::int64_t> odd;
  for (Seq seq = 1; seq <= 5'000; ++seq) {
    rows.push_back({.seq = seq, .code = "x"});
    if (seq % 2 == 1) odd.push_back(seq);
  }
  require_ok(given.database->apply(batch({1}, rows)));
  require_ok(given.database->apply(batch({2}, {}, odd)));
  CHECK(count(*given.database) == 2'500);
  const ResultSet left = ask(*given.database, "SELECT count(*) AS n FROM visit WHERE seq % 2 = 1");
  CHECK(left.rows[0][0] == Value(std::int64_t{0}));
}

TEST_CASE("apply: corrected demographics follow into event rows, the age band with them") {
  Given given;
  require_ok(given.database->apply(batch({1}, three_visits())));
  TableBatch fix = batch({2});
  // Born 1950-03-02: on 2025-03-01 still 74 (band 70), on 2025-04-01 75 (band 75).
  fix.resident_fixes = {{1, "male", true, day(1999, 1, 1)}, {1, "female", true, day(1950, 3, 2)}};
  require_ok(given.database->apply(fix));
  const ResultSet set = ask(*given.database,
                            "SELECT seq, resident_sex, resident_birth_date, age_band FROM visit "
                            "ORDER BY seq NULLS LAST");
  CHECK(set.rows[0][1] == Value(std::string("female")));
  CHECK(set.rows[0][2] == Value(day(1950, 3, 2)));
  CHECK(set.rows[0][3] == Value(std::int64_t{70}));
  CHECK(set.rows[2][3] == Value(std::int64_t{75}));
  CHECK(set.rows[1][1] == Value(std::string("male")));
  CHECK(set.rows[1][3] == Value(std::int64_t{40}));

  TableBatch unknown = batch({3});
  unknown.resident_fixes = {{1, "", false, {}}, {2, "male", true, day(1900, 1, 1)}};
  require_ok(given.database->apply(unknown));
  const ResultSet after = ask(*given.database,
                              "SELECT resident_sex, resident_birth_date, age_band FROM visit "
                              "ORDER BY seq NULLS LAST");
  CHECK(after.rows[0] == std::vector<Value>{Value(), Value(), Value()});
  CHECK(after.rows[1][2] == Value(std::int64_t{85}));  // 125 years: the open band
}

TEST_CASE("apply: the age at an instant is the age on its day in Shanghai") {
  const TableSchema schema{"reading",
                           {{"seq", ColumnType::bigint},
                            {"taken", ColumnType::timestamp},
                            {"resident_id", ColumnType::bigint},
                            {"resident_sex", ColumnType::text},
                            {"age_band", ColumnType::integer}},
                           "taken",
                           ""};
  Given given({schema});
  RowBlock block;
  block.schema = &schema;
  block.columns.resize(5);
  // 2025-03-01 15:59 and 16:01 UTC: the 1st and the 2nd in Shanghai.
  const std::int64_t midnight = std::int64_t{day(2025, 3, 1).days} * 86'400 + 16 * 3'600;
  for (const std::int64_t shift : {-60, 60}) {
    put(block.columns[0], std::int64_t{1});
    put(block.columns[1], (midnight + shift) * 1'000'000);
    put(block.columns[2], std::int64_t{7});
    put(block.columns[3], std::string(""), true);
    put(block.columns[4], std::int64_t{0}, true);
    block.owner.push_back(0);
  }
  TableBatch all;
  all.batches = {1};
  all.blocks.push_back(std::move(block));
  all.resident_fixes = {{7, "male", true, day(1975, 3, 2)}};  // 49, then 50
  require_ok(given.database->apply(all));
  const ResultSet set =
      ask(*given.database, "SELECT age_band, resident_sex FROM reading ORDER BY taken NULLS LAST");
  CHECK(set.rows[0][0] == Value(std::int64_t{45}));
  CHECK(set.rows[1][0] == Value(std::int64_t{50}));
  CHECK(set.rows[1][1] == Value(std::string("male")));
}

TEST_CASE("define: bad schemas are refused with their place") {
  Given given;
  const auto refused = [&](const TableSchema& schema) {
    const auto missing = given.database->define({schema});
    return missing ? std::string("accepted") : missing.error().where;
  };
  CHECK(refused({"Visit", {{"seq", ColumnType::bigint}}, "", ""}) == "Visit");
  CHECK(refused({"visit", {{"code", ColumnType::text}}, "", ""}) == "visit");
  CHECK(refused({"visit", {{"seq", ColumnType::bigint}, {"A b", ColumnType::text}}, "", ""}) ==
        "visit.A b");
  CHECK(refused({"visit", {{"seq", ColumnType::bigint}}, "day", ""}) == "visit.day");
  CHECK_FALSE(given.database->define({visit_schema(), visit_schema()}).has_value());
}

TEST_CASE("clear: rows and batches are gone, and come back the same") {
  Given given;
  require_ok(given.database->apply(batch({1}, three_visits())));
  const auto before = given.database->checksum("visit");
  require_ok(given.database->clear());
  CHECK(count(*given.database) == 0);
  require_ok(given.database->apply(batch({1}, three_visits())));
  CHECK(*given.database->checksum("visit") == *before);
}

TEST_CASE("checksum: does not depend on order, does on content") {
  Given one;
  Given two;
  const auto rows = three_visits();
  require_ok(one.database->apply(batch({1}, rows)));
  require_ok(two.database->apply(batch({1}, {rows[2]})));
  require_ok(two.database->apply(batch({2}, {rows[1], rows[0]})));
  CHECK(one.database->checksum("visit")->rows == 3);
  CHECK(*one.database->checksum("visit") == *two.database->checksum("visit"));
  // The same row twice more: an exclusive or alone would not see it.
  require_ok(two.database->apply(batch({3}, {rows[0], rows[0]})));
  CHECK(one.database->checksum("visit")->hash != two.database->checksum("visit")->hash);
  CHECK(one.database->checksum("nothing").error().code == ErrorCode::not_found);
}

TEST_CASE("export_csv: NULL is nothing, an empty text is two quotes") {
  Given given;
  std::vector<Visit> rows = {{1, "a \"b\",\nc", day(2025, 3, 1), 125'000, 1, "3301"}};
  TableBatch all = batch({1}, rows);
  all.blocks.push_back(visits({{2, "x", day(2025, 3, 1), -1, 1, ""}}));
  put(all.blocks[0].columns[7], std::string());
  all.blocks[0].columns[7] = {};
  put(all.blocks[0].columns[7], std::string(""));
  require_ok(given.database->apply(all));
  const std::string path = (given.directory.path() / "visit.csv").string();
  require_ok(given.database->export_csv("visit", path));
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  CHECK(text ==
        "seq,code,day,cost,resident_id,resident_sex,resident_birth_date,resident_area,age_band\n"
        "1,\"a \"\"b\"\",\nc\",2025-03-01,12.5000,1,\"male\",1980-06-15,\"\",40\n"
        "2,\"x\",2025-03-01,-0.0001,1,\"male\",1980-06-15,,40\n");
  CHECK(given.database->export_csv("visit", "/nowhere/visit.csv").error().code ==
        ErrorCode::unavailable);
}

TEST_CASE("open: refuses what is no tables file and what another process uses") {
  TempDir directory;
  const std::string path = (directory.path() / "tables.db").string();
  std::ofstream(path) << std::string(20'000, 'x');
  const auto opened = Database::open(path, {});
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code == ErrorCode::invalid_input);
  CHECK(opened.error().where == path);
  const auto nowhere = Database::open((directory.path() / "no" / "tables.db").string(), {});
  REQUIRE_FALSE(nowhere.has_value());
  CHECK(nowhere.error().code == ErrorCode::unavailable);
}

TEST_CASE("open: read only sees the rows and refuses to apply") {
  Given given;
  require_ok(given.database->apply(batch({1}, three_visits())));
  given.database.reset();
  given.database = given_database(given.path, {.read_only = true});
  CHECK(count(*given.database) == 3);
  CHECK_FALSE(given.database->apply(batch({2}, three_visits())).has_value());
  CHECK(*given.database->reached() == 1);
}

TEST_CASE("checkpoint: moves the log into the file while others read and write") {
  Given given;
  require_ok(given.database->apply(batch({1}, three_visits())));
  std::thread writer([&] {
    for (BatchId id = 2; id < 30; ++id) (void)given.database->apply(batch({id}, three_visits()));
  });
  for (int i = 0; i < 5; ++i) require_ok(given.database->checkpoint());
  writer.join();
  require_ok(given.database->checkpoint());
  CHECK(count(*given.database) == 29 * 3);
  CHECK_FALSE(std::filesystem::exists(given.path + ".wal"));
}
