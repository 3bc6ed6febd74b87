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

/// Opens a store for a command. `create` only where the command may begin a new store. compartments
/// and policy: what is kept from whom; empty: the command is the program's own job
Result<std::unique_ptr<ingest::Hub>> open_hub(const std::string& store, const std::string& scenes,
                                              int threads, bool create, bool read_only,
                                              std::shared_ptr<const Compartments> compartments = {},
                                              std::shared_ptr<const Policy> policy = {});

/// Key file of a store: HB_KEY_FILE, else STORE.key beside the store's directory, so that a copy of
/// the directory holds no key. Empty when HB_KEY_FILE is "none".
std::string key_file_of(const std::string& store);
/// Of a store that gets keys: HB_KEY_SUITE, HB_KEY_SCOPE. errors  invalid_input
Result<crypto::Suite> key_suite();
Result<crypto::Scope> key_scope();

/// Threads to use when none are asked for.
int default_threads();

}  // namespace hb::cli
