#pragma once
#include <string>
#include <vector>

#include "indicators/measure_cells.hpp"
#include "indicators/outlook.hpp"

namespace hb::indicators {

/// The first year whose records are whole: years with less than a tenth of the visits of the
/// fullest year are beginnings that deliveries happen to mention, and give no figures of a trend.
/// errors  those of the tables
Result<int> first_whole_year(const tables::Database& tables);

/// The years of a measure that are over, from `first` up to `until`, at most `most`; oldest first.
std::vector<Period> whole_years(const MeasureEngine& engine, const Measure& measure, int first,
                                int until, int most = 10);

/// Cells of single periods as a series; those without a value are left out.
std::vector<SeriesPoint> series_of(const Measure& measure, const std::vector<MeasureCell>& cells);

/// The scale on which an indicator is carried on, by its method: shares on the logit, rates,
/// counts, means and ratios on the logarithm, others as they are.
void set_scale(OutlookAsk& ask, const Measure& measure);

/// The target a plan of years leads to: of the district, else of the nearest level above, the
/// latest year.
const MeasureTarget* latest_target(const Measure& measure);

}  // namespace hb::indicators
