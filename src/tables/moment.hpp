#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "core/result.hpp"
#include "tables/database.hpp"

namespace hb::tables {

/// The tables as they were when it was opened, however much is committed since: an open reading
/// transaction. Stops no writer, but keeps the former versions of changed rows: hold few, and not
/// for ever. Sees all rows: for the program's own figures. Must not outlive its Database. All
/// members may be called from many threads.
class Moment {
 public:
  struct Connections;
  struct Reach {
    BatchId reached = 0;  ///< longest gap-free prefix of applied batches
    /// Of the batches applied beyond it, by which two states are told apart; 0 = none.
    std::int64_t beyond = 0;
  };
  Moment(const Database& database, std::unique_ptr<Connections> connections, Reach reach,
         std::uint64_t position);
  ~Moment();
  Moment(const Moment&) = delete;
  Moment& operator=(const Moment&) = delete;

  BatchId reached() const { return reach_.reached; }
  std::int64_t beyond() const { return reach_.beyond; }
  /// In the log of changes: Database::changes_between().
  std::uint64_t position() const { return position_; }

  /// Database::query() for a principal who sees everything. A query that fails while it runs or is
  /// stopped ends its transaction, and when something was committed since, the connection is lost.
  Result<ResultSet> query(const std::string& sql,
                          const std::vector<std::pair<std::string, Value>>& parameters,
                          std::chrono::milliseconds time_limit) const;

  /// Whether a connection is lost: open another moment soon.
  bool is_lost() const;

  /// Rows of some resource versions in one table.
  struct Owners {
    bool any = false;
    bool unowned = false;  ///< some belong to no resident
    std::vector<ResidentId> residents;
  };
  Result<Owners> owners(const TableSchema& schema, const std::vector<std::int64_t>& seqs) const;

 private:
  friend class Share;
  const Database& database_;
  std::unique_ptr<Connections> connections_;
  Reach reach_;
  std::uint64_t position_;
};

}  // namespace hb::tables
