#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/date.hpp"
#include "core/period.hpp"
#include "core/result.hpp"
#include "indicators/measure.hpp"
#include "tables/database.hpp"

namespace hb::indicators {

enum class Sex : std::uint8_t { male, female, other, unknown };
std::string_view sex_word(Sex sex);  ///< "male", "female", "other", "unknown"

inline constexpr std::int16_t unknown_age = -1;

/// Digits of an area code that a cell has: a street. Longer codes are cut, shorter ones kept.
inline constexpr std::size_t street_digits = 9;

/// What one SQL text gives for one period: the smallest cells, from which everything published is
/// added up. Immutable once made.
struct Slice {
  struct Row {
    std::uint16_t area;  ///< index into areas
    Sex sex;
    std::int16_t age;      ///< first year of the age group; unknown_age
    std::int64_t n;        ///< × 10,000 when decimal
    std::int64_t squares;  ///< × 10,000; 0 unless has_squares
    friend auto operator<=>(const Row&, const Row&) = default;
  };
  std::vector<std::string> areas;  ///< in order; "" = unknown
  std::vector<Row> rows;           ///< in order, one per area, sex and age; none is 0
  bool decimal = false;
  bool has_squares = false;
  bool no_data = false;        ///< not one event of the period in any table that was asked
  std::optional<Error> error;  ///< why there are no rows: where = file:line

  friend bool operator==(const Slice& a, const Slice& b) {
    return a.areas == b.areas && a.rows == b.rows && a.decimal == b.decimal &&
           a.has_squares == b.has_squares && a.no_data == b.no_data &&
           a.error.has_value() == b.error.has_value();
  }
};

/// The cells of groups of this age and above; the slice itself for 0.
std::shared_ptr<const Slice> aged(const std::shared_ptr<const Slice>& slice, int from);

/// Which cells of slices to add up.
struct Pick {
  std::string area;  ///< beginning of the code; empty = everything, also without an area
  bool area_unknown_only = false;
  std::optional<Sex> sex;
  std::optional<std::int16_t> age;
};

/// A sum over cells, exact.
struct Sum {
  std::int64_t n = 0;  ///< × 10,000 when decimal
  std::int64_t squares = 0;
  bool decimal = false;
  bool has_squares = false;
  bool any = false;       ///< at least one cell was there
  bool overflow = false;  ///< over 64 bits: no figure

  double number() const { return static_cast<double>(n) / (decimal ? 10'000.0 : 1.0); }
  double squares_number() const { return static_cast<double>(squares) / 10'000.0; }
};
void add(Sum& sum, const Slice& slice, const Pick& pick);

/// One SQL text; measures that share it share its slices.
struct CubeQuery {
  MeasurePart part;                 ///< of the first measure that has it, for messages
  bool life = false;                ///< groups are in `age`, not `age_band`
  std::uint64_t fingerprint = 0;    ///< of text, each and life
  std::vector<std::string> tables;  ///< that it reads, as far as names in the text tell
  /// Those of them that have an event date, with its column.
  std::vector<std::pair<std::string, std::string>> event_tables;
  /// Of events: only one of them has an event date, and the text's months are made of it: a month
  /// of that table touches only the same month here.
  bool dated = false;
  bool by_resident = false;
  bool uses_today = false;
};

/// The query of a part. schemas  the tables there are
CubeQuery make_query(const MeasurePart& part, bool life,
                     const std::vector<tables::TableSchema>& schemas);

/// One run of a query: for `each` one period, else whole months from first to last.
struct CubeRun {
  const CubeQuery* query;
  Date from;
  Date to;
  std::vector<Period> periods;  ///< that are filled: one, or each month
};

/// Who answers scene SQL: the tables at a moment, or the rows of a few residents.
using Asked = std::function<Result<tables::ResultSet>(
    const std::string& sql, const std::vector<std::pair<std::string, tables::Value>>& parameters)>;

/// Runs it over all areas. returns  one slice per period, in order. A query that is refused, fails
/// or is stopped gives slices with its error: others go on.
std::vector<std::shared_ptr<const Slice>> run_cube(const Asked& ask, const CubeRun& run,
                                                   Date today);

/// A slice without one share and with another: what a delivery to some residents makes of it.
/// former, present  the residents' shares; null = nothing
/// returns  nothing when the former share is not in the slice, or the sums have more than 64 bits
std::optional<Slice> exchanged(const Slice& slice, const Slice* former, const Slice* present);

/// The tables with the columns that the by_resident queries name: all that their shares depend on.
std::vector<tables::TableSchema> share_schemas(const std::map<std::uint64_t, CubeQuery>& queries,
                                               const std::vector<tables::TableSchema>& schemas);

/// Whether tables hold events of a period at all: where they hold none nothing is known, and an
/// empty answer is no 0. Asks for each table once per period. One thread at a time.
class DataMonths {
 public:
  /// True when no table of the query that has an event date has one in the period.
  bool is_without_data(const Asked& ask, const CubeQuery& query, const Period& period);
  /// The table has changed.
  void forget(const std::string& table);
  void forget_all() { known_.clear(); }

 private:
  bool is_empty(const Asked& ask, const std::pair<std::string, std::string>& event_table,
                const Period& period);
  std::map<std::tuple<std::string, Date, Date>, bool> known_;
};

}  // namespace hb::indicators
