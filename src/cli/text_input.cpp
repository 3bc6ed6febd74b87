#include "cli/text_input.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace hb::cli {

Result<std::string> read_text_input(const std::string& path) {
  if (path == "-") return std::string{std::istreambuf_iterator<char>(std::cin), {}};
  if (std::filesystem::is_directory(path))
    return fail(ErrorCode::invalid_input, "a file is expected, not a directory", path);
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorCode::invalid_input, "cannot be opened", path);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) return fail(ErrorCode::invalid_input, "cannot be read", path);
  return text;
}

std::string text_input_name(const std::string& path) { return path == "-" ? "stdin" : path; }

}  // namespace hb::cli
