#pragma once
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ingest/hub.hpp"
#include "ingest/table_feed.hpp"
#include "simulate/simulate.hpp"

namespace hb::cli {

/// A store whose tables a simulation fills directly, without records: for benches of a size whose
/// records nobody needs. `store rebuild` would empty it, and a changed ViewDefinition does.
class SimulatedTables {
 public:
  /// errors  conflict: the directory holds a store already; else as Hub::open
  static Result<std::unique_ptr<SimulatedTables>> open(const std::string& directory,
                                                       const std::string& scenes, int threads);
  /// Removes what was made, unless finish() was reached.
  ~SimulatedTables();

  /// For simulate::Options; rows carry the last version of each resource that came in its piece.
  simulate::Take take();
  /// Writes everything out; marks the store as simulated by the manifest in its directory.
  Result<void> finish();
  std::int64_t bytes() const;  ///< of tables.db

 private:
  struct Workspace;
  struct Flat {
    std::vector<tables::RowBlock> blocks;
    std::vector<bool> kept;  ///< by owner: the last version
  };

  explicit SimulatedTables(std::string directory);
  Result<Flat> flatten(Workspace& workspace, std::uint64_t piece, const simulate::Batch& batch);
  Result<void> commit(std::uint64_t piece, Flat flat);
  std::unique_ptr<Workspace> borrow();
  void give_back(std::unique_ptr<Workspace> workspace);

  std::string directory_;
  std::string made_key_;  // empty: the key file was there before
  bool made_directory_ = false, finished_ = false;
  std::unique_ptr<ingest::Hub> hub_;
  std::optional<ingest::TableFeed> feed_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> idle_;
  Seq last_seq_ = 0;
};

}  // namespace hb::cli
