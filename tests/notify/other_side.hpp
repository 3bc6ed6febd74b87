#pragma once
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <boost/json.hpp>

#include "support/paths.hpp"

namespace hb::test {

/// other_side.py in a process of its own.
class OtherSide {
 public:
  explicit OtherSide(const std::string& mode) {
    if (mode == "starttls" || mode == "implicit") make_certificate();
    int in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0) throw std::runtime_error("no pipe");
    process_ = fork();
    if (process_ == 0) {
      dup2(in[0], STDIN_FILENO);
      dup2(out[1], STDOUT_FILENO);
      for (const int end : {in[0], in[1], out[0], out[1]}) close(end);
      const std::string script = (source_dir() / "tests/notify/other_side.py").string();
      execl("/usr/bin/python3", "python3", "-W", "ignore", script.c_str(), folder_.path().c_str(),
            mode.c_str(), nullptr);
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    stdin_ = in[1];
    FILE* text = fdopen(out[0], "r");
    if (fscanf(text, "%d", &port_) != 1) port_ = 0;
    fclose(text);
  }
  ~OtherSide() {
    close(stdin_);
    waitpid(process_, nullptr, 0);
  }

  /// Whether the packages that it needs are there.
  static bool is_there() {
    return std::system("/usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null") == 0;
  }
  int port() const { return port_; }
  std::filesystem::path certificate() const { return folder_.path() / "cert.pem"; }
  /// What it took as number n, waited for; null: nothing came.
  boost::json::value taken(int n) const {
    for (int i = 0; i < 500; ++i) {
      std::ifstream in(folder_.path() / (std::to_string(n) + ".json"));
      if (in) return boost::json::parse(std::string{std::istreambuf_iterator<char>(in), {}});
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return nullptr;
  }

 private:
  void make_certificate() const {
    const std::string at = folder_.path().string();
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        " -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout " +
        at + "/key.pem -out " + at + "/cert.pem 2>/dev/null";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("no certificate");
  }

  TempDir folder_;
  pid_t process_ = 0;
  int stdin_ = -1;
  int port_ = 0;
};

}  // namespace hb::test
