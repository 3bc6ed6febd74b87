#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "exchange/data_value.hpp"

namespace hb::exchange {

inline constexpr const char* measure_base = "https://health-brain.org/fhir/Measure/";

/// A Bundle of type collection with one FHIR R4 MeasureReport (type summary) per indicator, area
/// and period; splits by sex and age become strata of it. A number that cannot be given has no
/// measureScore and says why (data-absent-reason extension with a text).
///
/// at        when it is made
/// reporter  name of the institution that sends it; may be empty
std::string measure_reports(const std::vector<DataValue>& values, Instant at,
                            const std::string& reporter);

/// MeasureReports out of a resource or Bundle. A report of a Measure that is not ours keeps the end
/// of its URL as the indicator; strata are read too.
/// errors  invalid_input with where = "entry[3]…": not JSON, no MeasureReport, a period that is no
///         year, quarter or month, no score
Result<std::vector<DataValue>> read_measure_reports(std::string_view json);

/// First and last day → "2025", "2025-Q3", "2025-11". errors  invalid_input: none of them
Result<std::string> period_of_days(Date first, Date last);

}  // namespace hb::exchange
