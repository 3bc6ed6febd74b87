#pragma once
#include <cstdint>
#include <string>

#include "core/localized.hpp"
#include "core/period.hpp"
#include "core/result.hpp"
#include "indicators/definition.hpp"
#include "indicators/given_cells.hpp"
#include "indicators/report_book.hpp"

namespace hb::indicators {

/// A figure as it would be published; its value is empty when there is none.
Vintage vintage_of(const MeasureCell& cell, const Measure& measure);

/// The number of one computed indicator now, as it would be published; its value is empty when
/// there is none. errors  those of the cells
Result<Vintage> computed_now(const CellSource& cells, const Measure& measure, const Period& period,
                             const std::string& area);

/// What must not be made a vintage. errors  forbidden, where = "indicator-internal": births, the
/// sex ratio at birth and whatever else is `visible: internal`
Result<void> check_publishable(const Measure& measure);
Result<void> check_publishable(const Definition& definition);

/// Why a published number is another one now.
enum class VintageChange : std::uint8_t {
  none,          ///< reported by a department: nothing computes it
  unchanged,     ///< the same definition gives the same number
  definition,    ///< the definition's version or SQL is another one
  records,       ///< the same definition gives another number
  not_computed,  ///< the indicator is not computed any more, or gives no number now
};
std::string_view change_word(VintageChange change);  ///< "unchanged", …

struct VintageDifference {
  std::string now;         ///< as it would be printed; empty = no number
  std::string difference;  ///< now − published; empty = cannot be said
  VintageChange change = VintageChange::none;
  Localized words;
};

/// A vintage held against the number as it is computed now. errors  those of the cells
Result<VintageDifference> difference_of(const Vintage& vintage, const MeasureEngine& engine,
                                        const CellSource& cells);

}  // namespace hb::indicators
