#pragma once
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "core/csv.hpp"
#include "support/paths.hpp"

namespace hb::test {

/// One row of a reference table, by column name; an empty field is a missing value.
struct KnownRow {
  std::map<std::string, std::string> fields;
  std::int64_t line;
  const std::string& text(const std::string& name) const { return fields.at(name); }
  std::optional<double> number(const std::string& name) const {
    const std::string& field = fields.at(name);
    return field.empty() || field == "NA" ? std::nullopt : std::optional(std::stod(field));
  }
};

/// Tables of known answers beside the project; see their METHODS.md.
inline std::vector<KnownRow> known_rows(const std::string& file) {
  const auto path = shared_dir() / "data/indicator-methods" / file;
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  const auto rows = parse_csv(text.str());
  REQUIRE_MESSAGE(rows.has_value(), path.string());
  std::vector<KnownRow> known;
  for (std::size_t i = 1; i < rows->size(); ++i) {
    KnownRow row{{}, (*rows)[i].line};
    for (std::size_t k = 0; k < (*rows)[0].fields.size(); ++k)
      row.fields[(*rows)[0].fields[k]] = (*rows)[i].fields.at(k);
    known.push_back(std::move(row));
  }
  REQUIRE_FALSE(known.empty());
  return known;
}

inline bool skip_without_shared() {
  if (has_shared()) return false;
  MESSAGE("skipped: no reference data beside the project");
  return true;
}

/// Equal within a relative error, or both missing.
inline void check_same(const std::optional<double>& got, const std::optional<double>& want,
                       double relative, const std::string& where) {
  CAPTURE(where);
  REQUIRE(got.has_value() == want.has_value());
  if (!want) return;
  const double scale = std::max(std::abs(*want), 1e-12);
  CHECK_MESSAGE(std::abs(*got - *want) <= relative * scale,
                where << ": got " << *got << ", want " << *want);
}

}  // namespace hb::test
