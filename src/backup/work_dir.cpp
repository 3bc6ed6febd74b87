#include "backup/work_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace hb::backup {
namespace {

namespace fs = std::filesystem;

int locked(const fs::path& directory) {
  const int file = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0) return file;
  if (file >= 0) close(file);
  return -1;
}

void remove_leftovers(const fs::path& parent, const std::string& prefix) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    if (!entry.path().filename().string().starts_with(prefix)) continue;
    const int lock = locked(entry.path());
    if (lock < 0) continue;  // somebody is at work there
    std::error_code ignored;
    fs::remove_all(entry.path(), ignored);
    close(lock);
  }
}

}  // namespace

Result<WorkDir> WorkDir::make(const fs::path& parent, const std::string& prefix) {
  remove_leftovers(parent, prefix);
  std::string name = (parent / (prefix + "XXXXXX")).string();
  if (mkdtemp(name.data()) == nullptr)
    return fail(ErrorCode::unavailable,
                std::string("nothing can be written here: ") + std::strerror(errno),
                parent.string());
  const int lock = locked(name);
  if (lock < 0)
    return fail(ErrorCode::unavailable, "the directory of the work cannot be locked", name);
  return WorkDir(name, lock);
}

WorkDir::~WorkDir() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
  if (lock_ >= 0) close(lock_);
}

Result<void> sync_path(const fs::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool done = file >= 0 && fsync(file) == 0;
  const int why = errno;
  if (file >= 0) close(file);
  if (!done)
    return fail(ErrorCode::unavailable,
                std::string("cannot be made durable: ") + std::strerror(why), path.string());
  return {};
}

}  // namespace hb::backup
