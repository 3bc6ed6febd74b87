#pragma once
#include <filesystem>
#include <string>
#include <utility>

#include "core/result.hpp"

namespace hb::backup {

/// A directory for work that is not finished; gone with this object, and what a killed program left
/// behind is gone with the next one made beside it.
class WorkDir {
 public:
  /// Makes PARENT/PREFIXxxxxxx.
  /// prefix  ".healthbrain-backup-"
  static Result<WorkDir> make(const std::filesystem::path& parent, const std::string& prefix);
  ~WorkDir();
  WorkDir(WorkDir&& other) noexcept
      : path_(std::exchange(other.path_, {})), lock_(std::exchange(other.lock_, -1)) {}
  WorkDir& operator=(WorkDir&&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  WorkDir(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::filesystem::path path_;
  int lock_;  ///< held while it is in use
};

/// Makes names in a directory durable, or the content of a file.
Result<void> sync_path(const std::filesystem::path& path);

}  // namespace hb::backup
