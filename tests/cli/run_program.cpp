#include "run_program.hpp"

#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "support/paths.hpp"

namespace hb::test {

ProgramRun run_program(const std::string& arguments) {
  const TempDir directory;
  const std::string err = (directory.path() / "err").string();
  FILE* pipe = popen(("'" HB_PROGRAM "' " + arguments + " 2>" + err + " </dev/null").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("the shell does not start");
  std::string out;
  char piece[4096];
  for (std::size_t read; (read = fread(piece, 1, sizeof piece, pipe)) > 0;) out.append(piece, read);
  const int status = pclose(pipe);
  std::ifstream said(err, std::ios::binary);
  return {WEXITSTATUS(status), out, {std::istreambuf_iterator<char>(said), {}}};
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace hb::test
