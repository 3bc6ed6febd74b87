#pragma once
#include <filesystem>

#include "core/policy.hpp"
#include "core/result.hpp"

namespace hb::scene {

/// Reads who sees what from scenes/core/policy.yaml (policy-1; docs/access.md).
/// errors  not_found: no such file; invalid_input with where = file:line: the first mistake
Result<Policy> load_policy(const std::filesystem::path& file);

}  // namespace hb::scene
