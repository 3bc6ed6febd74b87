#include "scene/readers.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace hb::scene {
namespace {

using indicators::ContentReader;

constexpr std::array measures = {"open_problems", "resources", "deliveries"};

KeyFigure read_figure(ContentReader& content, const YAML::Node& node) {
  KeyFigure figure;
  figure.id = content.text(node, "id");
  figure.name = content.localized(node, "name");
  figure.basis = content.localized(node, "basis");
  figure.unit = content.localized(node, "unit");
  figure.note = content.localized(node, "note", false);
  figure.source = content.localized(node, "source");
  figure.sql = content.text(node, "sql", false);
  figure.measure = content.text(node, "measure", false);
  if (figure.sql.empty() == figure.measure.empty()) {
    content.fault(node, "a key figure has either “sql” or “measure”");
  }
  if (!figure.measure.empty() && std::ranges::find(measures, figure.measure) == measures.end()) {
    content.fault(content.child(node, "measure"),
                  "there is no measure “" + figure.measure +
                      "”; known are open_problems, resources, deliveries");
  }
  return figure;
}

/// What a section of each kind needs beside its title.
void check_kind(ContentReader& content, const YAML::Node& node, const Section& section) {
  const bool table = section.kind == "areas" || section.kind == "series";
  if (section.kind == "key-figures") {
    if (section.items.empty()) content.fault(node, "a section of key figures needs “items”");
  } else if (table) {
    if (section.sql.empty()) content.fault(node, "a section “" + section.kind + "” needs “sql”");
    if (section.unit.zh.empty()) {
      content.fault(node, "a section “" + section.kind + "” needs “unit”");
    }
    if (section.source.zh.empty()) {
      content.fault(node, "a section “" + section.kind + "” needs “source”");
    }
  } else if (section.kind != "plans" && section.kind != "freshness") {
    content.fault(content.child(node, "kind"),
                  "there is no section “" + section.kind +
                      "”; known are key-figures, plans, areas, series, freshness");
  }
}

Section read_section(ContentReader& content, const YAML::Node& node) {
  Section section;
  section.id = content.text(node, "id");
  section.kind = content.text(node, "kind");
  section.title = content.localized(node, "title");
  section.unit = content.localized(node, "unit", false);
  section.source = content.localized(node, "source", false);
  section.basis = content.localized(node, "basis", false);
  section.sql = content.text(node, "sql", false);
  std::set<std::string> ids;
  for (const YAML::Node& item : content.list(node, "items", false)) {
    section.items.push_back(read_figure(content, item));
    if (!ids.insert(section.items.back().id).second) {
      content.fault(item, "id “" + section.items.back().id + "” stands twice");
    }
  }
  for (const YAML::Node& plan : content.list(node, "plans", false)) {
    if (plan.IsScalar())
      section.plans.push_back(plan.Scalar());
    else
      content.fault(plan, "expected the id of a plan");
  }
  check_kind(content, node, section);
  return section;
}

}  // namespace

SceneInfo read_scene(ContentReader& content, const YAML::Node& root) {
  SceneInfo info;
  if (content.text(root, "schema") != "scene-1") content.fault(root, "“schema” is not scene-1");
  info.title = content.localized(root, "title");
  info.description = content.localized(root, "description");
  info.owner = content.localized(root, "owner");
  return info;
}

Board read_board(ContentReader& content, const YAML::Node& root) {
  Board board;
  if (content.text(root, "schema") != "board-1") content.fault(root, "“schema” is not board-1");
  board.id = content.text(root, "id");
  board.title = content.localized(root, "title");
  std::set<std::string> ids;
  for (const YAML::Node& node : content.list(root, "sections")) {
    board.sections.push_back(read_section(content, node));
    if (!ids.insert(board.sections.back().id).second) {
      content.fault(node, "id “" + board.sections.back().id + "” stands twice");
    }
  }
  return board;
}

std::vector<CodeList> read_codes(ContentReader& content, const YAML::Node& root) {
  std::vector<CodeList> lists;
  if (content.text(root, "schema") != "codes-1") content.fault(root, "“schema” is not codes-1");
  for (const YAML::Node& node : content.list(root, "lists")) {
    CodeList list;
    list.id = content.text(node, "id");
    list.system = content.text(node, "system", false);
    list.title = content.localized(node, "title");
    for (const YAML::Node& entry : content.list(node, "codes")) {
      Code code;
      code.code = content.text(entry, "code");
      code.name = content.localized(entry, "name");
      code.help = content.localized(entry, "help", false);
      if (list.find(code.code) != nullptr) {
        content.fault(entry, "code “" + code.code + "” stands twice");
      }
      list.codes.push_back(std::move(code));
    }
    lists.push_back(std::move(list));
  }
  return lists;
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder,
                                            const char* extension) {
  std::vector<std::filesystem::path> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    if (entry.path().extension() == extension) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

Result<std::vector<std::filesystem::path>> scene_folders(const std::filesystem::path& scenes_dir) {
  std::vector<std::filesystem::path> folders;
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator(scenes_dir, problem)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory() && name != "schema" && !name.starts_with('.')) {
      folders.push_back(entry.path());
    }
  }
  if (problem) return fail(ErrorCode::not_found, "no such directory", scenes_dir.string());
  std::ranges::sort(folders);
  return folders;
}

}  // namespace hb::scene
