#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "stats/sheet.hpp"
#include "surveillance/detectors.hpp"

namespace hb::surveillance {

/// Series of a table, one per unit in order of appearance.
///
/// Columns: t (whole numbers without a gap), observed (>= 0; empty or NA = missing), and where they
/// are there unit, date, period, population; others are not read. whole_counts  refuse observed
/// counts with a fraction errors   invalid_input with file:line:field: a gap, a time point or date
/// twice, unequal steps, a
///          negative count, a date in some rows only …
Result<std::vector<Series>> read_series(const stats::Sheet& sheet, std::optional<int> freq,
                                        bool whole_counts);

/// A request of `healthbrain detect`.
struct DetectRequest {
  std::string_view method;
  std::string_view csv;
  std::string csv_name;     ///< in messages
  std::string_view config;  ///< YAML; empty: defaults
  std::string config_name;
  std::string_view range;  ///< "100:160"; empty: all that the method can judge
};

struct DetectAnswer {
  std::string csv;
  std::vector<Error>
      refused;  ///< units that cannot be judged, as too short ones; they have no rows
};

/// Runs a detector over every unit of a table.
///
/// returns  unit,t,date,observed,expected,upperbound,alarm and the method's own columns; empty
/// where
///          there is no answer, never NaN
/// errors   not_found: no such method; invalid_input with the place: the table, an option or the
///          range is not what the method expects, or no unit is long enough
Result<DetectAnswer> detect(const DetectRequest& request);

}  // namespace hb::surveillance
