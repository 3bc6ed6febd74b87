#pragma once
#include <functional>
#include <string>

#include "core/localized.hpp"
#include "indicators/given_cells.hpp"
#include "indicators/report_book.hpp"
#include "report/template.hpp"

namespace hb::report {

/// Where the figures of a report come from.
struct FigureGround {
  const indicators::MeasureEngine& engine;
  indicators::CellSource cells;  ///< of the engine, as they are given to who will read the report
  const indicators::ReportBook& book;
  std::string area;  ///< code
  int year = 0;
  std::function<Localized(const std::string& code)> area_name;
};

/// Published vintages first, then what the records give. Must not outlive the ground.
ReportData data_of(const FigureGround& ground);

}  // namespace hb::report
