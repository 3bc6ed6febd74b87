#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "backup/manifest.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"

namespace hb::backup {

/// Called with 0…1; false stops.
using Progress = std::function<bool(double)>;

struct TakeOptions {
  std::filesystem::path store;  ///< the store's directory
  /// A file that is not there yet, or a directory: then the file's name has the store's name and
  /// the time.
  std::filesystem::path to;
  std::filesystem::path key_file;  ///< of the store; read only with with_keys
  bool with_keys = false;
  bool with_tables = false;  ///< needs the store for itself: DuckDB lets nobody else read
  std::string program;       ///< version, for the manifest
  Clock clock = system_clock();
  Progress progress;
};

struct Taken {
  std::filesystem::path file;
  std::int64_t bytes = 0;  ///< of that file
  Manifest manifest;
};

/// Backs a store up while others go on writing it. Every database is copied as it stood at one
/// moment after the call; what was acknowledged before it is there, of what comes later only whole
/// commits. The file gets its name when it is whole and durable.
/// errors  not_found: no store or key here; conflict: the file is there; unavailable: disk full,
///         stopped, the store is damaged, or in use (with_tables)
Result<Taken> take(const TakeOptions& options);

}  // namespace hb::backup
