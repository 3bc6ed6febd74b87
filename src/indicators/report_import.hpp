#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/localized.hpp"
#include "core/result.hpp"
#include "indicators/definition.hpp"
#include "indicators/report_book.hpp"

namespace hb::indicators {

struct TemplateOptions {
  std::string plan;            ///< only definitions with a row in this plan; empty = all
  std::string year;            ///< "2025"
  std::string area;            ///< code that is filled in
  bool with_computed = false;  ///< also those that the records give
  Language language = Language::zh;
};

/// Rows for departments to fill in: indicator,name,unit,area,period,version,numerator,denominator,
/// value,note. The first one is the header.
std::vector<std::vector<std::string>> report_template(const Definitions& definitions,
                                                      const std::vector<Plan>& plans,
                                                      const TemplateOptions& options);

/// What became of one row of a file.
enum class RowOutcome : std::uint8_t { added, known, conflict, empty, refused, unreadable };
std::string_view outcome_word(RowOutcome outcome);

struct ImportedRow {
  std::int64_t line = 0;
  RowOutcome outcome = RowOutcome::added;
  FigureCell cell;
  std::string value;
  std::string rule;  ///< of refused and unreadable: "percentage-over-100"
  Localized message;
  std::int64_t figure = 0;  ///< number in the book; 0 = none
};

struct ImportOptions {
  std::string file;  ///< its name in messages and in the book
  std::string area;  ///< of rows that name none
  std::string by;
  /// Whether an area code is one of ours; not set: any code of 6, 9 or 12 digits.
  std::function<bool(const std::string&)> knows_area;
  bool dry_run = false;  ///< only checks
  std::string from;      ///< address of who imports; empty: at the machine of the store
};

/// Reads a filled-in template and enters its figures as drafts. A row that breaks a rule is refused
/// by the rule's name, one that cannot be read is listed, and the rest goes on.
///
/// csv      UTF-8 or GB18030; columns by name, in any order
/// returns  one entry per row of the file
/// errors   invalid_input with where = file:line: no header, a column is missing; those of the book
Result<std::vector<ImportedRow>> import_figures(std::string_view csv,
                                                const Definitions& definitions, ReportBook& book,
                                                const ImportOptions& options);

/// The rules by which a row is refused, for help texts and documentation.
struct ImportRule {
  std::string_view id;
  Localized text;
};
const std::vector<ImportRule>& import_rules();

/// Checks one figure. returns  the id of the rule it breaks and why; nothing when it is sound
struct RuleFault {
  std::string rule;
  Localized message;
};
std::optional<RuleFault> check_figure(const Definition& definition, const NewFigure& figure,
                                      std::string_view unit);

}  // namespace hb::indicators
