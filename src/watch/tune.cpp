#include "watch/tune.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/csv.hpp"
#include "stats/interval.hpp"
#include "watch/clusters.hpp"
#include "watch/inject.hpp"
#include "watch/replay.hpp"

namespace hb::watch {
namespace {

constexpr std::array thresholds = {1e-2, 1e-3, 1e-4, 1e-5, 1e-6};      // p-values
constexpr std::array shares = {0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5};  // of false discoveries
constexpr std::array scores = {1.3, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0};     // −log10 p
constexpr double all_taken = 1e300;
constexpr int days_a_week = 7;
constexpr int months_a_quarter = 3;
constexpr int alarms_belong = 14;  // days after the last case
constexpr int apart = 10;          // days without an alarm before the next is another

/// A stream with one method alone.
struct Rival {
  std::string name;
  std::vector<Stream> streams;
};

struct Method {
  const char* title;
  const char* name;
  const char* options;
  int window;
  int freq;
};
constexpr std::array<Method, 7> methods = {{
    {"ears-c1", "ears-c1", "{}", 1, 365},
    {"ears-c2", "ears-c2", "{}", 1, 365},
    {"ears-c3", "ears-c3", "{}", 1, 365},
    {"ewma-regression", "ewma-regression", "{minSigma: 1}", 1, 365},
    {"moving-percentile", "moving-percentile", "{}", 7, 52},
    {"bayes", "bayes", "{b: 0, w: 12, actY: true}", 7, 52},
    {"farrington-flexible", "farrington-flexible",
     "{b: 3, w: 3, noPeriods: 10, pastWeeksNotIncluded: 26, pThresholdTrend: 1, "
     "thresholdMethod: nbPlugin}",
     7, 52},
}};

Result<std::vector<Rival>> rivals(std::span<const Stream> streams) {
  std::vector<Rival> all;
  all.push_back({"pooled", {}});
  for (const Stream& stream : streams) {
    if (stream.lane != Lane::ranked || !stream.pooled) continue;
    Stream one = stream;
    one.detectors.clear();
    one.clusters.reset();
    all[0].streams.push_back(std::move(one));
  }
  Rival scan{std::string(cluster_method), {}};
  for (const Stream& stream : streams) {
    if (stream.lane != Lane::ranked || !stream.clusters || !stream.points) continue;
    Stream one = stream;
    one.pooled.reset();
    one.detectors.clear();
    scan.streams.push_back(std::move(one));
  }
  if (!scan.streams.empty()) all.push_back(std::move(scan));
  for (const Method& method : methods) {
    const surveillance::Detector* detector = surveillance::find_detector(method.name);
    if (detector == nullptr)
      return fail(ErrorCode::not_found, "there is no method " + std::string(method.name));
    auto options = surveillance::DetectOptions::read(method.options, method.name, detector->options,
                                                     detector->presets);
    if (!options) return unexpected(options.error());
    Rival rival{method.title, {}};
    for (const Stream& stream : streams) {
      if (stream.lane != Lane::ranked) continue;
      Stream one = stream;
      one.pooled.reset();
      one.clusters.reset();
      if (!one.free_days_closed) one.calendar.reset();  // as its authors use it
      one.window = method.window;
      one.detectors = {{detector, *options, method.freq, {}}};
      rival.streams.push_back(std::move(one));
    }
    all.push_back(std::move(rival));
  }
  for (Rival& rival : all)
    for (Stream& stream : rival.streams) stream.family = "one";  // the strongest counts alone
  return all;
}

std::string quarter(Date day) {
  return std::to_string((civil(day).month - 1) / months_a_quarter + 1);
}

/// First alarms after `apart` days without one, by series.
std::vector<const Finding*> first_alarms(const Findings& findings, double threshold) {
  std::map<SeriesKey, Date> last;
  std::vector<const Finding*> sorted;
  for (const Finding& one : findings.all)
    if (one.pvalue <= threshold) sorted.push_back(&one);
  std::ranges::stable_sort(sorted, {}, [](const Finding* one) { return one->day; });
  std::vector<const Finding*> first;
  for (const Finding* one : sorted) {
    const auto [at, fresh] = last.try_emplace(one->key, one->day);
    if (fresh || one->day.days - at->second.days > apart) first.push_back(one);
    at->second = one->day;
  }
  return first;
}

Signal as_signal(const Finding& finding) {
  Signal signal;
  signal.date = finding.day;
  signal.lane = Lane::ranked;
  signal.area = finding.key.area;
  signal.disease = finding.key.disease;
  return signal;
}

/// Rows of one method on one stream, by what they are counted by.
class Cells {
 public:
  Cells(std::string detector, std::string stream, double weeks)
      : detector_(std::move(detector)), stream_(std::move(stream)), weeks_(weeks) {}

  /// The rows that an event of a disease, season, shape and size belongs to.
  std::vector<TuneRow*> of(const SeriesKey& key, Date day, const std::string& shape,
                           const std::string& size, double threshold) {
    const std::string disease = key.disease.empty() ? "none" : key.disease;
    std::vector<TuneRow*> rows = {&row("all", "all", "all", "all", threshold),
                                  &row(disease, quarter(day), "all", "all", threshold)};
    if (!shape.empty()) rows.push_back(&row("all", "all", shape, size, threshold));
    return rows;
  }

  void append_to(std::vector<TuneRow>& rows) const {
    for (const auto& [key, one] : rows_)
      if (one.outbreaks > 0) rows.push_back(one);
  }

 private:
  TuneRow& row(const std::string& disease, const std::string& season, const std::string& shape,
               const std::string& size, double threshold) {
    TuneRow& one = rows_[{disease, season, shape, size, std::to_string(-std::log10(threshold))}];
    one.part = "injected";
    one.detector = detector_;
    one.stream = stream_;
    one.disease = disease;
    one.season = season;
    one.shape = shape;
    one.size = size;
    one.threshold = threshold;
    one.weeks = weeks_;
    return one;
  }

  std::string detector_;
  std::string stream_;
  double weeks_;
  std::map<std::array<std::string, 5>, TuneRow> rows_;
};

void count_injections(const Stream& stream, const std::vector<Injection>& injections,
                      const Findings& findings, const std::string& shape, const std::string& size,
                      Cells& cells) {
  for (const double threshold : thresholds) {
    std::map<SeriesKey, std::vector<Date>> alarms;
    for (const Finding& one : findings.all)
      if (one.pvalue <= threshold) alarms[one.key].push_back(one.day);
    for (const Injection& injection : injections) {
      const std::vector<Date>& days = alarms[injection.key];
      const Date begin = injection.days.front();
      std::optional<Date> first;
      for (const Date day : days)
        if (day >= begin && day.days <= injection.days.back().days + alarms_belong &&
            (!first || day < *first))
          first = day;
      std::size_t alarmed = 0;
      for (const Date day : injection.days)
        alarmed += std::ranges::count(days, Date{day.days + stream.delay}) > 0 ? 1U : 0U;
      for (TuneRow* row : cells.of(injection.key, begin, shape, size, threshold)) {
        ++row->outbreaks;
        row->outbreak_days += injection.days.size();
        row->alarm_days += alarmed;
        if (!first) continue;
        ++row->detected;
        row->delays.push_back(first->days - begin.days);
      }
    }
  }
}

void count_false(const Findings& findings, std::span<const Outbreak> truth, Cells& cells) {
  for (const double threshold : thresholds)
    for (const Finding* one : first_alarms(findings, threshold)) {
      const Signal signal = as_signal(*one);
      const bool right = std::ranges::any_of(
          truth, [&](const Outbreak& outbreak) { return fits(outbreak, signal); });
      for (TuneRow* row : cells.of(one->key, one->day, "", "", threshold)) {
        ++row->signals;
        row->wrong += right ? 0U : 1U;
      }
    }
}

double weeks_of(const TuneOptions& options) {
  return static_cast<double>(options.to.days - options.from.days + 1) / days_a_week;
}

/// One method on one stream: outbreaks put in, and alarms in the history as it was.
Result<void> tune_stream(const std::string& detector, const Stream& stream,
                         const StreamCounts& counts, Date begin, const Findings& ordinary,
                         std::span<const Outbreak> truth, const TuneOptions& options,
                         std::vector<TuneRow>& rows) {
  Cells cells(detector, stream.id, weeks_of(options));
  std::uint64_t seed = options.seed;
  for (const Shape& shape : outbreak_shapes())
    for (const int size : options.sizes) {
      StreamCounts changed = counts;
      const auto injections = inject(stream, changed, shape, size, options.injections, options.from,
                                     options.to, ++seed);
      if (detector != "pooled") {  // a series by itself: the others say nothing
        StreamCounts alone;
        for (const Injection& one : injections) alone[one.key] = changed[one.key];
        changed = std::move(alone);
      }
      const auto findings = judge_stream(stream, changed, begin, options.from, options.to);
      if (!findings) return unexpected(findings.error());
      count_injections(stream, injections, *findings, std::string(shape.name), std::to_string(size),
                       cells);
    }
  count_false(ordinary, truth, cells);
  cells.append_to(rows);
  return {};
}

TuneRow truth_row(std::string detector, double threshold, const Score& score) {
  TuneRow row;
  row.part = "truth";
  row.detector = std::move(detector);
  row.stream = "all";
  row.threshold = threshold;
  row.outbreaks = score.outbreaks;
  row.detected = score.detected;
  row.delays = score.delays;
  row.signals = score.signals;
  row.wrong = score.signals - score.right;
  row.weeks = score.weeks;
  return row;
}

/// A method on all streams: with a row per score, and one where it has as many false signals as
/// asked for.
void judge_rival(const std::string& name, const Findings& findings, std::span<const Outbreak> truth,
                 const TuneOptions& options, double false_a_week, std::vector<TuneRow>& rows) {
  constexpr int steps = 12;
  FusionOptions fusion;
  fusion.false_discoveries = all_taken;
  fusion.support = 0;
  const auto score_at = [&](double threshold) {
    fusion.threshold = threshold;
    const auto signals = fuse(findings, options.from, options.to, fusion);
    return judge(signals, truth, options.from, options.to, options.least_cases);
  };
  for (const double threshold : scores)
    rows.push_back(truth_row(name, threshold, score_at(threshold)));
  double low = scores.front();
  double high = 20;
  for (int step = 0; step < steps; ++step) {
    const double middle = (low + high) / 2;
    (score_at(middle).false_per_week() > false_a_week ? low : high) = middle;
  }
  rows.push_back(truth_row(name + " (equal false signals)", high, score_at(high)));
}

std::vector<TuneRow> fused_rows(const Findings& findings, std::span<const Outbreak> truth,
                                const TuneOptions& options) {
  std::vector<TuneRow> rows;
  for (const double share : shares) {
    FusionOptions fusion;
    fusion.false_discoveries = share;
    const auto signals = fuse(findings, options.from, options.to, fusion);
    rows.push_back(truth_row("fused", share,
                             judge(signals, truth, options.from, options.to, options.least_cases)));
  }
  return rows;
}

std::optional<double> median(std::vector<int> delays) {
  if (delays.empty()) return std::nullopt;
  Score score;
  score.delays = std::move(delays);
  return score.median_delay();
}

std::optional<TuneRow> choose(const std::vector<TuneRow>& fused, const TuneOptions& options) {
  std::optional<TuneRow> best;
  const auto rank = [](const TuneRow& row) {
    return std::tuple(row.outbreaks == 0 ? row.signals : row.detected,
                      -median(row.delays).value_or(1e9), -static_cast<double>(row.wrong));
  };
  for (const TuneRow& row : fused) {
    const std::size_t counted = row.outbreaks == 0 ? row.signals : row.wrong;
    if (static_cast<double>(counted) / row.weeks > options.false_a_week) continue;
    if (!best || rank(row) > rank(*best)) best = row;
  }
  return best;
}

std::string interval_csv(std::size_t x, std::size_t n) {
  if (n == 0) return ",,";
  const auto limits = stats::wilson(static_cast<double>(x), static_cast<double>(n));
  char text[64];
  std::snprintf(text, sizeof text, "%.4f,%.4f,%.4f",
                static_cast<double>(x) / static_cast<double>(n), limits->lower, limits->upper);
  return text;
}

std::string rate_csv(std::size_t x, double weeks) {
  const auto limits = stats::poisson_exact(static_cast<double>(x));
  char text[64];
  std::snprintf(text, sizeof text, "%.4f,%.4f,%.4f", static_cast<double>(x) / weeks,
                limits->lower / weeks, limits->upper / weeks);
  return text;
}

Result<void> check(const TuneOptions& options) {
  if (options.to.days - options.from.days < 4 * days_a_week)
    return fail(ErrorCode::invalid_input, "tuning needs four weeks at least");
  if (options.injections < 1 || options.sizes.empty() ||
      std::ranges::any_of(options.sizes, [](int size) { return size < 1; }))
    return fail(ErrorCode::invalid_input, "tuning needs injections and sizes of one case or more");
  return {};
}

}  // namespace

Result<Tuning> tune(const tables::Database& database, const Principal& principal,
                    std::span<const Stream> streams, std::span<const Outbreak> truth,
                    const TuneOptions& options) {
  if (const auto sound = check(options); !sound) return unexpected(sound.error());
  const auto all = rivals(streams);
  if (!all) return unexpected(all.error());
  const Date first = findings_from(options.from, {});
  if (options.progress && !options.progress(0))
    return fail(ErrorCode::unavailable, "tuning was stopped");
  const auto joint = find(database, principal, streams, first, options.to);
  if (!joint) return unexpected(joint.error());
  const std::vector<TuneRow> fused = fused_rows(*joint, truth, options);
  Tuning tuning{fused, choose(fused, options)};
  const double equal = tuning.chosen
                           ? static_cast<double>(tuning.chosen->wrong) / tuning.chosen->weeks
                           : options.false_a_week;
  double done = 0, whole = 0;
  for (const Rival& rival : *all) whole += static_cast<double>(rival.streams.size());
  for (const Rival& rival : *all) {
    Findings together;
    for (const Stream& stream : rival.streams) {
      if (options.progress && !options.progress(done++ / whole))
        return fail(ErrorCode::unavailable, "tuning was stopped");
      const Date begin = counts_from(stream, first);
      const auto counts = counts_of(database, principal, stream, begin, options.to);
      if (!counts) return unexpected(counts.error());
      auto ordinary = judge_stream(stream, *counts, begin, first, options.to);
      if (!ordinary) return unexpected(ordinary.error());
      // What is put into one series says little of a method that looks at many together.
      if (rival.name != cluster_method)
        if (const auto counted = tune_stream(rival.name, stream, *counts, begin, *ordinary, truth,
                                             options, tuning.rows);
            !counted)
          return unexpected(counted.error());
      together.all.insert(together.all.end(), ordinary->all.begin(), ordinary->all.end());
      for (const auto& [day, judged] : ordinary->judged) together.judged[day] += judged;
    }
    if (!truth.empty()) judge_rival(rival.name, together, truth, options, equal, tuning.rows);
  }
  return tuning;
}

std::string tune_csv(std::span<const TuneRow> rows) {
  std::string csv =
      "part,detector,stream,disease,season,shape,size,threshold,outbreaks,detected,pod,pod_low,"
      "pod_high,outbreak_days,alarm_days,sensitivity,sensitivity_low,sensitivity_high,days,signals,"
      "wrong,false_per_week,false_low,false_high,ppv,ppv_low,ppv_high\n";
  for (const TuneRow& row : rows) {
    char threshold[32];
    std::snprintf(threshold, sizeof threshold, "%.4g", row.threshold);
    const auto days = median(row.delays);
    char delay[32] = "";
    if (days) std::snprintf(delay, sizeof delay, "%.1f", *days);
    const bool alarms = row.shape == "all";  // false ones have no shape
    csv += row.part + ',' + csv_field(row.detector) + ',' + row.stream + ',' +
           csv_field(row.disease) + ',' + row.season + ',' + row.shape + ',' + row.size + ',' +
           threshold + ',' + std::to_string(row.outbreaks) + ',' + std::to_string(row.detected) +
           ',' + interval_csv(row.detected, row.outbreaks) + ',' +
           std::to_string(row.outbreak_days) + ',' + std::to_string(row.alarm_days) + ',' +
           interval_csv(row.alarm_days, row.outbreak_days) + ',' + delay + ',' +
           (alarms ? std::to_string(row.signals) : "") + ',' +
           (alarms ? std::to_string(row.wrong) : "") + ',' +
           (alarms ? rate_csv(row.wrong, row.weeks) : ",,") + ',' +
           (row.part == "truth" ? interval_csv(row.signals - row.wrong, row.signals) : ",,") + '\n';
  }
  return csv;
}

}  // namespace hb::watch
