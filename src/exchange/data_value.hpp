#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/localized.hpp"
#include "core/period.hpp"
#include "core/result.hpp"
#include "indicators/measure_cells.hpp"

namespace hb::exchange {

/// One number as it is handed on: an indicator in an area and period, whole or split.
struct DataValue {
  std::string indicator;  ///< id of a computed or reported indicator
  int version = 1;
  Localized name;
  std::string area;                    ///< official code
  std::string period;                  ///< "2025", "2025-Q3", "2025-11"
  std::string sex;                     ///< "male" …; empty = both
  std::string age;                     ///< first year of the age group; empty = all
  std::string value;                   ///< as printed; empty = not given
  std::string numerator, denominator;  ///< whole numbers; empty = none
  std::string lower, upper;            ///< 95 % limits as printed; empty = none
  Localized unit;
  std::string better;  ///< "higher", "lower", "none"
  Localized reason;    ///< why there is no value
};

/// A cell of a computed indicator.
DataValue data_value(const indicators::Measure& measure, const indicators::MeasureCell& cell);

/// The rows of a report template (indicator,area,period,version,numerator,denominator,value,note),
/// as `indicator import` reads them. Values without a number and splits by sex or age are left out.
std::string report_csv(const std::vector<DataValue>& values);

}  // namespace hb::exchange
