#pragma once
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "simulate/simulate.hpp"
#include "support/paths.hpp"

namespace hb::test {

inline std::filesystem::path demo_content() { return source_dir() / "scenes/demo-district"; }

inline std::string read_bytes(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline std::vector<std::string> read_lines(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

inline std::set<std::string> names_in(const std::filesystem::path& directory) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    if (!entry.is_directory())
      names.insert(std::filesystem::relative(entry.path(), directory).string());
  return names;
}

inline simulate::Options small(const std::filesystem::path& directory,
                               std::uint32_t residents = 400, int years = 2) {
  simulate::Options options;
  options.residents = residents;
  options.years = years;
  options.seed = 7;
  options.directory = directory;
  options.content = demo_content();
  options.threads = 2;
  return options;
}

/// One district of 6,000 residents and 3 years, made once for all tests that only look.
struct District {
  std::unique_ptr<TempDir> temporary = std::make_unique<TempDir>();
  simulate::Summary summary;
  std::filesystem::path directory() const { return temporary->path() / "d"; }
};
const District& given_district();

}  // namespace hb::test
