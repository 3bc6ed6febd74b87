#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cards/quality.hpp"
#include "cards/reconcile.hpp"

namespace hb::cards {

/// scenes/*/cards.yaml and the list of diseases it names.
struct Content {
  QualityRules rules;
  ExportColumns columns;
  /// Scene SQL with $from and $to: disease, found (visits whose diagnosis is to be reported), with
  /// a card; may be empty.
  std::string missed_sql;
};

/// errors  not_found: no scene has such a file; invalid_input with file:line
Result<Content> load_content(const std::filesystem::path& scenes);

}  // namespace hb::cards
