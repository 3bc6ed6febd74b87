#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "workflow/calendar.hpp"
#include "workflow/fault.hpp"
#include "workflow/flow.hpp"

namespace hb::workflow {

/// Reads a flow file (schema flow-1). All faults of the file are added, each with line and column.
/// returns  nullopt when there was one
std::optional<Flow> load_flow(const std::filesystem::path& file, std::vector<Fault>& faults);

/// As load_flow, but what could be read of a file with faults, so that more can be said of it.
/// returns  nullopt when it is no YAML
std::optional<Flow> load_part(const std::filesystem::path& file, std::vector<Fault>& faults);

/// Content that flows name.
struct Surroundings {
  std::map<std::string, Calendar> calendars;
  std::set<std::string> roles;  ///< of roles.yaml; empty: not known, any role is taken
};

/// What is found for a flow file: calendars beside it (../calendars) and in the core scene
/// (../../core/calendars), roles in ../../core/roles.yaml.
Surroundings find_surroundings(const std::filesystem::path& flow_file, std::vector<Fault>& faults);

/// linkIds of the items of a Questionnaire. errors  not_found; invalid_input: no Questionnaire
Result<std::set<std::string>> link_ids(const std::filesystem::path& questionnaire);

/// All *.yaml with schema flow-1 below a folder, or the file itself, in order of their names.
/// errors  not_found: there is none
Result<std::vector<std::filesystem::path>> flow_files(const std::filesystem::path& path);

}  // namespace hb::workflow
