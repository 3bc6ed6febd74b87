#pragma once
#include <string>
#include <utility>

#include "core/result.hpp"

namespace hb::records {

/// One writing process per store; the kernel lets go of it when the process ends, however it ends.
class FileLock {
 public:
  /// errors  unavailable: another process holds it, or the file cannot be made
  static Result<FileLock> take(const std::string& path);
  ~FileLock();
  FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }

 private:
  explicit FileLock(int file) : file_(file) {}
  int file_;
};

}  // namespace hb::records
