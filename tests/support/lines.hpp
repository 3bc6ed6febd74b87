#pragma once
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>

#include <zlib.h>

namespace hb::test {

/// Calls `use` with each line of a text file, gzipped or not.
inline void for_each_line(const std::filesystem::path& path,
                          const std::function<void(std::string_view)>& use) {
  gzFile file = gzopen(path.c_str(), "rb");
  std::string pending;
  std::string block(1 << 18, '\0');
  int got = 0;
  while (file && (got = gzread(file, block.data(), static_cast<unsigned>(block.size()))) > 0) {
    pending.append(block, 0, static_cast<std::size_t>(got));
    std::size_t begin = 0;
    for (std::size_t end; (end = pending.find('\n', begin)) != std::string::npos; begin = end + 1)
      use(std::string_view(pending).substr(begin, end - begin));
    pending.erase(0, begin);
  }
  if (!pending.empty()) use(pending);
  if (file) gzclose(file);
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace hb::test
