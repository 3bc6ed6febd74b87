#pragma once
#include <filesystem>

#include "watch/stream.hpp"

namespace hb::watch {

/// The middle of each area with a border in a store's areas.geojson: the centroid of its largest
/// polygon. Empty where there is no such file.
///
/// errors   invalid_input with the file: no GeoJSON FeatureCollection, or a border that is none
Result<AreaPoints> read_area_points(const std::filesystem::path& file);

}  // namespace hb::watch
