#include "scene/board_tiles.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>

#include "core/period.hpp"

namespace hb::scene {
namespace {

namespace fs = std::filesystem;
using indicators::ContentReader;

constexpr std::array charts = {"card", "trend", "ranking", "map"};

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 60 && text.front() != '-' && text.back() != '-' &&
         text.find("--") == std::string_view::npos &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

bool is_area(std::string_view text) {
  return text.empty() || ((text.size() == 6 || text.size() == 9 || text.size() == 12) &&
                          text.find_first_not_of("0123456789") == std::string_view::npos);
}

/// What is wrong with one tile: member and expectation; empty member: nothing.
std::pair<std::string, std::string> fault_of(const BoardTile& tile) {
  if (!is_id(tile.id)) return {"id", "small letters, digits and single hyphens"};
  if (!is_id(tile.measure)) return {"measure", "the id of a computed indicator"};
  if (std::ranges::find(charts, tile.chart) == charts.end())
    return {"chart", "card, trend, ranking or map"};
  if (!is_area(tile.area)) return {"area", "a code of 6, 9 or 12 digits, or nothing"};
  if (!tile.period.empty() && !parse_period(tile.period))
    return {"period", "2025, 2025-Q3 or 2025-11, or nothing"};
  if (tile.width < 2 || tile.width > 12) return {"width", "2 to 12 columns"};
  if (tile.height < 1 || tile.height > 4) return {"height", "1 to 4 rows"};
  return {};
}

std::string tiles_yaml(const std::vector<BoardTile>& tiles) {
  std::string text =
      "  - id: tiles\n    kind: tiles\n    title: { zh: 自选指标, en: Chosen indicators }\n    "
      "tiles:\n";
  for (const BoardTile& tile : tiles) {
    text += "      - { id: " + tile.id + ", measure: " + tile.measure + ", chart: " + tile.chart;
    if (!tile.area.empty()) text += ", area: \"" + tile.area + "\"";
    if (!tile.period.empty()) text += ", period: \"" + tile.period + "\"";
    text += ", width: " + std::to_string(tile.width) + ", height: " + std::to_string(tile.height) +
            " }\n";
  }
  return text;
}

bool is_tiles(const YAML::Node& section) {
  if (!section.IsMap()) return false;
  const YAML::Node kind = section["kind"];
  return kind.IsDefined() && kind.IsScalar() && kind.Scalar() == "tiles";
}

/// The section of tiles of a board; an undefined node when it has none.
YAML::Node tiles_section(const YAML::Node& root) {
  for (const YAML::Node& section : root["sections"])
    if (is_tiles(section)) return section;
  return YAML::Node(YAML::NodeType::Undefined);
}

}  // namespace

std::vector<BoardTile> read_tiles(ContentReader& content, const YAML::Node& section) {
  std::vector<BoardTile> tiles;
  std::set<std::string> ids;
  for (const YAML::Node& node : content.list(section, "tiles")) {
    BoardTile tile;
    tile.id = content.text(node, "id");
    tile.measure = content.text(node, "measure");
    tile.chart = content.text(node, "chart");
    tile.area = content.text(node, "area", false);
    tile.period = content.text(node, "period", false);
    tile.width = content.whole(node, "width").value_or(3);
    tile.height = content.whole(node, "height").value_or(1);
    if (const auto [member, expected] = fault_of(tile); !member.empty())
      content.fault(node, "“" + member + "” must be " + expected);
    if (!ids.insert(tile.id).second) content.fault(node, "id “" + tile.id + "” stands twice");
    tiles.push_back(std::move(tile));
  }
  return tiles;
}

Result<void> check_tiles(const std::vector<BoardTile>& tiles,
                         const std::function<bool(const std::string& measure)>& knows) {
  const auto broken = [](std::size_t at, const std::string& member, std::string why) {
    return fail(ErrorCode::invalid_input, std::move(why),
                "tiles[" + std::to_string(at) + "]." + member);
  };
  if (tiles.size() > most_tiles)
    return fail(ErrorCode::invalid_input,
                "a board has at most " + std::to_string(most_tiles) + " tiles", "tiles");
  std::set<std::string> ids;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const auto [member, expected] = fault_of(tiles[i]);
    if (!member.empty()) return broken(i, member, "expected " + expected);
    if (!ids.insert(tiles[i].id).second)
      return broken(i, "id", "id “" + tiles[i].id + "” stands twice");
    if (!knows(tiles[i].measure))
      return broken(i, "measure", "there is no computed indicator “" + tiles[i].measure + "”");
  }
  return {};
}

Result<SceneTiles> load_board_tiles(const fs::path& scenes, std::string_view board) {
  std::error_code ignored;
  for (const fs::directory_entry& scene : fs::directory_iterator(scenes, ignored))
    for (const fs::directory_entry& entry :
         fs::directory_iterator(scene.path() / "boards", ignored)) {
      if (entry.path().extension() != ".yaml") continue;
      const auto root = indicators::read_yaml(entry.path());
      if (!root) return unexpected(root.error());
      if (!root->IsMap()) continue;
      const YAML::Node id = (*root)["id"];
      if (!id.IsDefined() || !id.IsScalar() || id.Scalar() != board) continue;
      SceneTiles found{entry.path(), {}};
      if (const YAML::Node section = tiles_section(*root); section.IsDefined()) {
        ContentReader content(entry.path().string());
        found.tiles = read_tiles(content, section);
        if (!content.ok()) return unexpected(content.error());
      }
      return found;
    }
  return fail(ErrorCode::not_found, "there is no such board", std::string(board));
}

Result<std::string> with_tiles(const fs::path& file, const std::vector<BoardTile>& tiles) {
  const auto root = indicators::read_yaml(file);
  if (!root) return unexpected(root.error());
  if (!root->IsMap() || !(*root)["sections"].IsDefined() || !(*root)["sections"].IsSequence())
    return fail(ErrorCode::invalid_input, "a board with a list of sections is expected",
                file.string() + ":1");
  std::ifstream in(file, std::ios::binary);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::size_t from = lines.size(), to = lines.size();
  const YAML::Node sections = (*root)["sections"];
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (!is_tiles(sections[i])) continue;
    from = static_cast<std::size_t>(indicators::line_of(sections[i])) - 1;
    if (i + 1 < sections.size())
      to = static_cast<std::size_t>(indicators::line_of(sections[i + 1])) - 1;
  }
  std::string text;
  for (std::size_t i = 0; i < from; ++i) text += lines[i] + "\n";
  if (!tiles.empty()) {
    if (from == lines.size() && !text.ends_with("\n\n")) text += "\n";
    text += tiles_yaml(tiles);
    if (to < lines.size()) text += "\n";
  }
  for (std::size_t i = to; i < lines.size(); ++i) text += lines[i] + "\n";
  return text;
}

}  // namespace hb::scene
