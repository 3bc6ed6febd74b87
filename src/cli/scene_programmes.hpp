#pragma once
#include <filesystem>
#include <vector>

#include "scene/catalogue.hpp"
#include "tables/database.hpp"

namespace hb::cli {

/// Mistakes of the programmes of care below a folder of scenes: what cannot be read, forms of one
/// visit that do not fit together, and SQL that is refused or does not bind.
/// database  empty core tables; null: SQL is not checked
std::vector<scene::SceneFault> programme_faults(const std::filesystem::path& scenes,
                                                const tables::Database* database);

}  // namespace hb::cli
