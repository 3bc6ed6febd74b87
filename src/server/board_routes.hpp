#pragma once
#include "core/principal.hpp"
#include "server/http.hpp"
#include "server/services.hpp"

namespace hb::server {

// Handlers about the tiles of boards, which pages may arrange: routes/board_tiles.cpp.
Response get_board_tiles(Request&, const Principal&, Services&);
Response get_board_yaml(Request&, const Principal&, Services&);
Response post_board_tiles(Request&, const Principal&, Services&);

}  // namespace hb::server
