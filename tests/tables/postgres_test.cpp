#include "support/postgres.hpp"

#include "given.hpp"

using namespace hb;
using namespace hb::test;

namespace {

Date day(int year, int month, int of_month) { return *make_date(year, month, of_month); }

/// Every column type, with NULLs, ties, Chinese, ISO week borders and a leap day.
const TableSchema& event_schema() {
  static const TableSchema schema{"event",
                                  {{"seq", ColumnType::bigint},
                                   {"code", ColumnType::text},
                                   {"day", ColumnType::date},
                                   {"cost", ColumnType::decimal},
                                   {"value", ColumnType::real},
                                   {"severe", ColumnType::boolean},
                                   {"age", ColumnType::integer},
                                   {"moment", ColumnType::timestamp}},
                                  "",
                                  ""};
  return schema;
}

struct Event {
  const char* code;  ///< nullptr = NULL
  Date day;
  std::int64_t cost;
  double value;  ///< negative = NULL
  int severe;    ///< -1 = NULL
  int age;       ///< -1 = NULL
};

TableBatch events() {
  const Event rows[] = {
      {"I10", day(2024, 12, 29), 100'001, 1.5, 1, 70},  // Sunday of 2024-W52
      {"I10", day(2024, 12, 30), 0, 2.25, 0, 71},       // Monday of 2025-W01
      {"E11", day(2025, 1, 1), 999'999'999, 0.1, 1, 55},
      {"E11", day(2024, 2, 29), -5, 0.2, -1, -1},  // leap day
      {nullptr, day(2025, 1, 31), 25'000, -1, 0, 0},
      {"糖尿病", day(2025, 3, 31), 33'333, 0.3, 1, 12},
      {"j45", day(2027, 1, 1), 10'000, 1e6, 0, 12},  // Friday of 2026-W53
      {"", day(2025, 5, 31), 5'000, 3.5, 0, 85},
      {"a,b,c", day(2025, 5, 31), 15'000, -1, -1, 33},
  };
  TableBatch result;
  result.batches = {1};
  RowBlock block;
  block.schema = &event_schema();
  block.columns.resize(block.schema->columns.size());
  std::int64_t seq = 0;
  for (const Event& row : rows) {
    ++seq;
    put(block.columns[0], seq);
    put(block.columns[1], std::string(row.code != nullptr ? row.code : ""), row.code == nullptr);
    put(block.columns[2], std::int64_t{row.day.days});
    put(block.columns[3], row.cost);
    put(block.columns[4], row.value, row.value < 0);
    put(block.columns[5], std::int64_t{row.severe}, row.severe < 0);
    put(block.columns[6], std::int64_t{row.age}, row.age < 0);
    // 16:30 UTC is the next day in Shanghai.
    put(block.columns[7], (std::int64_t{row.day.days} * 86'400 + 59'400) * 1'000'000 + 123'456);
    block.owner.push_back(0);
  }
  result.blocks.push_back(std::move(block));
  return result;
}

/// What docs/scene-sql.md promises to mean the same in both engines.
const char* const snippets[] = {
    "SELECT * FROM event",
    "SELECT code, age FROM event ORDER BY age NULLS FIRST, code DESC NULLS LAST",
    "SELECT code, seq FROM event ORDER BY code NULLS LAST, seq NULLS LAST",
    "SELECT code, count(*) AS n, count(age) AS known, count(DISTINCT day) AS days FROM event "
    "GROUP BY code",
    "SELECT count(*) FILTER (WHERE severe) AS severe, count(*) FILTER (WHERE NOT severe) AS mild, "
    "bool_or(severe) AS some, bool_and(severe) AS every_one FROM event",
    "SELECT CAST(sum(cost) AS DECIMAL(18,4)) AS total, CAST(sum(age) AS BIGINT) AS ages, "
    "min(cost) AS least, max(day) AS last, avg(value) AS mean FROM event",
    "SELECT EXTRACT(isoyear FROM day) AS y, EXTRACT(week FROM day) AS w, "
    "EXTRACT(isodow FROM day) AS d, EXTRACT(dow FROM day) AS dow, EXTRACT(doy FROM day) AS doy, "
    "EXTRACT(quarter FROM day) AS q, count(*) AS n FROM event GROUP BY day",
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS median, "
    "percentile_cont(0.9) WITHIN GROUP (ORDER BY age) AS p90, "
    "percentile_disc(0.5) WITHIN GROUP (ORDER BY age) AS middle, "
    "mode() WITHIN GROUP (ORDER BY age) AS often FROM event",
    "SELECT seq, day - CAST('2024-12-30' AS DATE) AS apart, day + 30 AS later, day - 1 AS before, "
    "CAST(day + INTERVAL '1 month' AS DATE) AS month_on, "
    "CAST(day - INTERVAL '1 year' AS DATE) AS year_back FROM event",
    "SELECT seq, EXTRACT(year FROM age(day, CAST('1950-03-02' AS DATE))) AS years FROM event",
    "SELECT CAST(date_trunc('month', day) AS DATE) AS month, "
    "CAST(date_trunc('week', day) AS DATE) AS week, CAST(date_trunc('quarter', day) AS DATE) AS "
    "quarter FROM event",
    "SELECT string_agg(code, '、' ORDER BY code NULLS LAST) AS codes FROM event",
    "SELECT DISTINCT ON (code) code, day, seq FROM event "
    "ORDER BY code NULLS LAST, day DESC NULLS LAST, seq NULLS LAST",
    "SELECT code, row_number() OVER (PARTITION BY severe ORDER BY day NULLS LAST, seq NULLS LAST) "
    "AS n, lag(day, 1) OVER (ORDER BY seq NULLS LAST) AS before, "
    "CAST(sum(age) OVER (ORDER BY seq NULLS LAST ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS "
    "BIGINT) AS three, rank() OVER (ORDER BY age NULLS FIRST) AS place FROM event",
    "SELECT CAST(s.d AS DATE) AS d, count(e.seq) AS n "
    "FROM generate_series($first, $last, INTERVAL '1 day') AS s(d) "
    "LEFT JOIN event AS e ON e.day = CAST(s.d AS DATE) GROUP BY 1 ORDER BY 1 NULLS LAST",
    "SELECT m.n, make_date(2025, m.n, 1) AS first FROM generate_series(1, 12) AS m(n)",
    "SELECT seq, age / 10 AS tens, (age - 40) / 7 AS toward_zero, age % 7 AS rest, "
    "(age - 40) % 7 AS signed_rest, 100 * age / NULLIF(age - 12, 0) AS share FROM event",
    "SELECT seq, CAST(age AS DOUBLE PRECISION) / NULLIF(value, 0) AS ratio, sqrt(value) AS root, "
    "power(value, 2) AS square, ln(value + 1) AS log, abs(age - 50) AS away FROM event",
    "SELECT seq, round(cost, 2) AS cents, round(CAST(value AS DECIMAL(18,4)), 1) AS tenth, "
    "cost * 2 AS twice, cost + 1 AS more, CAST(cost AS INTEGER) AS yuan, floor(cost) AS low, "
    "ceil(cost) AS high FROM event",
    "SELECT code, length(code) AS n, upper(code) AS u, lower(code) AS l, left(code, 2) AS a, "
    "right(code, 1) AS z, substring(code, 2, 1) AS m, split_part(code, ',', 2) AS part, "
    "lpad(code, 5, '0') AS padded, replace(code, '1', '一') AS r, position('1' IN code) AS at, "
    "trim(code) AS t, starts_with(code, 'I') AS i, reverse(code) AS back, md5(code) AS sum, "
    "code || '-' || seq AS joined, concat(code, '+', seq) AS both FROM event",
    "SELECT seq FROM event WHERE code LIKE 'I%' OR code ILIKE 'J__' OR code NOT LIKE '%1%'",
    "SELECT seq, CASE WHEN age >= 65 THEN '65+' WHEN age IS NULL THEN 'unknown' ELSE 'under' END "
    "AS band, coalesce(code, '-') AS code, NULLIF(code, '') AS named, greatest(age, 40) AS g, "
    "least(age, 40) AS l FROM event",
    "SELECT seq, severe IS TRUE AS yes, severe IS NOT TRUE AS no, code IS DISTINCT FROM 'I10' AS "
    "other, age BETWEEN 12 AND 60 AS middle, age IN (12, 55, NULL) AS listed FROM event",
    "SELECT seq, moment, CAST(moment AS DATE) AS shanghai_day, "
    "EXTRACT(hour FROM moment) AS hour FROM event",
    "WITH per_code AS (SELECT code, count(*) AS n FROM event GROUP BY code) "
    "SELECT e.seq, p.n FROM event AS e JOIN per_code AS p ON p.code IS NOT DISTINCT FROM e.code "
    "WHERE p.n = (SELECT max(q.n) FROM per_code AS q)",
    "SELECT code FROM event EXCEPT SELECT code FROM event WHERE age > 50",
    "SELECT severe, code, count(*) AS n FROM event GROUP BY GROUPING SETS ((severe), (code), ())",
    "WITH RECURSIVE weeks AS (SELECT $first AS d UNION ALL SELECT w.d + 7 FROM weeks AS w "
    "WHERE w.d + 7 <= $last) SELECT w.d FROM weeks AS w ORDER BY w.d NULLS LAST",
    "SELECT stddev_samp(value) AS s, var_pop(value) AS v, corr(value, age) AS r, "
    "regr_slope(value, age) AS b FROM event",
    "SELECT e.seq FROM event AS e WHERE EXISTS (SELECT 1 FROM event AS o WHERE o.code = e.code AND "
    "o.seq <> e.seq) AND e.code = $code",
    "SELECT x.k, x.t FROM (VALUES (1, 'a'), (2, NULL)) AS x(k, t) ORDER BY x.t NULLS FIRST",
    "SELECT seq, ltrim(code, 'I') AS l, rtrim(code, '01') AS r, rpad(code, 4, '-') AS p, "
    "repeat(code, 2) AS twice, strpos(code, '1') AS at, substr(code, 2) AS rest, "
    "translate(code, 'aj1', 'AJ') AS t, concat_ws('/', code, NULL, seq) AS path, "
    "left(code, -1) AS all_but_last, right(code, -1) AS tail, lpad(code, 2, '0') AS cut, "
    "split_part(code, ',', 9) AS none, ascii_free.x AS x "
    "FROM event, (VALUES ('y')) AS ascii_free(x)",
    "SELECT seq, sign(age - 50) AS s, exp(value / 1000000) AS e, log10(value + 1) AS l, "
    "mod(age - 40, 7) AS m, ceiling(value) AS c, floor(-value) AS f, abs(-cost) AS a FROM event",
    "SELECT CAST(CAST(2.5 AS DOUBLE PRECISION) AS INTEGER) AS even, CAST(2.5 AS INTEGER) AS away, "
    "CAST(-3.5 AS BIGINT) AS below, CAST(true AS VARCHAR) AS word, CAST('t' AS BOOLEAN) AS yes, "
    "CAST('12' AS INTEGER) AS twelve, CAST(CAST('2025-02-28' AS DATE) AS VARCHAR) AS day, "
    "CAST(0.12345 AS DECIMAL(18,4)) AS rounded, -7 / 2 AS toward_zero, 1 - 0.1 AS exact",
    "SELECT seq, moment AT TIME ZONE 'UTC' > moment AT TIME ZONE 'Asia/Shanghai' AS later, "
    "CAST(moment AT TIME ZONE 'UTC' AS DATE) AS utc_day, "
    "CAST(day AS TIMESTAMP WITH TIME ZONE) AS midnight FROM event",
    "SELECT seq, cume_dist() OVER (ORDER BY age NULLS LAST) AS c, dense_rank() OVER (ORDER BY age "
    "NULLS LAST) AS d, first_value(code) OVER w AS f, last_value(code) OVER w AS l, "
    "lead(seq, 2, 0) OVER (ORDER BY seq NULLS LAST) AS n, nth_value(code, 2) OVER w AS second, "
    "ntile(3) OVER (ORDER BY seq NULLS LAST) AS third, percent_rank() OVER (ORDER BY age NULLS "
    "LAST) AS p, count(*) FILTER (WHERE severe) OVER w AS k FROM event "
    "WINDOW w AS (ORDER BY seq NULLS LAST ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)",
    "SELECT covar_pop(value, age) AS cp, covar_samp(value, age) AS cs, stddev_pop(age) AS sp, "
    "var_samp(age) AS vs, regr_intercept(value, age) AS i, max(code) AS last, min(code) AS first, "
    "count(DISTINCT code) FILTER (WHERE age > 12) AS codes FROM event",
    "SELECT count(*) AS n, CAST(sum(age) AS BIGINT) AS ages, avg(value) AS mean, min(day) AS "
    "first, "
    "bool_or(severe) AS some, percentile_cont(0.5) WITHIN GROUP (ORDER BY age) AS p "
    "FROM event WHERE seq < 0",
    "SELECT CAST($none AS VARCHAR) AS none, CAST($flag AS BOOLEAN) AS flag, "
    "CAST($money AS DECIMAL(18,4)) AS money, CAST($ratio AS DOUBLE PRECISION) AS ratio, "
    "CAST($instant AS TIMESTAMP WITH TIME ZONE) AS instant, $code || '' AS code",
};

}  // namespace

TEST_CASE("scene SQL means the same in DuckDB and PostgreSQL") {
  if (!has_postgres()) {
    MESSAGE("skipped: PostgreSQL is not installed");
    return;
  }
  const Given given({event_schema()});
  require_ok(given.database->apply(events()));
  const Parameters parameters = {{"first", day(2024, 12, 28)},
                                 {"last", day(2025, 1, 3)},
                                 {"code", std::string("I10")},
                                 {"none", Value()},
                                 {"flag", true},
                                 {"money", Decimal{-12'345, 4}},
                                 {"ratio", 0.1},
                                 {"instant", Instant{1'735'000'000'123'456}}};
  for (const std::string snippet : snippets) {
    CAPTURE(snippet);
    const auto differences = compare_on_postgres(*given.database, snippet, parameters);
    CHECK_MESSAGE(differences.has_value(), (differences ? "" : differences.error().message));
    if (differences) CHECK_MESSAGE(differences->empty(), describe(*differences));
  }
}

TEST_CASE("compare_on_postgres: sees a difference, and a changed table") {
  if (!has_postgres()) {
    MESSAGE("skipped: PostgreSQL is not installed");
    return;
  }
  const Given given({event_schema()});
  require_ok(given.database->apply(events()));
  // The text of a double is what the engines are known to write differently.
  const auto same = compare_on_postgres(*given.database, "SELECT count(*) AS n FROM event");
  REQUIRE(same.has_value());
  CHECK(same->empty());
  const auto differs = compare_on_postgres(
      *given.database, "SELECT CAST(CAST(1000000 AS DOUBLE PRECISION) AS VARCHAR) AS t");
  REQUIRE(differs.has_value());
  REQUIRE(differs->size() == 1);
  CHECK(differs->front().duckdb == "1000000.0");
  CHECK(differs->front().postgres == "1000000");
  TableBatch more = events();
  more.batches = {2};
  require_ok(given.database->apply(more));
  const auto after = compare_on_postgres(*given.database, "SELECT count(*) AS n FROM event");
  REQUIRE(after.has_value());
  CHECK(after->empty());
}

TEST_CASE("number_parameters: only real parameters are numbered") {
  const Numbered numbered =
      number_parameters("SELECT '$a', \"$b\" -- $c\n, $one, $two /* $d */, $one FROM t");
  CHECK(numbered.sql == "SELECT '$a', \"$b\" -- $c\n, $1, $2 /* $d */, $1 FROM t");
  CHECK(numbered.names == std::vector<std::string>{"one", "two"});
  CHECK_FALSE(numbered.ordered);
  CHECK(number_parameters("SELECT 1 ORDER BY 1 NULLS LAST").ordered);
  CHECK_FALSE(number_parameters("SELECT a FROM (SELECT 1 AS a ORDER BY 1) AS x").ordered);
}
