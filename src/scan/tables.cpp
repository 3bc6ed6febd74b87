#include "scan/tables.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/utf8.hpp"
#include "stats/sheet.hpp"

namespace hb::scan {
namespace {

using stats::Settings;

bool is_csv(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return false;
  return text.substr(start, text.find('\n', start) - start).find(',') != std::string_view::npos;
}

Result<Grid> read_csv_grid(const TextFile& file) {
  const auto sheet = stats::Sheet::read(file.text, file.name);
  if (!sheet) return unexpected(sheet.error());
  Grid grid{file.name, {}, {}, {}};
  for (std::size_t column = 0; column < sheet->columns(); ++column)
    grid.names.push_back(sheet->name(column));
  for (std::size_t row = 0; row < sheet->rows(); ++row) {
    std::vector<std::string> fields;
    for (std::size_t column = 0; column < sheet->columns(); ++column)
      fields.push_back(sheet->text(row, column));
    grid.rows.push_back(std::move(fields));
    grid.lines.push_back(static_cast<std::int64_t>(row) + 2);
  }
  return grid;
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    const auto start = line.find_first_not_of(" \t\r");
    if (start == std::string_view::npos) return words;
    line.remove_prefix(start);
    const auto end = std::min(line.find_first_of(" \t\r"), line.size());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

Result<Grid> read_text_grid(const TextFile& file, const std::vector<std::string>& names) {
  if (!is_utf8(file.text))
    return fail(ErrorCode::invalid_input, "the text is not UTF-8", file.name);
  Grid grid{file.name, names, {}, {}};
  std::string_view rest = file.text;
  for (std::int64_t line = 1; !rest.empty(); ++line) {
    const auto end = std::min(rest.find('\n'), rest.size());
    auto words = words_of(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (words.empty()) continue;
    if (!grid.rows.empty() && words.size() != grid.rows[0].size())
      return fail(ErrorCode::invalid_input,
                  "the first row has " + std::to_string(grid.rows[0].size()) +
                      " fields, this row " + std::to_string(words.size()),
                  file.name + ":" + std::to_string(line));
    grid.rows.push_back(std::move(words));
    grid.lines.push_back(line);
  }
  if (grid.rows.empty()) return fail(ErrorCode::invalid_input, "there is no row", file.name);
  grid.names.resize(std::min(grid.names.size(), grid.rows[0].size()));
  for (std::size_t i = 1; grid.names.size() < grid.rows[0].size(); ++i)
    grid.names.push_back("covariate" + std::to_string(i));
  return grid;
}

Result<std::size_t> needed(const Grid& grid, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    if (const auto found = grid.find(name)) return *found;
  std::string all;
  for (const std::string& name : grid.names) all += (all.empty() ? "" : ", ") + name;
  return fail(ErrorCode::invalid_input,
              "column " + std::string(*names.begin()) + " is expected; the columns are " + all,
              grid.file + ":1");
}

Result<Places> read_places(const Grid& grid, const Settings& options, std::vector<Error>& refused) {
  const auto id = needed(grid, {"place"});
  if (!id) return unexpected(id.error());
  const bool by_option = options.has("coordinates");
  const bool plane =
      by_option ? options.is("coordinates", "cartesian") : grid.find("x").has_value();
  const auto first = plane ? needed(grid, {"x"}) : needed(grid, {"latitude", "x"});
  if (!first) return unexpected(first.error());
  const auto second = plane ? needed(grid, {"y"}) : needed(grid, {"longitude", "y"});
  if (!second) return unexpected(second.error());
  std::map<std::string, Point> known;
  for (std::size_t row = 0; row < grid.rows.size(); ++row) {
    const auto a = stats::parse_number(grid.rows[row][*first]);
    const auto b = stats::parse_number(grid.rows[row][*second]);
    const std::string& name = grid.rows[row][*id];
    if (!a || !b || (!plane && (std::abs(*a) > 90 || std::abs(*b) > 360))) {
      refused.push_back(grid.fault(row, a ? *second : *first,
                                   "place " + name + " has no usable coordinates; it is left out"));
      continue;
    }
    if (!known.emplace(name, plane ? Point{*a, *b} : Point{*b, *a}).second)
      return unexpected(grid.fault(row, *id, "place " + name + " is there twice"));
  }
  Places places;
  places.geometry = plane ? Geometry::plane : Geometry::globe;
  for (const auto& [name, point] : known) {
    places.ids.push_back(name);
    places.points.push_back(point);
  }
  if (places.ids.empty())
    return fail(ErrorCode::invalid_input, "no place has coordinates", grid.file);
  return places;
}

/// Columns of a table of counts.
struct Columns {
  std::size_t place;
  std::optional<std::size_t> date;
  std::optional<std::size_t> count;
  std::vector<std::size_t> strata;
};

Result<Columns> columns_of(const Grid& grid, std::initializer_list<std::string_view> count,
                           bool count_needed, const Settings& options) {
  Columns columns{};
  const auto place = needed(grid, {"place"});
  if (!place) return unexpected(place.error());
  columns.place = *place;
  for (const std::string_view name : {"date", "year"})
    if (!columns.date) columns.date = grid.find(name);
  for (const std::string_view name : count)
    if (!columns.count) columns.count = grid.find(name);
  if (!columns.count && count_needed) return unexpected(needed(grid, count).error());
  if (options.has("covariates")) {
    for (const std::string& name : options.texts("covariates")) {
      const auto column = needed(grid, {name});
      if (!column) return unexpected(column.error());
      columns.strata.push_back(*column);
    }
  } else {
    for (std::size_t i = 0; i < grid.names.size(); ++i)
      if (grid.names[i].starts_with("covariate")) columns.strata.push_back(i);
  }
  return columns;
}

/// Why a row cannot be used; empty = it can. Fills row.
std::string read_row(const Grid& grid, std::size_t row, const Columns& columns,
                     const Places& places, bool whole, CountRow& counted, std::size_t& at) {
  const auto& fields = grid.rows[row];
  at = columns.place;
  const auto place = places.find(fields[columns.place]);
  if (!place) return "place " + fields[columns.place] + " is not among the places";
  counted.place = *place;
  counted.row = row;
  counted.count = 1;
  if (columns.count) {
    at = *columns.count;
    const auto count = stats::parse_number(fields[at]);
    if (!count || *count < 0) return "a number from 0 is expected, not “" + fields[at] + "”";
    if (whole && (*count != std::floor(*count) || *count > 1e8))
      return "a whole number is expected, not “" + fields[at] + "”";
    counted.count = *count;
  }
  if (columns.date) {
    at = *columns.date;
    counted.moment = parse_moment(fields[at]);
    if (!counted.moment) return "a day, month or year is expected, not “" + fields[at] + "”";
  }
  for (const std::size_t column : columns.strata) counted.stratum += fields[column] + "\x1f";
  return {};
}

Result<std::vector<CountRow>> read_counts(const Grid& grid, const Columns& columns,
                                          const Places& places, bool whole,
                                          std::vector<Error>& refused) {
  std::vector<CountRow> rows;
  for (std::size_t row = 0; row < grid.rows.size(); ++row) {
    CountRow counted{};
    std::size_t at = 0;
    const std::string why = read_row(grid, row, columns, places, whole, counted, at);
    if (why.empty())
      rows.push_back(std::move(counted));
    else
      refused.push_back(grid.fault(row, at, why));
  }
  if (rows.empty())
    return fail(ErrorCode::invalid_input,
                "no row can be used; the last fault: " + refused.back().message, grid.file);
  return rows;
}

std::vector<std::string> names_of(std::string_view count, const Settings& options) {
  if (options.is("dates", "none")) return {"place", std::string(count)};
  return {"place", std::string(count), "date"};
}

/// A temporal analysis knows places by their names alone.
Places places_of_cases(const Grid& grid) {
  Places places;
  if (const auto id = grid.find("place"))
    for (const auto& row : grid.rows) places.ids.push_back(row[*id]);
  std::ranges::sort(places.ids);
  places.ids.erase(std::unique(places.ids.begin(), places.ids.end()), places.ids.end());
  places.points.assign(places.ids.size(), {0, 0});
  return places;
}

Result<void> read_population(const ScanFiles& files, const Settings& options, Tables& tables) {
  auto grid =
      read_grid(*files.population, options.is("dates", "none")
                                       ? std::vector<std::string>{"place", "population"}
                                       : std::vector<std::string>{"place", "date", "population"});
  if (!grid) return unexpected(grid.error());
  tables.population_is_expected = grid->find("expected").has_value();
  const auto columns = columns_of(*grid, {"population", "expected"}, true, options);
  if (!columns) return unexpected(columns.error());
  if (tables.population_is_expected && !columns->strata.empty())
    return fail(ErrorCode::invalid_input, "expected cases take no covariates", grid->file);
  auto rows = read_counts(*grid, *columns, tables.places, false, tables.refused);
  if (!rows) return unexpected(rows.error());
  tables.population = std::move(*rows);
  tables.population_grid = std::move(*grid);
  return {};
}

}  // namespace

std::optional<std::size_t> Grid::find(std::string_view name) const {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

Error Grid::fault(std::size_t row, std::size_t column, std::string message) const {
  return {ErrorCode::invalid_input, std::move(message),
          file + ":" + std::to_string(lines[row]) + ":" + std::to_string(column + 1)};
}

Result<Grid> read_grid(const TextFile& file, const std::vector<std::string>& names) {
  return is_csv(file.text) ? read_csv_grid(file) : read_text_grid(file, names);
}

std::optional<std::size_t> Places::find(const std::string& id) const {
  const auto found = std::ranges::lower_bound(ids, id);
  if (found == ids.end() || *found != id) return std::nullopt;
  return static_cast<std::size_t>(found - ids.begin());
}

Result<Tables> read_tables(const ScanFiles& files, const Settings& options) {
  Tables tables;
  auto grid = read_grid(files.cases, names_of("cases", options));
  if (!grid) return unexpected(grid.error());
  tables.case_grid = std::move(*grid);
  if (files.places) {
    const bool plane = options.has("coordinates") && options.is("coordinates", "cartesian");
    const auto geography = read_grid(
        *files.places, plane ? std::vector<std::string>{"place", "x", "y"}
                             : std::vector<std::string>{"place", "latitude", "longitude"});
    if (!geography) return unexpected(geography.error());
    auto places = read_places(*geography, options, tables.refused);
    if (!places) return unexpected(places.error());
    tables.places = std::move(*places);
  } else {
    tables.places = places_of_cases(tables.case_grid);
  }
  const auto columns = columns_of(tables.case_grid, {"cases", "count"}, false, options);
  if (!columns) return unexpected(columns.error());
  auto cases = read_counts(tables.case_grid, *columns, tables.places, true, tables.refused);
  if (!cases) return unexpected(cases.error());
  tables.cases = std::move(*cases);
  if (files.population)
    if (auto read = read_population(files, options, tables); !read) return unexpected(read.error());
  if (files.controls) {
    auto control = read_grid(*files.controls, names_of("controls", options));
    if (!control) return unexpected(control.error());
    const auto rows = columns_of(*control, {"controls", "count"}, false, options);
    if (!rows) return unexpected(rows.error());
    auto counts = read_counts(*control, *rows, tables.places, true, tables.refused);
    if (!counts) return unexpected(counts.error());
    tables.controls = std::move(*counts);
    tables.control_grid = std::move(*control);
  }
  return tables;
}

}  // namespace hb::scan
