#pragma once
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/principal.hpp"
#include "core/result.hpp"
#include "exchange/anonymity.hpp"
#include "exchange/reidentification.hpp"
#include "exchange/research_plan.hpp"
#include "records/store.hpp"
#include "tables/database.hpp"

namespace hb::exchange {

struct ResearchRequest {
  std::filesystem::path out;  ///< directory to be made; must not be there, or be empty
  std::string approval;       ///< number of the approval: 4–80 characters, no line break
  Date as_of;                 ///< ages are those of this day; given to the SQL as $as_of
  std::string key;            ///< 32 bytes; empty: random. Stated in tests only
};

/// What was given, and what it costs in privacy and in information. Holds no person.
struct ResearchOutcome {
  std::string plan;
  Localized title;
  std::string approval;
  std::string user;
  std::string purpose;
  Instant made;
  Date as_of;
  std::size_t k = 0;
  int shift_days = 0;
  std::size_t population = 0;
  std::size_t chosen = 0;
  std::size_t exported = 0;
  std::size_t suppressed = 0;
  struct Identifier {
    std::string name;
    std::size_t level;   ///< that was chosen, 0 = finest
    std::size_t levels;  ///< there are; the last shows nothing
    double loss;         ///< 0…1
  };
  std::vector<Identifier> identifiers;
  double loss = 0;
  std::size_t combinations = 0;
  ReidentificationRisk risk;
  std::vector<std::pair<std::string, Diversity>> diversity;  ///< per sensitive attribute
  std::vector<std::pair<ExportTable, std::size_t>> tables;   ///< with their rows
};

/// Writes a de-identified copy of rows of chosen tables for chosen residents: person.csv (pseudonym
/// and generalised quasi-identifiers), one CSV per table, report.json. Everything is read with the
/// right of `principal`: areas limit, and what lies in a compartment that is closed to the
/// principal's roles and purpose is not there. Before anything is read an entry stands in the
/// audit; a second one says what was given.
///
/// errors  forbidden: none of the plan's roles; invalid_input: no approval number, the directory is
///         not empty, the plan does not fit the tables, fewer than k people; unavailable: disk
///         full, no audit. Nothing is then left in `out`.
Result<ResearchOutcome> export_research(const tables::Database& tables, const records::Store& store,
                                        const Principal& principal, const ResearchPlan& plan,
                                        const ResearchRequest& request, const Clock& clock);

/// The outcome as report.json has it.
std::string report_json(const ResearchOutcome& outcome);

}  // namespace hb::exchange
