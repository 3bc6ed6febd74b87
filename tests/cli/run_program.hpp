#pragma once
#include <filesystem>
#include <string>

namespace hb::test {

struct ProgramRun {
  int exit_code;
  std::string out;
  std::string err;
};

/// The real program through the shell, as a script would call it.
ProgramRun run_program(const std::string& arguments);
void write_text(const std::filesystem::path& file, const std::string& text);

}  // namespace hb::test
