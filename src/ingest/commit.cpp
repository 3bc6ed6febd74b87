#include "ingest/commit.hpp"

#include <boost/json.hpp>

#include "core/period.hpp"

namespace hb::ingest {

namespace {

using tables::ColumnType;
using tables::RowBlock;

std::size_t column_index(const tables::TableSchema& schema, std::string_view name) {
  for (std::size_t index = 0; index < schema.columns.size(); ++index)
    if (schema.columns[index].name == name) return index;
  return schema.columns.size();
}

/// "2025-11" of the event in a row; empty when there is none.
std::string month_of(const tables::Column& column, ColumnType type, std::size_t row) {
  if (column.null[row]) return {};
  const Date day = type == ColumnType::date ? Date{static_cast<std::int32_t>(column.ints[row])}
                                            : day_in_shanghai(Instant{column.ints[row]});
  return format_date(day).substr(0, 7);
}

/// Which (table, area, month) the rows of a block touch.
void add_touched(const RowBlock& block, std::vector<records::Touched>& touched) {
  const tables::TableSchema& schema = *block.schema;
  const std::size_t area = column_index(schema, "resident_area");
  const std::size_t day = column_index(schema, schema.event_date_column);
  const std::size_t none = schema.columns.size();
  std::map<std::pair<std::string, std::string>, std::int64_t> cells;
  for (std::size_t row = 0; row < block.rows(); ++row) {
    std::pair<std::string, std::string> cell;
    if (area != none && !block.columns[area].null[row]) cell.first = block.columns[area].text(row);
    if (day != none) cell.second = month_of(block.columns[day], schema.columns[day].type, row);
    ++cells[cell];
  }
  for (const auto& [cell, rows] : cells)
    touched.push_back({schema.name, cell.first, cell.second, rows});
}

boost::json::object counts_json(const std::map<std::string, std::int64_t>& counts) {
  boost::json::object object;
  for (const auto& [name, count] : counts) object[name] = count;
  return object;
}

}  // namespace

Result<Committed> commit_prepared(Hub& hub, Prepared&& prepared) {
  for (const RowBlock& block : prepared.blocks)
    if (!block.schema->former) add_touched(block, prepared.set.touched);
  Committed committed;
  auto receipt = hub.store().commit(std::move(prepared.set));
  if (!receipt) return unexpected(receipt.error());
  committed.receipt = std::move(*receipt);
  const records::Receipt& done = committed.receipt;

  for (std::size_t index = 0; index < done.seqs.size(); ++index)
    if (done.seqs[index] != 0 && done.existing[index] != 0)
      committed.rows.replaced.push_back(done.existing[index]);
  for (RowBlock& block : prepared.blocks) {
    tables::stamp(block, done.seqs);  // rows of duplicates go
    if (block.rows() > 0) committed.rows.blocks.push_back(std::move(block));
  }
  for (std::size_t index = 0; index < prepared.fixes.size(); ++index)
    if (done.seqs[prepared.fix_resource[index]] != 0)
      committed.rows.resident_fixes.push_back(prepared.fixes[index]);
  committed.rows.batches.push_back(done.batch);
  return committed;
}

Result<void> Committer::commit(std::size_t index, Prepared&& prepared) {
  FileState& file = files_[index];
  std::vector<std::string> types;
  types.reserve(prepared.set.resources.size());
  for (const records::NewVersion& version : prepared.set.resources) {
    types.push_back(version.type);
    if (is_first_pass_type(version.type)) known_.add(version.type, version.id);
  }
  for (const auto& [rule, count] : prepared.warnings) {
    report_.warnings[rule] += count;
    file.warnings[rule] += count;
  }
  const auto problems = static_cast<std::int64_t>(prepared.set.problems.size());
  const auto orphans = static_cast<std::int64_t>(prepared.set.orphans.size());
  auto committed = commit_prepared(hub_, std::move(prepared));
  if (!committed) return unexpected(committed.error());

  std::int64_t accepted = 0;
  for (std::size_t at = 0; at < types.size(); ++at) {
    ++file.resources[types[at]];
    ++report_.resources[types[at]];
    if (committed->receipt.seqs[at] != 0) ++accepted;
  }
  const std::int64_t duplicates = static_cast<std::int64_t>(types.size()) - accepted;
  file.delivery.accepted += accepted;
  file.delivery.duplicates += duplicates;
  file.delivery.quarantined += problems;
  file.delivery.orphans += orphans;
  report_.accepted += accepted;
  report_.duplicates += duplicates;
  report_.quarantined += problems;
  report_.orphans += orphans;
  for (const RowBlock& block : committed->rows.blocks) {
    if (block.schema->former) continue;
    file.tables[block.schema->name] += static_cast<std::int64_t>(block.rows());
    report_.tables[block.schema->name] += static_cast<std::int64_t>(block.rows());
  }
  feed_.add(std::move(committed->rows));
  return {};
}

Result<void> close_delivery(Hub& hub, FileState& file, bool cancelled) {
  records::Delivery& delivery = file.delivery;
  using State = records::Delivery::State;
  delivery.state = !file.error.empty() ? State::failed : cancelled ? State::cancelled : State::done;
  delivery.error = file.error;
  boost::json::object report;
  report["resources"] = counts_json(file.resources);
  report["tables"] = counts_json(file.tables);
  report["warnings"] = counts_json(file.warnings);
  delivery.report_json = boost::json::serialize(report);
  records::WriteSet set;
  set.delivery = delivery.id;
  set.delivery_state = delivery;
  return commit_without_rows(hub, std::move(set));
}

Result<void> commit_without_rows(Hub& hub, records::WriteSet&& set) {
  auto receipt = hub.store().commit(std::move(set));
  if (!receipt) return unexpected(receipt.error());
  tables::TableBatch batch;
  batch.batches.push_back(receipt->batch);
  return hub.tables().apply(batch);
}

}  // namespace hb::ingest
