#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "watch/episodes.hpp"

namespace hb::watch {

/// An outbreak that is known to have been: of a simulated district, or of a district's own books.
struct Outbreak {
  std::string id;
  std::string disease;  ///< code; empty: not compared
  std::string area;
  Date first_onset;
  std::optional<Date> third_onset;
  Date last_onset;
  std::int64_t cases = 0;
  bool wave = false;  ///< through more than one area
};

/// Outbreaks from truth/outbreaks.csv of a simulated district (docs/simulation.md).
///
/// codes    code of each disease by the name that stands in the file; others are not compared
/// errors   invalid_input with file:line: a column is missing, a date or number is none
Result<std::vector<Outbreak>> read_outbreaks(std::string_view csv, const std::string& file,
                                             const std::map<std::string, std::string>& codes);

/// In its area, from its first onset until so many days after its last, of its disease or of none.
inline constexpr int days_after_last = 14;
bool fits(const Outbreak& outbreak, const Signal& signal);

/// How good signals are, counted against outbreaks.
struct Score {
  std::size_t outbreaks = 0;  ///< within the days, local, with as many cases as asked for
  std::size_t detected = 0;
  std::vector<int> delays;  ///< days from the third onset to the first signal, of those detected
  std::size_t signals = 0;  ///< of the ranked lane
  std::size_t right = 0;    ///< that fit a local outbreak of any size
  double weeks = 0;

  double false_per_week() const { return static_cast<double>(signals - right) / weeks; }
  std::optional<double> median_delay() const;
};
Score judge(std::span<const Signal> signals, std::span<const Outbreak> outbreaks, Date from,
            Date to, std::int64_t least_cases);

}  // namespace hb::watch
