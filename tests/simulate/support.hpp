#pragma once
#include <doctest/doctest.h>
#include <simdjson.h>

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

using Element = simdjson::dom::element;

/// Text of a JSON pointer; empty where there is none.
inline std::string text_at(const Element& root, std::string_view pointer) {
  std::string_view text;
  if (root.at_pointer(pointer).get(text) != simdjson::SUCCESS) return "";
  return std::string(text);
}

/// Every resource of a type in the given district.
template <class Visit>
void each(const std::string& type, Visit visit) {
  simdjson::dom::parser parser;
  for (const std::string& line : read_lines(given_district().directory() / (type + ".ndjson"))) {
    const Element root = parser.parse(line);
    visit(root);
  }
}

}  // namespace hb::test
