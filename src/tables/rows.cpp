#include "tables/rows.hpp"

#include <algorithm>
#include <cstring>

#include "core/check.hpp"

namespace hb::tables {
namespace {

/// Moves the kept texts to the left. ends[next] may be overwritten at once: a later row reads
/// ends[row - 1] with row - 1 >= next, and where they are equal nothing has been removed yet.
void keep_texts(Column& column, const std::vector<std::uint32_t>& kept) {
  std::uint32_t bytes = 0;
  std::size_t next = 0;
  for (const std::uint32_t row : kept) {
    const std::uint32_t begin = row == 0 ? 0 : column.ends[row - 1];
    const std::uint32_t length = column.ends[row] - begin;
    std::memmove(column.bytes.data() + bytes, column.bytes.data() + begin, length);
    bytes += length;
    column.ends[next++] = bytes;
  }
  column.ends.resize(next);
  column.bytes.resize(bytes);
}

template <class T>
void keep_values(std::vector<T>& values, const std::vector<std::uint32_t>& kept) {
  if (values.empty()) return;
  for (std::size_t next = 0; next < kept.size(); ++next) values[next] = values[kept[next]];
  values.resize(kept.size());
}

/// Keeps the rows named in `kept` (rising).
void keep(RowBlock& block, const std::vector<std::uint32_t>& kept) {
  for (Column& column : block.columns) {
    if (!column.ends.empty()) keep_texts(column, kept);
    keep_values(column.null, kept);
    keep_values(column.ints, kept);
    keep_values(column.reals, kept);
  }
  keep_values(block.owner, kept);
}

template <class T>
void join(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

void stamp(RowBlock& block, const std::vector<std::int64_t>& seq_of) {
  HB_CHECK(!block.columns.empty());
  std::vector<std::uint32_t> kept;
  kept.reserve(block.rows());
  for (std::uint32_t row = 0; row < block.rows(); ++row) {
    HB_CHECK(block.owner[row] < seq_of.size());
    if (seq_of[block.owner[row]] != 0) kept.push_back(row);
  }
  Column& seq = block.columns.front();
  seq.ints.clear();  // filled below for the rows that stay
  seq.null.assign(block.rows(), 0);
  if (kept.size() < block.rows()) keep(block, kept);
  seq.ints.resize(block.rows());
  for (std::size_t row = 0; row < block.rows(); ++row) seq.ints[row] = seq_of[block.owner[row]];
}

void append(RowBlock& block, const RowBlock& more) {
  HB_CHECK(block.schema != nullptr && more.schema != nullptr && *block.schema == *more.schema);
  HB_CHECK(block.columns.size() == more.columns.size());
  for (std::size_t c = 0; c < block.columns.size(); ++c) {
    Column& to = block.columns[c];
    const Column& from = more.columns[c];
    join(to.null, from.null);
    join(to.ints, from.ints);
    join(to.reals, from.reals);
    const auto before = static_cast<std::uint32_t>(to.bytes.size());
    HB_CHECK(to.bytes.size() + from.bytes.size() <= UINT32_MAX);
    to.bytes += from.bytes;
    to.ends.reserve(to.ends.size() + from.ends.size());
    for (const std::uint32_t end : from.ends) to.ends.push_back(before + end);
  }
  join(block.owner, more.owner);
}

}  // namespace hb::tables
