#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "records/sqlite.hpp"
#include "scene/board_tiles.hpp"

namespace hb::server {

/// One saved arrangement of a board's tiles; it never changes.
struct BoardVersion {
  int number = 1;
  bool of_scene = false;  ///< the scene's own tiles again
  std::vector<scene::BoardTile> tiles;
  std::string note;
  std::string by;
  Instant at;
};

/// What the pages arrange on boards, beside what their scenes say: boards.db beside the records.
/// Rows are only added; the file itself refuses changes. Members may be called from many threads.
class BoardBook {
 public:
  /// errors  unavailable: locked, full; invalid_input: not such a file
  static Result<std::unique_ptr<BoardBook>> open(const std::string& path, Clock clock);

  /// Oldest first.
  Result<std::vector<BoardVersion>> versions(std::string_view board) const;
  /// seen  newest version that the editor has seen; 0: none was there
  /// errors  conflict: there is a newer one
  Result<int> save(std::string_view board, int seen, const BoardVersion& version);

 private:
  BoardBook(records::sqlite::Connection connection, Clock clock)
      : connection_(std::move(connection)), clock_(std::move(clock)) {}
  Result<std::vector<BoardVersion>> read(std::string_view board) const;
  Result<int> append(std::string_view board, int seen, const BoardVersion& version);

  mutable std::mutex mutex_;
  mutable records::sqlite::Connection connection_;
  Clock clock_;
};

}  // namespace hb::server
