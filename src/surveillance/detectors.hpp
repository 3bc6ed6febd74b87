#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "surveillance/detect_options.hpp"
#include "surveillance/series.hpp"

namespace hb::surveillance {

/// What a detector says of a series: a row per time point of the range.
struct Judgement {
  std::vector<Judged> points;
  std::vector<std::vector<double>> own;  ///< per column of its own, per time point; NaN = none
};

/// One method of `healthbrain detect`.
struct Detector {
  std::string_view name;
  std::string_view title;
  std::string_view columns;  ///< its own, parted by commas
  std::span<const DetectOption> options;
  std::span<const Preset> presets;
  bool whole_counts;  ///< the model is one of counts: others are refused
  /// First time point it can judge, from 0; errors invalid_input: an option out of its bounds
  Result<std::size_t> (*start)(const Series&, const DetectOptions&);
  Result<Judgement> (*run)(const Series&, Range, const DetectOptions&);
};

/// All detectors, in the order of the documentation.
std::span<const Detector> detectors();
const Detector* find_detector(std::string_view name);

}  // namespace hb::surveillance
