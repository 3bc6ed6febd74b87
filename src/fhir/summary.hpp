#pragma once
#include "fhir/definitions.hpp"

namespace hb::fhir::definitions {

/// Whether the element is part of a summary (isSummary of the StructureDefinitions).
bool is_summary(const ElementRow& row);

}  // namespace hb::fhir::definitions
