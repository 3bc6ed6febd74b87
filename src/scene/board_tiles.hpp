#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "indicators/content.hpp"

namespace hb::scene {

/// One tile of a board: a computed indicator drawn in one way, on a grid of 12 columns.
struct BoardTile {
  std::string id;
  std::string measure;  ///< of a computed indicator
  std::string chart;    ///< card, trend, ranking, map
  std::string area;     ///< code; empty: the area that the page shows
  std::string period;   ///< "2025"; empty: the period that the page shows
  int width = 3;        ///< columns, 2–12
  int height = 1;       ///< rows, 1–4

  friend bool operator==(const BoardTile&, const BoardTile&) = default;
};

constexpr std::size_t most_tiles = 48;

/// The tiles of a section `kind: tiles`; faults are said to the reader.
std::vector<BoardTile> read_tiles(indicators::ContentReader& content, const YAML::Node& section);

/// What board-1 asks of tiles, and that their indicators exist.
/// errors  invalid_input with where = "tiles[2].width"
Result<void> check_tiles(const std::vector<BoardTile>& tiles,
                         const std::function<bool(const std::string& measure)>& knows);

/// The tiles that a scene gives to a board; none: it has no such section.
/// errors  not_found: no such board; invalid_input with file:line
struct SceneTiles {
  std::filesystem::path file;
  std::vector<BoardTile> tiles;
};
Result<SceneTiles> load_board_tiles(const std::filesystem::path& scenes, std::string_view board);

/// The text of a board's file with these tiles in place of its own: what is to be put into the
/// scene. Everything else stays as it is, comments too. errors  those of reading
Result<std::string> with_tiles(const std::filesystem::path& file,
                               const std::vector<BoardTile>& tiles);

}  // namespace hb::scene
