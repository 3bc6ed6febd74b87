#pragma once
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "stats/known_answers.hpp"
#include "stats/sheet_method.hpp"

namespace hb::test {

/// Rows of a CSV text by column name.
inline std::vector<KnownRow> rows_of(const std::string& csv) {
  const auto rows = parse_csv(csv);
  REQUIRE(rows.has_value());
  std::vector<KnownRow> known;
  for (std::size_t i = 1; i < rows->size(); ++i) {
    KnownRow row{{}, (*rows)[i].line};
    for (std::size_t k = 0; k < (*rows)[0].fields.size(); ++k)
      row.fields[(*rows)[0].fields[k]] = (*rows)[i].fields.at(k);
    known.push_back(std::move(row));
  }
  return known;
}

/// What `healthbrain stat` would write; the run must succeed.
inline std::vector<KnownRow> stat_rows(const std::string& method, const std::string& csv,
                                       const std::vector<std::string>& options = {}) {
  const auto answer = stats::run_stat(method, csv, "figures.csv", options);
  if (!answer) FAIL(answer.error().where << ": " << answer.error().message);
  return rows_of(answer->csv);
}

/// The sentence with its place that a refused table gives.
inline std::string stat_error(const std::string& method, const std::string& csv,
                              const std::vector<std::string>& options = {}) {
  const auto answer = stats::run_stat(method, csv, "figures.csv", options);
  return answer ? std::string("no error") : answer.error().where + ": " + answer.error().message;
}

}  // namespace hb::test
