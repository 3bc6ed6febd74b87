#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/csv.hpp"
#include "core/result.hpp"
#include "stats/interval.hpp"

namespace hb::stats {

/// In columns of numbers: no number there.
inline constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// A table of figures: CSV as of RFC 4180 with a header. Every fault names file:line:field, the
/// field counted from 1.
class Sheet {
 public:
  /// file    its name in messages
  /// errors  invalid_input: not UTF-8, a broken quote, no header or no row below it, a column
  ///         without a name or twice, a row with more or fewer fields than the header
  static Result<Sheet> read(std::string_view text, std::string file);

  std::size_t rows() const { return rows_.size() - 1; }
  std::size_t columns() const { return rows_.front().fields.size(); }
  const std::string& name(std::size_t column) const { return rows_.front().fields[column]; }
  const std::string& text(std::size_t row, std::size_t column) const {
    return rows_[row + 1].fields[column];
  }
  std::optional<std::size_t> find(std::string_view name) const;
  /// errors  invalid_input: there is no such column; lists those that are there
  Result<std::size_t> column(std::string_view name) const;

  /// The numbers of a column; `missing` where the field is empty or NA.
  /// errors  invalid_input: a field is no finite number
  Result<std::vector<double>> numbers(std::size_t column) const;
  /// The same, where every row needs one.
  Result<std::vector<double>> all_numbers(std::size_t column) const;

  /// An error that names the place of a field: "rates.csv:17:3".
  Error fault(std::size_t row, std::size_t column, std::string message) const;
  Error fault(std::string message) const;

 private:
  Sheet(std::vector<CsvRow> rows, std::string file)
      : rows_(std::move(rows)), file_(std::move(file)) {}
  std::vector<CsvRow> rows_;  ///< the header and at least one more
  std::string file_;
};

/// A finite decimal number, nothing around it but spaces; nullopt: something else.
std::optional<double> parse_number(std::string_view text);
/// Shortest text that reads back as the same double; empty for a number that is missing.
std::string number_text(double number);
std::string number_text(const std::optional<double>& number);

/// Rows that belong together, in the order in which they first appear.
struct Groups {
  std::vector<std::size_t> columns;            ///< those that name a group
  std::vector<std::vector<std::size_t>> rows;  ///< of each group
};
Groups group_rows(const Sheet& sheet, std::vector<std::size_t> columns);
/// Every row by itself.
Groups single_rows(const Sheet& sheet, std::vector<std::size_t> columns);

/// What a method found for one row or group, in the unit of the figure.
struct Estimate {
  std::optional<double> value;
  std::optional<Interval> at95;
  std::optional<Interval> at998;
  std::string_view method = {};
  std::string_view status = "ok";
};
/// value and limits × factor; a negative factor turns the limits round.
Estimate scaled(Estimate estimate, double factor);

/// Rows of the answer: the group's fields, value,lower95,upper95,lower998,upper998,method,status,
/// and what the method adds.
class Answer {
 public:
  /// columns  of the sheet, echoed first; adds: names of further columns
  Answer(const Sheet& sheet, std::vector<std::size_t> columns, std::vector<std::string_view> adds);

  /// row     of the sheet whose fields name the group
  /// added   one text per name in adds; empty where a method refuses
  void add(std::size_t row, const Estimate& estimate, const std::vector<std::string>& added = {});
  /// A row that could not be used; it stands in the answer with its status all the same.
  void refuse(Error why) { refused_.push_back(std::move(why)); }

  const std::string& csv() const { return csv_; }
  const std::vector<Error>& refused() const { return refused_; }

 private:
  const Sheet* sheet_;
  std::vector<std::size_t> columns_;
  std::size_t adds_;
  std::string csv_;
  std::vector<Error> refused_;
};

}  // namespace hb::stats
