#pragma once
#include <optional>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "scan/zones.hpp"

namespace hb::scan {

struct SurveillanceOptions {
  double radius = 1;     ///< of the cylinders, units of the plane; nearer places lie inside
  double epsilon = 0.2;  ///< relative increase of the intensity that is looked for, > 0
  double threshold = 1;  ///< an alarm is a statistic above it
};

struct SurveillanceAlarm {
  std::vector<double> statistic;      ///< after each event
  std::optional<std::size_t> first;   ///< event of the first alarm, from 0
  std::optional<std::size_t> centre;  ///< event about which the cluster of that alarm begins
};

/// Watches single events as they come: Shiryaev–Roberts statistic over cylinders that begin with
/// each earlier event.
///
/// events   places in the order of their times
/// returns  statistics, at most 1e300
/// errors   invalid_input: options out of range, more than 20,000 events
/// source   Assunção, Correa (2009), Comput Stat Data Anal 53:2817-2830; equal to stcd of the R
///          package surveillance 1.20.3 with areaA = areaAcapBk = 1
Result<SurveillanceAlarm> watch_events(std::span<const Point> events,
                                       const SurveillanceOptions& options);

}  // namespace hb::scan
