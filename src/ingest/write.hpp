#pragma once
#include <string>
#include <vector>

#include "core/principal.hpp"
#include "fhir/parser.hpp"
#include "ingest/hub.hpp"

namespace hb::ingest {

/// What became of one resource that a client wrote.
struct Written {
  std::vector<fhir::Fault> faults;  ///< why nothing of the call was written; empty = it was
  Seq seq = 0;                      ///< the version that holds it now
  Seq former = 0;                   ///< the version before; 0 = the resource is new
};

/// Writes resources, each with its id, as one commit: durable when it returns, or nothing of it is
/// there. Checked, linked and packed like deliveries; the tables follow. A text equal to the
/// current version makes no new one. returns  one per text, in their order; with faults in any,
/// nothing was written errors   only when the store cannot be asked or written
Result<std::vector<Written>> write(Hub& hub, const Principal& principal,
                                   const std::vector<std::string>& texts);

/// What would keep a resource from being written; empty = nothing.
std::vector<fhir::Fault> faults_of(Hub& hub, std::string_view text);

}  // namespace hb::ingest
