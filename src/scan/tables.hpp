#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scan/calendar.hpp"
#include "scan/commands.hpp"
#include "scan/scan.hpp"

// Tables of a scan as they are written, before they become a Field.

namespace hb::scan {

/// Rows by column name, whichever form the file had.
struct Grid {
  std::string file;
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::int64_t> lines;

  std::optional<std::size_t> find(std::string_view name) const;
  Error fault(std::size_t row, std::size_t column, std::string message) const;
};

/// A first line with a comma makes the file CSV with a header; otherwise it is text parted by
/// blanks or tabs without one, and columns have the given names in this order; further ones are
/// covariate1, covariate2, … errors  invalid_input: not UTF-8, no row, rows of different width
Result<Grid> read_grid(const TextFile& file, const std::vector<std::string>& names);

struct Places {
  std::vector<std::string> ids;  ///< sorted
  std::vector<Point> points;
  Geometry geometry = Geometry::globe;
  std::optional<std::size_t> find(const std::string& id) const;
};

struct CountRow {
  std::size_t place;
  std::optional<Moment> moment;
  double count;
  std::string stratum;  ///< covariates joined; empty = none
  std::size_t row;      ///< in the grid
};

/// What the tables hold; rows that cannot be used are put aside.
struct Tables {
  Places places;
  std::vector<CountRow> cases;
  std::vector<CountRow> population;
  std::vector<CountRow> controls;
  bool population_is_expected = false;
  Grid case_grid;  ///< for places in messages
  Grid population_grid;
  Grid control_grid;
  std::vector<Error> refused;
};

/// errors  invalid_input with the place: columns that are missing, a place twice, all rows unusable
Result<Tables> read_tables(const ScanFiles& files, const stats::Settings& options);

}  // namespace hb::scan
