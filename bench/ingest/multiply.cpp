// multiply IN_DIR OUT_DIR COPIES: copies every *.ndjson(.gz) of a directory COPIES times with new ids, as
// one plain file per type. A UUID of copy k is the UUID of the original XOR a hash of k, so that
// references inside a copy still meet their targets.
#include <zlib.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::string read_gz(const fs::path& path) {
  std::string text;
  gzFile file = gzopen(path.c_str(), "rb");
  std::vector<char> block(1 << 20);
  for (int got; (got = gzread(file, block.data(), static_cast<unsigned>(block.size()))) > 0;)
    text.append(block.data(), static_cast<std::size_t>(got));
  gzclose(file);
  return text;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool is_uuid(std::string_view text) {
  for (std::size_t at = 0; at < 36; ++at) {
    const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
    if (dash ? text[at] != '-' : hex_value(text[at]) < 0) return false;
  }
  return true;
}

std::uint64_t mixed(std::uint64_t x) {  // splitmix64
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

/// Where the UUIDs of a text begin.
std::vector<std::size_t> uuid_places(std::string_view text) {
  std::vector<std::size_t> places;
  for (std::size_t dash = text.find('-'); dash != std::string_view::npos; dash = text.find('-', dash + 1)) {
    if (dash < 8 || dash + 28 > text.size() || !is_uuid(text.substr(dash - 8, 36))) continue;
    places.push_back(dash - 8);
    dash += 27;
  }
  return places;
}

void renew(std::string& text, std::string_view original, const std::vector<std::size_t>& places,
           std::uint64_t copy) {
  static constexpr char digits[] = "0123456789abcdef";
  const std::uint64_t masks[2] = {mixed(copy * 2), mixed(copy * 2 + 1)};
  for (const std::size_t place : places) {
    int nibble = 0;
    for (std::size_t at = place; at < place + 36; ++at) {
      if (original[at] == '-') continue;
      const auto mask = static_cast<int>((masks[nibble / 16] >> (4 * (nibble % 16))) & 15U);
      text[at] = digits[hex_value(original[at]) ^ mask];
      ++nibble;
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: multiply IN_DIR OUT_DIR COPIES\n", stderr);
    return 2;
  }
  const fs::path to = arguments[2];
  const auto copies = static_cast<std::uint64_t>(std::atoll(arguments[3]));
  fs::create_directories(to);
  for (const auto& entry : fs::directory_iterator(arguments[1])) {
    std::string name = entry.path().filename().string();
    if (name.find(".ndjson") == std::string::npos) continue;
    name = name.substr(0, name.find(".ndjson")) + ".ndjson";
    const std::string original = read_gz(entry.path());
    const auto places = uuid_places(original);
    std::string text = original;
    std::ofstream file(to / name, std::ios::binary);
    for (std::uint64_t copy = 0; copy < copies; ++copy) {
      if (copy > 0) renew(text, original, places, copy);
      file.write(text.data(), static_cast<std::streamsize>(text.size()));
    }
    if (!file) {
      std::fprintf(stderr, "cannot write %s\n", (to / name).c_str());
      return 1;
    }
  }
  return 0;
}
