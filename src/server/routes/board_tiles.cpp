// The tiles of a board: those of its scene, or what was arranged and saved in the page.
#include <fmt/format.h>

#include <algorithm>

#include "server/board_book.hpp"
#include "server/board_routes.hpp"
#include "server/figure_views.hpp"
#include "server/flow_body.hpp"
#include "server/parameters.hpp"

namespace hb::server {

namespace {

using scene::BoardTile;

Result<std::unique_ptr<BoardBook>> open_board_book(const Services& services) {
  return BoardBook::open((std::filesystem::path(services.hub.directory()) / "boards.db").string(),
                         services.clock);
}

json::array tiles_array(const std::vector<BoardTile>& tiles) {
  json::array out;
  for (const BoardTile& tile : tiles) out.push_back(tile_object(tile));
  return out;
}

/// A board with its scene's tiles and what was saved of it.
struct Arranged {
  scene::SceneTiles scene;
  std::vector<BoardVersion> versions;
  int newest() const { return versions.empty() ? 0 : versions.back().number; }
  /// Of a version; 0: what is in force.
  const std::vector<BoardTile>* tiles(int version) const {
    if (version == 0) return versions.empty() ? &scene.tiles : tiles(newest());
    for (const BoardVersion& one : versions)
      if (one.number == version) return one.of_scene ? &scene.tiles : &one.tiles;
    return nullptr;
  }
};

Result<Arranged> arranged(const std::string& board, const BoardBook& book,
                          const Services& services) {
  auto scene = scene::load_board_tiles(scenes_of(services), board);
  if (!scene) return unexpected(scene.error());
  auto versions = book.versions(board);
  if (!versions) return unexpected(versions.error());
  return Arranged{std::move(*scene), std::move(*versions)};
}

json::object arranged_object(const std::string& board, const Arranged& all, int version,
                             bool may_edit) {
  json::array versions;
  for (const BoardVersion& one : all.versions)
    versions.push_back(json::object{{"number", one.number},
                                    {"of_scene", one.of_scene},
                                    {"tiles", one.tiles.size()},
                                    {"note", one.note},
                                    {"by", one.by},
                                    {"at", format_instant(one.at)}});
  return {{"board", board},
          {"version", version == 0 ? all.newest() : version},
          {"newest", all.newest()},
          {"of_scene", all.versions.empty() || all.versions.back().of_scene},
          {"may_edit", may_edit},
          {"tiles", tiles_array(*all.tiles(version))},
          {"versions", std::move(versions)}};
}

std::vector<BoardTile> tiles_of(FlowBody& body) {
  std::vector<BoardTile> tiles;
  const json::array* given = body.array_at("tiles");
  if (given == nullptr) return tiles;
  const auto text = [](const json::object& one, const char* name) {
    const json::value* value = one.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()).substr(0, 100)
                                                  : std::string();
  };
  const auto whole = [](const json::object& one, const char* name) {
    const json::value* value = one.if_contains(name);
    const std::int64_t number = value != nullptr && value->is_int64() ? value->as_int64() : 0;
    return static_cast<int>(std::clamp<std::int64_t>(number, -1, 1000));
  };
  for (const json::value& value : *given) {
    const json::object* one = value.if_object();
    if (one == nullptr) {
      body.refuse("tiles", {"一组看板块", "a list of tiles"});
      break;
    }
    tiles.push_back({text(*one, "id"), text(*one, "measure"), text(*one, "chart"),
                     text(*one, "area"), text(*one, "period"), whole(*one, "width"),
                     whole(*one, "height")});
  }
  return tiles;
}

/// The refusal of an arrangement that breaks board-1, in both languages.
Response broken(const Error& error) {
  return refusal(400, "invalid_input", {"看板不符合 board-1：" + error.message, error.message},
                 error.where);
}

}  // namespace

json::object tile_object(const BoardTile& tile) {
  return {{"id", tile.id},        {"measure", tile.measure}, {"chart", tile.chart},
          {"area", tile.area},    {"period", tile.period},   {"width", tile.width},
          {"height", tile.height}};
}

Result<std::vector<BoardTile>> tiles_in_force(const std::string& board, const Services& services) {
  const auto book = open_board_book(services);
  if (!book) return unexpected(book.error());
  const auto all = arranged(board, **book, services);
  if (!all) return unexpected(all.error());
  return *all->tiles(0);
}

/// GET /api/boards/{id}/tiles?version=
Response get_board_tiles(Request& request, const Principal& principal, Services& services) {
  const auto version = number_of(request, "version", 1, 1'000'000);
  if (!version) return version.error();
  const std::string board(request.capture("id"));
  const auto book = open_board_book(services);
  if (!book) return outcome(book.error());
  const auto all = arranged(board, **book, services);
  if (!all) return not_found({"该看板", "such board"});
  const int wanted = static_cast<int>(version->value_or(0));
  if (all->tiles(wanted) == nullptr) return not_found({"此版本", "such version"});
  return json_response(
      200, arranged_object(board, *all, wanted, services.gate.may(principal, "boards:write")));
}

/// GET /api/boards/{id}/board.yaml?version=: the file to be put into the scene
Response get_board_yaml(Request& request, const Principal&, Services& services) {
  const auto version = number_of(request, "version", 1, 1'000'000);
  if (!version) return version.error();
  const std::string board(request.capture("id"));
  const auto book = open_board_book(services);
  if (!book) return outcome(book.error());
  const auto all = arranged(board, **book, services);
  if (!all) return not_found({"该看板", "such board"});
  const auto* tiles = all->tiles(static_cast<int>(version->value_or(0)));
  if (tiles == nullptr) return not_found({"此版本", "such version"});
  const auto text = scene::with_tiles(all->scene.file, *tiles);
  if (!text) return outcome(text.error());
  Response response = text_response(200, "application/yaml", *text);
  response.headers.emplace_back("content-disposition",
                                "attachment; filename=\"" + board + ".yaml\"");
  return response;
}

/// POST /api/boards/{id}/tiles {seen, act, tiles, version, note}: act save, restore (an earlier
/// version) or reset (the scene's); each is a new version
Response post_board_tiles(Request& request, const Principal& principal, Services& services) {
  FlowBody body(request, {"seen", "act", "tiles", "version", "note"});
  const auto seen = body.whole("seen", true);
  const std::string act = body.text("act", true);
  const auto version = body.whole("version", false);
  BoardVersion made;
  made.note = body.text("note", false, 500);
  made.by = principal.user;
  if (act == "save") made.tiles = tiles_of(body);
  if (body.ok() && act != "save" && act != "restore" && act != "reset")
    body.refuse("act", {"save、restore 或 reset", "save, restore or reset"});
  if (!body.ok()) return body.refused();
  const std::string board(request.capture("id"));
  const auto book = open_board_book(services);
  if (!book) return outcome(book.error());
  const auto all = arranged(board, **book, services);
  if (!all) return not_found({"该看板", "such board"});
  if (act == "reset") {
    made.of_scene = true;
    made.tiles.clear();
  } else if (act == "restore") {
    const auto* former = all->tiles(version.value_or(-1));
    if (former == nullptr) return not_found({"此版本", "such version"});
    made.tiles = *former;
  }
  const auto sound = scene::check_tiles(made.tiles, [&](const std::string& measure) {
    return services.measures->find(measure) != nullptr;
  });
  if (!sound) return broken(sound.error());
  const auto saved = (*book)->save(board, *seen, made);
  if (!saved && saved.error().code == ErrorCode::conflict)
    return refusal(409, "conflict", {"看板已有新的版本，请先查看再保存", saved.error().message},
                   "seen");
  if (!saved) return outcome(saved.error());
  services.hub.store().note_audit(principal, "write",
                                  fmt::format("board {} version {}", board, *saved));
  const auto after = arranged(board, **book, services);
  if (!after) return outcome(after.error());
  return json_response(200, arranged_object(board, *after, 0, true));
}

}  // namespace hb::server
