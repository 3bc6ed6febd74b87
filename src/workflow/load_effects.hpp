#pragma once
#include "workflow/cursor.hpp"
#include "workflow/flow.hpp"

namespace hb::workflow {

/// The FHIRPath expression that stands here, parsed; a fault with its column when it is none.
Formula formula_at(const Cursor& at);

/// One item of a move's `do`.
Effect read_effect(const Cursor& at);

}  // namespace hb::workflow
