#include "tables/changes.hpp"

#include <algorithm>

namespace hb::tables {
namespace {

/// Ids in one change and in all that is kept: beyond them it is a bulk load, whose readers make
/// everything anew.
constexpr std::size_t most_in_one = 20'000;
constexpr std::size_t most_kept = 500'000;

void sort_out(std::vector<std::int64_t>& ids) {
  std::ranges::sort(ids);
  const auto rest = std::ranges::unique(ids);
  ids.erase(rest.begin(), rest.end());
}

std::size_t size_of(const Changes& changes) {
  return changes.residents.size() + changes.replaced.size() + 1;
}

void add_rows(const RowBlock& block, Changes& changes) {
  if (block.rows() == 0) return;
  const TableSchema& schema = *block.schema;
  changes.tables.insert(schema.name);
  const auto column = std::ranges::find(schema.columns, "resident_id", &ColumnSpec::name);
  if (column == schema.columns.end()) {
    changes.unowned.insert(schema.name);
    return;
  }
  const Column& ids = block.columns[static_cast<std::size_t>(column - schema.columns.begin())];
  for (std::size_t row = 0; row < block.rows(); ++row)
    if (ids.null[row] != 0)
      changes.unowned.insert(schema.name);
    else
      changes.residents.push_back(ids.ints[row]);
}

}  // namespace

Changes ChangeLog::of(const TableBatch& batch) {
  Changes changes;
  std::size_t rows = 0;
  for (const RowBlock& block : batch.blocks) rows += block.rows();
  if (rows > most_in_one || batch.replaced.size() > most_in_one) {
    changes.too_many = true;
    return changes;
  }
  for (const RowBlock& block : batch.blocks) add_rows(block, changes);
  for (const TableBatch::ResidentFix& fix : batch.resident_fixes) {
    changes.fixed = true;
    changes.residents.push_back(fix.resident);
  }
  changes.replaced = batch.replaced;
  sort_out(changes.residents);
  sort_out(changes.replaced);
  return changes;
}

void ChangeLog::add(Changes changes) {
  const std::lock_guard lock(mutex_);
  ++position_;
  kept_ += size_of(changes);
  entries_.push_back(std::move(changes));
  while (kept_ > most_kept) {
    kept_ -= size_of(entries_.front());
    entries_.pop_front();
    ++known_after_;
  }
}

void ChangeLog::add_break() {
  Changes everything;
  everything.too_many = true;
  add(std::move(everything));
}

std::uint64_t ChangeLog::position() const {
  const std::lock_guard lock(mutex_);
  return position_;
}

std::optional<Changes> ChangeLog::between(std::uint64_t after, std::uint64_t upto) const {
  const std::lock_guard lock(mutex_);
  if (after < known_after_ || upto > position_ || after > upto) return std::nullopt;
  Changes all;
  for (std::uint64_t at = after; at < upto; ++at) {
    const Changes& one = entries_[at - known_after_];
    if (one.too_many) return std::nullopt;
    all.fixed |= one.fixed;
    all.tables.insert(one.tables.begin(), one.tables.end());
    all.unowned.insert(one.unowned.begin(), one.unowned.end());
    all.residents.insert(all.residents.end(), one.residents.begin(), one.residents.end());
    all.replaced.insert(all.replaced.end(), one.replaced.begin(), one.replaced.end());
  }
  sort_out(all.residents);
  sort_out(all.replaced);
  return all;
}

}  // namespace hb::tables
