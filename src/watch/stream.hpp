#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/date.hpp"
#include "core/localized.hpp"
#include "core/result.hpp"
#include "scan/zones.hpp"
#include "surveillance/detectors.hpp"
#include "surveillance/pooled.hpp"
#include "watch/free_days.hpp"

namespace hb::watch {

enum class Lane : std::uint8_t {
  one_case,    ///< each case is signalled at once, nothing silences it
  ranked,      ///< by how unusual it is
  trend_only,  ///< never signalled
};
std::string_view lane_word(Lane lane);

/// Days of every year without counts, both ends included; may run over New Year.
struct ClosedDays {
  int from;  ///< month × 100 + day
  int to;
};

/// What the parts of a stream are (the sixth column of its SQL).
enum class Parts : std::uint8_t {
  units,   ///< smaller places, such as classes: each is held against all others
  strata,  ///< people, such as age bands: compared among themselves
};

/// Prospective space-time permutation scan over the areas of a stream, disease by disease.
struct ClusterOptions {
  int longest = 14;      ///< days of a window
  int baseline = 90;     ///< days that say how the cases are spread over areas and days
  int most_areas = 8;    ///< of a cluster; never more than half of all
  int replicates = 999;  ///< of the Monte Carlo test
};

/// Where the areas lie, by code.
using AreaPoints = std::map<std::string, scan::Point>;

struct StreamDetector {
  const surveillance::Detector* method;
  surveillance::DetectOptions options;
  int freq;  ///< windows (or days, where the window is one day) a year
  Localized why;
};

/// Counts by day and place, and how they are judged: content of scenes/*/streams/*.yaml.
struct Stream {
  std::string id;
  Localized title;
  std::string kind;
  std::string syndrome;                          ///< empty: supports any
  std::map<std::string, std::string> syndromes;  ///< of its diseases that have another
  Lane lane = Lane::ranked;
  std::string family;  ///< traces of the same cases: only the strongest counts; empty: the id
  std::string sql;     ///< gives day, area, place, disease, count and maybe part; $from, $to
  Parts parts = Parts::units;
  std::map<std::string, Date> since;  ///< of a disease: from when on it is defined as it is now
  int delay = 0;                      ///< days until a day's counts are there
  int window = 7;                     ///< open days summed
  double min_cases = 1;               ///< in the window
  std::vector<int> closed_weekdays;   ///< 1 Monday … 7 Sunday
  std::vector<ClosedDays> closed;
  std::shared_ptr<const FreeDays> calendar;  ///< weekends and public holidays; null: none
  bool free_days_closed = false;  ///< they have no counts; else they are expected to be different
  std::vector<StreamDetector> detectors;
  std::optional<surveillance::PooledOptions> pooled;  ///< every place beside all others
  std::optional<ClusterOptions> clusters;             ///< of neighbouring areas
  std::shared_ptr<const AreaPoints> points;           ///< null: not known, clusters rest

  bool is_open(Date day) const;
  /// A weekend or holiday whose counts are expected to differ from those of working days.
  bool is_apart(Date day) const;
  const std::string& syndrome_of(const std::string& disease) const;
};

/// The streams of all scenes, by file name.
///
/// errors   invalid_input with file:line: what is not as docs/surveillance.md says; not_found: none
Result<std::vector<Stream>> load_streams(const std::filesystem::path& scenes);

/// The same, with the points of the areas of a store (its areas.geojson, where there is one).
///
/// errors   as above; invalid_input with the file: it is no GeoJSON
Result<std::vector<Stream>> load_streams(const std::filesystem::path& scenes,
                                         const std::filesystem::path& store);

}  // namespace hb::watch
