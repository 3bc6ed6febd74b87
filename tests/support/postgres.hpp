#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tables/database.hpp"

namespace hb::test {

/// One place where PostgreSQL answers otherwise than DuckDB.
struct Difference {
  std::size_t row;     ///< from 0; of the sorted answer where the statement has no ORDER BY
  std::string column;  ///< empty: the number of rows or columns
  std::string duckdb;
  std::string postgres;
};

using Parameters = std::vector<std::pair<std::string, tables::Value>>;

/// Whether PostgreSQL's programs are here. Where they are not, tests say that they are skipped.
bool has_postgres();

/// Runs scene SQL on the tables and, unchanged but for the parameters, on a private PostgreSQL to
/// which the tables are copied first (again only when their content changed). The server is started
/// once per test program: in a directory of its own, reachable through a socket there and nowhere
/// else, LC_COLLATE C; it dies with the program.
///
/// Counts, days, texts and DECIMAL must agree exactly, doubles within 1e-9 of the larger.
/// returns  the differences; empty = both engines agree
/// errors   invalid_input: an engine refuses the statement (the message says which);
///          unavailable: no PostgreSQL
Result<std::vector<Difference>> compare_on_postgres(const tables::Database& database,
                                                    const std::string& sql,
                                                    const Parameters& parameters = {});

/// One line per difference, for the message of a failed check.
std::string describe(const std::vector<Difference>& differences);

/// $name → $1, $2, … as PostgreSQL wants it; names in texts, quoted names and comments stay.
struct Numbered {
  std::string sql;
  std::vector<std::string> names;  ///< of $1, $2, …
  bool ordered = false;            ///< the outermost SELECT has an ORDER BY
};
Numbered number_parameters(std::string_view sql);

}  // namespace hb::test
