#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/principal.hpp"
#include "indicators/measure_engine.hpp"
#include "indicators/measure_value.hpp"

namespace hb::indicators {

/// By what a number is split.
enum class By : std::uint8_t {
  none,
  area,  ///< streets
  sex,
  age,    ///< age groups; of life expectancy: the years left at each age
  month,  ///< the months of the period
  trend,  ///< trend_of(): ending with the period
};

/// What an indicator that is made of others takes of one of them, for the same area and period.
struct PartFigure {
  const Measure* measure = nullptr;
  Figure figure;
  /// Of a composite index: as used, on the common scale, and what it adds to the index in the
  /// index's unit (geometric: the factor).
  std::optional<double> weight, normalised, contribution;
};

/// One published number.
struct MeasureCell {
  Period period;
  std::string area;           ///< as asked, or the street; "" = the whole
  bool area_unknown = false;  ///< the row of residents without an area, of by = area
  std::optional<Sex> sex;
  std::optional<std::int16_t> age;  ///< first year; unknown_age
  Figure figure;
  Judged judged;
  std::optional<int> rank;  ///< of by = area, from 1 = best; ties share the smallest
  BatchId feed = 0;
  std::vector<PartFigure> parts;  ///< of derived indicators
};

struct CellsAsk {
  const Measure* measure;  ///< one of engine.measures()
  Period period;
  std::string area;  ///< beginning of an area code; "" = the whole
  By by = By::none;
};

/// Numbers out of the kept cells; never runs SQL.
/// errors  forbidden: the area lies outside the principal's areas; invalid_input: a split that the
///         method does not have
Result<std::vector<MeasureCell>> cells_of(const MeasureEngine& engine, const Snapshot& snapshot,
                                          const Principal& principal, const CellsAsk& ask);

/// One number. errors  forbidden
Result<MeasureCell> cell_of(const MeasureEngine& engine, const Snapshot& snapshot,
                            const Principal& principal, const CellsAsk& ask);

/// The periods of a trend, oldest first: the 12 months that end with the period, the last 8
/// quarters where a measure has no months, the last 5 years where it has years only.
std::vector<Period> trend_of(const Measure& measure, const Period& period);

/// Periods that cells_of() looks at: what ensure() must have made.
std::vector<Period> periods_for(const CellsAsk& ask);

/// Name of an age group of a measure: {"5–9岁", "5–9"}, {"85岁及以上", "85 and over"}.
Localized age_name(const Measure& measure, std::int16_t age);
Localized sex_name(Sex sex);

/// Why there is no figure for a period whatever the area; none when there can be one.
std::optional<Localized> obstacle(const MeasureEngine& engine, const Measure& measure,
                                  const Period& period);

/// 1 = best; of a measure without a direction: the largest. Rows without an area have no rank.
void set_ranks(const Measure& measure, std::vector<MeasureCell>& cells);

/// Cells of a composite index, made of the cells of its components: for an area, for areas, over
/// time. Z-scores and ranks are taken over the streets of the district.
/// errors  those of cells_of(); invalid_input: by sex or age
Result<std::vector<MeasureCell>> composite_cells(const MeasureEngine& engine,
                                                 const Snapshot& snapshot,
                                                 const Principal& principal, const CellsAsk& ask);

/// Takes back what would tell of few persons: cells whose numerator, or what lacks to the
/// denominator, is a count from 1 to below − 1, and of a split that adds up to a number shown
/// elsewhere as many more as it needs (stats::hidden_counts). They keep their denominators of
/// people at risk and say `reason` instead of a value. Sums of money and life tables are no counts
/// of persons.
void hide_small_counts(const Measure& measure, By by, int below, const Localized& reason,
                       std::vector<MeasureCell>& cells);

/// Whether numbers of this area may be read.
bool may_read(const Principal& principal, const std::string& area);

}  // namespace hb::indicators
