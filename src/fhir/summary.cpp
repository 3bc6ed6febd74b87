#include "fhir/summary.hpp"

namespace hb::fhir::definitions {
namespace {

#include "fhir_summary.inc"

}  // namespace

bool is_summary(const ElementRow& row) { return summary_rows[index_of(row)]; }

}  // namespace hb::fhir::definitions
