#pragma once
#include <string>
#include <vector>

#include "core/principal.hpp"
#include "fhir/parser.hpp"
#include "ingest/hub.hpp"

namespace hb::ingest {

/// What became of one resource that a client wrote or deleted.
struct Written {
  std::vector<fhir::Fault> faults;  ///< why nothing of the call was written; empty = it was
  Seq seq = 0;     ///< the version that says what is now; 0 = there was nothing to delete
  Seq former = 0;  ///< the version it took the place of; 0 = the resource was not there
};

/// A resource that is to be deleted.
struct Deletion {
  std::string type;
  std::string id;
};

/// Writes resources, each with its id, and deletes others, as one commit: durable when it returns,
/// or nothing of it is there. Checked, linked and packed like deliveries; the tables follow. A text
/// equal to the current version makes no new one. Without texts and deletions nothing is committed.
/// returns  one per text, then one per deletion, in their order; with faults in any, nothing was
///          written
/// errors   conflict: a Patient was to be deleted and there are records of the person; else only
///          when the store cannot be asked or written
Result<std::vector<Written>> write(Hub& hub, const Principal& principal,
                                   const std::vector<std::string>& texts,
                                   const std::vector<Deletion>& deletions = {});

/// What would keep a resource from being written; empty = nothing.
std::vector<fhir::Fault> faults_of(Hub& hub, std::string_view text);

}  // namespace hb::ingest
