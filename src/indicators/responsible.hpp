#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "indicators/measure_engine.hpp"

/// Figures by the institution or team that answers for them. The content says who that is; no
/// column is known here.
namespace hb::indicators {

/// A unit and what counts for it.
struct UnitCount {
  std::string unit;          ///< its key, as text
  std::string name;          ///< as the content gives it; the key where it gives none
  std::string organization;  ///< key of the institution it is or belongs to; may be empty
  std::string area;          ///< code; may be empty
  std::int64_t numerator = 0;
  std::int64_t denominator = 0;
};

struct UnitCounts {
  BatchId feed = 0;              ///< state of the tables
  std::vector<UnitCount> units;  ///< by name
  UnitCount unknown;             ///< what nobody answers for; unit is empty
};

/// Counts of a measure by unit.
///
/// ask    answers scene SQL over all rows
/// area   beginning of the area code of the residents or events; "" = everything
/// errors invalid_input: a resident has two units, columns that are not as described, numerators
///        above denominators; those of the SQL, with the place in its file
Result<UnitCounts> units_of(const Asked& ask, const Measure& measure, const ResponsiblePart& who,
                            const Period& period, const std::string& area, Date today);

}  // namespace hb::indicators
