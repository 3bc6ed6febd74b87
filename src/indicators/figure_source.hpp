#pragma once
#include <string>

#include "indicators/assess.hpp"
#include "indicators/given_cells.hpp"
#include "indicators/measure_engine.hpp"
#include "indicators/report_book.hpp"

namespace hb::indicators {

/// Where figures of an area are looked for.
struct FigureStores {
  const ReportBook* book = nullptr;  ///< null: nothing is reported
  MeasureEngine* engine = nullptr;   ///< null: nothing is computed
  CellSource cells;                  ///< of the engine, as they are given to who asks
  std::string area;
};

/// Published first, then computed, then what departments reported and nobody published yet. Must
/// not outlive the stores.
FigureSource figures_of(const FigureStores& stores);

}  // namespace hb::indicators
