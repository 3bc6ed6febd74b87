#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/localized.hpp"
#include "core/result.hpp"

namespace hb::server {

struct Area {
  std::string code;  ///< 6 (district), 9 (street) or 12 (community) digits
  Localized name;
  std::string level;   ///< "district", "street", "community"
  std::string parent;  ///< code of the area around it; empty = none
};

/// Names and borders of the region, from the store's areas.geojson (`load` puts it there).
class Areas {
 public:
  /// A store without the file has no areas; that is no error.
  /// errors  invalid_input with the file: not GeoJSON, or a feature without code or name
  static Result<Areas> load(const std::filesystem::path& store_dir);

  const std::vector<Area>& all() const { return areas_; }
  /// The longest known area around a code; the code itself in both languages when there is none.
  Localized name(std::string_view code) const;
  const Area* find(std::string_view code) const;
  /// FeatureCollection of the streets (properties code, name).
  const std::string& geojson() const { return geojson_; }

 private:
  std::vector<Area> areas_;
  std::unordered_map<std::string, std::size_t> by_code_;
  std::string geojson_ = R"({"type":"FeatureCollection","features":[]})";
};

}  // namespace hb::server
