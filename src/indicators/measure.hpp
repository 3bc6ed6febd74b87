#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/localized.hpp"
#include "core/period.hpp"
#include "core/result.hpp"
#include "indicators/derived.hpp"
#include "indicators/plan.hpp"

namespace hb::indicators {

/// How a value and its interval come from numerator and denominator (docs/indicators.md).
enum class Method : std::uint8_t {
  count,            ///< the numerator itself, no interval
  proportion,       ///< Wilson
  rate,             ///< exact below ten events, else Byar
  mean,             ///< Student where the numerator gives sums of squares, else no interval
  ratio,            ///< no interval
  life_expectancy,  ///< Chiang II, years at birth
  premature_30q70,  ///< probability of dying between 30 and 70
  formula,          ///< a value made of other indicators' values, no interval
  composite,        ///< an index of other indicators (stats/composite.hpp)
};
std::string_view method_word(Method method);  ///< "life-expectancy"

/// One SQL text of a measure and how it behaves over time.
struct MeasurePart {
  Localized name;
  bool each = false;   ///< asked for each period; neither: events by month, which add up
  bool state = false;  ///< on the last day of every month; many months are asked for at once
  /// Of `state`: the day is the last one of the year before the period, not of the period.
  bool at_last_year_end = false;
  /// Only groups of this age and above, a multiple of 5; 0 = all, also of unknown age.
  int from_age = 0;
  /// Of `each`: days behind the end of a period in which an event still counts for it.
  int ahead_days = 0;
  /// A resident's share of the figure follows from the rows of that resident alone (and of tables
  /// without residents): the figure is the sum over any split of the residents. What a delivery
  /// changes can then be worked out from the residents it touched.
  bool by_resident = false;
  bool internal = false;  ///< what it counts is for internal use: births
  std::string sql;
  std::string file;
  int line = 0;  ///< of the first line of the SQL, 1-based
};

/// Who answers for a figure: every figure counts for one unit, an institution or a team.
struct ResponsiblePart {
  Localized name;  ///< "managing institution"
  /// true: the SQL says who answers for a resident (resident_id, unit), each resident once; the
  /// residents are those of the measure's list. false: it gives (unit, numerator, denominator).
  bool of_residents = true;
  MeasurePart sql;
  MeasurePart names;  ///< unit, name, organization (its key), area
};

struct MeasureTarget {
  std::string level;  ///< "province", "city", "district", "street"
  int year = 0;
  std::string text;  ///< as read_target reads it
  Localized source;
};

/// An indicator that is computed from the tables: content of scenes/<scene>/indicators/<id>.yaml
/// with `schema: indicator-1`.
struct Measure {
  std::string id;
  std::string scene;
  int version = 1;  ///< raised when the meaning changes
  std::string field;
  /// Never published, reported or handed on; given to who may see internal figures.
  bool internal = false;
  Localized title;
  Method method = Method::count;
  Localized unit;
  double multiplier = 1;  ///< value = multiplier × numerator / denominator
  int decimals = 0;       ///< 0–6, of the printed value
  Better better = Better::none;
  std::vector<Period::Kind> periods;  ///< which are meaningful: month, quarter, year
  Basis basis;
  Source source;          ///< of the definition; place is empty
  MeasurePart numerator;  ///< without SQL where there is a derivation
  std::optional<MeasurePart> denominator;
  std::shared_ptr<const Derivation> derivation;  ///< made of other indicators; null: of SQL
  std::optional<MeasurePart> list;               ///< residents behind the number; name is empty
  std::optional<ResponsiblePart> institution, team;
  std::vector<MeasureTarget> targets;
  std::vector<std::string> plan_rows;  ///< ids of plan indicators reported for the same thing
  std::string file;
  std::string fingerprint;  ///< of all that makes the numbers: version, method and SQL

  bool has_period(Period::Kind kind) const;
  /// Whether a count behind it is internal: its value may be given, the counts may not.
  bool has_internal_counts() const;
};

bool is_life_table(Method method);

/// Is this a file of a measure (`schema: indicator-1`)? A plan lies in the same folder.
/// errors  those of read_yaml
Result<bool> is_measure_file(const std::filesystem::path& file);

/// errors  invalid_input with where = file:line
Result<Measure> load_measure(const std::filesystem::path& file);

/// Every measure under scenes_dir/*/indicators/, in order of scene and file name.
/// errors  those of load_measure; invalid_input: an id stands twice, derivation_faults();
/// not_found:
///         no such directory
Result<std::vector<Measure>> load_measures(const std::filesystem::path& scenes_dir);

/// The day whose state counts for a period. part  has `state`; today  the last day there is
Date state_day(const MeasurePart& part, const Period& period, Date today);

/// Place of an error of scene SQL ("sql:3:7") in the file of the part: "…/x.yaml:25:7".
std::string place_in_file(const MeasurePart& part, const std::string& where);

}  // namespace hb::indicators
