#include <atomic>
#include <chrono>
#include <thread>

#include "given.hpp"

using namespace hb;
using namespace hb::test;

namespace {

Principal limited_to(std::vector<std::string> areas) {
  return {"li", {"epidemiologist"}, std::move(areas), {}, "public-health", false};
}

/// 330105, 330105001, 330106, 330106002, 33 (the province alone) and no area.
struct GivenAreas : Given {
  GivenAreas() {
    require_ok(database->apply(batch({1}, {{.seq = 1, .code = "a", .area = "330105"},
                                           {.seq = 2, .code = "b", .area = "330105001"},
                                           {.seq = 3, .code = "c", .area = "330106"},
                                           {.seq = 4, .code = "d", .area = "330106002"},
                                           {.seq = 5, .code = "e", .area = "33"},
                                           {.seq = 6, .code = "f", .area = ""}})));
  }
};

using Milliseconds = std::chrono::milliseconds;

/// Runs for minutes when nobody stops it.
constexpr const char* endless =
    "SELECT count(*) AS n FROM generate_series(1, 3000000) AS a(x) "
    "CROSS JOIN generate_series(1, 3000000) AS b(y) WHERE a.x + b.y < 0";

}  // namespace

TEST_CASE("query: a principal sees the rows of its areas and below, nobody else's") {
  const GivenAreas given;
  CHECK(count(*given.database) == 6);
  CHECK(count(*given.database, limited_to({"330105"})) == 2);
  CHECK(count(*given.database, limited_to({"330105", "330106002"})) == 3);
  CHECK(count(*given.database, limited_to({"33"})) == 5);
  CHECK(count(*given.database, limited_to({"3301050011"})) == 0);
  CHECK(count(*given.database, limited_to({"33", "330105", "330106002"})) == 5);
  CHECK(count(*given.database, limited_to({"3", "33010", "330106", "330105001"})) == 5);
  CHECK(count(*given.database, limited_to({"杭州", "330106"})) == 2);
  CHECK(given.database
            ->query(limited_to({"1", "12", "123", "1234", "12345", "123456", "1234567"}),
                    "SELECT seq FROM visit")
            .error()
            .code == ErrorCode::forbidden);
  CHECK(count(*given.database, limited_to({})) == 0);
  CHECK(count(*given.database, limited_to({""})) == 0);
  CHECK(count(*given.database, limited_to({".*"})) == 0);
  CHECK(count(*given.database, limited_to({"x' OR true --"})) == 0);
  CHECK(count(*given.database) == 6);  // the connection keeps nothing
}

TEST_CASE("query: a table with an area column is limited, one without is open") {
  const TableSchema place{
      "place", {{"seq", ColumnType::bigint}, {"area", ColumnType::text}}, "", ""};
  const TableSchema code{
      "code_list", {{"seq", ColumnType::bigint}, {"code", ColumnType::text}}, "", ""};
  const Given given({place, code});
  TableBatch all;
  all.batches = {1};
  for (const TableSchema* schema : {&place, &code}) {
    RowBlock block;
    block.schema = schema;
    block.columns.resize(2);
    for (const char* text : {"330105", "330106"}) {
      put(block.columns[0], std::int64_t{1});
      put(block.columns[1], std::string(text));
      block.owner.push_back(0);
    }
    all.blocks.push_back(std::move(block));
  }
  require_ok(given.database->apply(all));
  const Principal li = limited_to({"330105"});
  CHECK(ask(*given.database, "SELECT area FROM place", {}, li).rows.size() == 1);
  CHECK(ask(*given.database, "SELECT code FROM code_list", {}, li).rows.size() == 2);
}

TEST_CASE("query: scopes do not mix between threads") {
  const GivenAreas given;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      const Principal who = t % 2 == 0 ? anyone() : limited_to({"330105"});
      for (int i = 0; i < 25; ++i) {
        const auto set = given.database->query(who, "SELECT count(*) AS n FROM visit");
        if (!set || set->rows[0][0] != Value(std::int64_t{t % 2 == 0 ? 6 : 2})) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("query: parameters are bound by name, whatever their order and kind") {
  const GivenAreas given;
  const ResultSet set = ask(*given.database,
                            "SELECT $text || 'x' AS t, CAST($number AS BIGINT) + 1 AS n, "
                            "CAST($day AS DATE) AS d, CAST($money AS DECIMAL(18,4)) AS m, "
                            "CAST($ratio AS DOUBLE PRECISION) AS r, CAST($flag AS BOOLEAN) AS f, "
                            "CAST($moment AS TIMESTAMP WITH TIME ZONE) AS i, "
                            "CAST($none AS VARCHAR) AS o, $text AS again",
                            {{"none", Value()},
                             {"unused", Value(std::int64_t{1})},
                             {"moment", Instant{1'700'000'000'123'456}},
                             {"flag", true},
                             {"ratio", 0.25},
                             {"money", Decimal{-125'001, 4}},
                             {"day", *make_date(2025, 2, 28)},
                             {"number", std::int64_t{41}},
                             {"text", std::string("杭州")}});
  CHECK(set.rows.at(0) == std::vector<Value>{std::string("杭州x"), std::int64_t{42},
                                             *make_date(2025, 2, 28), Decimal{-125'001, 4}, 0.25,
                                             true, Instant{1'700'000'000'123'456}, Value(),
                                             std::string("杭州")});
  const auto missing = given.database->query(anyone(), "SELECT $area AS a", {});
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == ErrorCode::invalid_input);
  CHECK(missing.error().message == "parameter $area is missing");
}

TEST_CASE("query: what does not bind is the asker's mistake") {
  const GivenAreas given;
  for (const std::string sql :
       {"SELECT nothing FROM visit", "SELECT code + 1 FROM visit",
        "SELECT CAST(code AS DATE) AS d FROM visit", "SELECT age(day, day) AS a FROM visit",
        "SELECT day + INTERVAL '1 month' AS d FROM visit"}) {
    CAPTURE(sql);
    const auto set = given.database->query(anyone(), sql);
    REQUIRE_FALSE(set.has_value());
    CHECK(set.error().code == ErrorCode::invalid_input);
    CHECK(set.error().message.find("'a'") == std::string::npos);  // no row's value
  }
}

TEST_CASE("query: the time limit stops it and the next one runs") {
  const GivenAreas given;
  const auto start = std::chrono::steady_clock::now();
  const auto stopped = given.database->query(anyone(), endless, {}, Milliseconds(200));
  const auto taken = std::chrono::steady_clock::now() - start;
  REQUIRE_FALSE(stopped.has_value());
  CHECK(stopped.error().code == ErrorCode::unavailable);
  CHECK(stopped.error().message == "the query was stopped after 200 ms");
  CHECK(taken >= Milliseconds(190));
  CHECK(taken < Milliseconds(3'000));
  CHECK(count(*given.database) == 6);
}

TEST_CASE("query: more askers than connections wait, and give up at their limit") {
  const GivenAreas given;  // two threads: four connections
  std::vector<std::thread> busy;
  for (int i = 0; i < 4; ++i)
    busy.emplace_back(
        [&] { (void)given.database->query(anyone(), endless, {}, Milliseconds(1'500)); });
  std::this_thread::sleep_for(Milliseconds(400));
  const auto refused =
      given.database->query(anyone(), "SELECT count(*) AS n FROM visit", {}, Milliseconds(100));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::unavailable);
  const auto waited =
      given.database->query(anyone(), "SELECT count(*) AS n FROM visit", {}, Milliseconds(10'000));
  CHECK(waited.has_value());
  for (std::thread& thread : busy) thread.join();
}

TEST_CASE("query: readers do not see half a batch while it is applied") {
  const GivenAreas given;
  std::vector<Visit> many(20'000, Visit{.seq = 7, .code = "m", .area = "330105"});
  std::thread writer([&] {
    for (BatchId id = 2; id < 6; ++id) (void)given.database->apply(batch({id}, many));
  });
  std::int64_t seen = 6;
  for (int i = 0; i < 50 && seen < 80'006; ++i) {
    seen = count(*given.database);
    CHECK((seen - 6) % 20'000 == 0);
  }
  writer.join();
  CHECK(count(*given.database) == 80'006);
}

TEST_CASE("query: an answer beyond a million rows is refused") {
  const GivenAreas given;
  const auto set = given.database->query(
      anyone(), "SELECT x FROM generate_series(1, 1000001) AS s(x)", {}, Milliseconds(20'000));
  REQUIRE_FALSE(set.has_value());
  CHECK(set.error().message.find("1000000 rows") != std::string::npos);
}

TEST_CASE("query: more memory than the tables may use is said so, and the next one runs") {
  const TempDir directory;
  const auto database =
      given_database((directory.path() / "tables.db").string(), {.memory_limit_mb = 128});
  const auto set = database->query(
      anyone(),
      "SELECT length(string_agg(repeat('x', 1000), ',' ORDER BY x NULLS LAST)) AS n "
      "FROM generate_series(1, 1000000) AS s(x)",
      {}, Milliseconds(60'000));
  REQUIRE_FALSE(set.has_value());
  CHECK(set.error().code == ErrorCode::unavailable);
  CHECK(set.error().message == "the query needs more memory than the tables may use");
  CHECK(ask(*database, "SELECT 1 AS one").rows.size() == 1);
}
