#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "core/ids.hpp"
#include "core/result.hpp"

namespace hb::backup {

/// One file of a backup.
struct Part {
  std::string name;  ///< path in the archive: "store/records.db", or key_part
  std::int64_t bytes = 0;
  std::string sha256;  ///< 64 lower-case hex digits
  friend bool operator==(const Part&, const Part&) = default;
};

/// Before the names of all files of the store's directory.
inline constexpr std::string_view store_prefix = "store/";
inline constexpr std::string_view records_part = "store/records.db";
/// The master key's name in a backup; it is no file of the store's directory.
inline constexpr std::string_view key_part = "STORE.key";

/// What a backup holds and what it was made of: manifest.json, the last but one file of the
/// archive. The last is its digest, so that a backup without its end is never taken for whole.
struct Manifest {
  std::string store_id;
  std::string name_zh, name_en;
  bool simulated = false;
  bool sealed = false;       ///< needs the store's key to be opened
  bool with_keys = false;    ///< that key is in it
  bool with_tables = false;  ///< tables and search index are in it; else they are made anew
  Seq seq = 0;               ///< newest version, all before it too
  BatchId batch = 0;         ///< newest commit
  std::int64_t audit_entries = 0;
  std::string audit_hash;  ///< of the newest entry, hex; empty: there is none
  Instant made;
  std::string program;  ///< version that made it
  std::vector<Part> parts;

  std::string json() const;
};

/// errors  invalid_input: not a manifest, of a newer program, or a name that leads out of the store
Result<Manifest> parse_manifest(std::string_view json);

}  // namespace hb::backup
