#include "signals/evidence.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "watch/daily.hpp"

namespace hb::signals {
namespace {

using surveillance::none;
using watch::SeriesKey;
using watch::Stream;

constexpr int years_read = 6;
constexpr int usual_windows = 8;

/// The open days of a stream and the counts of one series on them.
struct OpenSeries {
  std::vector<Date> days;
  std::vector<double> counts;

  double sum(std::size_t end, std::size_t window) const {
    double total = 0;
    for (std::size_t i = end + 1 - window; i <= end; ++i) total += counts[i];
    return total;
  }
};

OpenSeries open_series(const Counts& counts, const SeriesKey& key, Date last) {
  OpenSeries open;
  const auto found = counts.series.find(key);
  for (Date day = counts.begin; day <= last; ++day.days) {
    if (!counts.stream->is_open(day)) continue;
    open.days.push_back(day);
    const auto at = found == counts.series.end() ? std::map<Date, double>::const_iterator()
                                                 : found->second.find(day);
    open.counts.push_back(found == counts.series.end() || at == found->second.end() ? 0
                                                                                    : at->second);
  }
  return open;
}

/// Sums of the windows that end at phase, phase + window, …; whole windows only.
/// ends  index of each window's last day
surveillance::Series windows_of(const OpenSeries& open, std::size_t window, std::size_t phase,
                                int freq, std::vector<std::size_t>& ends) {
  surveillance::Series series;
  series.freq = freq;
  for (std::size_t end = phase; end < open.counts.size(); end += window) {
    if (end + 1 < window) continue;
    series.observed.push_back(open.sum(end, window));
    ends.push_back(end);
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

/// Fills what the detector says into the days of the windows that end at one phase.
Result<void> judge_phase(const watch::StreamDetector& detector, const OpenSeries& open,
                         std::size_t window, std::size_t phase, std::map<Date, CurveDay*>& wanted) {
  std::vector<std::size_t> ends;
  const auto series = windows_of(open, window, phase, detector.freq, ends);
  const auto start = detector.method->start(series, detector.options);
  if (!start) return unexpected(start.error());
  std::size_t first = *start;
  while (first < ends.size() && !wanted.contains(open.days[ends[first]])) ++first;
  if (first >= series.size()) return {};
  const auto judged = detector.method->run(series, {first, series.size()}, detector.options);
  if (!judged) return unexpected(judged.error());
  const auto& pvalues = judged->own[column_of(detector.method->columns, "pvalue")];
  for (std::size_t i = 0; i < judged->points.size(); ++i) {
    const auto at = wanted.find(open.days[ends[first + i]]);
    if (at == wanted.end()) continue;
    at->second->expected = judged->points[i].expected;
    at->second->threshold = judged->points[i].upperbound;
    at->second->alarm = judged->points[i].alarm == surveillance::Alarm::yes;
    at->second->pvalue = pvalues[i];
  }
  return {};
}

bool fits(const SeriesKey& key, const Facts& facts, bool place, bool disease) {
  return key.area == facts.area && (!place || key.place == facts.place) &&
         (!disease || key.disease == facts.disease);
}

/// The series of a stream that belong to a signal: as exactly as the stream tells them apart.
std::vector<SeriesKey> keys_of(const Counts& counts, const Facts& facts) {
  for (const auto& [place, disease] :
       {std::pair{true, true}, {false, true}, {true, false}, {false, false}}) {
    std::vector<SeriesKey> keys;
    for (const auto& [key, days] : counts.series)
      if (fits(key, facts, place, disease)) keys.push_back(key);
    if (!keys.empty()) return keys;
  }
  return {};
}

/// How unusual the last days of a curve are: the smallest p-value, and the largest window.
std::pair<double, double> strongest(const Curve& curve) {
  std::pair<double, double> best{2, 0};
  for (const CurveDay& day : curve.days) {
    if (!std::isnan(day.pvalue)) best.first = std::min(best.first, day.pvalue);
    if (!std::isnan(day.window)) best.second = std::min(best.second, -day.window);
  }
  return best;
}

/// Bounds as the daily run gives them.
Result<Curve> charted(const Counts& counts, Curve made) {
  if (made.days.empty()) return made;
  const auto chart =
      watch::chart_of(*counts.stream, counts.series, counts.begin, made.key, made.method,
                      made.window, made.days.front().day, made.days.back().day);
  if (!chart) return unexpected(chart.error());
  for (std::size_t i = 0; i < chart->size(); ++i) {
    CurveDay& day = made.days[i];
    day.window = (*chart)[i].observed;
    day.expected = (*chart)[i].expected;
    day.threshold = (*chart)[i].threshold;
    day.pvalue = (*chart)[i].pvalue;
    day.alarm = day.window > day.threshold;
  }
  return made;
}

/// The days of a curve with their counts, not judged yet.
Curve counted(const Counts& counts, const SeriesKey& key, Date from, Date to) {
  const Stream& stream = *counts.stream;
  const OpenSeries open = open_series(counts, key, std::min(to, counts.end));
  const auto window = static_cast<std::size_t>(stream.window);
  Curve made;
  made.stream = &stream;
  made.key = key;
  made.window = stream.window;
  std::map<Date, std::size_t> place;
  for (std::size_t i = 0; i < open.days.size(); ++i) place[open.days[i]] = i;
  for (Date day = std::max(from, counts.begin); day <= to; ++day.days) {
    CurveDay one{day, stream.is_open(day), none, none, none, none, none, false};
    if (const auto at = place.find(day); at != place.end()) {
      one.count = open.counts[at->second];
      if (at->second + 1 >= window) one.window = open.sum(at->second, window);
    }
    made.days.push_back(one);
  }
  return made;
}

int open_days(const Stream& stream, Date from, Date to) {
  int days = 0;
  for (Date day = from; day <= to; ++day.days) days += stream.is_open(day) ? 1 : 0;
  return std::max(days, 1);
}

}  // namespace

Result<watch::StreamCounts> read_counts(const tables::Database& database,
                                        const Principal& principal, const Stream& stream, Date from,
                                        Date to) {
  return watch::counts_of(database, principal, stream, from, to);
}

Result<Curve> curve(const Counts& counts, const SeriesKey& key, Date from, Date to) {
  const Stream& stream = *counts.stream;
  Curve made = counted(counts, key, from, to);
  if (stream.pooled) {
    made.method = "pooled";
    return charted(counts, std::move(made));
  }
  if (stream.detectors.empty()) return made;
  made.method = stream.detectors.front().method->name;
  const OpenSeries open = open_series(counts, key, std::min(to, counts.end));
  const auto window = static_cast<std::size_t>(stream.window);
  std::map<Date, CurveDay*> wanted;
  for (CurveDay& day : made.days)
    if (day.open) wanted[day.day] = &day;
  for (std::size_t phase = 0; phase < window; ++phase)
    if (const auto done = judge_phase(stream.detectors.front(), open, window, phase, wanted); !done)
      return unexpected(done.error());
  return made;
}

Result<Curve> curve_of(const Counts& counts, const Facts& facts, int days_before, Date to) {
  const Ground* ground = facts.ground(counts.stream->id);
  if (ground != nullptr && counts.series.contains(ground->key)) {
    Curve made = counted(counts, ground->key, Date{facts.date.days - days_before}, to);
    made.method = ground->method;
    if (ground->method.empty()) return made;  // one case: nothing is judged
    made.window = open_days(*counts.stream, ground->from, ground->to);
    return charted(counts, std::move(made));
  }
  const std::vector<SeriesKey> keys = keys_of(counts, facts);
  if (keys.empty())
    return fail(ErrorCode::not_found, "the stream has no counts there", counts.stream->id);
  const SeriesKey* chosen = &keys.front();
  std::pair<double, double> best{3, 0};
  const Date known{facts.date.days - counts.stream->delay};
  for (const SeriesKey& key : keys) {
    if (keys.size() == 1) break;
    const auto last_days = curve(counts, key, Date{known.days - 6}, known);
    if (!last_days) return unexpected(last_days.error());
    if (const auto strength = strongest(*last_days); strength < best) {
      best = strength;
      chosen = &key;
    }
  }
  return curve(counts, *chosen, Date{facts.date.days - days_before}, to);
}

std::vector<Compared> compare(const Counts& counts, const SeriesKey& key, Date last,
                              std::size_t most) {
  const Stream& stream = *counts.stream;
  const OpenSeries open = open_series(counts, key, std::min(last, counts.end));
  const auto window = static_cast<std::size_t>(stream.window);
  std::vector<Compared> all;
  if (open.days.size() < window) return all;
  const std::size_t phase = (open.days.size() - 1) % window;
  const int freq = stream.detectors.empty() ? 365 / stream.window : stream.detectors.front().freq;
  std::vector<std::size_t> ends;
  const auto series = windows_of(open, window, phase, freq, ends);
  for (const surveillance::Detector& method : surveillance::detectors()) {
    Compared compared;
    compared.method = &method;
    Result<surveillance::DetectOptions> options =
        surveillance::DetectOptions::read("", "defaults", method.options, method.presets);
    for (const watch::StreamDetector& own : stream.detectors)
      if (own.method == &method) {
        compared.own = true;
        options = own.options;
      }
    const auto start = options ? method.start(series, *options) : unexpected(options.error());
    if (!start) {
      compared.refused = start.error().message;
    } else if (*start >= series.size()) {
      compared.too_short = true;
    } else {
      const std::size_t first =
          std::max(*start, series.size() > most ? series.size() - most : std::size_t{0});
      const auto judged = method.run(series, {first, series.size()}, *options);
      if (!judged)
        compared.refused = judged.error().message;
      else
        for (std::size_t i = 0; i < judged->points.size(); ++i)
          compared.points.push_back({open.days[ends[first + i]], series.observed[first + i],
                                     judged->points[i].expected, judged->points[i].upperbound,
                                     judged->points[i].alarm == surveillance::Alarm::yes});
    }
    all.push_back(std::move(compared));
  }
  return all;
}

std::vector<Neighbour> neighbours(const Counts& counts, const Facts& facts, Date last) {
  const Stream& stream = *counts.stream;
  std::vector<Date> days;  // open ones, newest first
  const auto needed = static_cast<std::size_t>(stream.window) * (usual_windows + 1);
  for (Date day = std::min(last, counts.end); day >= counts.begin && days.size() < needed;
       --day.days)
    if (stream.is_open(day)) days.push_back(day);
  const bool by_disease = std::ranges::any_of(counts.series, [&](const auto& one) {
    return one.first.disease == facts.disease && !facts.disease.empty();
  });
  std::map<std::string, Neighbour> areas;
  for (const auto& [key, by_day] : counts.series) {
    if (by_disease && key.disease != facts.disease) continue;
    Neighbour& area = areas.try_emplace(key.area, Neighbour{key.area}).first->second;
    for (std::size_t i = 0; i < days.size(); ++i) {
      const auto found = by_day.find(days[i]);
      if (found == by_day.end()) continue;
      (i < static_cast<std::size_t>(stream.window) ? area.window : area.usual) += found->second;
    }
  }
  const double windows = (static_cast<double>(days.size()) - stream.window) / stream.window;
  std::vector<Neighbour> list;
  for (auto& [code, area] : areas) {
    area.usual = windows > 0 ? area.usual / windows : none;
    list.push_back(area);
  }
  return list;
}

std::vector<double> daily_total(const Counts& counts, const std::string& disease, Date from,
                                Date to) {
  std::vector<double> days(static_cast<std::size_t>(to.days - from.days + 1));
  for (const auto& [key, by_day] : counts.series) {
    if (!disease.empty() && key.disease != disease) continue;
    for (auto at = by_day.lower_bound(from); at != by_day.end() && at->first <= to; ++at)
      days[static_cast<std::size_t>(at->first.days - from.days)] += at->second;
  }
  return days;
}

const Stream* Evidence::stream(std::string_view id) const {
  const auto found = std::ranges::find(streams_, id, &Stream::id);
  return found == streams_.end() ? nullptr : &*found;
}

Result<std::shared_ptr<const Counts>> Evidence::counts(std::string_view id, Date last,
                                                       BatchId feed) {
  const Stream* wanted = stream(id);
  if (wanted == nullptr)
    return fail(ErrorCode::not_found, "there is no such stream", std::string(id));
  {
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(id);
    if (found != entries_.end() && found->second.feed >= feed && found->second.last == last)
      return found->second.counts;
  }
  auto made = std::make_shared<Counts>();
  made->stream = wanted;
  made->end = last;
  const Date from{last.days - years_read * 366};
  auto series = read_counts(database_, Principal::published("watch"), *wanted, from, last);
  if (!series) return unexpected(series.error());
  made->series = std::move(*series);
  made->begin = last;
  for (const auto& [key, days] : made->series)
    if (!days.empty()) made->begin = std::min(made->begin, days.begin()->first);
  const std::scoped_lock lock(mutex_);
  entries_.insert_or_assign(std::string(id), Entry{made, last, feed});
  return made;
}

}  // namespace hb::signals
