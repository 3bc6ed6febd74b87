#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "core/compartments.hpp"
#include "core/policy.hpp"
#include "indicators/measure_cells.hpp"

namespace hb::indicators {

/// By what is decided which figures are given to whom; without a policy everything is.
struct GivingRules {
  std::shared_ptr<const Policy> policy;
  std::shared_ptr<const Compartments> compartments;
};

/// For whom figures are made; many readers who are given the same share what is made once.
struct Reader {
  Principal principal;        ///< whose areas count
  bool small_counts = false;  ///< is given counts of few persons
  bool small_groups = false;  ///< is given totals of groups of few residents: sees all they count
  bool internal = false;      ///< is given internal indicators, and counts that are internal
};
Reader reader_of(const GivingRules& rules, const Principal& principal);

/// The indicator that counts the residents of small groups; null: none is named.
const Measure* people_counted(const MeasureEngine& engine, const GivingRules& rules);

/// The cells that a reader is given: without the right to them, small counts are taken out of
/// the split, and of single numbers too where the split they are a part of does not show them:
/// a street among the streets of its district, a month among the months of its year. What counts
/// rows of tables with compartments is not given of small groups (small_groups.hpp). Internal
/// figures are given to who may see them: others get no value, and of rates of births no counts.
/// errors  those of cells_of()
Result<std::vector<MeasureCell>> given_cells(const MeasureEngine& engine, const GivingRules& rules,
                                             const Snapshot& snapshot, const Reader& reader,
                                             const CellsAsk& ask);

/// Cells for who makes something of them, as they are given to a reader.
using CellSource = std::function<Result<std::vector<MeasureCell>>(const CellsAsk&)>;
/// Makes what is missing. Must not outlive the engine.
CellSource given_source(MeasureEngine& engine, GivingRules rules, Reader reader);

}  // namespace hb::indicators
