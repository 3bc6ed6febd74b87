#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "report/document.hpp"

namespace hb::report {
namespace {

namespace fs = std::filesystem;

/// A directory of our own that is removed at the end.
class WorkDir {
 public:
  WorkDir() {
    std::string name = (fs::temp_directory_path() / "hb-report-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~WorkDir() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  WorkDir(const WorkDir&) = delete;
  WorkDir& operator=(const WorkDir&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

fs::path find_browser() {
  for (const char* path : {"/usr/bin/chromium", "/usr/bin/chromium-browser",
                           "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"})
    if (::access(path, X_OK) == 0) return path;
  return {};
}

/// Runs a program without a shell, its talk thrown away. returns  its exit code; -1: it did not run
int run(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int started =
      posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (started != 0 || waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

Result<void> html_to_pdf(const std::string& html, const std::string& pdf_path) {
  const fs::path browser = find_browser();
  if (browser.empty())
    return fail(ErrorCode::unavailable,
                "there is no Chromium on this machine to print PDF with: write HTML and print it");
  const WorkDir work;
  if (work.path().empty())
    return fail(ErrorCode::unavailable, "no temporary directory can be made");
  const fs::path page = work.path() / "report.html";
  std::ofstream(page, std::ios::binary) << html;
  const fs::path made = work.path() / "report.pdf";
  const int status = run({browser.string(), "--headless", "--no-sandbox", "--disable-gpu",
                          "--disable-quic", "--no-first-run", "--disable-background-networking",
                          "--disable-component-update", "--disable-sync", "--no-pdf-header-footer",
                          "--user-data-dir=" + (work.path() / "profile").string(),
                          "--print-to-pdf=" + made.string(), "file://" + page.string()});
  std::error_code problem;
  if (status != 0 || !fs::exists(made))
    return fail(ErrorCode::unavailable, "the browser did not print the report", browser.string());
  fs::copy_file(made, pdf_path, fs::copy_options::overwrite_existing, problem);
  if (problem)
    return fail(ErrorCode::unavailable, "cannot be written: " + problem.message(), pdf_path);
  return {};
}

}  // namespace hb::report
