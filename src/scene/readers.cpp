#include "scene/readers.hpp"
#include "scene/board_tiles.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace hb::scene {
namespace {

using indicators::ContentReader;

constexpr std::array measure_kinds = {"measure-cards", "measure-map", "measure-ranking"};
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

/// Columns of the kinds of section that are made from SQL.
struct TableKind {
  std::string_view kind;
  std::array<std::string_view, 3> columns;
  std::size_t count;
};
constexpr TableKind table_kinds[] = {
    {"areas", {"area", "people", "visits"}, 3},
    {"series", {"period", "value"}, 2},
    {"weeks", {"week", "series", "value"}, 3},
    {"pyramid", {"age_band", "male", "female"}, 3},
};

/// Measures of the section; `default` is one of them.
void check_measures(ContentReader& content, const YAML::Node& node, const Section& section) {
  if (section.measures.empty())
    content.fault(node, "a section “" + section.kind + "” needs “measures”");
  if (section.chosen.empty()) return;
  if (std::ranges::find(section.measures, section.chosen) == section.measures.end())
    content.fault(content.child(node, "default"),
                  "“" + section.chosen + "” is not among “measures” of the section");
}

/// What a section of each kind needs beside its title.
void check_kind(ContentReader& content, const YAML::Node& node, const Section& section) {
  if (section.kind == "key-figures") {
    if (section.items.empty()) content.fault(node, "a section of key figures needs “items”");
  } else if (std::ranges::find(measure_kinds, section.kind) != measure_kinds.end()) {
    check_measures(content, node, section);
  } else if (!section_columns(section.kind).empty()) {
    if (section.sql.empty()) content.fault(node, "a section “" + section.kind + "” needs “sql”");
    if (section.unit.zh.empty()) {
      content.fault(node, "a section “" + section.kind + "” needs “unit”");
    }
    if (section.source.zh.empty()) {
      content.fault(node, "a section “" + section.kind + "” needs “source”");
    }
  } else if (section.kind == "tiles") {
    read_tiles(content, node);
  } else if (section.kind != "plans" && section.kind != "freshness") {
    content.fault(content.child(node, "kind"),
                  "there is no section “" + section.kind +
                      "”; known are key-figures, plans, areas, series, freshness, measure-cards, "
                      "measure-map, measure-ranking, weeks, pyramid, tiles");
  }
}

/// Ids in a list, `what` each of them is.
std::vector<std::string> read_ids(ContentReader& content, const YAML::Node& node, const char* key,
                                  const char* what) {
  std::vector<std::string> ids;
  for (const YAML::Node& one : content.list(node, key, false)) {
    if (one.IsScalar())
      ids.push_back(one.Scalar());
    else
      content.fault(one, std::string("expected the id of ") + what);
  }
  return ids;
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
  section.plans = read_ids(content, node, "plans", "a plan");
  section.measures = read_ids(content, node, "measures", "a computed indicator");
  section.chosen = content.text(node, "default", false);
  section.codes = content.text(node, "codes", false);
  check_kind(content, node, section);
  return section;
}

}  // namespace

std::span<const std::string_view> section_columns(std::string_view kind) {
  for (const TableKind& known : table_kinds)
    if (known.kind == kind) return std::span(known.columns).first(known.count);
  return {};
}

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

RoleFile read_roles(ContentReader& content, const YAML::Node& root) {
  RoleFile file;
  if (content.text(root, "schema") != "roles-1") content.fault(root, "“schema” is not roles-1");
  std::set<std::string> known;
  for (const YAML::Node& node : content.list(root, "permissions")) {
    file.permissions.push_back({content.text(node, "id"), content.localized(node, "name"),
                                content.text(node, "scope", false)});
    const std::string& id = file.permissions.back().id;
    if (!known.insert(id).second) content.fault(node, "permission “" + id + "” stands twice");
  }
  std::set<std::string> ids;
  for (const YAML::Node& node : content.list(root, "roles")) {
    Role role{content.text(node, "id"),
              content.localized(node, "name"),
              content.text(node, "purpose"),
              {}};
    if (!ids.insert(role.id).second) content.fault(node, "role “" + role.id + "” stands twice");
    for (const YAML::Node& one : content.list(node, "permissions")) {
      if (one.IsScalar() && known.contains(one.Scalar()))
        role.permissions.push_back(one.Scalar());
      else
        content.fault(one, "role “" + role.id + "” has a permission that is not listed above");
    }
    file.roles.push_back(std::move(role));
  }
  return file;
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
