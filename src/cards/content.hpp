#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cards/front_end.hpp"
#include "cards/quality.hpp"
#include "cards/reconcile.hpp"

namespace hb::cards {

/// scenes/*/cards.yaml and the list of diseases it names.
struct Content {
  QualityRules rules;
  ExportColumns columns;
  FrontEndColumns front_end;
  /// Code and class (A, B, C, other) of every disease, in the order of the list.
  std::vector<std::pair<std::string, std::string>> diseases;
  /// Beginnings of ICD-10 codes without dots and the disease that each means.
  std::map<std::string, std::string> icd;
  /// Scene SQL with $from and $to: encounter_key, resident_id, day, reason, disease, with_card (0
  /// or 1): visits whose diagnosis is to be reported. May be empty.
  std::string visits_sql;
  /// Scene SQL with $from and $to (days of death): card_key, death_date, cause of persons with a
  /// card who died in the time of its follow-up. May be empty.
  std::string deaths_sql;
  /// Scene SQL with $day and $area: one number, the residents. May be empty.
  std::string people_sql;

  /// The disease that a diagnosis means: that of its longest known beginning; empty: none.
  std::string disease_of(std::string_view icd_code) const;
};

/// errors  not_found: no scene has such a file; invalid_input with file:line
Result<Content> load_content(const std::filesystem::path& scenes);

}  // namespace hb::cards
