#pragma once
#include "records/store.hpp"
#include "workflow/engine.hpp"

namespace hb::workflow {

/// Effects become versions of resources in the records: one durable commit for each call. A Task
/// carries the number of the event it shows in meta.tag, by which a piece that comes a second time
/// after a crash is known; others are known by their id.
class RecordsSink final : public Sink {
 public:
  explicit RecordsSink(records::Store& store) : store_(store) {}
  Result<void> take(const std::vector<Piece>& pieces, bool maybe_again) override;

 private:
  Result<bool> was_taken(const Piece& piece) const;

  records::Store& store_;
};

/// Seals the log of flows as the records seal bodies.
Sealing sealing_of(const records::Store& store);

}  // namespace hb::workflow
