#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/localized.hpp"
#include "indicators/evaluate.hpp"
#include "indicators/measure.hpp"
#include "indicators/measure_slice.hpp"

namespace hb::indicators {

/// A number of a measure with all that is said of it. Without a value there is a reason.
struct Figure {
  std::optional<Sum> numerator;    ///< none: not computed
  std::optional<Sum> denominator;  ///< none: not computed, or the measure is a count
  std::optional<double> value;     ///< in the measure's unit
  std::optional<double> lower;     ///< 95 %
  std::optional<double> upper;
  std::optional<Localized> reason;  ///< set exactly when there is no value
};

/// Numerator and denominator by the measure's method (not for life tables).
/// numerator, denominator  sums over the cells of the figure
Figure figure_of(const Measure& measure, const Sum& numerator, const Sum* denominator);

/// Sums of one age group of a life table.
struct AgeSums {
  std::int16_t from;
  Sum deaths;
  Sum people;
};
/// Life tables: at_age 0 is the expectation at birth; other ages only for life expectancy.
Figure life_figure(const Measure& measure, const std::vector<AgeSums>& groups,
                   std::int16_t at_age = 0);

Figure no_figure(Localized reason);

/// The value with the measure's decimals, "63.40"; empty without a value.
std::string printed(const Measure& measure, const std::optional<double>& value);

/// Whether a value reaches its target.
struct Judged {
  Status status = Status::not_decidable;
  std::optional<double> gap;  ///< in the unit, ≥ 0 = reached
  const MeasureTarget* target = nullptr;
  /// The target lies inside the value's 95 % interval; the reason then says so.
  bool in_interval = false;
  Localized reason;
};
/// level  "district" for the whole, "street" for a part of it; see docs/indicators.md for which
/// year's target is taken
Judged judge_figure(const Measure& measure, const Figure& figure, const Period& period,
                    std::string_view level);

}  // namespace hb::indicators
