#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "records/sqlite.hpp"

namespace hb::records::sqlite {

/// A database as it stood at one moment, while others go on writing it (write-ahead log: they do
/// not wait for us; the log grows until the snapshot is gone).
class Snapshot {
 public:
  /// Fixes the moment: what was committed before is in it.
  /// errors  as Connection::open
  static Result<Snapshot> open(const std::string& path);

  std::int64_t bytes() const { return bytes_; }

  /// Writes it into a new file; durable when it returns.
  /// progress  called with the bytes copied since the last call; false stops
  /// errors    unavailable: the disk, or stopped
  Result<void> copy_to(const std::string& path,
                       const std::function<bool(std::int64_t)>& progress) const;

 private:
  std::unique_ptr<sqlite3, CloseDatabase> source_;
  std::int64_t bytes_ = 0;
  std::int64_t page_bytes_ = 0;
};

}  // namespace hb::records::sqlite
