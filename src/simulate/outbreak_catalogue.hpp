#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace hb::simulate {

/// Where an outbreak happens; the names of the catalogue are setting_names.
enum class Setting : std::uint8_t {
  school,
  kindergarten,
  childcare,
  hospital,
  workplace,
  market,
  household,
  street,
  district,
  import,
};
constexpr std::array<const char*, 10> setting_names = {
    "school", "kindergarten", "childcare", "hospital", "workplace",
    "market", "household",    "street",    "district", "import"};

enum class Shape : std::uint8_t {
  point,       ///< one exposure
  continuous,  ///< exposures spread over exposure_days
  propagated,  ///< from person to person
  seasonal,    ///< a wave through the whole district
};
constexpr std::array<const char*, 4> shape_names = {"point", "continuous", "propagated",
                                                    "seasonal"};

/// Traces of an outbreak in other data than visits and cards.
enum class Trace : std::uint8_t { fever_clinic, diarrhoea_visit, absence, pharmacy, lab, hotline };
constexpr std::size_t trace_count = 6;
constexpr std::array<const char*, trace_count> trace_names = {
    "fever_clinic", "diarrhoea_visit", "absence", "pharmacy", "lab", "hotline"};

struct TraceContent {
  double per_case = 0;   ///< expected events per true case
  double lead_days = 0;  ///< before the visit; negative: after it
};

struct AgeWeight {
  int from, until;  ///< years, inclusive
  double weight;
};

/// A log-normal given by two figures people can name.
struct LogNormal {
  double median = 1;
  double sigma = 0;  ///< sd of the logarithm
};

/// One kind of outbreak. Shape and meaning: docs/simulation.md, “Outbreaks”.
struct OutbreakContent {
  std::string id;
  std::string disease;  ///< as in the notifiable list, or a syndrome
  double per_year = 0;  ///< in a district of 1.12 million residents
  Setting setting{};
  std::array<double, 12> season{};  ///< weights January … December
  Shape shape{};
  double exposure_days = 0;  ///< continuous only
  LogNormal cases;
  LogNormal incubation;  ///< days
  double r = 0;          ///< secondary cases per case before control; propagated only
  double generation_days = 0;
  double control_after_days = 0;  ///< after the first onset
  double seek_care = 0;           ///< share of cases
  double reported = 0;            ///< share of those who seek care
  LogNormal delay;                ///< days from onset to report
  std::array<TraceContent, trace_count> traces{};
  std::vector<AgeWeight> ages;
};

constexpr double catalogue_residents = 1'120'000;  ///< what per_year is meant for

/// Reads a catalogue of outbreaks, strictly: no field may be missing, unknown or out of its range.
/// errors  not_found: no such file; invalid_input: message names field and expectation, where is
///         "outbreaks.yaml:12"
Result<std::vector<OutbreakContent>> load_outbreaks(const std::filesystem::path& file);

/// Median and 90th percentile → log-normal; p90 >= median > 0.
LogNormal log_normal(double median, double p90);

}  // namespace hb::simulate
