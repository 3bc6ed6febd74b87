#include <string>

#include "given.hpp"

using namespace hb;
using namespace hb::test;

namespace {

struct Refused {
  const char* sql;
  const char* says;  ///< part of the message
};

/// Ways around the scoped views, and SQL that means two things.
const Refused refusals[] = {
    // not one SELECT
    {"", "one SELECT"},
    {"SELECT 1; SELECT 2", "one SELECT"},
    {"DROP TABLE visit", "one SELECT"},
    {"INSERT INTO visit SELECT * FROM visit", "one SELECT"},
    {"COPY visit TO 'x.csv'", "one SELECT"},
    {"ATTACH 'x.db'", "one SELECT"},
    {"SET search_path = 'main'", "one SELECT"},
    {"SET VARIABLE hb_unrestricted = true", "one SELECT"},
    {"PRAGMA database_list", "one SELECT"},
    {"SELECT 1 INTO x", "INTO"},
    {"WITH x AS (DELETE FROM visit RETURNING *) SELECT * FROM x", ""},
    {"SELEC 1", "syntax error"},
    // tables that are not ours to read
    {"SELECT * FROM main.visit", "without a schema"},
    {"SELECT * FROM tables.main.visit", "without a schema"},
    {"SELECT * FROM scoped.visit", "without a schema"},
    {"SELECT * FROM feed.applied", "without a schema"},
    {"SELECT * FROM information_schema.tables", "without a schema"},
    {"SELECT * FROM pg_catalog.pg_tables", "without a schema"},
    {"SELECT * FROM duckdb_tables", "no table duckdb_tables"},
    {"SELECT * FROM sqlite_master", "no table sqlite_master"},
    {"SELECT * FROM visit__0123456789abcdef", "no table"},
    {"SELECT * FROM '/etc/passwd'", "no table /etc/passwd"},
    {"SELECT * FROM \"x.csv\"", "no table x.csv"},
    {"SELECT * FROM nothing", "no table nothing"},
    {"SELECT * FROM (SELECT * FROM main.visit) AS v", "without a schema"},
    {"WITH v AS (SELECT * FROM main.visit) SELECT * FROM v", "without a schema"},
    {"WITH v AS (SELECT * FROM v) SELECT * FROM v", "no table v"},
    {"SELECT (SELECT count(*) FROM main.visit) AS n", "without a schema"},
    {"SELECT 1 WHERE EXISTS (SELECT 1 FROM main.visit)", "without a schema"},
    {"SELECT 1 WHERE 1 IN (SELECT seq FROM main.visit)", "without a schema"},
    {"SELECT 1 UNION ALL SELECT seq FROM main.visit", "without a schema"},
    {"SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM main.visit)) AS n FROM visit",
     "without a schema"},
    {"SELECT code FROM visit ORDER BY (SELECT 1 FROM main.visit) NULLS LAST", "without a schema"},
    {"SELECT code FROM visit ORDER BY 1 NULLS LAST LIMIT (SELECT count(*) FROM main.visit)",
     "without a schema"},
    {"SELECT row_number() OVER (ORDER BY (SELECT 1 FROM main.visit) NULLS LAST) AS n FROM visit",
     "without a schema"},
    {"SELECT lag(code, (SELECT 1 FROM main.visit)) OVER (ORDER BY seq NULLS LAST) AS n FROM visit",
     "without a schema"},
    {"SELECT 1 FROM visit GROUP BY (SELECT seq FROM main.visit)", "without a schema"},
    {"SELECT count(*) AS n FROM visit HAVING EXISTS (SELECT 1 FROM main.visit)",
     "without a schema"},
    {"SELECT v.x FROM (VALUES ((SELECT seq FROM main.visit))) AS v(x)", "without a schema"},
    {"SELECT x FROM generate_series(1, CAST((SELECT 1 FROM main.visit) AS INTEGER)) AS s(x)",
     "without a schema"},
    {"SELECT v.seq FROM visit AS v JOIN visit AS w ON (SELECT true FROM main.visit)",
     "without a schema"},
    {"SELECT CASE WHEN true THEN (SELECT 1 FROM main.visit) END AS x", "without a schema"},
    {"SELECT code FROM visit AT (VERSION => 1)", "AT (VERSION"},
    // table functions and functions that go round
    {"SELECT * FROM query('SELECT * FROM main.visit')", "query in FROM"},
    {"SELECT * FROM query_table('main.visit')", "query_table in FROM"},
    {"SELECT * FROM glob('*')", "glob in FROM"},
    {"SELECT * FROM read_csv('/etc/passwd')", "read_csv in FROM"},
    {"SELECT * FROM read_text('/etc/passwd')", "read_text in FROM"},
    {"SELECT * FROM duckdb_settings()", "duckdb_settings in FROM"},
    {"SELECT * FROM duckdb_variables()", "duckdb_variables in FROM"},
    {"SELECT * FROM pragma_table_info('visit')", "pragma_table_info in FROM"},
    {"SELECT * FROM unnest([1, 2])", "unnest in FROM"},
    {"SELECT * FROM range(3)", "range in FROM"},
    {"SELECT * FROM main.generate_series(1, 2) AS s(x)", "generate_series in FROM"},
    {"SELECT getvariable('hb_areas') AS x", "getvariable is no function"},
    {"SELECT current_setting('threads') AS x", "current_setting is no function"},
    {"SELECT version() AS x", "version is no function"},
    {"SELECT json_serialize_sql('SELECT 1') AS x", "json_serialize_sql is no function"},
    {"SELECT nextval('s') AS x", "nextval is no function"},
    {"SELECT random() AS x", "random is no function"},
    {"SELECT hash(code) AS x FROM visit", "hash is no function"},
    {"SELECT pg_catalog.upper(code) AS x FROM visit", "plain name"},
    {"SELECT code.upper() AS x FROM visit", "plain name"},
    {"DESCRIBE visit", "SHOW_REF"},
    {"SHOW TABLES", "SHOW_REF"},
    {"SUMMARIZE visit", "SHOW_REF"},
    // what PostgreSQL does not know
    {"SELECT * EXCLUDE (code) FROM visit", "plain *"},
    {"SELECT * REPLACE (1 AS code) FROM visit", "plain *"},
    {"SELECT COLUMNS('c.*') FROM visit", "plain *"},
    {"SELECT count(COLUMNS(*)) AS n FROM visit", "plain *"},
    {"SELECT #1 FROM visit", "POSITIONAL_REFERENCE"},
    {"SELECT code FROM visit GROUP BY ALL", "GROUP BY ALL"},
    {"SELECT code FROM visit QUALIFY row_number() OVER () = 1", "QUALIFY"},
    {"SELECT code FROM visit TABLESAMPLE 10%", "sample"},
    {"SELECT code FROM visit USING SAMPLE 3", "sample"},
    {"SELECT v.seq FROM visit v SEMI JOIN visit w ON v.seq = w.seq", "EXISTS"},
    {"SELECT v.seq FROM visit v ASOF JOIN visit w ON v.seq >= w.seq", "JOIN"},
    {"SELECT v.seq FROM visit v POSITIONAL JOIN visit w", "JOIN"},
    {"SELECT seq FROM visit v NATURAL JOIN visit w", "JOIN"},
    {"SELECT * FROM visit PIVOT (count(*) FOR code IN ('a'))", "PIVOT"},
    {"SELECT 1 AS a UNION BY NAME SELECT 2 AS b", "UNION"},
    {"SELECT seq FROM visit ORDER BY ALL", "ORDER BY"},
    {"SELECT seq FROM visit ORDER BY seq NULLS LAST LIMIT 10%", "LIMIT_PERCENT"},
    {"SELECT TRY_CAST(code AS BIGINT) AS n FROM visit", "TRY_CAST"},
    {"SELECT TRY(CAST(code AS BIGINT)) AS n FROM visit", "OPERATOR_TRY"},
    {"SELECT CAST(code AS UBIGINT) AS n FROM visit", "CAST to UBIGINT"},
    {"SELECT CAST(code AS json) AS n FROM visit", "CAST to"},
    {"SELECT CAST(day AS TIMESTAMP) AS n FROM visit", "CAST to TIMESTAMP"},
    {"SELECT [1, 2] AS l", "list"},
    {"SELECT {'a': 1} AS s", "struct_pack"},
    {"SELECT code[1] AS c FROM visit", "subscript"},
    {"SELECT code[1:2] AS c FROM visit", "subscript"},
    {"SELECT (1, 2) = (3, 4) AS r", "row is no function"},
    {"SELECT list_transform([1], x -> x) AS l", "list_transform"},
    {"SELECT code COLLATE nocase AS c FROM visit", "COLLATE"},
    {"SELECT 99999999999999999999999 AS n", "64 bits"},
    {"SELECT Code FROM visit", "capital letters"},
    {"SELECT code AS \"Code\" FROM visit", "capital letters"},
    {"SELECT v.x.code FROM visit", "table.column"},
    {"SELECT ? AS x", "parameters have names"},
    {"SELECT $1 AS x", "parameters have names"},
    {"SELECT :area AS x", "$name"},
    {"SELECT seq + 1 AS n, n * 2 AS m FROM visit", "alias"},
    {"SELECT seq + 1 AS n FROM visit WHERE n > 2", "alias"},
    {"SELECT current_date AS d", "parameter"},
    {"SELECT now() AS d", "parameter"},
    {"SELECT rowid FROM visit", "session"},
    // what means two things
    {"SELECT seq / resident_id AS r FROM visit", "NULLIF(divisor, 0)"},
    {"SELECT seq / 0 AS r FROM visit", "NULLIF(divisor, 0)"},
    {"SELECT seq / NULLIF(resident_id, 1) AS r FROM visit", "NULLIF(divisor, 0)"},
    {"SELECT seq % resident_id AS r FROM visit", "NULLIF(divisor, 0)"},
    {"SELECT mod(seq, resident_id) AS r FROM visit", "NULLIF(divisor, 0)"},
    {"SELECT seq // 2 AS r FROM visit", "//"},
    {"SELECT cost / 3 AS r FROM visit", "DECIMAL divides"},
    {"SELECT CAST(seq AS DECIMAL(18,4)) / 3 AS r FROM visit", "DECIMAL divides"},
    {"SELECT seq / NULLIF(cost, 0) AS r FROM visit", "DECIMAL divides"},
    {"SELECT EXTRACT(year FROM day) / 10 AS r FROM visit", "CAST them"},
    {"SELECT seq ** 2 AS r FROM visit", "power"},
    {"SELECT seq ^ 2 AS r FROM visit", "power"},
    {"SELECT date_trunc('month', day) AS m FROM visit", "CAST(date_trunc"},
    {"SELECT CAST(date_trunc('millennium', day) AS DATE) AS m FROM visit", "part of a day"},
    {"SELECT EXTRACT(epoch FROM day) AS m FROM visit", "part of a day"},
    {"SELECT date_part(code, day) AS m FROM visit", "part of a day"},
    {"SELECT d FROM generate_series(CAST('2025-01-01' AS DATE), CAST('2025-01-03' AS DATE), "
     "INTERVAL '1 day') AS s(d)",
     "CAST(d AS DATE)"},
    {"SELECT * FROM generate_series(1, 3)", "AS name(column)"},
    {"SELECT generate_series(1, 3) AS x", "in FROM only"},
    {"SELECT code ~ 'I1' AS x FROM visit", "write LIKE"},
    {"SELECT code !~ 'I1' AS x FROM visit", "write LIKE"},
    {"SELECT code SIMILAR TO 'I1' AS x FROM visit", "write LIKE"},
    {"SELECT regexp_matches(code, 'I1') AS x FROM visit", "regexp_matches"},
    {"SELECT code LIKE 'a\\%' AS x FROM visit", "ESCAPE"},
    {"SELECT code GLOB 'a*' AS x FROM visit", "~~~"},
    {"SELECT every(seq > 1) AS x FROM visit", "bool_and"},
    {"SELECT width_bucket(seq, 1, 2, 3) AS x FROM visit", "CASE"},
    {"SELECT to_char(day, 'YYYY') AS x FROM visit", "page formats"},
    {"SELECT strftime(day, '%Y') AS x FROM visit", "page formats"},
    {"SELECT pg_typeof(day) AS x FROM visit", "CAST"},
    {"SELECT day + INTERVAL 1 MONTH AS x FROM visit", "with quotes"},
    {"SELECT year(day) AS x FROM visit", "EXTRACT"},
    {"SELECT sum(seq) AS x FROM visit", "CAST(sum"},
    {"SELECT sum(seq) OVER () AS x FROM visit", "CAST(sum"},
    {"SELECT CAST(sum(seq) AS INTEGER) AS x FROM visit", "CAST(sum"},
    {"SELECT CAST(sum(seq) + 1 AS BIGINT) AS x FROM visit", "CAST(sum"},
    {"SELECT round(CAST(seq AS DOUBLE PRECISION), 2) AS x FROM visit", "round"},
    {"SELECT substring(code, -1) AS x FROM visit", "starts at 1"},
    {"SELECT quantile_cont(seq, 0.5) AS x FROM visit", "WITHIN GROUP"},
    {"SELECT median(seq) AS x FROM visit", "percentile_cont"},
    {"SELECT mode(code) AS x FROM visit", "WITHIN GROUP"},
    {"SELECT string_agg(code, ',') AS x FROM visit", "ORDER BY"},
    {"SELECT string_agg(code, ',' ORDER BY code) AS x FROM visit", "NULLS"},
    {"SELECT max(seq, 2) AS x FROM visit", "1 to 1 arguments"},
    {"SELECT row_number() OVER (ORDER BY seq) AS x FROM visit", "NULLS"},
    {"SELECT lag(code IGNORE NULLS) OVER (ORDER BY seq NULLS LAST) AS x FROM visit", "IGNORE"},
    {"SELECT seq FROM visit ORDER BY seq", "NULLS"},
    {"SELECT seq FROM visit ORDER BY seq DESC", "NULLS"},
    {"SELECT seq FROM visit LIMIT 1", "LIMIT without ORDER BY"},
    {"SELECT DISTINCT ON (code) code, seq FROM visit", "DISTINCT ON without"},
    {"SELECT * FROM (SELECT seq FROM visit)", "needs a name"},
};

const char* const accepted[] = {
    "SELECT * FROM visit",
    "SELECT v.* FROM visit AS v",
    "SELECT seq, code FROM visit WHERE day >= $first AND day <= $last AND code LIKE 'I1%'",
    "SELECT code, count(*) AS n, count(DISTINCT resident_id) AS people FROM visit "
    "GROUP BY code HAVING count(*) > 1 ORDER BY n DESC NULLS LAST, code NULLS FIRST LIMIT 10",
    "WITH v AS (SELECT code FROM visit), w AS (SELECT code FROM v) SELECT code FROM w",
    "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT r.i + 1 FROM r WHERE r.i < 5) "
    "SELECT i FROM r",
    "SELECT CAST(coalesce(sum(cost), 0) AS DECIMAL(18,4)) AS total FROM visit",
    "SELECT 100 * seq / NULLIF(resident_id, 0) AS x, seq / 7 AS w FROM visit",
    "SELECT seq / NULLIF(CAST(cost AS DOUBLE PRECISION), 0) AS x FROM visit",
    "SELECT CAST(s.d AS DATE) AS d FROM generate_series(CAST($first AS DATE), "
    "CAST($last AS DATE), INTERVAL '1 day') AS s(d)",
    "SELECT n FROM generate_series(1, 12) AS s(n)",
    "SELECT code AS code FROM visit WHERE code = 'a'",
    "SELECT x.k FROM (VALUES (1, 'a'), (2, 'b')) AS x(k, t)",
    "SELECT seq FROM visit WHERE seq NOT IN (SELECT w.seq FROM visit AS w)",
    "SELECT 1 AS n UNION ALL SELECT 2 AS n ORDER BY 1 NULLS LAST",
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seq) AS p FROM visit",
    "SELECT CAST(sum(seq) OVER (PARTITION BY code ORDER BY day NULLS LAST "
    "ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS BIGINT) AS week FROM visit",
    "SELECT EXTRACT(isoyear FROM day) AS y, day - 7 AS before FROM visit",
    "SELECT code AS \"诊断\" FROM visit",
    "SELECT trim(both ' ' from code) AS c, position('a' IN code) AS p FROM visit",
    "SELECT code FROM visit WHERE code LIKE '10\\%%' ESCAPE '\\'",
};

}  // namespace

TEST_CASE("check_scene_sql: what goes round the views or means two things is refused") {
  const Given given;
  for (const Refused& refused : refusals) {
    const std::string sql = refused.sql;
    CAPTURE(sql);
    const Result<void> checked = given.database->check_scene_sql(refused.sql);
    CHECK_FALSE(checked.has_value());
    if (checked) continue;
    CAPTURE(checked.error().message);
    CHECK(checked.error().code == ErrorCode::invalid_input);
    CHECK(checked.error().message.find(refused.says) != std::string::npos);
    CHECK(checked.error().where.starts_with("sql"));
    CHECK_FALSE(given.database->query(anyone(), refused.sql).has_value());
  }
}

TEST_CASE("check_scene_sql: the common subset passes, and runs") {
  const Given given;
  for (const std::string sql : accepted) {
    CAPTURE(sql);
    const Result<void> checked = given.database->check_scene_sql(sql);
    CHECK_MESSAGE(checked.has_value(), (checked ? "" : checked.error().message));
    const auto set = given.database->query(
        anyone(), sql, {{"first", *make_date(2025, 1, 1)}, {"last", *make_date(2025, 1, 31)}});
    CHECK_MESSAGE(set.has_value(), (set ? "" : set.error().message));
  }
}

TEST_CASE("check_scene_sql: the place is a line and a column") {
  const Given given;
  const Result<void> checked =
      given.database->check_scene_sql("SELECT seq,\n       strftime(day, '%Y') AS y\nFROM visit");
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().where == "sql:2:8");
  CHECK(given.database->check_scene_sql("SELECT now() AS n").error().where == "sql:1:8");
}

TEST_CASE("check_scene_sql: hostile sizes are refused, not crashed on") {
  const Given given;
  CHECK_FALSE(given.database->check_scene_sql(std::string("SELECT 1\0 FROM main.visit", 25)));
  CHECK_FALSE(given.database->check_scene_sql(std::string(70'000, ' ') + "SELECT 1"));
  CHECK_FALSE(given.database->check_scene_sql("SELECT " + std::string(20'000, '(') + "1" +
                                              std::string(20'000, ')')));
  std::string sum = "SELECT 1";
  for (int i = 0; i < 5'000; ++i) sum += "+1";
  CHECK_FALSE(given.database->query(anyone(), sum + " AS n").has_value());
}

TEST_CASE("check_scene_sql: a table that goes is no longer accepted") {
  const Given given;
  require_ok(given.database->check_scene_sql("SELECT seq FROM visit"));
  REQUIRE(given.database->define({}).has_value());
  CHECK_FALSE(given.database->check_scene_sql("SELECT seq FROM visit").has_value());
}
