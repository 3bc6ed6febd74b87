#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/check.hpp"
#include "ingest/hub.hpp"
#include "ingest/reader.hpp"

namespace hb::ingest {

/// People and places: read in the first pass, so that everything else finds them.
bool is_first_pass_type(std::string_view type);

/// A chunk checked, linked to its people, packed and flattened: ready to be committed.
struct Prepared {
  records::WriteSet set;
  std::vector<tables::RowBlock> blocks;  ///< not stamped; owner = index in set.resources
  std::vector<tables::TableBatch::ResidentFix> fixes;  ///< with the index of their Patient
  std::vector<std::size_t> fix_resource;
  std::vector<std::int64_t> lines;               ///< of set.resources
  std::map<std::string, std::int64_t> warnings;  ///< rules that taken resources break
  std::int64_t bytes = 0;
};

/// Knows which references have been found to exist; shared by the threads of one load.
class KnownReferences;

/// Turns pieces into Prepared sets. One per thread.
class Preparer {
 public:
  Preparer(Hub& hub, KnownReferences& known);
  /// For small writes, one after the other: remembers nobody from one to the next, and does not ask
  /// whether there is what a resource refers to.
  explicit Preparer(Hub& hub);
  ~Preparer();
  Preparer(const Preparer&) = delete;
  Preparer& operator=(const Preparer&) = delete;

  /// released  a rule of level quarantine that a person has seen broken and lets pass; empty = none
  /// errors    only when the store cannot be asked; bad pieces become problems in the set
  Result<Prepared> prepare(const Chunk& chunk, DeliveryId delivery, std::string_view released = {});

  /// One text that a person corrected: what keeps it from being taken; empty = it would be.
  std::vector<fhir::Fault> faults_of(std::string_view text, std::string_view released = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class KnownReferences {
 public:
  explicit KnownReferences(const records::Store& store);
  ~KnownReferences();
  /// "Practitioner/p1": asked of the store once, then remembered.
  Result<bool> exists(std::string_view type, std::string_view id);
  void add(std::string_view type, std::string_view id);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hb::ingest
