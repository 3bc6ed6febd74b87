#include "signals/quality.hpp"

#include <algorithm>
#include <cmath>

namespace hb::signals {
namespace {

constexpr double micros_per_hour = 3.6e9;
constexpr double hours_allowed = 2;

Share share(std::int64_t x, std::int64_t n) {
  Share made{x, n, {}, {}};
  if (n == 0) return made;
  made.value = static_cast<double>(x) / static_cast<double>(n);
  made.limits = stats::wilson(static_cast<double>(x), static_cast<double>(n)).value();
  return made;
}

/// Quantile by linear interpolation between neighbours (type 7).
double quantile(const std::vector<double>& sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Spread spread(std::vector<double> values) {
  Spread made;
  made.n = static_cast<std::int64_t>(values.size());
  if (values.empty()) return made;
  std::ranges::sort(values);
  made.lower = quantile(values, 0.25);
  made.median = quantile(values, 0.5);
  made.upper = quantile(values, 0.75);
  return made;
}

}  // namespace

Quality quality(std::span<const Kept> signals, Date from, Date to) {
  Quality made;
  made.from = from;
  made.to = to;
  std::int64_t verified = 0;
  std::int64_t suspected = 0;
  std::int64_t in_time = 0;
  std::int64_t ranked = 0;
  std::vector<double> hours;
  std::vector<double> days;
  for (const Kept& kept : signals) {
    if (kept.facts.date < from || kept.facts.date > to) continue;
    ++made.signals;
    ++made.states[kept.state];
    ++made.lanes[kept.facts.lane];
    if (kept.facts.lane == watch::Lane::ranked) {
      ++ranked;
      days.push_back(kept.facts.date.days - kept.facts.first_date.days);
    }
    if (!kept.reason.empty()) ++made.reasons[kept.reason];
    if (!kept.verified_at) continue;
    ++verified;
    if (kept.state != State::dismissed) ++suspected;
    hours.push_back(static_cast<double>(kept.verified_at->micros - kept.raised_at.micros) /
                    micros_per_hour);
    if (hours.back() <= hours_allowed) ++in_time;
  }
  const double weeks = static_cast<double>(to.days - from.days + 1) / 7;
  const auto rate = stats::crude_rate(static_cast<double>(ranked), weeks);
  if (rate) {
    made.per_week = rate->value;
    made.per_week_limits = rate->limits;
  }
  const std::int64_t confirmed = made.states[State::confirmed];
  made.verified = share(verified, made.signals);
  made.suspected = share(suspected, verified);
  made.confirmed =
      share(confirmed, confirmed + made.states[State::dismissed] + made.states[State::excluded]);
  made.in_time = share(in_time, verified);
  made.hours_to_verify = spread(std::move(hours));
  made.days_to_signal = spread(std::move(days));
  return made;
}

}  // namespace hb::signals
