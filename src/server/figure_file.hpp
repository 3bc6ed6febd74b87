#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace hb::server {

/// What departments send, as CSV: CSV as it is; of a workbook the first sheet, of MeasureReports
/// and ADX messages their values, as CSV whose lines are their rows. name     of the file, in
/// messages errors   invalid_input with the place
Result<std::string> figures_csv(std::string_view bytes, const std::string& name);

/// The rows of report_template() as a file: a workbook, or CSV that spreadsheet programs read as
/// UTF-8.
Result<std::string> template_file(const std::vector<std::vector<std::string>>& rows, bool workbook,
                                  const std::string& year);

}  // namespace hb::server
