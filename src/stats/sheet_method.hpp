#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "stats/sheet.hpp"
#include "stats/sheet_options.hpp"

namespace hb::stats {

/// A column that a method reads; all other columns name the group.
struct ColumnRule {
  std::string_view name;
  std::string_view what;
};

/// What a method writes for a table.
struct StatAnswer {
  std::string csv;
  std::vector<Error> refused;  ///< rows that could not be used, with their places
};

/// One method of `healthbrain stat`.
struct StatMethod {
  std::string_view name;
  std::string_view title;
  std::span<const ColumnRule> columns;
  std::string_view adds;  ///< columns behind `status`, parted by commas
  std::span<const OptionRule> options;
  std::string_view input;    ///< an example of a table
  std::string_view example;  ///< options of the example's command
  Result<StatAnswer> (*run)(const StatMethod&, const Sheet&, const StatOptions&);
};

/// All methods, in the order of the documentation.
std::span<const StatMethod> stat_methods();

/// Runs a method over a table in memory.
///
/// file     name of the table in messages
/// options  NAME=VALUE
/// returns  CSV with LF: the columns that name the group, then
///          value,lower95,upper95,lower998,upper998,method,status and what the method adds
/// errors   not_found: no such method; invalid_input with the place: the table or an option is not
///          what the method expects
Result<StatAnswer> run_stat(std::string_view method, std::string_view csv, const std::string& file,
                            std::span<const std::string> options);

// For the methods themselves.

/// The names in StatMethod::adds.
std::vector<std::string_view> added_names(const StatMethod& method);

/// Columns that name the group: neither read by the method nor written by it.
std::vector<std::size_t> group_columns(const StatMethod& method, const Sheet& sheet);

/// The same for tables with one row per age band: columns that say something of the band, as
/// another standard population does, name no group. Such a column has one and the same text for
/// each band wherever the band comes, and more than one text.
std::vector<std::size_t> group_columns_beside(const StatMethod& method, const Sheet& sheet,
                                              std::size_t band);

/// The columns of an option that lists columns.
/// errors  invalid_input: no such column
Result<std::vector<std::size_t>> option_columns(const Sheet& sheet, const StatOptions& options,
                                                std::string_view name);

/// What a figure is multiplied with: the option, else the column, else the fallback.
class Multiplier {
 public:
  /// errors  invalid_input: a field of the column is no number, or 0
  static Result<Multiplier> read(const Sheet& sheet, const StatOptions& options, double fallback);
  double at(std::size_t row) const { return column_.empty() ? constant_ : column_[row]; }

 private:
  std::vector<double> column_;
  double constant_ = 1;
};

/// Rows that are compared with one another: those that agree in the columns of --option within,
/// else in all columns that name a group but those that name the single row: columns called
/// area…, and columns that differ in every row.
Result<Groups> sets_of_areas(const StatMethod& method, const Sheet& sheet,
                             const StatOptions& options);

/// The share of the deaths that nobody reported, per row: the option, else the column
/// under_reported.
/// errors  invalid_input: a share outside [0, 1)
Result<std::vector<double>> under_reporting(const Sheet& sheet, const StatOptions& options);

StatAnswer finish(const Answer& answer);

// The methods by family; the catalogue is sheet_method.cpp.
using StatRun = Result<StatAnswer>(const StatMethod&, const Sheet&, const StatOptions&);
StatRun run_proportion, run_rate, run_mean;
StatRun run_dsr, run_isr;
StatRun run_life_expectancy, run_premature_mortality;
StatRun run_mortality, run_pyll;
StatRun run_trend, run_mann_kendall, run_joinpoint, run_seasonal;
StatRun run_quantiles, run_funnel_limits, run_funnel_significance, run_sii, run_rii;
StatRun run_survey, run_suppress;

}  // namespace hb::stats
