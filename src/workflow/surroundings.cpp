#include <algorithm>
#include <fstream>
#include <iterator>

#include "fhir/parser.hpp"
#include "workflow/cursor.hpp"
#include "workflow/load.hpp"

namespace hb::workflow {
namespace {

namespace fs = std::filesystem;

constexpr int max_item_depth = 32;

std::vector<fs::path> yaml_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, none))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

void read_roles(const fs::path& file, std::set<std::string>& roles) {
  Document document(file.string());
  const auto node = read_document(file, document);
  if (!node) return;  // `scene check` says what is wrong with it
  const Cursor root(document, *node, "", place_of(*node));
  for (const Cursor& role : root.items("roles"))
    if (std::string id = role.text("id"); !id.empty()) roles.insert(std::move(id));
}

void collect(fhir::Json items, std::set<std::string>& ids, int depth) {
  simdjson::dom::array array;
  if (depth > max_item_depth || items.get(array) != simdjson::SUCCESS) return;
  for (const fhir::Json item : array) {
    std::string_view id;
    if (item["linkId"].get(id) == simdjson::SUCCESS) ids.emplace(id);
    fhir::Json inner;
    if (item["item"].get(inner) == simdjson::SUCCESS) collect(inner, ids, depth + 1);
  }
}

/// Cheap look at a file that need not be a flow.
bool is_flow(const fs::path& file) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("schema:")) return line.find("flow-1") != std::string::npos;
    if (!line.empty() && line.front() != '#' && line != "---") return false;
  }
  return false;
}

}  // namespace

Surroundings find_surroundings(const fs::path& flow_file, std::vector<Fault>& faults) {
  Surroundings found;
  const fs::path scene = fs::absolute(flow_file).parent_path().parent_path();
  for (const fs::path& folder : {scene / "calendars", scene.parent_path() / "core/calendars"}) {
    for (const fs::path& file : yaml_files(folder)) {
      std::optional<Calendar> calendar = load_calendar(file, faults);
      if (calendar) found.calendars.emplace(calendar->id, std::move(*calendar));
    }
  }
  for (const fs::path& file : {scene / "roles.yaml", scene.parent_path() / "core/roles.yaml"})
    if (fs::exists(file)) read_roles(file, found.roles);
  return found;
}

Result<std::set<std::string>> link_ids(const fs::path& questionnaire) {
  std::ifstream in(questionnaire, std::ios::binary);
  if (!in) return fail(ErrorCode::not_found, "there is no such form", questionnaire.string());
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const fhir::PaddedText padded(text);
  fhir::Parser parser;
  const auto json = parser.parse_json(padded.view());
  std::string_view type;
  if (!json || (*json)["resourceType"].get(type) != simdjson::SUCCESS || type != "Questionnaire")
    return fail(ErrorCode::invalid_input, "the form is no FHIR Questionnaire in JSON",
                questionnaire.string());
  std::set<std::string> ids;
  fhir::Json items;
  if ((*json)["item"].get(items) == simdjson::SUCCESS) collect(items, ids, 0);
  return ids;
}

Result<std::vector<fs::path>> flow_files(const fs::path& path) {
  std::error_code none;
  if (fs::is_regular_file(path, none)) return std::vector<fs::path>{path};
  if (!fs::is_directory(path, none))
    return fail(ErrorCode::not_found, "there is no such file or folder", path.string());
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path, none))
    if (entry.path().extension() == ".yaml" && is_flow(entry.path())) files.push_back(entry.path());
  std::ranges::sort(files);
  if (files.empty())
    return fail(ErrorCode::not_found, "there is no flow (a .yaml with schema: flow-1) in it",
                path.string());
  return files;
}

}  // namespace hb::workflow
