#include "scene/catalogue.hpp"

#include <algorithm>

#include "scene/policy.hpp"
#include "scene/readers.hpp"

namespace hb::scene {
namespace {

using indicators::ContentReader;

/// Parses a file and hands it to `read`; the first mistake comes back.
template <class Read>
Result<void> with_file(const std::filesystem::path& file, Read read) {
  const Result<YAML::Node> root = indicators::read_yaml(file);
  if (!root) return unexpected(root.error());
  ContentReader content(file.string());
  if (root->IsMap())
    read(content, *root);
  else
    content.fault(*root, "expected a mapping");
  if (!content.ok()) return unexpected(content.error());
  return {};
}

}  // namespace

const Code* CodeList::find(std::string_view code) const {
  const auto found = std::ranges::find(codes, code, &Code::code);
  return found == codes.end() ? nullptr : &*found;
}

Result<Catalogue> Catalogue::load(const std::filesystem::path& scenes_dir) {
  const auto folders = scene_folders(scenes_dir);
  if (!folders) return unexpected(folders.error());
  Catalogue catalogue;
  for (const std::filesystem::path& folder : *folders) {
    const std::string id = folder.filename().string();
    const std::filesystem::path head = folder / "scene.yaml";
    if (!std::filesystem::exists(head)) continue;
    const Result<void> scene = with_file(head, [&](ContentReader& content, const YAML::Node& root) {
      catalogue.scenes_.push_back(read_scene(content, root));
      catalogue.scenes_.back().id = id;
    });
    if (!scene) return unexpected(scene.error());
    for (const std::filesystem::path& file : files_of(folder / "boards", ".yaml")) {
      const Result<void> board =
          with_file(file, [&](ContentReader& content, const YAML::Node& root) {
            catalogue.boards_.push_back(read_board(content, root));
            catalogue.boards_.back().scene = id;
          });
      if (!board) return unexpected(board.error());
    }
    for (const std::filesystem::path& file : files_of(folder / "codes", ".yaml")) {
      const Result<void> codes =
          with_file(file, [&](ContentReader& content, const YAML::Node& root) {
            for (CodeList& list : read_codes(content, root)) {
              catalogue.codes_.push_back(std::move(list));
            }
          });
      if (!codes) return unexpected(codes.error());
    }
  }
  const std::filesystem::path roles = scenes_dir / "core/roles.yaml";
  if (std::filesystem::exists(roles)) {
    const Result<void> read = with_file(roles, [&](ContentReader& content, const YAML::Node& root) {
      catalogue.roles_ = read_roles(content, root);
    });
    if (!read) return unexpected(read.error());
  }
  const std::filesystem::path policy = scenes_dir / "core/policy.yaml";
  if (std::filesystem::exists(policy)) {
    Result<Policy> read = load_policy(policy);
    if (!read) return unexpected(read.error());
    catalogue.policy_ = std::make_shared<const Policy>(std::move(*read));
  }
  Result<std::vector<indicators::Plan>> plans = indicators::load_plans(scenes_dir);
  if (!plans) return unexpected(plans.error());
  catalogue.plans_ = std::move(*plans);
  Result<std::vector<indicators::Measure>> measures = indicators::load_measures(scenes_dir);
  if (!measures) return unexpected(measures.error());
  catalogue.measures_ = std::move(*measures);
  return catalogue;
}

const indicators::Plan* Catalogue::plan(std::string_view id) const {
  const auto found = std::ranges::find(plans_, id, &indicators::Plan::id);
  return found == plans_.end() ? nullptr : &*found;
}

const indicators::Indicator* Catalogue::indicator(std::string_view id) const {
  for (const indicators::Plan& plan : plans_) {
    const auto found = std::ranges::find(plan.indicators, id, &indicators::Indicator::id);
    if (found != plan.indicators.end()) return &*found;
  }
  return nullptr;
}

const Board* Catalogue::board(std::string_view id) const {
  const auto found = std::ranges::find(boards_, id, &Board::id);
  return found == boards_.end() ? nullptr : &*found;
}

const CodeList* Catalogue::codes(std::string_view id) const {
  const auto found = std::ranges::find(codes_, id, &CodeList::id);
  return found == codes_.end() ? nullptr : &*found;
}

const Permission* Catalogue::permission(std::string_view id) const {
  const auto found = std::ranges::find(roles_.permissions, id, &Permission::id);
  return found == roles_.permissions.end() ? nullptr : &*found;
}

const Role* Catalogue::role(std::string_view id) const {
  const auto found = std::ranges::find(roles_.roles, id, &Role::id);
  return found == roles_.roles.end() ? nullptr : &*found;
}

Localized Catalogue::text(std::string_view list, std::string_view code) const {
  const CodeList* codes = this->codes(list);
  const Code* known = codes != nullptr ? codes->find(code) : nullptr;
  if (known != nullptr) return known->name;
  return {std::string(code), std::string(code)};
}

}  // namespace hb::scene
