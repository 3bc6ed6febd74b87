#pragma once
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "support/paths.hpp"

namespace hb::test {

/// A file system of a few megabytes that can be filled and emptied again. Mounted in a namespace of
/// the test program's own, so that nothing stays behind; needs root: ask mounted() and say
/// "skipped".
class SmallDisk {
 public:
  explicit SmallDisk(int megabytes) {
    const std::string size = "size=" + std::to_string(megabytes) + "m";
    mounted_ = geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
               mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               mount("tmpfs", path().c_str(), "tmpfs", 0, size.c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  const std::filesystem::path& path() const { return directory_.path(); }

  /// Takes room away until give_back().
  bool take(int megabytes) {
    const int file = open(ballast().c_str(), O_CREAT | O_WRONLY, 0600);
    const bool taken = file >= 0 && posix_fallocate(file, 0, megabytes * (1LL << 20)) == 0;
    if (file >= 0) close(file);
    return taken;
  }
  bool give_back() { return std::filesystem::remove(ballast()); }

 private:
  std::string ballast() const { return (path() / "ballast").string(); }
  TempDir directory_;
  bool mounted_ = false;
};

}  // namespace hb::test
