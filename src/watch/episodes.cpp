#include "watch/episodes.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <set>

namespace hb::watch {
namespace {

constexpr double least_pvalue = 1e-16;

/// Findings at one place and time that belong together.
struct Episode {
  std::string area;
  std::string syndrome;  ///< empty: of streams that say none
  std::vector<Finding> findings;
  Date first;
  Date last;
  double peak = 0;
  bool raised = false;
};

double strength(double pvalue) { return -std::log10(std::max(pvalue, least_pvalue)); }

/// Strongest findings of the streams in the last days.
std::map<std::string, const Finding*> strongest(const Episode& episode, Date day, int memory) {
  std::map<std::string, const Finding*> best;
  for (const Finding& finding : episode.findings) {
    if (finding.day.days <= day.days - memory) continue;
    const Finding*& one = best[finding.stream->id];
    if (one == nullptr || finding.pvalue < one->pvalue) one = &finding;
  }
  return best;
}

double score_of(const Episode& episode, Date day, int memory) {
  double score = 0;
  for (const auto& [stream, finding] : strongest(episode, day, memory))
    score += strength(finding->pvalue);
  return score;
}

std::string identifier(const std::string& kind, const std::string& area, const std::string& what,
                       Date first) {
  return kind + "-" + area + "-" + (what.empty() ? "any" : what) + "-" + format_date(first);
}

Signal signal_of(const Episode& episode, Date day, double score, int memory) {
  Signal signal;
  signal.id = identifier("episode", episode.area, episode.syndrome, episode.first);
  signal.date = day;
  signal.lane = Lane::ranked;
  signal.area = episode.area;
  signal.score = score;
  signal.first_date = episode.first;
  double best = 2;
  double best_named = 2;
  for (const auto& [stream, finding] : strongest(episode, day, memory)) {
    signal.streams.push_back(stream);
    if (finding->pvalue < best) {
      best = finding->pvalue;
      signal.place = finding->key.place;
    }
    if (!finding->key.disease.empty() && finding->pvalue < best_named) {
      best_named = finding->pvalue;
      signal.disease = finding->key.disease;
    }
  }
  return signal;
}

class Fusion {
 public:
  explicit Fusion(const FusionOptions& options) : options_(options) {}

  /// Takes the findings of one day; appends the signals raised on it.
  void day(Date day, const std::vector<const Finding*>& findings, std::size_t judged,
           std::vector<Signal>& signals) {
    close(day);
    std::vector<double> pvalues;
    for (const Finding* finding : findings)
      if (finding->stream->lane == Lane::ranked) pvalues.push_back(finding->pvalue);
    const double taken = discovery_threshold(pvalues, judged, options_.false_discoveries);
    for (const Finding* finding : findings) {
      if (finding->stream->lane == Lane::one_case)
        signals.push_back(single(*finding));
      else if (finding->pvalue <= std::max(taken, options_.join))
        place(*finding, finding->pvalue <= taken);
    }
    raise(day, signals);
  }

 private:
  void close(Date day) {
    std::erase_if(open_, [&](const Episode& episode) {
      if (day.days - episode.last.days <= options_.quiet_days) return false;
      past_.push_back({episode.last, episode.peak});
      return true;
    });
    std::erase_if(
        past_, [&](const auto& one) { return one.first.days <= day.days - options_.tuning_days; });
    std::erase_if(raised_, [&](Date one) { return one.days <= day.days - 7; });
  }

  static Signal single(const Finding& finding) {
    Signal signal;
    signal.id =
        identifier("case", finding.key.area,
                   finding.key.disease + (finding.key.place.empty() ? "" : "-") + finding.key.place,
                   finding.day);
    signal.date = signal.first_date = finding.day;
    signal.lane = Lane::one_case;
    signal.area = finding.key.area;
    signal.place = finding.key.place;
    signal.disease = finding.key.disease;
    signal.streams = {finding.stream->id};
    signal.score = 0;
    return signal;
  }

  /// Joins an open episode of the area, or begins one where the finding is a discovery.
  void place(const Finding& finding, bool discovery) {
    const std::string& syndrome = finding.stream->syndrome;
    for (Episode& episode : open_) {
      if (episode.area != finding.key.area) continue;
      if (!syndrome.empty() && !episode.syndrome.empty() && syndrome != episode.syndrome) continue;
      if (episode.syndrome.empty()) episode.syndrome = syndrome;
      episode.findings.push_back(finding);
      episode.last = finding.day;
      return;
    }
    if (discovery)
      open_.push_back({finding.key.area, syndrome, {finding}, finding.day, finding.day, 0, false});
  }

  /// The score that so many episodes a week have reached so far.
  double threshold(Date day) const {
    if (!options_.at_most || !begun_) return 0;
    std::vector<double> peaks;
    for (const auto& [last, peak] : past_) peaks.push_back(peak);
    for (const Episode& episode : open_) peaks.push_back(episode.peak);
    const double days = std::min(day.days - begun_->days + 1, options_.tuning_days);
    const auto wanted = static_cast<std::size_t>(*options_.at_most * days / 7);
    if (wanted == 0 || peaks.size() <= wanted) return 0;
    std::ranges::sort(peaks, std::greater<>());
    return peaks[wanted - 1];
  }

  void raise(Date day, std::vector<Signal>& signals) {
    if (!begun_) begun_ = day;
    std::vector<std::pair<double, Episode*>> waiting;
    for (Episode& episode : open_) {
      const double score = score_of(episode, day, options_.memory_days);
      episode.peak = std::max(episode.peak, score);
      if (!episode.raised && episode.last == day) waiting.push_back({score, &episode});
    }
    std::ranges::stable_sort(waiting, std::greater<>(), &std::pair<double, Episode*>::first);
    const double least = threshold(day);
    for (auto& [score, episode] : waiting) {
      if (score < least) break;
      if (options_.at_most && static_cast<double>(raised_.size()) >= std::floor(*options_.at_most))
        break;
      episode->raised = true;
      raised_.push_back(day);
      signals.push_back(signal_of(*episode, day, score, options_.memory_days));
    }
  }

  FusionOptions options_;
  std::deque<Episode> open_;
  std::vector<std::pair<Date, double>>
      past_;                  ///< last day and peak score of episodes that are over
  std::vector<Date> raised_;  ///< of the last seven days
  std::optional<Date> begun_;
};

}  // namespace

double discovery_threshold(std::vector<double> pvalues, std::size_t judged, double share) {
  std::ranges::sort(pvalues);
  for (std::size_t k = pvalues.size(); k-- > 0;)
    if (pvalues[k] <= share * static_cast<double>(k + 1) / static_cast<double>(judged))
      return pvalues[k];
  return -1;
}

std::vector<Signal> fuse(const Findings& findings, Date from, Date to,
                         const FusionOptions& options) {
  std::map<Date, std::vector<const Finding*>> by_day;
  for (const Finding& finding : findings.all) by_day[finding.day].push_back(&finding);
  for (auto& [day, all] : by_day)
    std::ranges::stable_sort(all, [](const Finding* a, const Finding* b) {
      return std::tie(a->pvalue, a->stream->id, a->key) <
             std::tie(b->pvalue, b->stream->id, b->key);
    });
  Fusion fusion(options);
  std::vector<Signal> signals;
  for (Date day{from.days - options.tuning_days}; day <= to; ++day.days) {
    const auto judged = findings.judged.find(day);
    std::vector<Signal> today;
    fusion.day(day, by_day[day], judged == findings.judged.end() ? 1 : judged->second, today);
    std::ranges::stable_sort(today, [](const Signal& a, const Signal& b) {
      return a.lane != b.lane ? a.lane < b.lane : a.score > b.score;
    });
    if (day >= from) signals.insert(signals.end(), today.begin(), today.end());
  }
  return signals;
}

}  // namespace hb::watch
