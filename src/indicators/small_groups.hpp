#pragma once
#include <set>
#include <string>
#include <vector>

#include "core/localized.hpp"
#include "indicators/measure_cells.hpp"

namespace hb::indicators {

/// From how many residents on a group's totals are given to readers who do not see everything that
/// is counted in them.
struct GroupRule {
  /// Counts the residents on the last day of a period, by area, sex and age; null: no group is
  /// known to be large enough.
  const Measure* people = nullptr;
  int below = 2;  ///< groups of 1 to below − 1 residents are small
  Localized basis;
};

/// Whether a part of the measure reads one of these tables.
bool reads_any(const MeasureEngine& engine, const Measure& measure,
               const std::set<std::string, std::less<>>& tables);

/// Takes back the figures of small groups, and of as many further ones as would give them back: a
/// total of few residents, some of whose records the reader sees, could be told apart from their
/// sum. What is hidden depends on the numbers of residents alone, never on what they have, and is
/// the same for every reader. Which streets are large enough is decided among all streets of the
/// district; which sexes or ages of a street, in the table of the streets and groups.
///
/// ask    what the cells were asked for
/// cells  those that are given are unchanged; of others, periods and streets say `basis`, sexes and
///        ages are taken out. Streets that the reader may not see are taken out by the caller.
void hide_small_groups(const MeasureEngine& engine, const Snapshot& snapshot, const GroupRule& rule,
                       const CellsAsk& ask, std::vector<MeasureCell>& cells);

/// Takes a figure back and says why instead.
void withhold(MeasureCell& cell, const Localized& reason);

}  // namespace hb::indicators
