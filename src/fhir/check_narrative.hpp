#pragma once
#include <optional>
#include <string_view>

#include "fhir/parser.hpp"

namespace hb::fhir {

/// What a narrative's markup must not have: scripts, forms, frames, events, other things outside
/// the part of XHTML that R4 allows (txt-1), or nothing to see in it (txt-2).
/// source  FHIR R4, Narrative, invariants txt-1 and txt-2; chapters 7 to 11 and 15 of HTML 4.0
std::optional<Fault> narrative_fault(std::string_view markup);

}  // namespace hb::fhir
