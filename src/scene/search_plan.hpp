#pragma once
#include <filesystem>

#include "core/result.hpp"
#include "search/entries.hpp"

namespace hb::scene {

/// Reads core/search.yaml (schema search-1): which search parameters are indexed.
/// errors  not_found: no such file; invalid_input with file and line: not as the schema says, a
///         type or a parameter that FHIR R4 does not have, a parameter twice or one that cannot be
///         indexed (composite, special), a parameter of `others` that no type has
Result<search::IndexPlan> load_search_plan(const std::filesystem::path& file);

}  // namespace hb::scene
