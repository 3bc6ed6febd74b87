#pragma once
#include <filesystem>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "core/result.hpp"
#include "indicators/content.hpp"
#include "scene/catalogue.hpp"

namespace hb::scene {

/// One file of a scene each; `content` keeps the first mistake.
SceneInfo read_scene(indicators::ContentReader& content, const YAML::Node& root);
Board read_board(indicators::ContentReader& content, const YAML::Node& root);
std::vector<CodeList> read_codes(indicators::ContentReader& content, const YAML::Node& root);
/// Faults also a role with a permission that the file does not list, and ids that stand twice.
RoleFile read_roles(indicators::ContentReader& content, const YAML::Node& root);

/// Files of a folder with that extension, by name; none when there is no such folder.
std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder,
                                            const char* extension);

/// Folders under scenes_dir that hold a scene: all but `schema`, by name.
/// errors  not_found: no such directory
Result<std::vector<std::filesystem::path>> scene_folders(const std::filesystem::path& scenes_dir);

}  // namespace hb::scene
