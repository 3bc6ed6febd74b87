#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <set>

#include "tables/state.hpp"

/// Which tables there are, and under which names they answer.
namespace hb::tables {
namespace {

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

std::string create_table_view_sql(const Physical& physical) {
  std::string where;
  for (const char* column : {"resident_area", "area"}) {
    if (!where.empty() ||
        std::ranges::find(physical.schema.columns, ColumnSpec{column, ColumnType::text}) ==
            physical.schema.columns.end())
      continue;
    where = " WHERE " + scope_condition(column);
  }
  // The scoped view: only the rows of the principal's areas, which ConnectionPool states in
  // variables of the connection.
  return fmt::format(
      "CREATE OR REPLACE VIEW main.{0} AS SELECT * FROM main.{1}; "
      "CREATE OR REPLACE VIEW scoped.{0} AS SELECT * FROM main.{1}{2}",
      duck::quoted(physical.schema.name), duck::quoted(physical.table), where);
}

std::string drop_table_sql(const Physical& physical) {
  return "DROP TABLE IF EXISTS main." + duck::quoted(physical.table);
}

std::string drop_views_sql(const std::string& name) {
  return fmt::format(
      "DROP VIEW IF EXISTS related.{0}; DROP VIEW IF EXISTS ruled.{0}; "
      "DROP VIEW IF EXISTS closed.{0}; DROP VIEW IF EXISTS scoped.{0}; "
      "DROP VIEW IF EXISTS main.{0}",
      duck::quoted(name));
}

std::string remember_table_sql(const Physical& physical, bool complete) {
  const TableSchema& schema = physical.schema;
  return fmt::format(
      "INSERT INTO feed.defined (name, physical, event_date, definition, complete, source, kept) "
      "VALUES ({}, {}, {}, {}, {}, {}, {})",
      duck::literal(schema.name), duck::literal(physical.table),
      duck::literal(schema.event_date_column), duck::literal(schema.definition), complete,
      duck::literal(schema.source), physical.kept);
}

/// From the tables there are to those that are wanted.
class Change {
 public:
  Change(const Tables& answering, const UnfinishedTables& begun, std::vector<BatchRange> applied)
      : tables(answering), unfinished(begun), applied_(std::move(applied)) {}

  Tables tables;
  UnfinishedTables unfinished;
  std::vector<std::string> sqls;

  void want(const TableSchema& schema) {
    const std::string& name = schema.name;
    const std::string physical = physical_name(schema);
    const auto answering = tables.find(name);
    if (answering != tables.end() && answering->second.table == physical && answering->second.kept)
      return drop_unfinished(name);
    const auto begun = unfinished.find(name);
    if (begun != unfinished.end() && begun->second.physical.table == physical) return;
    drop_unfinished(name);
    // Its rows are not trusted, or nothing is in it: no reason to build beside it.
    if (answering != tables.end() && (answering->second.table == physical || applied_.empty()))
      drop(name);
    const Physical made{schema, physical};
    sqls.push_back(create_table_sql(made.schema, made.table));
    if (applied_.empty())
      tables[name] = made;
    else
      unfinished[name] = {made, applied_};
  }

  void drop(const std::string& name) {
    const auto answering = tables.find(name);
    if (answering == tables.end()) return;
    sqls.push_back(drop_views_sql(name));
    sqls.push_back(drop_table_sql(answering->second));
    tables.erase(answering);
  }

  void drop_unfinished(const std::string& name) {
    const auto begun = unfinished.find(name);
    if (begun == unfinished.end()) return;
    sqls.push_back(drop_table_sql(begun->second.physical));
    unfinished.erase(begun);
  }

 private:
  std::vector<BatchRange> applied_;
};

/// May a table of a former schema go on answering? The rules of access are written for the new one:
/// a column that only the former has would be under no rule, and relations need their columns.
bool may_answer(const Policy& policy, const TableSchema& former, const TableSchema& successor) {
  const auto has = [](const TableSchema& schema, const std::string& column) {
    return column.empty() ||
           std::ranges::find(schema.columns, column, &ColumnSpec::name) != schema.columns.end();
  };
  for (const ColumnSpec& column : former.columns)
    if (!has(successor, column.name)) return false;
  for (const Policy::Relation& relation : policy.relations()) {
    if (relation.table != former.name) continue;
    if (!has(former, relation.by) || !has(former, relation.begins) || !has(former, relation.ends))
      return false;
    for (const auto& [column, codes] : relation.codes)
      if (!has(former, column)) return false;
  }
  return true;
}

Names names_of(const Tables& tables, const UnfinishedTables& unfinished) {
  Names names;
  for (const auto& [name, physical] : tables) names.insert(name);
  for (const auto& [name, table] : unfinished) names.insert(name);
  return names;
}

}  // namespace

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

std::string physical_name(const TableSchema& schema) {
  std::string content = schema.definition + '\n' + schema.event_date_column;
  for (const ColumnSpec& column : schema.columns)
    content += fmt::format("\n{} {}", column.name, sql_type(column.type));
  return fmt::format("{}__{:016x}", schema.name, XXH3_64bits(content.data(), content.size()));
}

std::string create_table_sql(const TableSchema& schema, const std::string& table) {
  std::string columns;
  for (const ColumnSpec& column : schema.columns)
    columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", duck::quoted(column.name),
                           sql_type(column.type));
  return fmt::format("CREATE OR REPLACE TABLE main.{} ({})", duck::quoted(table), columns);
}

std::vector<std::string> create_views_sql(const Tables& tables, const OpenOptions& options) {
  std::vector<std::string> sqls;
  for (const auto& [name, physical] : tables) sqls.push_back(create_table_view_sql(physical));
  if (options.compartments)
    for (std::string& sql : closed_views_sql(*options.compartments, tables))
      sqls.push_back(std::move(sql));
  if (options.policy)
    for (std::string& sql :
         policy_views_sql(*options.policy, tables, options.compartments != nullptr))
      sqls.push_back(std::move(sql));
  return sqls;
}

std::vector<std::string> remember_sql(const Tables& tables, const UnfinishedTables& unfinished) {
  std::vector<std::string> sqls = {"DELETE FROM feed.defined; DELETE FROM feed.owed"};
  for (const auto& [name, physical] : tables) sqls.push_back(remember_table_sql(physical, true));
  for (const auto& [name, table] : unfinished) {
    sqls.push_back(remember_table_sql(table.physical, false));
    for (const BatchRange& range : table.owed)
      sqls.push_back(fmt::format("INSERT INTO feed.owed VALUES ({}, {}, {})",
                                 duck::literal(table.physical.table), range.first, range.last));
  }
  if (unfinished.empty()) sqls.push_back("DELETE FROM feed.gone; DELETE FROM feed.fixed");
  return sqls;
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

Result<std::vector<std::string>> Database::define(const std::vector<TableSchema>& schemas) {
  Names wanted;
  for (const TableSchema& schema : schemas) {
    if (Result<void> checked = check_schema(schema); !checked) return unexpected(checked.error());
    if (!wanted.insert(schema.name).second)
      return fail(ErrorCode::invalid_input, "the table is defined twice", schema.name);
  }
  const Policy* policy = state_->options.policy.get();
  if (policy != nullptr) {
    Tables after;
    for (const TableSchema& schema : schemas)
      after.emplace(schema.name, Physical{schema, physical_name(schema)});
    if (Result<void> checked = check_columns(*policy, after); !checked)
      return unexpected(checked.error());
  }
  const std::unique_lock lock(state_->tables_mutex);
  const std::lock_guard building(state_->build_mutex);
  Change change(state_->tables, state_->unfinished, state_->applied.ranges());
  for (const TableSchema& schema : schemas) change.want(schema);
  if (policy != nullptr)
    for (const auto& [name, table] : change.unfinished)
      if (const auto former = change.tables.find(name);
          former != change.tables.end() &&
          !may_answer(*policy, former->second.schema, table.physical.schema))
        change.drop(name);
  for (const std::string& name : names_of(state_->tables, state_->unfinished)) {
    if (wanted.contains(name)) continue;
    change.drop(name);
    change.drop_unfinished(name);
  }
  std::vector<std::string> unfinished;
  for (const auto& [name, table] : change.unfinished) unfinished.push_back(name);
  if (state_->options.read_only) return unfinished;  // what is there answers

  const Result<duck::Connection> connection = duck::Connection::open(*state_->engine);
  if (!connection) return unexpected(connection.error());
  if (!change.sqls.empty())
    for (std::string& sql : remember_sql(change.tables, change.unfinished))
      change.sqls.push_back(std::move(sql));
  // Always: the scope's condition may be a newer one.
  for (std::string& sql : create_views_sql(change.tables, state_->options))
    change.sqls.push_back(std::move(sql));
  Result<duck::Transaction> transaction = duck::Transaction::begin(*connection);
  if (!transaction) return unexpected(transaction.error());
  if (Result<void> ran = run_all(*connection, change.sqls); !ran) return unexpected(ran.error());
  if (Result<void> done = transaction->commit(); !done) return unexpected(done.error());
  state_->tables = std::move(change.tables);
  state_->unfinished = std::move(change.unfinished);
  state_->name_tables();
  state_->check->forget();
  state_->changes.add_break();
  return unfinished;
}

Result<void> Database::clear() {
  const std::unique_lock lock(state_->tables_mutex);
  const std::lock_guard building(state_->build_mutex);
  const Result<duck::Connection> connection = duck::Connection::open(*state_->engine);
  if (!connection) return unexpected(connection.error());
  Tables tables;
  std::vector<std::string> sqls = {
      "DROP TABLE feed.applied; CREATE TABLE feed.applied (batch BIGINT); "
      "DELETE FROM feed.former"};
  for (const auto& [name, physical] : state_->tables) {
    sqls.push_back(drop_table_sql(physical));
    tables[name] = physical;
  }
  for (const auto& [name, table] : state_->unfinished) tables[name] = table.physical;
  for (auto& [name, physical] : tables) {
    physical.kept = true;
    sqls.push_back(create_table_sql(physical.schema, physical.table));
  }
  for (auto& more : {remember_sql(tables, {}), create_views_sql(tables, state_->options)})
    sqls.insert(sqls.end(), more.begin(), more.end());
  Result<duck::Transaction> transaction = duck::Transaction::begin(*connection);
  if (!transaction) return unexpected(transaction.error());
  if (Result<void> ran = run_all(*connection, sqls); !ran) return ran;
  if (Result<void> done = transaction->commit(); !done) return done;
  state_->applied.forget();
  state_->tables = std::move(tables);
  state_->unfinished.clear();
  state_->name_tables();
  state_->check->forget();
  state_->changes.add_break();
  return {};
}

}  // namespace hb::tables
