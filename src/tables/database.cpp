#include "tables/database.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

#include "tables/state.hpp"

namespace hb::tables {
namespace {

/// Schema `feed` is ours: what is applied, and which tables are defined.
constexpr const char* create_house = R"sql(
  CREATE SCHEMA IF NOT EXISTS feed;
  CREATE SCHEMA IF NOT EXISTS scoped;
  CREATE SCHEMA IF NOT EXISTS closed;
  CREATE SCHEMA IF NOT EXISTS ruled;
  CREATE SCHEMA IF NOT EXISTS related;
  CREATE TABLE IF NOT EXISTS feed.applied (batch BIGINT);
  -- complete: has the rows of all applied batches
  CREATE TABLE IF NOT EXISTS feed.defined (name VARCHAR, physical VARCHAR, event_date VARCHAR,
                                           definition VARCHAR, complete BOOLEAN);
  -- months of rows that a batch deleted or corrected: what was published from them has changed
  CREATE TABLE IF NOT EXISTS feed.former (batch BIGINT, name VARCHAR, month VARCHAR);
)sql";

const char* sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::boolean:
      return "BOOLEAN";
    case ColumnType::integer:
      return "INTEGER";
    case ColumnType::bigint:
      return "BIGINT";
    case ColumnType::decimal:
      return "DECIMAL(18,4)";
    case ColumnType::real:
      return "DOUBLE";
    case ColumnType::text:
      return "VARCHAR";
    case ColumnType::date:
      return "DATE";
    case ColumnType::timestamp:
      return "TIMESTAMP WITH TIME ZONE";
  }
  return "";
}

constexpr ColumnType column_types[] = {
    ColumnType::boolean, ColumnType::integer, ColumnType::bigint, ColumnType::decimal,
    ColumnType::real,    ColumnType::text,    ColumnType::date,   ColumnType::timestamp};

Result<ColumnType> column_type(std::string_view name) {
  for (const ColumnType type : column_types)
    if (name == sql_type(type)) return type;
  return fail(ErrorCode::invalid_input, fmt::format("a column has the unknown type {}", name));
}

bool is_name(std::string_view name, bool digits) {
  const auto allowed = [digits](char c) {
    return (c >= 'a' && c <= 'z') || c == '_' || (digits && c >= '0' && c <= '9');
  };
  return !name.empty() && (name[0] < '0' || name[0] > '9') && std::ranges::all_of(name, allowed);
}

Result<void> check_schema(const TableSchema& schema) {
  if (!is_name(schema.name, false) || schema.name.find("__") != std::string::npos)
    return fail(ErrorCode::invalid_input,
                "a table name has letters a-z and single underscores only", schema.name);
  if (schema.columns.empty() || schema.columns[0] != ColumnSpec{"seq", ColumnType::bigint})
    return fail(ErrorCode::invalid_input, "the first column is not seq BIGINT", schema.name);
  std::set<std::string> names;
  for (const ColumnSpec& column : schema.columns)
    if (!is_name(column.name, true) || !names.insert(column.name).second)
      return fail(ErrorCode::invalid_input, "a column name stands twice or is not [a-z0-9_]+",
                  schema.name + "." + column.name);
  const auto is_event_date = [&](const ColumnSpec& column) {
    return column.name == schema.event_date_column &&
           (column.type == ColumnType::date || column.type == ColumnType::timestamp);
  };
  if (!schema.event_date_column.empty() && !std::ranges::any_of(schema.columns, is_event_date))
    return fail(ErrorCode::invalid_input,
                "the event date is no date or timestamp column of the table",
                schema.name + "." + schema.event_date_column);
  return {};
}

/// encounter__0f3c…: the name and a hash of all that makes the rows.
std::string physical_name(const TableSchema& schema) {
  std::string content = schema.definition + '\n' + schema.event_date_column;
  for (const ColumnSpec& column : schema.columns)
    content += fmt::format("\n{} {}", column.name, sql_type(column.type));
  return fmt::format("{}__{:016x}", schema.name, XXH3_64bits(content.data(), content.size()));
}

std::string create_table_sql(const Physical& physical) {
  std::string columns;
  for (const ColumnSpec& column : physical.schema.columns)
    columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", duck::quoted(column.name),
                           sql_type(column.type));
  return fmt::format("CREATE TABLE main.{} ({})", duck::quoted(physical.table), columns);
}

std::string create_views_sql(const Physical& physical) {
  return fmt::format("CREATE OR REPLACE VIEW main.{} AS SELECT * FROM main.{}; {}",
                     duck::quoted(physical.schema.name), duck::quoted(physical.table),
                     scoped_view_sql(physical));
}

Result<void> run_all(const duck::Connection& connection, const std::vector<std::string>& sqls) {
  for (const std::string& sql : sqls)
    if (Result<void> ran = connection.run(sql); !ran) return ran;
  return {};
}

std::string text_of(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? *text : std::string();
}

/// Statements that turn the tables of `before` into those of `after`.
std::vector<std::string> changes(const std::map<std::string, Physical>& before,
                                 const std::map<std::string, Physical>& after, bool complete) {
  std::vector<std::string> sqls;
  for (const auto& [name, old] : before) {
    const auto kept = after.find(name);
    if (kept != after.end() && kept->second.table == old.table) continue;
    if (kept == after.end())
      sqls.push_back(
          fmt::format("DROP VIEW IF EXISTS related.{0}; DROP VIEW IF EXISTS ruled.{0}; "
                      "DROP VIEW IF EXISTS closed.{0}; DROP VIEW scoped.{0}; DROP VIEW main.{0}",
                      duck::quoted(name)));
    sqls.push_back(fmt::format("DROP TABLE main.{}; DELETE FROM feed.defined WHERE physical = {}",
                               duck::quoted(old.table), duck::literal(old.table)));
  }
  for (const auto& [name, table] : after) {
    const auto old = before.find(name);
    if (old != before.end() && old->second.table == table.table) continue;
    sqls.push_back(create_table_sql(table));
    sqls.push_back(fmt::format("INSERT INTO feed.defined VALUES ({}, {}, {}, {}, {})",
                               duck::literal(name), duck::literal(table.table),
                               duck::literal(table.schema.event_date_column),
                               duck::literal(table.schema.definition), complete));
  }
  return sqls;
}

}  // namespace

std::string scoped_view_sql(const Physical& physical) {
  std::string where;
  for (const char* column : {"resident_area", "area"}) {
    if (!where.empty() ||
        std::ranges::find(physical.schema.columns, ColumnSpec{column, ColumnType::text}) ==
            physical.schema.columns.end())
      continue;
    where = " WHERE " + scope_condition(column);
  }
  return fmt::format("CREATE OR REPLACE VIEW scoped.{} AS SELECT * FROM main.{}{}",
                     duck::quoted(physical.schema.name), duck::quoted(physical.table), where);
}

void Database::State::name_tables() {
  auto named = std::make_shared<SceneNames>();
  for (const auto& [name, physical] : tables) {
    Names& columns = named->tables[name];
    for (const ColumnSpec& column : physical.schema.columns) {
      columns.insert(column.name);
      if (column.type == ColumnType::decimal) named->decimal_columns.insert(column.name);
    }
  }
  names = std::move(named);
}

Result<void> Database::State::load_tables(const duck::Connection& connection) {
  const Result<ResultSet> defined =
      connection.ask("SELECT name, physical, event_date, definition FROM feed.defined");
  if (!defined) return unexpected(defined.error());
  for (const auto& row : defined->rows)
    tables[text_of(row[0])] = {{text_of(row[0]), {}, text_of(row[2]), text_of(row[3])},
                               text_of(row[1])};
  const Result<ResultSet> columns = connection.ask(
      "SELECT d.name, c.column_name, c.data_type FROM feed.defined d JOIN duckdb_columns() c "
      "ON c.table_name = d.physical AND c.schema_name = 'main' ORDER BY c.column_index");
  if (!columns) return unexpected(columns.error());
  for (const auto& row : columns->rows) {
    const Result<ColumnType> type = column_type(text_of(row[2]));
    if (!type) return unexpected(type.error());
    tables[text_of(row[0])].schema.columns.push_back({text_of(row[1]), *type});
  }
  name_tables();
  return {};
}

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const std::string& path,
                                                 const OpenOptions& options) {
  if (Result<void> checked = duck::check_library(); !checked) return unexpected(checked.error());
  auto state = std::make_unique<State>();
  state->path = path;
  state->options = options;
  Result<duck::Engine> engine = duck::Engine::open(path, options);
  if (!engine) return unexpected(engine.error());
  state->engine.emplace(std::move(*engine));
  const Result<duck::Connection> connection = duck::Connection::open(*state->engine);
  if (!connection) return unexpected(connection.error());
  const auto at_path = [&path](Error error) {
    error.where = path;
    return unexpected<Error>(std::move(error));
  };
  if (!options.read_only)
    if (Result<void> made = connection->run(create_house); !made) return at_path(made.error());
  const Result<ResultSet> batches = connection->ask("SELECT batch FROM feed.applied");
  if (!batches) return at_path(batches.error());
  state->applied.load(*batches);
  if (Result<void> loaded = state->load_tables(*connection); !loaded)
    return at_path(loaded.error());
  if (Result<void> set = connection->run("SET GLOBAL TimeZone = 'Asia/Shanghai'"); !set)
    return at_path(set.error());

  auto pool = ConnectionPool::open(*state->engine, options.threads * 2,
                                   {options.compartments, options.policy, options.today});
  if (!pool) return at_path(pool.error());
  auto check = SceneSqlCheck::open(*state->engine);
  if (!check) return at_path(check.error());
  if (Result<void> locked = connection->run("SET GLOBAL lock_configuration = true"); !locked)
    return at_path(locked.error());
  state->pool = std::move(*pool);
  state->check = std::move(*check);
  state->watchdog = std::make_unique<Watchdog>();
  return std::unique_ptr<Database>(new Database(std::move(state)));
}

Result<std::vector<std::string>> Database::define(const std::vector<TableSchema>& schemas) {
  std::map<std::string, Physical> after;
  for (const TableSchema& schema : schemas) {
    if (Result<void> checked = check_schema(schema); !checked) return unexpected(checked.error());
    if (!after.emplace(schema.name, Physical{schema, physical_name(schema)}).second)
      return fail(ErrorCode::invalid_input, "the table is defined twice", schema.name);
  }
  const Policy* policy = state_->options.policy.get();
  if (policy != nullptr)
    if (Result<void> checked = check_columns(*policy, after); !checked)
      return unexpected(checked.error());
  const std::unique_lock lock(state_->tables_mutex);
  const Result<duck::Connection> connection = duck::Connection::open(*state_->engine);
  if (!connection) return unexpected(connection.error());
  std::vector<std::string> sqls = changes(state_->tables, after, state_->applied.empty());
  if (!state_->options.read_only)  // always: the scope's condition may be a newer one
    for (const auto& [name, table] : after) sqls.push_back(create_views_sql(table));
  if (!state_->options.read_only && state_->options.compartments)
    for (std::string& sql : closed_views_sql(*state_->options.compartments, after))
      sqls.push_back(std::move(sql));
  if (!state_->options.read_only && policy != nullptr)
    for (std::string& sql :
         policy_views_sql(*policy, after, state_->options.compartments != nullptr))
      sqls.push_back(std::move(sql));
  if (!sqls.empty()) {
    Result<duck::Transaction> transaction = duck::Transaction::begin(*connection);
    if (!transaction) return unexpected(transaction.error());
    if (Result<void> ran = run_all(*connection, sqls); !ran) return unexpected(ran.error());
    if (Result<void> done = transaction->commit(); !done) return unexpected(done.error());
    state_->tables = std::move(after);
    state_->name_tables();
    state_->check->forget();
  }
  const Result<ResultSet> incomplete =
      connection->ask("SELECT name FROM feed.defined WHERE NOT complete ORDER BY name");
  if (!incomplete) return unexpected(incomplete.error());
  std::vector<std::string> missing;
  for (const auto& row : incomplete->rows) missing.push_back(text_of(row[0]));
  return missing;
}

Result<void> Database::clear() {
  const std::unique_lock lock(state_->tables_mutex);
  const Result<duck::Connection> connection = duck::Connection::open(*state_->engine);
  if (!connection) return unexpected(connection.error());
  Result<duck::Transaction> transaction = duck::Transaction::begin(*connection);
  if (!transaction) return unexpected(transaction.error());
  std::vector<std::string> sqls = {
      "DROP TABLE feed.applied; CREATE TABLE feed.applied (batch BIGINT); "
      "DELETE FROM feed.former; "
      "UPDATE feed.defined SET complete = true"};
  for (const auto& [name, physical] : state_->tables) {
    sqls.push_back("DROP TABLE main." + duck::quoted(physical.table));
    sqls.push_back(create_table_sql(physical));
  }
  if (Result<void> ran = run_all(*connection, sqls); !ran) return ran;
  if (Result<void> done = transaction->commit(); !done) return done;
  state_->applied.forget();
  return {};
}

Result<BatchId> Database::reached() const { return state_->applied.reached(); }

Result<std::vector<FormerRows>> Database::former(BatchId after) const {
  const Result<duck::Connection> connection = duck::Connection::open(*state_->engine);
  if (!connection) return unexpected(connection.error());
  const Result<ResultSet> rows = connection->ask(
      "SELECT DISTINCT name, month FROM feed.former WHERE batch > ? ORDER BY name, month", {after});
  if (!rows) return unexpected(rows.error());
  std::vector<FormerRows> former;
  for (const auto& row : rows->rows) former.push_back({text_of(row[0]), text_of(row[1])});
  return former;
}

bool Database::is_applied(BatchId batch) const { return state_->applied.done(batch); }

Result<std::vector<TableInfo>> Database::tables() const {
  const std::shared_lock lock(state_->tables_mutex);
  const Result<duck::Connection> connection = duck::Connection::open(*state_->engine);
  if (!connection) return unexpected(connection.error());
  std::vector<TableInfo> infos;
  for (const auto& [name, physical] : state_->tables) {
    const Result<std::int64_t> rows =
        connection->number("SELECT count(*) FROM main." + duck::quoted(physical.table));
    if (!rows) return unexpected(rows.error());
    infos.push_back({name, *rows});
  }
  return infos;
}

std::vector<TableSchema> Database::schemas() const {
  const std::shared_lock lock(state_->tables_mutex);
  std::vector<TableSchema> schemas;
  for (const auto& [name, physical] : state_->tables) schemas.push_back(physical.schema);
  return schemas;
}

Result<void> Database::checkpoint() {
  const std::unique_lock lock(state_->tables_mutex);
  const Result<duck::Connection> connection = duck::Connection::open(*state_->engine);
  if (!connection) return unexpected(connection.error());
  return connection->run("CHECKPOINT");
}

}  // namespace hb::tables
