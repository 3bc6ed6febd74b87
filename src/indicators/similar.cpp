#include "indicators/similar.hpp"

#include <algorithm>
#include <charconv>

#include "indicators/content.hpp"

namespace hb::indicators {
namespace {

namespace fs = std::filesystem;

constexpr int most_neighbours = 20;

double weight_of(ContentReader& content, const YAML::Node& node) {
  const std::string text = content.text(node, "weight", false);
  if (text.empty()) return 1;
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size() || !(value > 0))
    content.fault(node, "“weight” is not a number above 0");
  return value;
}

}  // namespace

Result<AreaProfile> read_profile(const fs::path& file) {
  const Result<YAML::Node> root = read_yaml(file);
  if (!root) return unexpected(root.error());
  ContentReader content(file.string());
  AreaProfile profile;
  profile.file = file.string();
  if (content.text(*root, "schema") != "profile-1")
    content.fault(*root, "“schema” is not profile-1");
  profile.title = content.localized(*root, "title");
  profile.why = content.localized(*root, "why");
  profile.k = content.whole(*root, "k").value_or(0);
  if (profile.k < 1 || profile.k > most_neighbours) content.fault(*root, "“k” is 1 to 20");
  for (const YAML::Node& node : content.list(*root, "indicators")) {
    ProfileItem item;
    item.measure = content.text(node, "of");
    item.log = content.flag(node, "log");
    item.weight = weight_of(content, node);
    if (std::ranges::find(profile.items, item.measure, &ProfileItem::measure) !=
        profile.items.end())
      content.fault(node, "“" + item.measure + "” stands twice");
    profile.items.push_back(std::move(item));
  }
  if (profile.items.empty()) content.fault(*root, "“indicators” names none");
  if (!content.ok()) return unexpected(content.error());
  return profile;
}

Result<std::shared_ptr<const AreaProfile>> load_profile(const fs::path& scenes_dir) {
  std::shared_ptr<const AreaProfile> found;
  std::error_code problem;
  for (const auto& scene : fs::directory_iterator(scenes_dir, problem)) {
    const fs::path file = scene.path() / "profile.yaml";
    if (!fs::exists(file)) continue;
    Result<AreaProfile> profile = read_profile(file);
    if (!profile) return unexpected(profile.error());
    if (found)
      return fail(ErrorCode::invalid_input, "another scene has a profile: " + found->file,
                  file.string());
    found = std::make_shared<const AreaProfile>(std::move(*profile));
  }
  return found;
}

}  // namespace hb::indicators
