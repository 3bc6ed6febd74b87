#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/localized.hpp"
#include "core/result.hpp"
#include "stats/neighbours.hpp"

/// Which areas are similar to an area, by content: the indicators that make the profile.
namespace hb::indicators {

struct ProfileItem {
  std::string measure;  ///< id of a computed indicator
  bool log = false;     ///< its logarithm: sizes of areas are skewed
  double weight = 1;
};

struct AreaProfile {
  Localized title;
  Localized why;                   ///< why these indicators
  std::vector<ProfileItem> items;  ///< at least one
  int k = 5;                       ///< neighbours when a request says nothing
  std::string file;
};

/// `profile.yaml` of the scenes; null when there is none.
/// errors  invalid_input with where = file:line; two scenes with a profile
Result<std::shared_ptr<const AreaProfile>> load_profile(const std::filesystem::path& scenes_dir);

/// One file. errors  invalid_input with where = file:line
Result<AreaProfile> read_profile(const std::filesystem::path& file);

}  // namespace hb::indicators
