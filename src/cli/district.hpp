#pragma once
#include <string>
#include <vector>

#include "core/result.hpp"
#include "ingest/hub.hpp"

namespace hb::cli {

/// What stands beside the files to be loaded: manifest.json of the simulator (marks a new store as
/// simulated, with the district's name) and areas.geojson (names and borders of the areas). Both
/// are copied into the store's directory, where the server reads them.
///
/// simulated  marks a new store as simulated even without a manifest
/// errors     conflict: the store already holds data and is not simulated; invalid_input: one of
/// the
///            two files cannot be read, with its name
Result<void> take_district(ingest::Hub& hub, const std::vector<std::string>& paths, bool simulated);

}  // namespace hb::cli
