#pragma once
#include <filesystem>
#include <string>

#include "core/result.hpp"
#include "ingest/hub.hpp"

namespace hb::cli {

/// Where the program's content (scenes, web) lies: the given directory if not empty, else the first
/// of: beside the program, two levels above it (a build directory), ../share/healthbrain, the
/// source folder it was built from. errors  not_found: lists where it was looked for
Result<std::filesystem::path> find_content(const std::string& given, const std::string& name);

/// Opens a store for a command. `create` only where the command may begin a new store.
Result<std::unique_ptr<ingest::Hub>> open_hub(const std::string& store, const std::string& scenes,
                                              int threads, bool create, bool read_only);

/// Threads to use when none are asked for.
int default_threads();

}  // namespace hb::cli
