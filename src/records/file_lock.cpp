#include "records/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace hb::records {

Result<FileLock> FileLock::take(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) {
    return fail(
        ErrorCode::unavailable,
        std::string("the folder of the record store may not be written: ") + std::strerror(errno),
        path);
  }
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    close(file);
    return fail(ErrorCode::unavailable, "the record store is used by another process", path);
  }
  return FileLock(file);
}

FileLock::~FileLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace hb::records
