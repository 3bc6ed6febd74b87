#pragma once
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "fhir/parser.hpp"
#include "records/store.hpp"
#include "tables/database.hpp"
#include "views/view.hpp"

namespace hb::ingest {

/// Makes rows from the records again: for catching up, rebuilding and checking. They equal those
/// that the load made: sex and birth date as the resident index says now, area as it was at the
/// event.
class RowReplay {
 public:
  RowReplay(const records::Store& store, const views::Flattener& flattener,
            tables::Database& target);

  /// Applies all batches of the feed behind `after`, oldest first.
  /// progress  0…1 by batches; returns the batch reached
  Result<BatchId> run(BatchId after, const std::function<void(double)>& progress);

  /// Fills tables that are being built with the rows of the batches of `range`, in steps that are
  /// durable each. Rows are made of versions that are current now; what is replaced meanwhile goes
  /// when the building is finished.
  /// names      tables that owe this range next; the flattener makes their rows and no others
  /// step       versions per durable step
  /// go_on      asked after each step, with the last batch of it
  Result<void> build(const std::vector<std::string>& names, tables::BatchRange range,
                     std::size_t step, const std::function<bool(BatchId)>& go_on);

 private:
  Result<void> add_versions(Seq from, Seq to);
  Result<void> add_version(const records::StoredVersion& version);
  Result<void> add_resident_fix(ResidentId id);
  Result<void> add_replaced(const records::StoredVersion& version);
  views::ResidentStamp stamp(ResidentId id, Seq seq);
  Result<std::string> area_at(const records::Resident& resident, Seq seq);
  Result<void> apply();

  std::vector<tables::RowBlock> take_blocks();

  const records::Store& store_;
  const views::Flattener& flattener_;
  tables::Database& target_;
  views::Flattener::Sink sink_;
  fhir::Parser parser_;
  std::string padded_;
  std::vector<Seq> seqs_;  // of the versions in the sink, by owner
  tables::TableBatch batch_;
  std::unordered_map<ResidentId, records::Resident> residents_;
  std::string area_;      // of the last stamp: outlives it
  Result<void> stamped_;  // a store error met inside the flattener's callback
  bool catching_up_ = false;
};

}  // namespace hb::ingest
