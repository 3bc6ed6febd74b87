#pragma once
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "records/sqlite.hpp"

namespace hb::records {

struct Migration {
  std::string_view name;  ///< "0001_versions"; the number is the schema version it leads to
  std::string_view text;  ///< in the common types BIGINT, DOUBLE, TEXT, BYTES; CLUSTERED tables
};

/// All migrations of this program, oldest first.
std::span<const Migration> migrations();

/// The SQLite text of a migration: common types mapped, tables STRICT, comments left out.
std::string sqlite_text(std::string_view common);

/// Brings the schema forward, one transaction per migration; an empty database becomes a store.
/// returns  the schema version reached
/// errors   invalid_input: not a store of ours, or made by a newer program
Result<int> migrate(sqlite::Connection& connection, std::span<const Migration> steps);

/// errors  invalid_input: not a store of ours, newer, or older than this program needs (read-only
/// use)
Result<int> expect_migrated(sqlite::Connection& connection, std::span<const Migration> steps);

}  // namespace hb::records
