#include "watch/findings.hpp"

#include <algorithm>
#include <cmath>

namespace hb::watch {
namespace {

constexpr double keep = 0.05;  // a larger p-value is no evidence of anything

std::vector<Date> open_days(const Stream& stream, Date begin, Date end) {
  std::vector<Date> days;
  for (Date day = begin; day <= end; ++day.days)
    if (stream.is_open(day)) days.push_back(day);
  return days;
}

/// Sums of windows that end at index phase, phase + window, …
surveillance::Series windows(const std::vector<double>& counts, std::size_t window,
                             std::size_t phase, int freq) {
  surveillance::Series series;
  series.freq = freq;
  for (std::size_t end = phase; end < counts.size(); end += window) {
    if (end + 1 < window) continue;
    double sum = 0;
    for (std::size_t i = end + 1 - window; i <= end; ++i) sum += counts[i];
    series.observed.push_back(sum);
  }
  return series;
}

std::size_t column_of(std::string_view columns, std::string_view name) {
  std::size_t at = 0;
  while (columns.substr(0, columns.find(',')) != name) {
    columns.remove_prefix(columns.find(',') + 1);
    ++at;
  }
  return at;
}

/// p-values of the windows of one series by index of their last day; 1 where there is none.
Result<void> add_pvalues(const Stream& stream, const StreamDetector& detector,
                         const std::vector<double>& counts, std::vector<double>& pvalues) {
  const auto window = static_cast<std::size_t>(stream.window);
  const std::size_t column = column_of(detector.method->columns, "pvalue");
  for (std::size_t phase = 0; phase < window; ++phase) {
    const surveillance::Series series = windows(counts, window, phase, detector.freq);
    const Result<std::size_t> start = detector.method->start(series, detector.options);
    if (!start) return unexpected(start.error());
    if (*start >= series.size()) continue;
    const auto judged = detector.method->run(series, {*start, series.size()}, detector.options);
    if (!judged) return unexpected(judged.error());
    const std::size_t skipped = phase + 1 < window ? 1 : 0;  // a first window that is not whole
    for (std::size_t i = 0; i < judged->points.size(); ++i) {
      const double p = judged->own[column][i];
      const std::size_t at = phase + (*start + i + skipped) * window;
      if (std::isnan(p)) continue;
      const double adjusted = std::min(1.0, p * static_cast<double>(stream.detectors.size()));
      pvalues[at] = std::isnan(pvalues[at]) ? adjusted : std::min(pvalues[at], adjusted);
    }
  }
  return {};
}

void add_single_cases(const Stream& stream, const StreamCounts& counts, Date first, Date last,
                      Findings& findings) {
  for (const auto& [key, days] : counts)
    for (const auto& [day, count] : days) {
      const Date known{day.days + stream.delay};
      if (known >= first && known <= last && count > 0)
        findings.all.push_back({known, &stream, key, count, 0});
    }
}

}  // namespace

Result<Findings> judge_stream(const Stream& stream, const StreamCounts& counts, Date begin,
                              Date first, Date last) {
  Findings findings;
  if (stream.lane == Lane::trend_only) return findings;
  if (stream.lane == Lane::one_case) {
    add_single_cases(stream, counts, first, last, findings);
    return findings;
  }
  const std::vector<Date> days = open_days(stream, begin, Date{last.days - stream.delay});
  const auto window = static_cast<std::size_t>(stream.window);
  std::vector<double> series(days.size());
  std::vector<double> pvalues(days.size());
  for (const auto& [key, by_day] : counts) {
    std::ranges::fill(pvalues, surveillance::none);
    for (std::size_t i = 0; i < days.size(); ++i) {
      const auto found = by_day.find(days[i]);
      series[i] = found == by_day.end() ? 0 : found->second;
    }
    for (const StreamDetector& detector : stream.detectors)
      if (const auto done = add_pvalues(stream, detector, series, pvalues); !done)
        return unexpected(done.error());
    double sum = 0;
    for (std::size_t i = 0; i < days.size(); ++i) {
      sum += series[i] - (i >= window ? series[i - window] : 0);
      const Date known{days[i].days + stream.delay};
      if (known < first || std::isnan(pvalues[i])) continue;
      ++findings.judged[known];
      if (pvalues[i] <= keep && sum >= stream.min_cases)
        findings.all.push_back({known, &stream, key, sum, pvalues[i]});
    }
  }
  return findings;
}

}  // namespace hb::watch
