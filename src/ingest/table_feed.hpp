#pragma once
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "tables/database.hpp"

namespace hb::ingest {

/// Brings committed batches into the tables behind the records: collects them to large appends and
/// writes on a thread of its own. Batches must be added in order.
class TableFeed {
 public:
  explicit TableFeed(tables::Database& tables);
  ~TableFeed();
  TableFeed(const TableFeed&) = delete;
  TableFeed& operator=(const TableFeed&) = delete;

  /// Waits when the tables are more than one append behind.
  void add(tables::TableBatch batch);
  /// Writes what is left and waits for it. errors  the first that an append met
  Result<void> finish();

 private:
  void run();
  void hand_over(std::unique_lock<std::mutex>& lock);

  tables::Database& tables_;
  std::mutex mutex_;
  std::condition_variable changed_;
  tables::TableBatch collecting_;
  std::size_t collected_rows_ = 0;
  std::optional<tables::TableBatch> waiting_;
  bool busy_ = false;
  bool closing_ = false;
  Result<void> outcome_;
  std::thread thread_;
};

}  // namespace hb::ingest
