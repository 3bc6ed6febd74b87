#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>

namespace hb::test {

/// The project's folder.
inline std::filesystem::path source_dir() { return HB_SOURCE_DIR; }

/// The folder of reference data beside the project (HB_SHARED overrides); may not exist: ask
/// has_shared() and say that the test was skipped.
inline std::filesystem::path shared_dir() {
  if (const char* given = std::getenv("HB_SHARED")) return given;
  return HB_SHARED_DIR;
}
inline bool has_shared() { return std::filesystem::exists(shared_dir() / "data"); }

/// HB_LONG=1: hundreds of rounds instead of a few (./test.sh --long).
inline bool is_long_run() {
  const char* asked = std::getenv("HB_LONG");
  return asked != nullptr && std::string(asked) == "1";
}

/// A new empty directory that is removed at the end of the test.
class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "hb-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace hb::test
