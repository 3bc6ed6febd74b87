#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/localized.hpp"
#include "core/result.hpp"
#include "exchange/hierarchy.hpp"
#include "tables/rows.hpp"

namespace hb::exchange {

/// A column of an exported table and what is given of it.
struct ExportColumn {
  enum class As : std::uint8_t {
    keep,    ///< text, number or yes/no as it stands
    shift,   ///< a day, moved by the person's shift; of an instant its day in Shanghai
    key,     ///< a key: its pseudonym, the same in all tables of the export
    prefix,  ///< the first `length` characters of a code
    round,   ///< a number down to a multiple of `to`
  };
  std::string column;
  As as = As::keep;
  std::size_t length = 0;
  std::int64_t to = 1;
};

struct ExportTable {
  std::string table;
  std::vector<ExportColumn> columns;
};

struct ExportIdentifier {
  std::string name;
  std::string column;  ///< of the population query
  std::string hierarchy;
};

struct SensitiveAttribute {
  std::string name;
  std::string table;
  std::string column;
  std::size_t length = 0;  ///< first characters that count; 0 = all
};

/// What a research export gives, of whom and how coarsely: content, scenes/<scene>/exports/*.yaml.
struct ResearchPlan {
  std::string id;
  Localized title;
  std::vector<std::string> roles;  ///< one of them is needed to make it
  std::size_t k = 5;
  double most_suppressed = 0.05;
  int shift_days = 90;         ///< days are moved by −shift_days … +shift_days
  std::string population_sql;  ///< resident_id first, then the columns of the quasi-identifiers
  std::string chosen_sql;      ///< resident_id of those exported; empty: everybody
  std::vector<ExportIdentifier> identifiers;
  std::map<std::string, Hierarchy> hierarchies;
  std::vector<SensitiveAttribute> sensitive;
  std::vector<ExportTable> tables;
};

/// errors  not_found; invalid_input with where = file:line: what is missing or not as expected,
///         k below 5, a shift below 30 days or above two years
Result<ResearchPlan> load_research_plan(const std::filesystem::path& file);

/// That every table and column is there and may be given so: no number of a record, no key, day or
/// instant as it stands, nothing that the quasi-identifiers are made of or that tables repeat of
/// them. errors  invalid_input: where = table.column
Result<void> check_plan(const ResearchPlan& plan, const std::vector<tables::TableSchema>& schemas);

}  // namespace hb::exchange
