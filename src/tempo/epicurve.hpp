#pragma once
#include <optional>
#include <vector>

#include "core/date.hpp"
#include "core/result.hpp"
#include "stats/sheet.hpp"
#include "tempo/reproduction.hpp"

namespace hb::tempo {

/// Cases per day as a table gives them.
struct Epicurve {
  Incidence incidence;
  std::vector<double> totals;
  std::vector<Date> dates;  ///< empty where the table has none
};

/// Columns: I (or cases, or observed), or local and imported; date and t if they are there.
///
/// missing_is_zero  a day without a count had no case
/// errors           invalid_input with the place: no counts, a count missing or below 0, days that
///                  do not follow one another (a gap, a day twice, a day back), fewer than 2 days
Result<Epicurve> read_epicurve(const stats::Sheet& sheet, bool missing_is_zero);

}  // namespace hb::tempo
