#pragma once
#include <filesystem>
#include <vector>

#include "core/result.hpp"
#include "scene/catalogue.hpp"

namespace hb::cli {

/// What `flow check` and `form check` say of the flows and forms below a folder of scenes.
Result<std::vector<scene::SceneFault>> flow_and_form_faults(const std::filesystem::path& scenes);

}  // namespace hb::cli
