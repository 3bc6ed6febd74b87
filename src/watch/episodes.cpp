#include "watch/episodes.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <limits>
#include <set>

namespace hb::watch {
namespace {

constexpr double least_pvalue = 1e-16;
constexpr double anchors_from = 0.01;  // weaker findings support, and never stand for themselves
constexpr int steps = 24;              // of the search for a threshold
constexpr int days_a_week = 7;

double strength(double pvalue) { return -std::log10(std::max(pvalue, least_pvalue)); }

bool agree(const std::string& a, const std::string& b) { return a.empty() || b.empty() || a == b; }

/// A place, or an area as a whole, a disease and a syndrome, where known.
struct Subject {
  std::string place;
  std::string disease;
  std::string syndrome;

  /// Both may be of the same outbreak.
  bool agrees(const Subject& other) const {
    return agree(place, other.place) && agree(disease, other.disease) &&
           agree(syndrome, other.syndrome);
  }
  friend auto operator<=>(const Subject&, const Subject&) = default;
};

Subject subject_of(const Finding& finding) {
  return {finding.key.place, finding.key.disease, finding.stream->syndrome_of(finding.key.disease)};
}

/// What speaks for a subject of an area on a day.
struct Candidate {
  std::string area;
  Subject subject;
  double score = 0;
  std::vector<const Finding*> findings;  ///< the strongest of each stream, strongest first
};

/// What stands out on a day, strongest first.
struct DayFound {
  std::vector<Candidate> all;
  std::vector<Candidate> fresh;  ///< from windows that began in the last quiet days alone
};
using DayCandidates = std::map<Date, DayFound>;

bool stronger(const Finding* a, const Finding* b) {
  return std::tie(a->pvalue, a->stream->id, a->key, b->day) <
         std::tie(b->pvalue, b->stream->id, b->key, a->day);
}

/// Findings of one area in the last days whose windows began on a day or later, the strongest of
/// each series.
std::vector<const Finding*> active(const std::map<Date, std::vector<const Finding*>>& by_day,
                                   Date day, int memory, Date begun) {
  std::map<std::pair<const Stream*, SeriesKey>, const Finding*> best;
  for (auto it = by_day.upper_bound(Date{day.days - memory}); it != by_day.end(); ++it) {
    if (it->first > day) break;
    for (const Finding* finding : it->second) {
      if (finding->from < begun) continue;
      const Finding*& one = best[{finding->stream, finding->key}];
      if (one == nullptr || finding->pvalue < one->pvalue) one = finding;
    }
  }
  std::vector<const Finding*> all;
  for (const auto& [series, finding] : best) all.push_back(finding);
  std::ranges::sort(all, stronger);
  return all;
}

/// Joins what agrees with the subject; an area as a whole takes nothing from single places.
Candidate candidate_of(const std::string& area, const Subject& subject,
                       const std::vector<const Finding*>& findings, double support) {
  Candidate candidate{area, subject, 0, {}};
  std::set<std::string> families;
  std::set<const Stream*> streams;
  Subject joint = subject;
  for (const Finding* finding : findings) {  // strongest first
    const Subject other = subject_of(*finding);
    if (!other.place.empty() && other.place != subject.place) continue;
    if (!joint.agrees(other) || !streams.insert(finding->stream).second) continue;
    if (joint.disease.empty()) joint.disease = other.disease;
    if (joint.syndrome.empty()) joint.syndrome = other.syndrome;
    candidate.findings.push_back(finding);
    if (families.insert(finding->stream->family).second)
      candidate.score += std::max(0.0, strength(finding->pvalue) - support);
  }
  candidate.subject = joint;
  return candidate;
}

std::vector<Candidate> candidates_of(const std::string& area,
                                     const std::vector<const Finding*>& findings,
                                     const FusionOptions& options) {
  std::set<Subject> subjects;
  for (const Finding* finding : findings)
    if (finding->pvalue <= anchors_from) subjects.insert(subject_of(*finding));
  std::vector<Candidate> candidates;
  for (const Subject& subject : subjects) {
    Candidate one = candidate_of(area, subject, findings, options.support);
    if (one.score >= options.threshold) candidates.push_back(std::move(one));
  }
  return candidates;
}

/// The first family is all evidence; each further one costs its support.
double joint_pvalue(const Candidate& candidate, const FusionOptions& options) {
  return std::pow(10, -(candidate.score + options.support));
}

/// Leaves the discoveries of a day, strongest first.
void take(std::vector<Candidate>& found, double taken, const FusionOptions& options) {
  std::erase_if(found, [&](const Candidate& one) { return joint_pvalue(one, options) > taken; });
  std::ranges::stable_sort(found, [](const Candidate& a, const Candidate& b) {
    return std::tie(b.score, a.area, b.subject.place, a.subject) <
           std::tie(a.score, b.area, a.subject.place, b.subject);
  });
}

/// What reaches the least threshold on each day and is a discovery of it.
DayCandidates all_candidates(const Findings& findings, Date first, Date last,
                             const FusionOptions& options) {
  constexpr Date ever{std::numeric_limits<int>::min()};
  std::map<std::string, std::map<Date, std::vector<const Finding*>>> areas;
  for (const Finding& finding : findings.all)
    if (finding.stream->lane == Lane::ranked)
      areas[finding.key.area][finding.day].push_back(&finding);
  DayCandidates days;
  for (Date day = first; day <= last; ++day.days) {
    DayFound today;
    const auto add = [&](const std::string& area, const auto& by_day, Date begun,
                         std::vector<Candidate>& to) {
      auto found = candidates_of(area, active(by_day, day, options.memory_days, begun), options);
      std::ranges::move(found, std::back_inserter(to));
    };
    for (const auto& [area, by_day] : areas) {
      add(area, by_day, ever, today.all);
      add(area, by_day, Date{day.days - options.quiet_days}, today.fresh);
    }
    if (today.all.empty()) continue;
    std::vector<double> pvalues;
    for (const Candidate& one : today.all) pvalues.push_back(joint_pvalue(one, options));
    const auto judged = findings.judged.upper_bound(day) == findings.judged.begin()
                            ? 1
                            : std::prev(findings.judged.upper_bound(day))->second;
    const double taken = discovery_threshold(pvalues, judged, options.false_discoveries);
    take(today.all, taken, options);
    const double discoveries = std::max(1.0, static_cast<double>(today.all.size()));
    take(today.fresh, options.false_discoveries * discoveries / static_cast<double>(judged),
         options);
    days[day] = std::move(today);
  }
  return days;
}

/// The place of the finding that names one, where it speaks for itself; else the area.
std::string place_of(const Candidate& candidate) {
  for (const Finding* finding : candidate.findings)
    if (!finding->key.place.empty() && finding->pvalue <= anchors_from) return finding->key.place;
  return "";
}

/// 64 bits of FNV-1a as 16 hexadecimal digits.
std::string digest(const std::string& text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return digits;
}

std::string identifier(const std::string& kind, const std::string& area, const std::string& place,
                       const std::string& what, Date day) {
  return kind + "-" + area + "-" + (place.empty() ? "" : digest(place).substr(0, 8) + "-") +
         (what.empty() ? "any" : what) + "-" + format_date(day);
}

Evidence evidence_of(const Finding& finding) {
  return {finding.stream->id, std::string(finding.method),
          finding.key,        finding.day,
          finding.from,       finding.to,
          finding.observed,   finding.expected,
          finding.threshold,  finding.pvalue,
          finding.cluster};
}

Signal signal_of(const Candidate& candidate, Date day) {
  Signal signal;
  signal.date = signal.first_date = day;
  signal.lane = Lane::ranked;
  signal.area = candidate.area;
  signal.place = place_of(candidate);
  signal.disease = candidate.subject.disease;
  signal.syndrome = candidate.subject.syndrome;
  signal.score = candidate.score;
  for (const Finding* finding : candidate.findings) {
    signal.streams.push_back(finding->stream->id);
    signal.evidence.push_back(evidence_of(*finding));
    signal.first_date = std::min(signal.first_date, finding->day);
  }
  signal.id = identifier("episode", signal.area, signal.place,
                         signal.disease.empty() ? signal.syndrome : signal.disease, day);
  return signal;
}

Signal single(const Finding& finding) {
  Signal signal;
  signal.id =
      identifier("case", finding.key.area, finding.key.place, finding.key.disease, finding.day);
  signal.date = signal.first_date = finding.day;
  signal.lane = Lane::one_case;
  signal.area = finding.key.area;
  signal.place = finding.key.place;
  signal.disease = finding.key.disease;
  signal.syndrome = finding.stream->syndrome_of(finding.key.disease);
  signal.streams = {finding.stream->id};
  signal.score = 0;
  signal.evidence = {evidence_of(finding)};
  return signal;
}

/// A place speaks that had not spoken: what an area as a whole showed before does not hide it.
bool more_specific(const Candidate& candidate, const Candidate& earlier) {
  return earlier.subject.place.empty() && !candidate.findings.front()->key.place.empty();
}

/// Something that agrees with it was above the threshold, and near its score, in the quiet days
/// before a day.
bool is_known(const DayCandidates& days, std::vector<Candidate> DayFound::*list, Date before,
              const Candidate& candidate, double threshold, const FusionOptions& options) {
  const double near = std::max(threshold, candidate.score - options.rise);
  for (auto it = days.lower_bound(Date{before.days - options.quiet_days});
       it != days.end() && it->first < before; ++it)
    for (const Candidate& earlier : it->second.*list) {
      if (earlier.score < near) break;  // falling scores
      if (earlier.area == candidate.area && earlier.subject.agrees(candidate.subject) &&
          !more_specific(candidate, earlier))
        return true;
    }
  return false;
}

/// The candidates raised on a day with a threshold, strongest first; then those that go on for
/// long, where what is fresh would be a signal by itself after quiet days.
std::vector<const Candidate*> raised(const DayCandidates& days, Date day, double threshold,
                                     const FusionOptions& options) {
  std::vector<const Candidate*> chosen;
  const auto today = days.find(day);
  if (today == days.end()) return chosen;
  const auto consider = [&](std::vector<Candidate> DayFound::*list, const Candidate& candidate) {
    const bool told = std::ranges::any_of(chosen, [&](const Candidate* other) {
      return other->area == candidate.area && other->subject.agrees(candidate.subject);
    });
    if (!told && !is_known(days, list, day, candidate, threshold, options))
      chosen.push_back(&candidate);
  };
  for (const Candidate& candidate : today->second.all) {
    if (candidate.score < threshold) break;
    consider(&DayFound::all, candidate);
  }
  const Date quiet{day.days - options.quiet_days};
  for (const Candidate& candidate : today->second.fresh) {
    if (candidate.score < threshold) break;
    if (is_known(days, &DayFound::all, quiet, candidate, threshold, options))
      consider(&DayFound::fresh, candidate);
  }
  return chosen;
}

Date month_of(Date day) {
  const YearMonthDay parts = civil(day);
  return *make_date(parts.year, parts.month, 1);
}

/// The least threshold that gives no more than so many signals a week in the days before a month.
double calibrated(const DayCandidates& days, Date month, const FusionOptions& options) {
  const auto signals = [&](double threshold) {
    std::size_t count = 0;
    for (Date day{month.days - options.calibration_days}; day < month; ++day.days)
      count += raised(days, day, threshold, options).size();
    return static_cast<double>(count);
  };
  const double most = *options.at_most * options.calibration_days / days_a_week;
  double low = options.threshold;
  if (signals(low) <= most) return low;
  double high = low;
  for (const auto& [day, candidates] : days)
    if (day < month && !candidates.all.empty())
      high = std::max(high, candidates.all.front().score + 1);
  for (int step = 0; step < steps; ++step) {
    const double middle = (low + high) / 2;
    (signals(middle) <= most ? high : low) = middle;
  }
  return high;
}

}  // namespace

double discovery_threshold(std::vector<double> pvalues, std::size_t judged, double share) {
  std::ranges::sort(pvalues);
  for (std::size_t k = pvalues.size(); k-- > 0;)
    if (pvalues[k] <= share * static_cast<double>(k + 1) / static_cast<double>(judged))
      return pvalues[k];
  return -1;
}

Date findings_from(Date from, const FusionOptions& options) {
  const Date first = options.at_most ? Date{month_of(from).days - options.calibration_days} : from;
  return Date{first.days - 2 * options.quiet_days - options.memory_days};
}

std::vector<Signal> fuse(const Findings& findings, Date from, Date to,
                         const FusionOptions& options) {
  const Date first{findings_from(from, options).days + options.memory_days};
  const DayCandidates days = all_candidates(findings, first, to, options);
  std::map<Date, std::vector<Signal>> singles;
  for (const Finding& finding : findings.all)
    if (finding.stream->lane == Lane::one_case) singles[finding.day].push_back(single(finding));
  std::map<Date, double> thresholds;  // by month
  std::vector<Signal> signals;
  for (Date day = from; day <= to; ++day.days) {
    const Date month = month_of(day);
    const auto [threshold, missing] = thresholds.try_emplace(month, options.threshold);
    if (missing && options.at_most) threshold->second = calibrated(days, month, options);
    signals.insert(signals.end(), singles[day].begin(), singles[day].end());
    for (const Candidate* candidate : raised(days, day, threshold->second, options))
      signals.push_back(signal_of(*candidate, day));
  }
  return signals;
}

}  // namespace hb::watch
