#include <fmt/format.h>

#include "tables/state.hpp"

/// Tables that are filled beside the ones that answer, and take their place.
namespace hb::tables {
namespace {

using Fixes = std::vector<TableBatch::ResidentFix>;

unexpected<Error> not_built(const std::string& name) {
  return fail(ErrorCode::invalid_input, "this table is not being built", name);
}

/// What was corrected while tables were being built, oldest first.
Result<Fixes> noted_fixes(const duck::Connection& connection) {
  const Result<ResultSet> noted =
      connection.ask("SELECT resident_id, sex, birth_date FROM feed.fixed ORDER BY rowid");
  if (!noted) return unexpected(noted.error());
  Fixes fixes;
  for (const auto& row : noted->rows) {
    const auto* birth_date = std::get_if<Date>(&row[2]);
    fixes.push_back({std::get<std::int64_t>(row[0]), text_of(row[1]), birth_date != nullptr,
                     birth_date != nullptr ? *birth_date : Date{}});
  }
  return fixes;
}

/// A row may have come after the batch that replaced or corrected it: both are done once more.
Result<void> make_good(const duck::Connection& connection, const Targets& targets,
                       BatchId reached) {
  for (const Physical* physical : targets)
    if (Result<void> gone = connection.run(
            fmt::format("DELETE FROM main.{} WHERE seq IN (SELECT seq FROM feed.gone)",
                        duck::quoted(physical->table)));
        !gone)
      return gone;
  const Result<Fixes> fixes = noted_fixes(connection);
  if (!fixes) return unexpected(fixes.error());
  return apply_fixes(connection, targets, *fixes, reached);
}

}  // namespace

std::vector<Building> Database::building() const {
  const std::shared_lock lock(state_->tables_mutex);
  const std::lock_guard building(state_->build_mutex);
  std::vector<Building> all;
  for (const auto& [name, table] : state_->unfinished)
    all.push_back({table.physical.schema, table.owed});
  return all;
}

std::vector<TableSchema> Database::formers() const {
  const std::shared_lock lock(state_->tables_mutex);
  std::vector<TableSchema> schemas;
  for (const auto& [name, table] : state_->unfinished)
    if (const auto former = state_->tables.find(name);
        former != state_->tables.end() && former->second.kept)
      schemas.push_back(former->second.schema);
  return schemas;
}

Result<void> Database::let_stand(const std::string& name) {
  const std::unique_lock lock(state_->tables_mutex);
  const auto former = state_->tables.find(name);
  if (former == state_->tables.end() || !state_->unfinished.contains(name)) return not_built(name);
  const Result<duck::Connection> connection = duck::Connection::open(*state_->engine);
  if (!connection) return unexpected(connection.error());
  if (Result<void> noted =
          connection->run(fmt::format("UPDATE feed.defined SET kept = false WHERE physical = {}",
                                      duck::literal(former->second.table)));
      !noted)
    return noted;
  former->second.kept = false;
  return {};
}

Result<void> Database::build(const std::vector<std::string>& names, BatchRange range,
                             const std::vector<RowBlock>& blocks) {
  const std::shared_lock lock(state_->tables_mutex);
  const std::lock_guard building(state_->build_mutex);
  const Result<duck::Connection> connection = duck::Connection::open(*state_->engine);
  if (!connection) return unexpected(connection.error());
  Result<duck::Transaction> transaction = duck::Transaction::begin(*connection);
  if (!transaction) return unexpected(transaction.error());
  Targets targets;
  for (const std::string& name : names) {
    const auto begun = state_->unfinished.find(name);
    if (begun == state_->unfinished.end()) return not_built(name);
    const std::vector<BatchRange>& owed = begun->second.owed;
    if (owed.empty() || owed.front().first != range.first || owed.front().last < range.last ||
        range.last < range.first)
      return fail(
          ErrorCode::invalid_input,
          fmt::format("the table does not owe batches {} to {} next", range.first, range.last),
          name);
    const std::string whose = fmt::format("WHERE physical = {} AND first = {}",
                                          duck::literal(begun->second.physical.table), range.first);
    if (Result<void> paid = connection->run(
            owed.front().last == range.last
                ? "DELETE FROM feed.owed " + whose
                : fmt::format("UPDATE feed.owed SET first = {} {}", range.last + 1, whose));
        !paid)
      return paid;
    targets.push_back(&begun->second.physical);
  }
  if (Result<void> put = append_blocks(*connection, targets, blocks); !put) return put;
  if (Result<void> done = transaction->commit(); !done) return done;
  for (const std::string& name : names) {
    std::vector<BatchRange>& owed = state_->unfinished.at(name).owed;
    owed.front().first = range.last + 1;
    if (owed.front().first > owed.front().last) owed.erase(owed.begin());
  }
  return {};
}

Result<void> Database::finish_building(const std::vector<std::string>& names) {
  const std::unique_lock lock(state_->tables_mutex);
  const std::lock_guard building(state_->build_mutex);
  Tables tables = state_->tables;
  UnfinishedTables unfinished = state_->unfinished;
  Targets targets;
  std::vector<std::string> sqls;
  for (const std::string& name : names) {
    const auto begun = state_->unfinished.find(name);
    if (begun == state_->unfinished.end()) return not_built(name);
    if (!begun->second.owed.empty())
      return fail(
          ErrorCode::invalid_input,
          fmt::format("the table still lacks batches {} and on", begun->second.owed.front().first),
          name);
    targets.push_back(&begun->second.physical);
    if (const auto former = tables.find(name); former != tables.end())
      sqls.push_back("DROP TABLE main." + duck::quoted(former->second.table));
    tables[name] = begun->second.physical;
    unfinished.erase(name);
  }
  for (const auto& more :
       {create_views_sql(tables, state_->options), remember_sql(tables, unfinished)})
    sqls.insert(sqls.end(), more.begin(), more.end());
  const Result<duck::Connection> connection = duck::Connection::open(*state_->engine);
  if (!connection) return unexpected(connection.error());
  Result<duck::Transaction> transaction = duck::Transaction::begin(*connection);
  if (!transaction) return unexpected(transaction.error());
  if (Result<void> good = make_good(*connection, targets, state_->applied.reached()); !good)
    return good;
  if (Result<void> ran = run_all(*connection, sqls); !ran) return ran;
  if (Result<void> done = transaction->commit(); !done) return done;
  state_->tables = std::move(tables);
  state_->unfinished = std::move(unfinished);
  state_->name_tables();
  state_->check->forget();
  state_->changes.add_break();
  return {};
}

}  // namespace hb::tables
