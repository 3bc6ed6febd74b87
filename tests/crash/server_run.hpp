#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace hb::test {

/// The real program serving a store on a free port. Killed with this object if it still runs.
class ServerRun {
 public:
  /// Starts it; does not wait.
  explicit ServerRun(const std::filesystem::path& store);
  ~ServerRun();
  ServerRun(const ServerRun&) = delete;
  ServerRun& operator=(const ServerRun&) = delete;

  /// The port when it is ready; 0: it ended before, said() says why.
  std::uint16_t wait_until_ready();
  /// kill -9; returns false when it had ended by itself.
  bool kill_now();
  /// SIGTERM, as an operator stops it; returns its exit code, -1 when it was killed.
  int stop();
  pid_t pid() const { return pid_; }
  /// What it wrote on stderr so far.
  std::string said() const;

 private:
  std::filesystem::path log_;
  pid_t pid_ = -1;
  int out_ = -1;
};

}  // namespace hb::test
