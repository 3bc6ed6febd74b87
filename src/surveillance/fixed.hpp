#pragma once
#include "surveillance/series.hpp"

namespace hb::surveillance {

struct FixedOptions {
  double threshold = 1;  ///< cases in the window
  int window = 1;        ///< time points up to this one, >= 1
};

struct FixedPoint : Judged {
  double window_cases = none;  ///< counts of the window
};

/// A fixed number of cases in a moving window: alarm at `threshold` or more. upperbound is the
/// threshold. A window with a missing count alarms only where the others already reach it.
///
/// errors   invalid_input: an option out of its bounds
/// source   Yang et al. (2011), Western Pacific Surveillance and Response 2(1):10–15,
/// “fixed-threshold
///          detection method” of the Chinese early warning system
Result<std::vector<FixedPoint>> fixed(const Series& series, Range range,
                                      const FixedOptions& options);

}  // namespace hb::surveillance
