#include "tables/database.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tables/compartment_function.hpp"
#include "tables/picked.hpp"
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
  -- complete: answers under its name; else it is being built. kept: new rows reach it
  CREATE TABLE IF NOT EXISTS feed.defined (name VARCHAR, physical VARCHAR, event_date VARCHAR,
                                           definition VARCHAR, complete BOOLEAN);
  ALTER TABLE feed.defined ADD COLUMN IF NOT EXISTS source VARCHAR;
  ALTER TABLE feed.defined ADD COLUMN IF NOT EXISTS kept BOOLEAN;
  -- an older program emptied a table before it filled it again
  DELETE FROM feed.defined WHERE NOT complete AND kept IS NULL;
  -- batches that a table being built lacks
  CREATE TABLE IF NOT EXISTS feed.owed (physical VARCHAR, first BIGINT, last BIGINT);
  -- rows replaced and people corrected while tables are being built
  CREATE TABLE IF NOT EXISTS feed.gone (seq BIGINT);
  CREATE TABLE IF NOT EXISTS feed.fixed (resident_id BIGINT, sex VARCHAR, birth_date DATE);
  -- months of rows that a batch deleted or corrected: what was published from them has changed
  CREATE TABLE IF NOT EXISTS feed.former (batch BIGINT, name VARCHAR, month VARCHAR);
)sql";

constexpr ColumnType column_types[] = {
    ColumnType::boolean, ColumnType::integer, ColumnType::bigint, ColumnType::decimal,
    ColumnType::real,    ColumnType::text,    ColumnType::date,   ColumnType::timestamp};

Result<ColumnType> column_type(std::string_view name) {
  for (const ColumnType type : column_types)
    if (name == sql_type(type)) return type;
  return fail(ErrorCode::invalid_input, fmt::format("a column has the unknown type {}", name));
}

}  // namespace

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
  const Result<ResultSet> defined = connection.ask(
      "SELECT name, physical, event_date, definition, coalesce(source, ''), complete, "
      "coalesce(kept, true) FROM feed.defined");
  if (!defined) return unexpected(defined.error());
  std::map<std::string, Physical*> of_physical;
  for (const auto& row : defined->rows) {
    const std::string name = text_of(row[0]);
    Physical& physical = std::get<bool>(row[5]) ? tables[name] : unfinished[name].physical;
    physical.schema = {name, {}, text_of(row[2]), text_of(row[3]), text_of(row[4])};
    physical.table = text_of(row[1]);
    physical.kept = std::get<bool>(row[6]);
    of_physical[physical.table] = &physical;
  }
  const Result<ResultSet> columns = connection.ask(
      "SELECT d.physical, c.column_name, c.data_type FROM feed.defined d JOIN duckdb_columns() c "
      "ON c.table_name = d.physical AND c.schema_name = 'main' ORDER BY c.column_index");
  if (!columns) return unexpected(columns.error());
  for (const auto& row : columns->rows) {
    const Result<ColumnType> type = column_type(text_of(row[2]));
    if (!type) return unexpected(type.error());
    of_physical.at(text_of(row[0]))->schema.columns.push_back({text_of(row[1]), *type});
  }
  const Result<ResultSet> owed =
      connection.ask("SELECT physical, first, last FROM feed.owed ORDER BY first");
  if (!owed) return unexpected(owed.error());
  for (auto& [name, table] : unfinished)
    for (const auto& row : owed->rows)
      if (text_of(row[0]) == table.physical.table)
        table.owed.push_back({std::get<std::int64_t>(row[1]), std::get<std::int64_t>(row[2])});
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
  if (Result<void> offered = Picked::offer(*connection); !offered)
    return unexpected(offered.error());
  if (options.compartments)
    if (Result<void> offered = offer_compartments(*connection, options.compartments); !offered)
      return unexpected(offered.error());
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
  for (const auto& [name, table] : state_->unfinished)
    if (!state_->tables.contains(name)) schemas.push_back(table.physical.schema);
  return schemas;
}

Result<void> Database::checkpoint() {
  const std::unique_lock lock(state_->tables_mutex);
  const Result<duck::Connection> connection = duck::Connection::open(*state_->engine);
  if (!connection) return unexpected(connection.error());
  Result<void> written = connection->run("CHECKPOINT");
  // The former versions of corrected rows that an open moment still sees put it off; the rows are
  // safe in the log.
  if (!written && written.error().code == ErrorCode::conflict && state_->open_moments > 0)
    return {};
  return written;
}

}  // namespace hb::tables
