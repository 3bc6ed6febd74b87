#pragma once
#include <string>
#include <vector>

#include "core/principal.hpp"
#include "scene/board_tiles.hpp"
#include "server/http.hpp"
#include "server/json.hpp"
#include "server/services.hpp"

namespace hb::server {

// Handlers about the tiles of boards, which pages may arrange: routes/board_tiles.cpp.
Response get_board_tiles(Request&, const Principal&, Services&);
Response get_board_yaml(Request&, const Principal&, Services&);
Response post_board_tiles(Request&, const Principal&, Services&);

/// The tiles of a board as they are arranged now. errors  not_found: no such board
Result<std::vector<scene::BoardTile>> tiles_in_force(const std::string& board,
                                                     const Services& services);
json::object tile_object(const scene::BoardTile& tile);

// Published figures, for walls and visitors: routes/published.cpp.
Response get_published(Request&, const Principal&, Services&);
Response get_published_cells(Request&, const Principal&, Services&);
Response get_board_wall(Request&, const Principal&, Services&);

}  // namespace hb::server
