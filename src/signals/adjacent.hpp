#pragma once
#include <string>
#include <vector>

#include "signals/evidence.hpp"

namespace hb::signals {

/// Windows of a stream in one area, day by day.
struct AreaSeries {
  std::string area;
  double km = 0;           ///< from the signal's area, middle to middle
  double usual = 0;        ///< mean window of the days shown before the last window; NaN: too few
  std::vector<Date> days;  ///< open ones, rising
  std::vector<double> windows;  ///< cases in the window that ends there
};

/// The signal's area and the areas nearest to it, in the stream's window and of the signal's
/// disease where the stream tells diseases apart: whether what is seen is seen next door too.
///
/// returns  the area itself first, then by distance; empty where the stream's areas have no points
std::vector<AreaSeries> nearest_areas(const Counts& counts, const Facts& facts, Date last, int days,
                                      std::size_t most);

}  // namespace hb::signals
