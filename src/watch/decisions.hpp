#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/date.hpp"
#include "core/result.hpp"
#include "watch/episodes.hpp"

namespace hb::watch {

/// Who decided when what the daily run works with, and what was known of it.
struct Decision {
  Instant at;
  std::string author;
  double threshold = 0;
  double false_discoveries = 0;
  std::string basis;  ///< the figures it rests on, in words
};

/// Decisions are lines of early-warning-decisions.csv in the store, oldest first; a line is never
/// changed, the last one holds.
///
/// errors  invalid_input with file:line: the file was damaged; unavailable: it cannot be read
Result<std::vector<Decision>> read_decisions(const std::filesystem::path& store);

/// errors  invalid_input: no author, or a number out of its bounds; unavailable: cannot be written
Result<void> add_decision(const std::filesystem::path& store, const Decision& decision);

/// What holds in a store: the last decision, else the defaults.
Result<FusionOptions> decided_options(const std::filesystem::path& store);

}  // namespace hb::watch
