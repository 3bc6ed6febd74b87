#pragma once
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "core/result.hpp"
#include "tables/database.hpp"
#include "tables/moment.hpp"

namespace hb::tables {

/// The rows of a few residents, copied out of a moment into an engine of their own with one
/// thread: scene SQL asked there gives their share of a figure within a millisecond. Tables
/// without residents are there as a whole. One thread at a time.
class Share {
 public:
  /// schemas  tables, with the columns that will be asked for (seq need not be one)
  static Result<std::unique_ptr<Share>> open(std::vector<TableSchema> schemas);
  ~Share();
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;

  /// Replaces the rows of a table by those that the residents have at that moment.
  Result<void> fill(const std::string& table, const Moment& moment,
                    const std::vector<ResidentId>& residents);
  /// Replaces the rows of a table by those of another share.
  Result<void> fill(const std::string& table, const Share& other);

  struct Content {
    std::int64_t rows = 0;
    std::string hash;  ///< independent of row order
    friend bool operator==(const Content&, const Content&) = default;
  };
  Result<Content> content(const std::string& table) const;

  /// sql  has been checked (Database::check_scene_sql)
  Result<ResultSet> query(const std::string& sql,
                          const std::vector<std::pair<std::string, Value>>& parameters,
                          std::chrono::milliseconds time_limit) const;

 private:
  struct Instance;
  Share(std::vector<TableSchema> schemas, std::unique_ptr<Instance> instance);
  const TableSchema& schema(const std::string& table) const;
  std::vector<TableSchema> schemas_;
  std::unique_ptr<Instance> instance_;
};

}  // namespace hb::tables
