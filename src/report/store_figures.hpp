#pragma once
#include <functional>
#include <string>

#include "core/localized.hpp"
#include "indicators/measure_engine.hpp"
#include "indicators/report_book.hpp"
#include "report/template.hpp"

namespace hb::report {

/// Where the figures of a report come from.
struct FigureGround {
  indicators::MeasureEngine& engine;
  const indicators::ReportBook& book;
  std::string area;  ///< code
  int year = 0;
  std::function<Localized(const std::string& code)> area_name;
};

/// Published vintages first, then what the records give; of streets only what tells of no few
/// persons. Must not outlive the ground.
ReportData data_of(const FigureGround& ground);

}  // namespace hb::report
