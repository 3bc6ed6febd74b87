#pragma once
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "core/csv.hpp"
#include "support/paths.hpp"

namespace hb::test {

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A table by column name; fields trimmed, NA and empty alike.
struct Table {
  std::vector<std::string> names;
  std::vector<std::map<std::string, std::string>> rows;
  double number(std::size_t row, const std::string& name) const {
    const std::string& text = rows.at(row).at(name);
    return text.empty() ? std::nan("") : std::stod(text);
  }
};

inline Table table_of(const std::string& csv) {
  Table table;
  const auto rows = parse_csv(csv);
  REQUIRE(rows.has_value());
  REQUIRE_FALSE(rows->empty());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    std::map<std::string, std::string> row;
    for (std::size_t k = 0; k < (*rows)[i].fields.size(); ++k) {
      std::string text = (*rows)[i].fields[k];
      const auto first = text.find_first_not_of(' ');
      text = first == std::string::npos ? "" : text.substr(first);
      if (text == "NA") text.clear();
      if (i == 0)
        table.names.push_back(text);
      else
        row[table.names.at(k)] = text;
    }
    if (i > 0) table.rows.push_back(std::move(row));
  }
  return table;
}

/// What a comparison of one reference file found.
struct Agreement {
  std::size_t rows = 0;
  std::size_t numbers = 0;
  std::size_t differ = 0;  ///< beyond the tolerance, or missing on one side only
  double largest = 0;      ///< relative difference of those that agree
  std::string first;       ///< place of the first difference
};

/// Compares columns row by row: |ours − theirs| ≤ rtol·|theirs| + atol.
inline Agreement compare(const Table& ours, const Table& theirs,
                         const std::vector<std::string>& columns, double rtol, double atol) {
  Agreement found;
  found.rows = theirs.rows.size();
  if (ours.rows.size() != theirs.rows.size()) {
    found.differ = 1;
    found.first = "rows: " + std::to_string(ours.rows.size());
    return found;
  }
  for (std::size_t row = 0; row < theirs.rows.size(); ++row)
    for (const std::string& column : columns) {
      const std::string& a = ours.rows[row].at(column);
      const std::string& b = theirs.rows[row].at(column);
      ++found.numbers;
      bool same = a == b;
      if (!same && !a.empty() && !b.empty() && a.find('-') == std::string::npos) {
        const double x = std::stod(a);
        const double y = std::stod(b);
        same = std::abs(x - y) <= rtol * std::abs(y) + atol;
        if (same && y != 0) found.largest = std::max(found.largest, std::abs(x - y) / std::abs(y));
      } else if (!same && !a.empty() && !b.empty()) {
        char* end = nullptr;
        const double x = std::strtod(a.c_str(), &end);
        const double y = std::strtod(b.c_str(), nullptr);
        same = *end == 0 && std::abs(x - y) <= rtol * std::abs(y) + atol;
      }
      if (same) continue;
      if (found.differ++ == 0)
        found.first = "row " + std::to_string(row + 1) + ", " + column + ": " + a + " against " + b;
    }
  return found;
}

/// A page that a test makes: HB_UPDATE_DOCS=1 writes it, otherwise it must be as it stands.
inline void check_page(const std::string& name, const std::string& text) {
  const auto path = source_dir() / "docs" / name;
  const char* update = std::getenv("HB_UPDATE_DOCS");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  INFO("docs/" << name << " is made by this test: HB_UPDATE_DOCS=1 writes it");
  CHECK(read_text(path) == text);
}

}  // namespace hb::test
