#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/check.hpp"
#include "tables/state.hpp"
#include "tables/write.hpp"

namespace hb::tables {
namespace {

std::vector<ColumnType> types_of(const TableSchema& schema) {
  std::vector<ColumnType> types;
  for (const ColumnSpec& column : schema.columns) types.push_back(column.type);
  return types;
}

bool has_column(const TableSchema& schema, std::string_view name) {
  return std::ranges::any_of(schema.columns, [&](const ColumnSpec& c) { return c.name == name; });
}

void push_text(Column& column, std::string_view text) {
  column.null.push_back(text.empty() ? 1 : 0);
  column.bytes += text;
  column.ends.push_back(static_cast<std::uint32_t>(column.bytes.size()));
}

/// age_band of views: full years at the event in steps of five, 85 and above in one.
std::string age_band_sql(const TableSchema& schema) {
  if (schema.event_date_column.empty() || !has_column(schema, "age_band")) return "";
  const std::string age = fmt::format(
      "(year({0}) - year(f.birth_date) - CASE WHEN month({0}) * 100 + day({0}) < "
      "month(f.birth_date) * 100 + day(f.birth_date) THEN 1 ELSE 0 END)",
      fmt::format("CAST(t.{} AS DATE)", duck::quoted(schema.event_date_column)));
  return fmt::format(", age_band = CASE WHEN {0} >= 0 THEN least(85, {0} // 5 * 5) END", age);
}

/// As columns of (resident_id, sex, birth_date).
std::vector<Column> fix_columns(const std::vector<TableBatch::ResidentFix>& fixes) {
  std::vector<Column> columns(3);
  for (const TableBatch::ResidentFix& fix : fixes) {
    columns[0].null.push_back(0);
    columns[0].ints.push_back(fix.resident);
    push_text(columns[1], fix.sex);
    columns[2].null.push_back(fix.has_birth_date ? 0 : 1);
    columns[2].ints.push_back(fix.has_birth_date ? fix.birth_date.days : 0);
  }
  return columns;
}

const std::vector<ColumnType> fix_types = {ColumnType::bigint, ColumnType::text, ColumnType::date};

Result<void> append_fixes(const duck::Connection& connection,
                          const std::vector<TableBatch::ResidentFix>& fixes) {
  // The last correction of a person counts.
  std::map<ResidentId, TableBatch::ResidentFix> by_resident;
  for (const auto& fix : fixes) by_resident[fix.resident] = fix;
  std::vector<TableBatch::ResidentFix> last;
  for (auto& [resident, fix] : by_resident) last.push_back(std::move(fix));
  if (Result<void> made = connection.run(
          "CREATE TEMP TABLE fix (resident_id BIGINT, sex VARCHAR, birth_date DATE)");
      !made)
    return made;
  return append_column(connection, "", "fix", fix_types, fix_columns(last));
}

/// Notes the months of rows that are about to go or change.
/// which  condition on `t`, the rows' table
Result<void> note_former(const duck::Connection& connection, const Physical& physical,
                         const std::string& which, BatchId batch) {
  const std::string& date = physical.schema.event_date_column;
  const std::string month =
      date.empty() ? "''"
                   : fmt::format("coalesce(left(CAST(CAST(t.{} AS DATE) AS VARCHAR), 7), '')",
                                 duck::quoted(date));
  return connection.run(fmt::format(
      "INSERT INTO feed.former SELECT DISTINCT {}, {}, {} FROM main.{} AS t WHERE {}", batch,
      duck::literal(physical.schema.name), month, duck::quoted(physical.table), which));
}

/// Up to here a list in the statement is cheaper than a temporary table.
constexpr std::size_t most_listed = 100;

Result<void> append_gone(const duck::Connection& connection,
                         const std::vector<std::int64_t>& seqs) {
  if (Result<void> made = connection.run("CREATE TEMP TABLE gone (seq BIGINT)"); !made) return made;
  return append_column(connection, "", "gone", {ColumnType::bigint}, {integers(seqs)});
}

}  // namespace

Column integers(const std::vector<std::int64_t>& values) {
  Column column;
  column.null.assign(values.size(), 0);
  column.ints = values;
  return column;
}

Result<void> append_column(const duck::Connection& connection, const std::string& schema,
                           const std::string& table, const std::vector<ColumnType>& types,
                           const std::vector<Column>& columns) {
  Result<duck::Writer> writer = duck::Writer::open(connection, schema, table, types);
  if (!writer) return unexpected(writer.error());
  if (Result<void> put = writer->append(columns, columns[0].null.size()); !put) return put;
  return writer->close();
}

/// One appender per table, however many blocks it has.
Result<void> append_blocks(const duck::Connection& connection, const Targets& targets,
                           const std::vector<RowBlock>& blocks) {
  std::map<std::string, std::vector<const RowBlock*>> of_table;
  for (const RowBlock& block : blocks) {
    HB_CHECK(block.schema != nullptr);
    const std::string table = physical_name(*block.schema);
    if (std::ranges::find(targets, table, &Physical::table) == targets.end()) {
      if (block.schema->former) continue;  // its successor is finished
      return fail(ErrorCode::invalid_input, "the rows do not fit a defined table",
                  block.schema->name);
    }
    if (block.rows() > 0) of_table[table].push_back(&block);
  }
  for (const auto& [table, parts] : of_table) {
    const TableSchema& schema = *parts.front()->schema;
    const auto named = [&schema](Error error) {
      error.where = schema.name;
      return unexpected<Error>(std::move(error));
    };
    Result<duck::Writer> writer = duck::Writer::open(connection, "main", table, types_of(schema));
    if (!writer) return named(writer.error());
    for (const RowBlock* part : parts)
      if (Result<void> put = writer->append(part->columns, part->rows()); !put)
        return named(put.error());
    if (Result<void> closed = writer->close(); !closed) return named(closed.error());
  }
  return {};
}

void Applied::load(const ResultSet& batches) {
  const std::lock_guard lock(mutex_);
  for (const auto& row : batches.rows)
    if (const auto* batch = std::get_if<std::int64_t>(&row[0])) add(*batch);
}

void Applied::forget() {
  const std::lock_guard lock(mutex_);
  reached_ = 0;
  ahead_.clear();
}

std::vector<BatchRange> Applied::ranges() const {
  const std::lock_guard lock(mutex_);
  std::vector<BatchRange> ranges;
  if (reached_ > 0) ranges.push_back({1, reached_});
  for (const BatchId batch : ahead_) {
    if (!ranges.empty() && ranges.back().last + 1 == batch)
      ranges.back().last = batch;
    else
      ranges.push_back({batch, batch});
  }
  return ranges;
}

bool Applied::empty() const {
  const std::lock_guard lock(mutex_);
  return reached_ == 0 && ahead_.empty();
}

BatchId Applied::reached() const {
  const std::lock_guard lock(mutex_);
  return reached_;
}

bool Applied::done(BatchId batch) const {
  const std::lock_guard lock(mutex_);
  return has(batch);
}

void Applied::add(BatchId batch) {
  ahead_.insert(batch);
  while (!ahead_.empty() && *ahead_.begin() == reached_ + 1) {
    ++reached_;
    ahead_.erase(ahead_.begin());
  }
}

Applied::Claim Applied::claim(const std::vector<BatchId>& batches) {
  std::unique_lock lock(mutex_);
  finished_.wait(lock, [&] {
    return std::ranges::none_of(batches, [&](BatchId batch) { return in_hand_.contains(batch); });
  });
  const auto known = std::ranges::count_if(batches, [&](BatchId batch) { return has(batch); });
  if (known > 0)
    return known == static_cast<std::ptrdiff_t>(batches.size()) ? Claim::done : Claim::mixed;
  in_hand_.insert(batches.begin(), batches.end());
  return Claim::ours;
}

void Applied::finish(const std::vector<BatchId>& batches, bool applied) {
  {
    const std::lock_guard lock(mutex_);
    for (const BatchId batch : batches) {
      in_hand_.erase(batch);
      if (applied) add(batch);
    }
  }
  finished_.notify_all();
}

Result<void> delete_replaced(const duck::Connection& connection, const Targets& targets,
                             const std::vector<std::int64_t>& replaced, BatchId batch) {
  if (replaced.empty()) return {};
  std::vector<std::int64_t> seqs = replaced;
  std::ranges::sort(seqs);
  const bool few = seqs.size() <= most_listed;
  if (!few)
    if (Result<void> put = append_gone(connection, seqs); !put) return put;
  // Zone maps skip what was appended before and after.
  const std::string which =
      few ? fmt::format("seq IN ({})", fmt::join(seqs, ", "))
          : fmt::format("seq BETWEEN {} AND {} AND seq IN (SELECT seq FROM temp.gone)",
                        seqs.front(), seqs.back());
  for (const Physical* physical : targets) {
    if (Result<void> noted = note_former(connection, *physical, which, batch); !noted) return noted;
    if (Result<void> gone = connection.run(
            fmt::format("DELETE FROM main.{} WHERE {}", duck::quoted(physical->table), which));
        !gone)
      return gone;
  }
  if (few) return {};
  return connection.run("DROP TABLE temp.gone");
}

Result<void> apply_fixes(const duck::Connection& connection, const Targets& targets,
                         const std::vector<TableBatch::ResidentFix>& fixes, BatchId batch) {
  if (fixes.empty()) return {};
  if (Result<void> put = append_fixes(connection, fixes); !put) return put;
  for (const Physical* physical : targets) {
    const TableSchema& schema = physical->schema;
    if (!has_column(schema, "resident_id") || !has_column(schema, "resident_sex")) continue;
    if (Result<void> noted = note_former(
            connection, *physical, "t.resident_id IN (SELECT resident_id FROM temp.fix)", batch);
        !noted)
      return noted;
    if (Result<void> fixed = connection.run(fmt::format(
            "UPDATE main.{} AS t SET resident_sex = f.sex{}{} FROM temp.fix AS f "
            "WHERE t.resident_id = f.resident_id",
            duck::quoted(physical->table),
            has_column(schema, "resident_birth_date") ? ", resident_birth_date = f.birth_date" : "",
            age_band_sql(schema)));
        !fixed)
      return fixed;
  }
  return connection.run("DROP TABLE temp.fix");
}

Result<void> note_for_unfinished(const duck::Connection& connection, const TableBatch& batch) {
  if (!batch.replaced.empty())
    if (Result<void> noted = append_column(connection, "feed", "gone", {ColumnType::bigint},
                                           {integers(batch.replaced)});
        !noted)
      return noted;
  if (batch.resident_fixes.empty()) return {};
  return append_column(connection, "feed", "fixed", fix_types, fix_columns(batch.resident_fixes));
}

namespace {

/// Everything but the commit.
Result<duck::Transaction> write_batch(const duck::Connection& connection, const Targets& tables,
                                      bool building, const TableBatch& batch) {
  const BatchId last = *std::ranges::max_element(batch.batches);
  Result<duck::Transaction> transaction = duck::Transaction::begin(connection);
  if (!transaction) return transaction;
  if (Result<void> done = append_blocks(connection, tables, batch.blocks); !done)
    return unexpected(done.error());
  if (Result<void> done = delete_replaced(connection, tables, batch.replaced, last); !done)
    return unexpected(done.error());
  if (Result<void> done = apply_fixes(connection, tables, batch.resident_fixes, last); !done)
    return unexpected(done.error());
  if (building)
    if (Result<void> done = note_for_unfinished(connection, batch); !done)
      return unexpected(done.error());
  if (Result<void> done = append_column(connection, "feed", "applied", {ColumnType::bigint},
                                        {integers(batch.batches)});
      !done)
    return unexpected(done.error());
  return transaction;
}

/// Gives claimed batches back, whatever happens.
struct Claimed {
  Applied& all;
  const std::vector<BatchId>& batches;
  bool applied = false;

  Claimed(Applied& known, const std::vector<BatchId>& ids) : all(known), batches(ids) {}
  ~Claimed() { all.finish(batches, applied); }
  Claimed(const Claimed&) = delete;
  Claimed& operator=(const Claimed&) = delete;
};

}  // namespace

Result<void> Database::apply(const TableBatch& batch) {
  const std::vector<BatchId>& ids = batch.batches;
  if (ids.empty() || std::ranges::any_of(ids, [](BatchId id) { return id < 1; }))
    return fail(ErrorCode::invalid_input, "rows are applied with the numbers of their batches");
  switch (state_->applied.claim(ids)) {
    case Applied::Claim::done:
      return {};
    case Applied::Claim::mixed:
      return fail(ErrorCode::invalid_input,
                  "some of these batches are applied and some are not: apply them one by one",
                  fmt::format("batch {}", ids.front()));
    case Applied::Claim::ours:
      break;
  }
  Claimed claimed(state_->applied, ids);
  const std::shared_lock tables_lock(state_->tables_mutex);
  std::unique_lock change_lock(state_->change_mutex, std::defer_lock);
  if (!batch.replaced.empty() || !batch.resident_fixes.empty()) change_lock.lock();
  const Result<duck::Connection> connection = duck::Connection::open(*state_->engine);
  if (!connection) return unexpected(connection.error());
  Targets targets;
  for (const auto& [name, physical] : state_->tables)
    if (physical.kept) targets.push_back(&physical);
  for (const auto& [name, unfinished] : state_->unfinished) targets.push_back(&unfinished.physical);
  Changes changes = ChangeLog::of(batch);
  Result<duck::Transaction> written =
      write_batch(*connection, targets, !state_->unfinished.empty(), batch);
  if (!written) return unexpected(written.error());
  const std::shared_lock commit_lock(state_->commit_mutex);
  Result<void> done = written->commit();
  claimed.applied = done.has_value();
  if (done) state_->changes.add(std::move(changes));
  return done;
}

}  // namespace hb::tables
