#pragma once
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tables/database.hpp"

namespace hb::tables {

/// What commits of the last time touched, in the order in which they were committed. Kept in
/// memory only, and not for ever: who has waited too long makes everything anew.
class ChangeLog {
 public:
  /// What one batch will touch; to be added when it is committed.
  static Changes of(const TableBatch& batch);

  void add(Changes changes);
  /// Tables were emptied or defined anew: nobody can follow that row by row.
  void add_break();
  /// Rises with every commit.
  std::uint64_t position() const;
  /// What was committed behind the one position up to the other; nothing when it is no longer
  /// known, or too much.
  std::optional<Changes> between(std::uint64_t after, std::uint64_t upto) const;

 private:
  mutable std::mutex mutex_;
  std::uint64_t position_ = 0;
  std::uint64_t known_after_ = 0;  ///< entries behind this position are there
  std::deque<Changes> entries_;    ///< of positions known_after_ + 1 …
  std::size_t kept_ = 0;           ///< ids in the entries
};

}  // namespace hb::tables
