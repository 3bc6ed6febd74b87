#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "signals/kept.hpp"
#include "stats/interval.hpp"

namespace hb::signals {

/// A share with its Wilson interval; without n there is none.
struct Share {
  std::int64_t x = 0;
  std::int64_t n = 0;
  std::optional<double> value;
  stats::Interval limits{};
};

/// Middle and quarters of durations.
struct Spread {
  std::int64_t n = 0;
  double lower = 0, median = 0, upper = 0;  ///< 25 %, 50 %, 75 %; 0 when n is 0
};

/// What has become of the signals of some days, counted from the kept results alone.
struct Quality {
  Date from, to;
  std::int64_t signals = 0;
  std::map<State, std::int64_t> states;
  std::map<watch::Lane, std::int64_t> lanes;
  std::map<std::string, std::int64_t> reasons;  ///< of those dismissed or excluded
  double per_week = 0;                          ///< signals of the ranked lane
  stats::Interval per_week_limits{};
  Share verified;          ///< of all signals
  Share suspected;         ///< of the verified: judged suspected, whatever came after
  Share confirmed;         ///< of those with a final result (dismissed, excluded, confirmed)
  Share in_time;           ///< of the verified: within two hours
  Spread hours_to_verify;  ///< from raising to verification
  Spread days_to_signal;   ///< from the first finding to the day it could be raised
};

/// Signals of the days from … to; others are left out.
/// source  national practice counts suspected and confirmed events among signals; see docs
Quality quality(std::span<const Kept> signals, Date from, Date to);

}  // namespace hb::signals
