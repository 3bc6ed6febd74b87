#include "server/board_book.hpp"

#include <array>

#include "records/book_file.hpp"

namespace hb::server {
namespace {

using records::sqlite::Connection;
using records::sqlite::execute;
using records::sqlite::Query;
using scene::BoardTile;

constexpr std::array board_migrations = {records::Migration{"0001_boards", R"sql(
-- Arrangements of tiles on boards, saved in the pages. Rows are only added.
CREATE TABLE arrangement (
  board TEXT NOT NULL,
  number BIGINT NOT NULL,        -- 1, 2, … per board
  of_scene BIGINT NOT NULL,      -- 1: the scene's own tiles again
  note TEXT NOT NULL,
  account TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (board, number)
);
CREATE TABLE tile (
  board TEXT NOT NULL,
  number BIGINT NOT NULL,
  place BIGINT NOT NULL,         -- 0, 1, … in reading order
  id TEXT NOT NULL,
  measure TEXT NOT NULL,
  chart TEXT NOT NULL,
  area TEXT NOT NULL,            -- empty: that of the page
  period TEXT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  PRIMARY KEY (board, number, place)
);
)sql"}};

constexpr const char* guards = R"sql(
CREATE TRIGGER IF NOT EXISTS arrangement_stays BEFORE UPDATE ON arrangement BEGIN SELECT RAISE(ABORT, 'arrangements are only added'); END;
CREATE TRIGGER IF NOT EXISTS arrangement_kept BEFORE DELETE ON arrangement BEGIN SELECT RAISE(ABORT, 'arrangements are only added'); END;
CREATE TRIGGER IF NOT EXISTS tile_stays BEFORE UPDATE ON tile BEGIN SELECT RAISE(ABORT, 'arrangements never change'); END;
CREATE TRIGGER IF NOT EXISTS tile_kept BEFORE DELETE ON tile BEGIN SELECT RAISE(ABORT, 'arrangements never change'); END;
)sql";

}  // namespace

Result<std::unique_ptr<BoardBook>> BoardBook::open(const std::string& path, Clock clock) {
  Result<Connection> connection = records::open_book(path, board_migrations, guards);
  if (!connection) return unexpected(connection.error());
  return std::unique_ptr<BoardBook>(new BoardBook(std::move(*connection), std::move(clock)));
}

Result<std::vector<BoardVersion>> BoardBook::read(std::string_view board) const {
  std::vector<BoardVersion> versions;
  Query query(connection_,
              "SELECT number, of_scene, note, account, at FROM arrangement WHERE board = ?1 "
              "ORDER BY number",
              board);
  while (query.next())
    versions.push_back({static_cast<int>(query.integer(0)),
                        query.integer(1) != 0,
                        {},
                        query.text(2),
                        query.text(3),
                        Instant{query.integer(4)}});
  if (!query.ok()) return unexpected(query.error());
  Query tiles(connection_,
              "SELECT number, id, measure, chart, area, period, width, height FROM tile "
              "WHERE board = ?1 ORDER BY number, place",
              board);
  while (tiles.next())
    for (BoardVersion& version : versions)
      if (version.number == tiles.integer(0))
        version.tiles.push_back({tiles.text(1), tiles.text(2), tiles.text(3), tiles.text(4),
                                 tiles.text(5), static_cast<int>(tiles.integer(6)),
                                 static_cast<int>(tiles.integer(7))});
  if (!tiles.ok()) return unexpected(tiles.error());
  return versions;
}

Result<std::vector<BoardVersion>> BoardBook::versions(std::string_view board) const {
  const std::lock_guard lock(mutex_);
  return read(board);
}

Result<int> BoardBook::append(std::string_view board, int seen, const BoardVersion& version) {
  const auto there = read(board);
  if (!there) return unexpected(there.error());
  const int newest = there->empty() ? 0 : there->back().number;
  if (newest != seen && there->empty())
    return fail(ErrorCode::conflict, "no version was saved yet: look at it first", "seen");
  if (newest != seen)
    return fail(ErrorCode::conflict,
                "version " + std::to_string(newest) + " was saved by " + there->back().by +
                    " meanwhile: look at it first",
                "seen");
  const int number = newest + 1;
  if (auto added = execute(connection_,
                           "INSERT INTO arrangement (board, number, of_scene, note, account, at) "
                           "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                           board, number, version.of_scene ? 1 : 0, version.note, version.by,
                           clock_().micros);
      !added)
    return unexpected(added.error());
  for (std::size_t i = 0; i < version.tiles.size(); ++i) {
    const BoardTile& tile = version.tiles[i];
    if (auto added = execute(
            connection_,
            "INSERT INTO tile (board, number, place, id, measure, chart, area, period, width, "
            "height) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            board, number, static_cast<std::int64_t>(i), tile.id, tile.measure, tile.chart,
            tile.area, tile.period, tile.width, tile.height);
        !added)
      return unexpected(added.error());
  }
  return number;
}

Result<int> BoardBook::save(std::string_view board, int seen, const BoardVersion& version) {
  const std::lock_guard lock(mutex_);
  if (auto begun = connection_.run("BEGIN IMMEDIATE"); !begun) return unexpected(begun.error());
  auto done = append(board, seen, version);
  const Result<void> ended = connection_.run(done ? "COMMIT" : "ROLLBACK");
  if (done && !ended) return unexpected(ended.error());
  return done;
}

}  // namespace hb::server
