#pragma once
#include <filesystem>

#include "backup/manifest.hpp"
#include "backup/take.hpp"

namespace hb::backup {

/// Reads a whole backup and holds every part against its digest.
/// errors  not_found; invalid_input: not a backup, damaged, cut off: says which part
Result<Manifest> verify(const std::filesystem::path& file, const Progress& progress = {});

struct RestoreOptions {
  std::filesystem::path from;
  std::filesystem::path store;     ///< directory; made
  std::filesystem::path key_file;  ///< where the key of a backup that has it goes; empty: nowhere
  /// A directory that is not empty is moved aside, to STORE.before-<time>; else it is refused.
  bool move_aside = false;
  Clock clock = system_clock();
  Progress progress;
};

struct Restored {
  Manifest manifest;
  std::filesystem::path aside;  ///< where the former directory is now; empty: there was none
  bool key_written = false;
};

/// Puts a backup back: verifies all of it before anything is written, then makes the directory
/// beside its place and moves it there whole. Tables and search index are made when the store is
/// opened next.
/// errors  those of verify(); conflict: the directory is not empty, is in use, or another key lies
///         in the key's place; unavailable: disk full, stopped
Result<Restored> restore(const RestoreOptions& options);

}  // namespace hb::backup
