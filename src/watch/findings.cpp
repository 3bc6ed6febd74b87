#include "watch/findings.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "watch/clusters.hpp"
#include "watch/exposure.hpp"

namespace hb::watch {
namespace {

constexpr double keep = 0.05;  // a larger p-value is no evidence of anything
constexpr std::string_view pooled_method = "pooled";
constexpr int series_days = 3 * 366;  // open days that methods of single series are given
constexpr int most_days = 6 * 366;    // looked back for them

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

std::optional<std::size_t> column_of(std::string_view columns, std::string_view name) {
  for (std::size_t at = 0;; ++at) {
    if (columns.substr(0, columns.find(',')) == name) return at;
    if (columns.find(',') == std::string_view::npos) return std::nullopt;
    columns.remove_prefix(columns.find(',') + 1);
  }
}

/// How unusual a time point is. Methods without a p-value are ranked by how far they are above
/// their bound (1 = at it: 0.001); that orders their alarms and is no probability.
double pvalue_of(const surveillance::Judgement& judged, std::optional<std::size_t> column,
                 std::size_t at, double observed) {
  if (column) return judged.own[*column][at];
  constexpr double at_bound = 3;  // −log10
  const surveillance::Judged& point = judged.points[at];
  if (std::isnan(point.upperbound)) return surveillance::none;
  const double least = std::isnan(point.expected) ? 0 : point.expected;
  const double above = (observed - least) / std::max(point.upperbound - least, 0.5);
  return std::min(1.0, std::pow(10, -at_bound * (above <= 1 ? above : 1 + std::log(above) / 2)));
}

/// The strongest window of a series by index of its last day.
struct Judgement {
  double pvalue = surveillance::none;
  double expected = surveillance::none;
  double threshold = surveillance::none;
  std::string_view method;
};

/// The windows of one series that end at one phase.
struct Phase {
  surveillance::Series series;
  std::vector<std::size_t> ends;  ///< index of the last day of each window
};

Phase phase_of(const std::vector<double>& counts, std::size_t window, std::size_t phase, int freq) {
  Phase made{windows(counts, window, phase, freq), {}};
  const std::size_t skipped = phase + 1 < window ? 1 : 0;  // a first window that is not whole
  for (std::size_t i = 0; i < made.series.size(); ++i)
    made.ends.push_back(phase + (i + skipped) * window);
  return made;
}

/// Takes what a detector says of the windows first … last − 1 of a phase where it is stronger.
Result<void> judge_run(const Stream& stream, const StreamDetector& detector, const Phase& phase,
                       const surveillance::Series& series, surveillance::Range run,
                       std::vector<Judgement>& best) {
  const auto column = column_of(detector.method->columns, "pvalue");
  const auto judged = detector.method->run(series, run, detector.options);
  if (!judged) return unexpected(judged.error());
  for (std::size_t k = run.first; k < run.last; ++k) {
    const double p = pvalue_of(*judged, column, k - run.first, series.observed[k]);
    Judgement& at = best[phase.ends[k]];
    if (std::isnan(p)) continue;
    const double adjusted = std::min(1.0, p * static_cast<double>(stream.detectors.size()));
    if (adjusted >= at.pvalue) continue;  // the first: false, as there is none yet
    const surveillance::Judged& point = judged->points[k - run.first];
    at = {adjusted, point.expected, point.upperbound, detector.method->name};
  }
  return {};
}

/// Judges the windows of one series that end at first … and later and have as many cases.
Result<void> judge_series(const Stream& stream, const StreamDetector& detector,
                          const std::vector<double>& counts, const Exposure& exposure,
                          std::size_t first, double least, std::vector<Judgement>& best) {
  const auto window = static_cast<std::size_t>(stream.window);
  for (std::size_t at = 0; at < window; ++at) {
    const Phase phase = phase_of(counts, window, at, detector.freq);
    const surveillance::Series& series = phase.series;
    const Result<std::size_t> start = detector.method->start(series, detector.options);
    if (!start) return unexpected(start.error());
    for (std::size_t i = *start; i < series.size(); ++i) {
      if (phase.ends[i] < first || series.observed[i] < least) continue;
      std::size_t end = i + 1;  // of the run of windows to judge
      if (!exposure.matters())
        while (end < series.size() && series.observed[end] >= least) ++end;
      const auto judged = exposure.matters()
                              ? judge_run(stream, detector, phase,
                                          exposure.like(series, phase.ends, i), {i, end}, best)
                              : judge_run(stream, detector, phase, series, {i, end}, best);
      if (!judged) return judged;
      i = end - 1;
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
        findings.all.push_back({known, &stream, key, count, 0, surveillance::none,
                                surveillance::none, day, day, "one-case"});
    }
}

/// The days of a stream's counts and those to be judged, by index.
struct Calendar {
  std::vector<Date> days;
  std::size_t first;
};

Calendar calendar_of(const Stream& stream, Date begin, Date first, Date last) {
  Calendar calendar{open_days(stream, begin, Date{last.days - stream.delay}), 0};
  while (calendar.first < calendar.days.size() &&
         calendar.days[calendar.first].days + stream.delay < first.days)
    ++calendar.first;
  return calendar;
}

surveillance::SparseCounts sparse(const std::map<Date, double>& by_day,
                                  const std::vector<Date>& days) {
  surveillance::SparseCounts counts;
  std::size_t at = 0;
  for (const auto& [day, count] : by_day) {
    while (at < days.size() && days[at] < day) ++at;
    if (at == days.size()) break;
    if (days[at] == day && count > 0) counts.push_back({static_cast<std::uint32_t>(at), count});
  }
  return counts;
}

/// Series that are held against each other: of one disease, and of one stratum.
struct Group {
  std::vector<SeriesKey> keys;
  surveillance::PooledCounts counts;
};

std::vector<Group> groups_of(const Stream& stream, const StreamCounts& counts,
                             const Calendar& calendar) {
  const std::vector<Date>& days = calendar.days;
  std::map<std::pair<std::string, std::string>, Group> groups;
  std::map<SeriesKey, std::map<Date, double>> sizes;  // of all diseases
  const auto size_key = [](const SeriesKey& key) {
    return SeriesKey{key.area, key.place, "", key.part};
  };
  for (const auto& [key, by_day] : counts)
    for (const auto& [day, count] : by_day) sizes[size_key(key)][day] += count;
  std::map<SeriesKey, surveillance::SparseCounts> known;
  std::map<std::string, std::vector<surveillance::SparseCounts>> places;  // by stratum
  const auto stratum = [&](const SeriesKey& key) {
    return stream.parts == Parts::strata ? key.part : std::string();
  };
  for (const auto& [key, by_day] : sizes)
    places[stratum(key)].push_back(known[key] = sparse(by_day, days));
  std::map<std::string, std::shared_ptr<const surveillance::PooledSizes>> together;
  for (const auto& [part, all] : places)
    together[part] = std::make_shared<const surveillance::PooledSizes>(
        surveillance::sizes_of(all, days.size(), {calendar.first, days.size()}, *stream.pooled));
  std::shared_ptr<std::vector<bool>> apart;
  if (stream.calendar && !stream.free_days_closed) {
    apart = std::make_shared<std::vector<bool>>();
    for (const Date day : days) apart->push_back(stream.is_apart(day));
  }
  for (const auto& [key, by_day] : counts) {
    Group& group = groups[{key.disease, stratum(key)}];
    group.counts.apart = apart;
    group.counts.all = together[stratum(key)];
    group.keys.push_back(key);
    group.counts.places.push_back(sparse(by_day, days));
    group.counts.sizes.push_back(known[size_key(key)]);
  }
  std::vector<Group> all;
  for (auto& [name, group] : groups) {
    group.counts.days = days.size();
    all.push_back(std::move(group));
  }
  return all;
}

Result<void> add_pooled(const Stream& stream, const StreamCounts& counts, const Calendar& calendar,
                        Findings& findings) {
  const std::vector<Date>& days = calendar.days;
  surveillance::PooledOptions options = *stream.pooled;
  options.min_cases = stream.min_cases;
  for (const Group& group : groups_of(stream, counts, calendar)) {
    const auto judged =
        surveillance::pooled(group.counts, {calendar.first, days.size()}, options, keep);
    if (!judged) return unexpected(judged.error());
    for (std::size_t i = 0; i < judged->judged.size(); ++i)
      findings.judged[Date{days[calendar.first + i].days + stream.delay}] += judged->judged[i];
    for (const surveillance::PooledPoint& point : judged->points) {
      const std::size_t from = point.day + 1 - static_cast<std::size_t>(point.window);
      findings.all.push_back({Date{days[point.day].days + stream.delay}, &stream,
                              group.keys[point.place], point.observed, point.pvalue, point.expected,
                              point.threshold, days[from], days[point.day], pooled_method});
    }
  }
  return {};
}

Result<void> add_single_series(const Stream& stream, const StreamCounts& counts,
                               const Calendar& calendar, Findings& findings) {
  const std::vector<Date>& days = calendar.days;
  const auto window = static_cast<std::size_t>(stream.window);
  std::vector<double> series(days.size());
  std::vector<Judgement> best;
  const Exposure exposure(stream, counts, days);
  for (const auto& [key, by_day] : counts) {
    best.assign(days.size(), {});
    for (std::size_t i = 0; i < days.size(); ++i) {
      const auto found = by_day.find(days[i]);
      series[i] = found == by_day.end() ? 0 : found->second;
    }
    for (const StreamDetector& detector : stream.detectors)
      if (const auto done = judge_series(stream, detector, series, exposure, calendar.first,
                                         stream.min_cases, best);
          !done)
        return unexpected(done.error());
    double sum = 0;
    for (std::size_t i = 0; i < days.size(); ++i) {
      sum += series[i] - (i >= window ? series[i - window] : 0);
      if (i < calendar.first || i + 1 < window) continue;
      const Date known{days[i].days + stream.delay};
      ++findings.judged[known];
      if (std::isnan(best[i].pvalue)) continue;
      if (best[i].pvalue <= keep && sum >= stream.min_cases)
        findings.all.push_back({known, &stream, key, sum, best[i].pvalue, best[i].expected,
                                best[i].threshold, days[i + 1 - window], days[i], best[i].method});
    }
  }
  return {};
}

/// The counts of one series on the open days.
std::vector<double> series_of(const StreamCounts& counts, const SeriesKey& key,
                              const std::vector<Date>& days) {
  std::vector<double> series(days.size());
  const auto found = counts.find(key);
  for (std::size_t i = 0; found != counts.end() && i < days.size(); ++i)
    if (const auto day = found->second.find(days[i]); day != found->second.end())
      series[i] = day->second;
  return series;
}

std::vector<ChartDay> counted_days(const Stream& stream, const StreamCounts& counts,
                                   const SeriesKey& key, const std::vector<Date>& days, int window,
                                   Date from, Date to) {
  const std::vector<double> series = series_of(counts, key, days);
  std::vector<ChartDay> chart;
  std::size_t at = 0;
  for (Date day = from; day <= to; ++day.days) {
    while (at < days.size() && days[at] < day) ++at;
    ChartDay one{day, surveillance::none, surveillance::none, surveillance::none,
                 surveillance::none};
    if (at < days.size() && days[at] == day && stream.is_open(day)) {
      one.count = series[at];
      one.observed = 0;
      for (std::size_t i = at + 1; i > 0 && i + static_cast<std::size_t>(window) > at + 1; --i)
        one.observed += series[i - 1];
    }
    chart.push_back(one);
  }
  return chart;
}

Result<void> pooled_bounds(const Stream& stream, const StreamCounts& counts,
                           const Calendar& calendar, const SeriesKey& key, int window,
                           std::map<Date, ChartDay>& bounds) {
  surveillance::PooledOptions options = *stream.pooled;
  options.windows = {window};
  options.min_cases = 0;  // every day
  for (Group& group : groups_of(stream, counts, calendar)) {
    const auto place = std::ranges::find(group.keys, key);
    if (place == group.keys.end()) continue;
    group.counts.only = static_cast<std::size_t>(place - group.keys.begin());
    const auto judged =
        surveillance::pooled(group.counts, {calendar.first, calendar.days.size()}, options, 1);
    if (!judged) return unexpected(judged.error());
    for (const surveillance::PooledPoint& point : judged->points) {
      ChartDay& day = bounds[calendar.days[point.day]];
      day.expected = point.expected;
      day.threshold = point.threshold;
      day.pvalue = point.pvalue;
    }
  }
  return {};
}

Result<void> series_bounds(const Stream& stream, const StreamCounts& counts,
                           const Calendar& calendar, const SeriesKey& key, std::string_view method,
                           std::map<Date, ChartDay>& bounds) {
  const std::vector<double> series = series_of(counts, key, calendar.days);
  std::vector<Judgement> best(calendar.days.size());
  const Exposure exposure(stream, counts, calendar.days);
  for (const StreamDetector& detector : stream.detectors)
    if (detector.method->name == method)
      if (const auto done =
              judge_series(stream, detector, series, exposure, calendar.first, 0, best);
          !done)
        return unexpected(done.error());
  for (std::size_t i = calendar.first; i < best.size(); ++i)
    bounds[calendar.days[i]] = {calendar.days[i], surveillance::none, surveillance::none,
                                best[i].expected, best[i].threshold,  best[i].pvalue};
  return {};
}

}  // namespace

Result<std::vector<ChartDay>> chart_of(const Stream& stream, const StreamCounts& counts, Date begin,
                                       const SeriesKey& key, std::string_view method, int window,
                                       Date from, Date to) {
  const Calendar calendar =
      calendar_of(stream, begin, Date{from.days + stream.delay}, Date{to.days + stream.delay});
  std::vector<ChartDay> chart = counted_days(stream, counts, key, calendar.days, window, from, to);
  if (calendar.first >= calendar.days.size()) return chart;
  std::map<Date, ChartDay> bounds;
  // A cluster is held against the other areas as its strongest one is.
  if ((method == pooled_method || method == cluster_method) && stream.pooled) {
    if (const auto done = pooled_bounds(stream, counts, calendar, key, window, bounds); !done)
      return unexpected(done.error());
  } else if (window == stream.window) {
    if (const auto done = series_bounds(stream, counts, calendar, key, method, bounds); !done)
      return unexpected(done.error());
  }
  for (ChartDay& day : chart)
    if (const auto bound = bounds.find(day.day); bound != bounds.end()) {
      day.expected = bound->second.expected;
      day.threshold = bound->second.threshold;
      day.pvalue = bound->second.pvalue;
    }
  return chart;
}

Date counts_from(const Stream& stream, Date first) {
  int open = 1;
  if (stream.pooled) open = std::max(open, surveillance::memory(*stream.pooled));
  if (!stream.detectors.empty()) open = std::max(open, series_days);
  if (stream.clusters) open = std::max(open, cluster_memory(*stream.clusters));
  Date day{first.days - stream.delay};
  for (int looked = 0; open > 0 && looked < most_days; ++looked, --day.days)
    if (stream.is_open(day)) --open;
  return day;
}

Result<Findings> judge_stream(const Stream& stream, const StreamCounts& counts, Date begin,
                              Date first, Date last) {
  Findings findings;
  if (stream.lane == Lane::trend_only) return findings;
  if (stream.lane == Lane::one_case) {
    add_single_cases(stream, counts, first, last, findings);
    return findings;
  }
  const Calendar calendar = calendar_of(stream, begin, first, last);
  if (calendar.first >= calendar.days.size()) return findings;
  if (stream.pooled)
    if (const auto done = add_pooled(stream, counts, calendar, findings); !done)
      return unexpected(done.error());
  if (!stream.detectors.empty())
    if (const auto done = add_single_series(stream, counts, calendar, findings); !done)
      return unexpected(done.error());
  if (stream.clusters && stream.points)
    if (const auto done = add_clusters(stream, counts, begin, first, last, findings); !done)
      return unexpected(done.error());
  return findings;
}

}  // namespace hb::watch
