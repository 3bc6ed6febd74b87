#include "crash/server_run.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "support/paths.hpp"

namespace hb::test {

ServerRun::ServerRun(const std::filesystem::path& store) : log_(store.string() + ".stderr") {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const std::string scenes = (source_dir() / "scenes").string();
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int log = open(log_.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    dup2(ends[1], STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execl(HB_PROGRAM, HB_PROGRAM, "serve", "--store", store.c_str(), "--port", "0", "--quiet",
          "--scenes", scenes.c_str(), "--requests-per-second", "0", nullptr);
    _exit(127);
  }
  close(ends[1]);
  out_ = ends[0];
}

ServerRun::~ServerRun() {
  kill_now();
  close(out_);
}

std::uint16_t ServerRun::wait_until_ready() {
  constexpr int longest_ms = 120'000;
  std::string line;
  pollfd waiting{out_, POLLIN, 0};
  while (poll(&waiting, 1, longest_ms) > 0) {
    char piece[256];
    const ssize_t got = read(out_, piece, sizeof piece);
    if (got <= 0) return 0;
    line.append(piece, static_cast<std::size_t>(got));
    if (line.find('\n') == std::string::npos) continue;
    const std::size_t colon = line.rfind(':');
    return static_cast<std::uint16_t>(std::stoi(line.substr(colon + 1)));
  }
  return 0;
}

bool ServerRun::kill_now() {
  if (pid_ <= 0) return false;
  kill(pid_, SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

int ServerRun::stop() {
  if (pid_ <= 0) return -1;
  kill(pid_, SIGTERM);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string ServerRun::said() const {
  std::ifstream stream(log_, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace hb::test
