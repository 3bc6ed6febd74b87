#include "cli/content.hpp"

#include <cstdlib>
#include <thread>
#include <vector>

namespace hb::cli {

namespace fs = std::filesystem;

Result<fs::path> find_content(const std::string& given, const std::string& name) {
  std::error_code ignored;
  if (!given.empty()) {
    if (fs::is_directory(given, ignored)) return fs::path(given);
    return fail(ErrorCode::not_found, "there is no such directory", given);
  }
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  const std::vector<fs::path> places = {program / name, program.parent_path().parent_path() / name,
                                        program.parent_path() / "share/healthbrain" / name,
                                        fs::path(HB_SOURCE_DIR) / name};
  std::string tried;
  for (const fs::path& place : places) {
    if (fs::is_directory(place, ignored)) return place;
    tried += (tried.empty() ? "" : ", ") + place.string();
  }
  return fail(ErrorCode::not_found,
              "the directory " + name + " was not found; looked for " + tried);
}

Result<std::unique_ptr<ingest::Hub>> open_hub(const std::string& store, const std::string& scenes,
                                              int threads, bool create, bool read_only) {
  std::error_code ignored;
  if (!create && !fs::exists(fs::path(store) / "records.db", ignored))
    return fail(ErrorCode::not_found, "there is no store here (healthbrain load makes one)", store);
  const Result<fs::path> content = find_content(scenes, "scenes");
  if (!content) return unexpected(content.error());
  ingest::HubOptions options;
  options.views_dir = (*content / "core/views").string();
  options.profiles_dir = (*content / "core/profiles").string();
  options.create = create;
  options.threads = threads;
  options.read_only = read_only;
  // Kept elsewhere, the key cannot be used by whoever can only change the store.
  if (const char* key = std::getenv("HEALTHBRAIN_AUDIT_KEY"); key != nullptr)
    options.audit_key_file = key;
  return ingest::Hub::open(store, options);
}

int default_threads() {
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

}  // namespace hb::cli
