#include "cli/content.hpp"

#include "cli/exit_code.hpp"

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
                                              int threads, bool create, bool read_only,
                                              std::shared_ptr<const Compartments> compartments,
                                              std::shared_ptr<const Policy> policy) {
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
  options.compartments = std::move(compartments);
  options.policy = std::move(policy);
  std::unique_ptr<ProgressBar> bar;  // only where tables are built
  options.building = [&bar](double fraction) {
    if (!bar) bar = std::make_unique<ProgressBar>("building tables");
    bar->show(fraction);
  };
  // Kept elsewhere, the key cannot be used by whoever can only change the store.
  if (const char* key = std::getenv("HEALTHBRAIN_AUDIT_KEY"); key != nullptr)
    options.audit_key_file = key;
  const Result<crypto::Suite> suite = key_suite();
  if (!suite) return unexpected(suite.error());
  const Result<crypto::Scope> scope = key_scope();
  if (!scope) return unexpected(scope.error());
  options.key_file = key_file_of(store);
  options.suite = *suite;
  options.scope = *scope;
  return ingest::Hub::open(store, options);
}

std::string key_file_of(const std::string& store) {
  if (const char* given = std::getenv("HB_KEY_FILE"); given != nullptr && *given != '\0')
    return std::string_view(given) == "none" ? std::string() : std::string(given);
  std::error_code ignored;
  fs::path folder = fs::absolute(store, ignored).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();  // "store/" and "."
  return folder.string() + ".key";
}

Result<crypto::Suite> key_suite() {
  const char* given = std::getenv("HB_KEY_SUITE");
  return given == nullptr ? Result<crypto::Suite>(crypto::Suite::aes_256_gcm)
                          : crypto::suite_of(given);
}

Result<crypto::Scope> key_scope() {
  const char* given = std::getenv("HB_KEY_SCOPE");
  return given == nullptr ? Result<crypto::Scope>(crypto::Scope::all) : crypto::scope_of(given);
}

int default_threads() {
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

}  // namespace hb::cli
