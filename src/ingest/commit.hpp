#pragma once
#include "ingest/load.hpp"
#include "ingest/pipeline.hpp"
#include "ingest/table_feed.hpp"

namespace hb::ingest {

/// Writes prepared chunks: records first, then the rows of what was new into the table feed;
/// counts.
class Committer {
 public:
  Committer(Hub& hub, TableFeed& feed, KnownReferences& known, std::vector<FileState>& files,
            LoadReport& report)
      : hub_(hub), feed_(feed), known_(known), files_(files), report_(report) {}

  /// Called for one chunk at a time, in file order.
  Result<void> commit(std::size_t file, Prepared&& prepared);

 private:
  Hub& hub_;
  TableFeed& feed_;
  KnownReferences& known_;
  std::vector<FileState>& files_;
  LoadReport& report_;
};

/// Commits one set and makes of its receipt what the tables must do.
struct Committed {
  records::Receipt receipt;
  tables::TableBatch rows;
};
Result<Committed> commit_prepared(Hub& hub, Prepared&& prepared);

/// Commits a set without resources; the tables learn that there is nothing to do.
Result<void> commit_without_rows(Hub& hub, records::WriteSet&& set);

/// Writes the final counts and state of a delivery.
Result<void> close_delivery(Hub& hub, FileState& file, bool cancelled);

}  // namespace hb::ingest
