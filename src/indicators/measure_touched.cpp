#include <algorithm>

#include <fmt/format.h>

#include "indicators/measure_engine.hpp"

/// What of the kept cells a batch made old, and the proof that nothing was forgotten.
namespace hb::indicators {
namespace {

/// More batches than these at once (a bulk load) make everything again: one pass over the tables is
/// cheaper than asking what each of them touched.
constexpr std::int64_t most_batches = 500;

/// Months of a table that changed; `all` where a row carries no month.
struct TouchedTable {
  std::set<Date> months;  ///< first days
  bool all = false;
};
using TouchedTables = std::map<std::string, TouchedTable>;

void note(TouchedTables& tables, const std::string& table, const std::string& month) {
  const Result<Period> period = parse_period(month);
  TouchedTable& touched = tables[table];
  if (period && period->kind == Period::Kind::month)
    touched.months.insert(period->first);
  else
    touched.all = true;
}

/// Whether a slice may have changed.
bool is_touched(const CubeQuery& query, const SliceKey& key, Date last,
                const TouchedTables& tables) {
  for (const std::string& name : query.tables) {
    const auto found = tables.find(name);
    if (found == tables.end()) continue;
    const TouchedTable& touched = found->second;
    if (touched.all) return true;
    if (query.part.each || query.part.state) {
      // A state or a judgement may look back as far as it likes, but not behind its period.
      const Date reach{last.days + query.part.ahead_days};
      if (!touched.months.empty() && *touched.months.begin() <= reach) return true;
    } else if (!query.dated || touched.months.contains(key.first)) {
      return true;  // several event dates, or another one than the months are of
    }
  }
  return query.tables.empty();
}

Date last_day(const SliceKey& key) {
  const std::vector<Period> months = months_of(month_of(key.first));
  if (key.kind == Period::Kind::month) return months.front().last;
  Period month = months.front();
  for (int more = key.kind == Period::Kind::quarter ? 2 : 11; more > 0; --more)
    month = month_of(Date{month.last.days + 1});
  return month.last;
}

using Cell = std::tuple<std::string, Sex, std::int16_t>;
std::map<Cell, const Slice::Row*> cells_of(const Slice& slice) {
  std::map<Cell, const Slice::Row*> cells;
  for (const Slice::Row& row : slice.rows) cells[{slice.areas[row.area], row.sex, row.age}] = &row;
  return cells;
}

std::string shown(const Slice& slice, const Slice::Row* row) {
  if (row == nullptr) return "none";
  const std::string n = slice.decimal ? fmt::format("{:.4f}", static_cast<double>(row->n) / 1e4)
                                      : std::to_string(row->n);
  return slice.has_squares
             ? fmt::format("{} (squares {:.4f})", n, static_cast<double>(row->squares) / 1e4)
             : n;
}

}  // namespace

std::set<SliceKey> MeasureEngine::touched(const Snapshot& kept, BatchId reached) const {
  std::set<SliceKey> keys;
  const auto all = [&] {
    for (const auto& [key, slice] : kept.slices) keys.insert(key);
    return keys;
  };
  if (reached == kept.feed) return keys;
  if (reached - kept.feed > most_batches || reached < kept.feed) return all();
  const auto entries = store_.feed(kept.feed, reached - kept.feed);
  const auto former = tables_.former(kept.feed);
  if (!entries || !former) return all();
  TouchedTables tables;
  for (const records::FeedEntry& entry : *entries)
    for (const records::Touched& one : entry.touched) note(tables, one.table, one.period);
  for (const tables::FormerRows& rows : *former) note(tables, rows.table, rows.month);
  if (tables.empty()) return keys;
  for (const auto& [key, slice] : kept.slices)
    if (slice->error || is_touched(queries_.at(key.query), key, last_day(key), tables))
      keys.insert(key);
  return keys;
}

Verified MeasureEngine::verify(const std::function<void(double)>& progress) {
  const std::lock_guard making(making_);
  static_cast<void>(refresh_now());
  const std::shared_ptr<const Snapshot> kept = snapshot();
  if (!moment_) return {};
  auto fresh = std::make_shared<Snapshot>(*kept);
  std::set<SliceKey> keys;
  for (const auto& [key, slice] : kept->slices) keys.insert(key);
  data_.forget_all();
  static_cast<void>(make(*fresh, *moment_, keys, progress));
  Verified verified;
  for (const auto& [key, slice] : kept->slices) {
    const Slice& again = *fresh->slices.at(key);
    auto before = cells_of(*slice);
    const auto after = cells_of(again);
    for (const auto& [cell, row] : after) before.try_emplace(cell, nullptr);
    verified.cells += static_cast<std::int64_t>(before.size());
    for (const auto& [cell, row] : before) {
      const auto found = after.find(cell);
      const Slice::Row* other = found == after.end() ? nullptr : found->second;
      const std::string was = shown(*slice, row);
      const std::string is = shown(again, other);
      if (was == is) continue;
      const auto& [area, sex, age] = cell;
      const auto& [measure, part] = users_.at(key.query);
      verified.differences.push_back(
          {measure, part, format_period({key.kind, key.first, last_day(key)}), area,
           std::string(sex_word(sex)), age == unknown_age ? "" : std::to_string(age), was, is});
    }
  }
  publish(std::move(fresh));
  return verified;
}

}  // namespace hb::indicators
