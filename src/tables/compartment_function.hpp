#pragma once
#include <memory>

#include "core/compartments.hpp"
#include "tables/duck.hpp"

namespace hb::tables {

/// Name of the function that gives the compartments of a code.
inline constexpr const char* compartment_function = "hb_compartments";

/// Makes hb_compartments(code) known to all connections of an instance: one bit per compartment
/// that the code belongs to (Compartments::of_code() of a code without a system), 0 for NULL.
/// DuckDB asks a function of one column within the scan, mostly once per entry of the column's
/// dictionary. Scenes cannot call it: it is none of scene_functions().
/// errors  unavailable: DuckDB refuses it
Result<void> offer_compartments(const duck::Connection& connection,
                                std::shared_ptr<const Compartments> compartments);

}  // namespace hb::tables
