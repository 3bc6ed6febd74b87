#include <doctest/doctest.h>

#include <fstream>

#include "client.hpp"
#include "district.hpp"
#include "log_in.hpp"
#include "scene/board_tiles.hpp"

/// Tiles of a board: saved as versions, brought back, reset, refused, given as the scene's file.
using namespace hb;
using namespace hb::test;
namespace json = boost::json;

namespace {

json::object tile(const char* id, const char* measure, int width) {
  return {{"id", id},     {"measure", measure}, {"chart", "card"}, {"area", ""},
          {"period", ""}, {"width", width},     {"height", 1}};
}

}  // namespace

TEST_CASE("boards: tiles are saved as versions; an earlier one and the scene's come back") {
  District own;
  const auto port = own.port();
  const std::string path = "/api/boards/cockpit/tiles";
  const json::value before = get(port, path).json();
  CHECK(before.at("of_scene").as_bool());
  CHECK(before.at("newest").as_int64() == 0);
  // A version that nobody saved was not seen either.
  CHECK(ask(port, "POST", path, R"({"seen":1,"act":"reset"})").status == 409);
  const auto save = [&](int seen, json::array tiles) {
    return ask(port, "POST", path,
               json::serialize(json::object{{"seen", seen}, {"act", "save"}, {"tiles", tiles}}));
  };
  CHECK(save(0, {tile("a", "population", 3)}).json().at("newest").as_int64() == 1);
  CHECK(save(0, {tile("b", "population", 3)}).status == 409);  // somebody was faster
  CHECK(save(1, {tile("a", "population", 4), tile("b", "visits", 6)}).status == 200);
  CHECK(get(port, path).json().at("tiles").as_array().size() == 2);
  CHECK(get(port, path + "?version=1").json().at("tiles").as_array().size() == 1);

  const Answer wide = save(2, {tile("a", "population", 13)});
  CHECK(wide.status == 400);
  CHECK(wide.json().at("error").at("where").as_string() == "tiles[0].width");
  const Answer lost = save(2, {tile("a", "no-such", 3)});
  CHECK(lost.json().at("error").at("where").as_string() == "tiles[0].measure");
  CHECK(save(2, {tile("a", "visits", 3), tile("a", "visits", 3)}).status == 400);

  const Answer back = ask(port, "POST", path, R"({"seen":2,"act":"restore","version":1})");
  CHECK(back.json().at("newest").as_int64() == 3);
  CHECK(back.json().at("tiles").as_array().size() == 1);
  const Answer reset = ask(port, "POST", path, R"({"seen":3,"act":"reset"})");
  CHECK(reset.json().at("of_scene").as_bool());
  CHECK(reset.json().at("tiles") == before.at("tiles"));
  CHECK(ask(port, "POST", path, R"({"seen":4,"act":"restore","version":9})").status == 404);
  CHECK(get(port, "/api/boards/none/tiles").status == 404);
}

TEST_CASE("boards: the file for the scene holds the tiles and all that stood there") {
  District own;
  const auto port = own.port();
  const json::object body{
      {"seen", 0}, {"act", "save"}, {"tiles", json::array{tile("a", "population", 5)}}};
  REQUIRE(ask(port, "POST", "/api/boards/cockpit/tiles", json::serialize(body)).status == 200);
  const std::string yaml = get(port, "/api/boards/cockpit/board.yaml").body;
  CHECK(yaml.find("# The first screen of the bureau.") == 0);
  const TempDir scenes;
  std::filesystem::create_directories(scenes.path() / "x/boards");
  const auto file = scenes.path() / "x/boards/cockpit.yaml";
  std::ofstream(file) << yaml;
  const auto read = scene::load_board_tiles(scenes.path(), "cockpit");
  REQUIRE(read.has_value());
  REQUIRE(read->tiles.size() == 1);
  CHECK(read->tiles[0].width == 5);
  // Written once more with other tiles, the rest is the same text; without tiles it is the first.
  const auto again = scene::with_tiles(file, read->tiles);
  CHECK(*again == yaml);
  const auto without = scene::with_tiles(file, {});
  CHECK(without->find("kind: tiles") == std::string::npos);
  CHECK(without->find("id: freshness") != std::string::npos);
}

TEST_CASE("boards: only who may arrange boards saves") {
  District own;
  const auto accounts = accounts_of(own);
  add_user(*accounts, "gp", {"general-practitioner"}, {"*"});
  const LoggedIn reader = log_in(own.port(), "gp");
  const Answer shown = ask(own.port(), "GET", "/api/boards/cockpit/tiles", "", reader.cookie);
  CHECK_FALSE(shown.json().at("may_edit").as_bool());
  CHECK(ask(own.port(), "POST", "/api/boards/cockpit/tiles", R"({"seen":0,"act":"reset"})",
            reader.both())
            .status == 403);
}
