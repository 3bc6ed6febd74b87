#include "watch/exposure.hpp"

#include <algorithm>
#include <cmath>

namespace hb::watch {
namespace {

constexpr std::size_t learnt_days = 2 * 366;  // open ones before a day, less the guard
constexpr std::size_t guard_days = 14;
constexpr double worth = 5;  // days that “no difference” is worth
constexpr double least = 0.05;

}  // namespace

Exposure::Exposure(const Stream& stream, const StreamCounts& counts, const std::vector<Date>& days)
    : matters_(stream.calendar && !stream.free_days_closed),
      window_(static_cast<std::size_t>(stream.window)) {
  if (!matters_) return;
  std::map<Date, double> total;
  for (const auto& [key, by_day] : counts)
    for (const auto& [day, count] : by_day) total[day] += count;
  free_days_ = free_counts_ = counts_ = {0};
  for (const Date day : days) {
    const bool apart = stream.is_apart(day);
    const auto found = total.find(day);
    const double count = found == total.end() ? 0 : found->second;
    free_days_.push_back(free_days_.back() + (apart ? 1 : 0));
    free_counts_.push_back(free_counts_.back() + (apart ? count : 0));
    counts_.push_back(counts_.back() + count);
  }
}

double Exposure::factor(std::size_t day) const {
  const std::size_t to = day < guard_days ? 0 : day - guard_days;
  const std::size_t from = to < learnt_days ? 0 : to - learnt_days;
  const double free_days = free_days_[to] - free_days_[from];
  const double work_days = static_cast<double>(to - from) - free_days;
  const double free_counts = free_counts_[to] - free_counts_[from];
  const double work_counts = counts_[to] - counts_[from] - free_counts;
  if (work_days <= 0 || work_counts <= 0) return 1;
  const double a_day = work_counts / work_days;
  return std::max(least, (free_counts / a_day + worth) / (free_days + worth));
}

surveillance::Series Exposure::like(const surveillance::Series& series,
                                    const std::vector<std::size_t>& ends, std::size_t at) const {
  const double f = factor(ends[at]);
  const auto weight = [&](std::size_t end) {
    const double free = free_days_[end + 1] - free_days_[end + 1 - window_];
    return static_cast<double>(window_) - free + f * free;
  };
  surveillance::Series scaled = series;
  const double wanted = weight(ends[at]);
  for (std::size_t i = 0; i < series.size(); ++i) {
    const double here = weight(ends[i]);
    if (here != wanted) scaled.observed[i] = std::round(series.observed[i] * wanted / here);
  }
  return scaled;
}

}  // namespace hb::watch
