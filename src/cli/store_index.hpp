#pragma once
#include <string>

namespace hb::cli {

/// healthbrain store index: makes what searches need beforehand, as `serve` would in the
/// background; goes on where it was cut off.
int run_index(const std::string& store, const std::string& scenes, int threads);

}  // namespace hb::cli
