#include "ingest/table_feed.hpp"

namespace hb::ingest {

namespace {

/// Two row groups of DuckDB: large enough to be written compressed and at once, small in memory.
constexpr std::size_t rows_per_append = 245'760;

}  // namespace

TableFeed::TableFeed(tables::Database& tables) : tables_(tables), thread_([this] { run(); }) {}

TableFeed::~TableFeed() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void TableFeed::add(tables::TableBatch batch) {
  std::unique_lock lock(mutex_);
  for (tables::RowBlock& block : batch.blocks) {
    if (block.rows() == 0) continue;
    collected_rows_ += block.rows();
    collecting_.blocks.push_back(std::move(block));
  }
  auto move_all = [](auto& from, auto& to) { to.insert(to.end(), from.begin(), from.end()); };
  move_all(batch.batches, collecting_.batches);
  move_all(batch.replaced, collecting_.replaced);
  move_all(batch.resident_fixes, collecting_.resident_fixes);
  if (collected_rows_ >= rows_per_append) hand_over(lock);
}

void TableFeed::hand_over(std::unique_lock<std::mutex>& lock) {
  if (collecting_.batches.empty()) return;
  changed_.wait(lock, [this] { return !waiting_; });
  waiting_ = std::move(collecting_);
  collecting_ = {};
  collected_rows_ = 0;
  changed_.notify_all();
}

Result<void> TableFeed::finish() {
  std::unique_lock lock(mutex_);
  hand_over(lock);
  changed_.wait(lock, [this] { return !waiting_ && !busy_; });
  return outcome_;
}

void TableFeed::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return waiting_ || closing_; });
    if (!waiting_) return;
    tables::TableBatch batch = std::move(*waiting_);
    waiting_.reset();
    busy_ = true;
    const bool failed = !outcome_;
    lock.unlock();
    changed_.notify_all();
    Result<void> applied;
    if (!failed)
      applied = tables_.apply(batch);  // after a failure the records catch up at next start
    batch = {};
    lock.lock();
    if (!applied && outcome_) outcome_ = applied;
    busy_ = false;
    changed_.notify_all();
  }
}

}  // namespace hb::ingest
