#include "ingest/table_build.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "ingest/replay.hpp"

namespace hb::ingest {

namespace {

using tables::BatchRange;
using tables::Building;

constexpr auto look_every = std::chrono::milliseconds(20);

std::int64_t owed(const std::vector<Building>& building) {
  std::int64_t batches = 0;
  for (const Building& table : building)
    for (const BatchRange& range : table.owed) batches += range.last - range.first + 1;
  return batches;
}

/// Tables that were not made from these records (a simulated district without any) stay as they
/// are: nothing could be put in their place.
void leave_out_foreign(std::vector<Building>& building, BatchId last) {
  std::erase_if(building, [&](const Building& table) {
    return !table.owed.empty() && table.owed.back().last > last;
  });
}

}  // namespace

void TableBuild::tell(double fraction) const {
  if (options_.progress) options_.progress(std::min(1.0, fraction));
}

/// All tables that owe the lowest batch go through the records together.
Result<void> TableBuild::fill_next(const std::vector<Building>& building) {
  BatchRange range{0, 0};
  for (const Building& table : building)
    if (!table.owed.empty() && (range.first == 0 || table.owed.front().first < range.first))
      range = table.owed.front();
  std::vector<std::string> names;
  std::vector<views::View> views;
  for (const Building& table : building) {
    if (table.owed.empty()) continue;
    const BatchRange& next = table.owed.front();
    if (next.first > range.first) {
      range.last = std::min(range.last, next.first - 1);
      continue;
    }
    range.last = std::min(range.last, next.last);
    names.push_back(table.schema.name);
    auto view = views::View::compile(table.schema.source);
    if (!view) return unexpected(view.error());
    views.push_back(std::move(*view));
  }
  const views::Flattener flattener(std::move(views));
  RowReplay replay(store_, flattener, tables_);
  return replay.build(names, range, options_.versions_per_step, [&](BatchId) {
    const auto left = static_cast<double>(owed(tables_.building()));
    tell(1 - left / static_cast<double>(std::max<std::int64_t>(1, owed_at_start_)));
    return !cancelled();
  });
}

Result<void> TableBuild::fill() {
  while (!cancelled()) {
    std::vector<Building> building = tables_.building();
    leave_out_foreign(building, store_.last_batch());
    if (owed(building) == 0) return {};
    if (auto filled = fill_next(building); !filled) return filled;
  }
  return {};
}

/// What the records had replaced when rows were read must be gone from the tables too.
Result<void> TableBuild::wait_for(BatchId batch) {
  while (!cancelled()) {
    const auto reached = tables_.reached();
    if (!reached) return unexpected(reached.error());
    if (*reached >= batch) return {};
    std::this_thread::sleep_for(look_every);
  }
  return {};
}

Result<std::vector<std::string>> TableBuild::run() {
  std::vector<std::string> names;
  std::vector<Building> building = tables_.building();
  leave_out_foreign(building, store_.last_batch());
  if (building.empty()) return names;
  owed_at_start_ = owed(building);
  tell(0);
  if (auto filled = fill(); !filled) return unexpected(filled.error());
  if (auto waited = wait_for(store_.last_batch()); !waited) return unexpected(waited.error());
  if (cancelled()) return names;
  for (const Building& table : building) names.push_back(table.schema.name);
  if (auto finished = tables_.finish_building(names); !finished)
    return unexpected(finished.error());
  tell(1);
  return names;
}

}  // namespace hb::ingest
