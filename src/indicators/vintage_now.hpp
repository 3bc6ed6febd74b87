#pragma once
#include <cstdint>
#include <string>

#include "core/localized.hpp"
#include "core/period.hpp"
#include "core/result.hpp"
#include "indicators/given_cells.hpp"
#include "indicators/report_book.hpp"

namespace hb::indicators {

/// The number of one computed indicator now, as it would be published; its value is empty when
/// there is none. errors  those of the cells
Result<Vintage> computed_now(const CellSource& cells, const Measure& measure, const Period& period,
                             const std::string& area);

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
