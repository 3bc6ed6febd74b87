#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "indicators/measure_cells.hpp"
#include "indicators/report_book.hpp"

namespace hb::indicators {

/// The published numbers of a store and nothing else: what a wall and its visitors are shown. Made
/// of vintages alone; neither records nor tables nor cells can be reached from here.
class Published {
 public:
  /// The newest vintage of each cell. errors  those of the book
  static Result<Published> load(const ReportBook& book);

  /// Null: nothing is published of this cell.
  const Vintage* find(const FigureCell& cell) const;
  /// Codes below a district for which this indicator is published for a period, in order.
  std::vector<std::string> streets(const std::string& indicator, const std::string& district,
                                   const std::string& period) const;

 private:
  std::map<FigureCell, Vintage> newest_;
};

/// One number as it was published, held against its target; without a vintage, or of an internal
/// indicator, no value and the reason. Numerator and denominator are not published.
MeasureCell published_cell(const Published& published, const Measure& measure, const Period& period,
                           const std::string& area);

/// The streets of a district of which a number is published, ranked.
std::vector<MeasureCell> published_streets(const Published& published, const Measure& measure,
                                           const Period& period, const std::string& district);

/// The period and the four before it of the same kind, oldest first.
std::vector<Period> published_trend(const Period& period);

}  // namespace hb::indicators
