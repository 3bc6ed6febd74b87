#include "cli/scene_flows.hpp"

#include <algorithm>

#include "workflow/check.hpp"
#include "workflow/flow_forms.hpp"

namespace hb::cli {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> form_files(const fs::path& scenes) {
  std::vector<fs::path> files;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(scenes, none))
    if (entry.path().extension() == ".json" && entry.path().parent_path().filename() == "forms")
      files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

}  // namespace

Result<std::vector<scene::SceneFault>> flow_and_form_faults(const fs::path& scenes) {
  std::vector<scene::SceneFault> faults;
  for (const fs::path& file : form_files(scenes)) {
    const auto found = workflow::form_faults(file.string());
    if (!found) return unexpected(found.error());
    for (const forms::FormFault& fault : *found)
      faults.push_back({file.string(), 0, fault.path, fault.message});
  }
  const auto checked = workflow::check(scenes);
  if (!checked && checked.error().code == ErrorCode::not_found) return faults;  // no flow
  if (!checked) return unexpected(checked.error());
  for (const workflow::Fault& fault : checked->faults)
    faults.push_back({fault.file, fault.line, fault.path, fault.message});
  return faults;
}

}  // namespace hb::cli
