#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/localized.hpp"
#include "core/result.hpp"
#include "simulate/tally.hpp"

namespace hb::simulate {

/// One figure of a source that the district is to come near, and how its own figure is counted.
struct CalibrationRow {
  enum class Method : std::uint8_t { ratio, life_expectancy, premature };
  std::string id;
  std::string facts;     ///< ids of the source facts
  std::string document;  ///< where they stand
  std::string quote;
  Localized what, unit;
  Localized basis;    ///< of the source figure, where it differs from the district's
  double aim = 0;     ///< figure × times / over: the source figure brought to the district's scale
  double within = 0;  ///< tolerance: share of the aim, for a life expectancy years
  Method method = Method::ratio;
  bool counted = true;  ///< the numerator counts events: chance is allowed for
  double times = 1;
  std::vector<std::size_t> numerator, denominator;  ///< counters, added up
};

/// Figures of sources that contradict a row and are therefore not aimed at.
struct CalibrationConflict {
  std::string facts;
  std::string document;
  Localized what, why;
};

struct Calibration {
  std::vector<CalibrationRow> rows;
  std::vector<CalibrationConflict> conflicts;
};

struct CalibrationResult {
  enum class Verdict : std::uint8_t {
    inside,  ///< within the tolerance
    chance,  ///< outside, but so few events that chance explains it (probability above 0.001)
    outside,
    none,  ///< too few people to say
  };
  double value = 0;
  double low = 0, high = 0;  ///< of the tolerance
  Verdict verdict = Verdict::none;
  std::string reason;  ///< of none
};

/// Reads calibration.yaml beside the content of a district.
/// errors  not_found, invalid_input: where is file:line; an unknown counter is named
Result<Calibration> load_calibration(const std::filesystem::path& content);

/// One result per row. Chance: the probability of a count at least so far off is taken from the
/// binomial distribution at the nearer end of the tolerance.
std::vector<CalibrationResult> judge(const Calibration& calibration, const CounterNames& names,
                                     const Tally& tally);

enum class ReportFormat : std::uint8_t { text, csv, json };
/// The table of source figure, simulated figure and tolerance, and the conflicts between sources.
std::string calibration_report(const Calibration& calibration,
                               const std::vector<CalibrationResult>& results, ReportFormat format);

/// Loads, judges and writes, for the tally of a run with this content.
Result<std::string> report(const std::filesystem::path& content, const Tally& tally,
                           ReportFormat format);

}  // namespace hb::simulate
