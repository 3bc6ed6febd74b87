#pragma once
#include <filesystem>

#include "core/compartments.hpp"
#include "core/result.hpp"

namespace hb::scene {

/// Reads core/compartments.yaml (schema compartments-1). Prefixes may be ranges: "B20-B24" stands
/// for B20, B21, B22, B23 and B24.
/// errors  not_found: no such file; invalid_input with file and line: not as the schema says, an id
///         twice, a range that is none, a system that is not declared
Result<Compartments> load_compartments(const std::filesystem::path& file);

}  // namespace hb::scene
