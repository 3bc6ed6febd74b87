#include "surveillance/pooled.hpp"

#include <algorithm>
#include <cmath>

#include "surveillance/distributions.hpp"

namespace hb::surveillance {
namespace {

constexpr std::size_t cap_days = 56;  // whose mean says what a day counts for at most
constexpr double cap_factor = 3;
constexpr double least_pvalue = 1e-300;
constexpr int fresh_days = 7;      // where a longer window speaks, the strongest of these does too
constexpr double half_case = 0.5;  // Jeffreys' prior of a Poisson mean
constexpr double kind_worth = 20;  // counts the share of all days is worth to that of one kind

using Sums = std::vector<double>;  // sums[i]: of the days before i

double between(const Sums& sums, std::size_t from, std::size_t to) { return sums[to] - sums[from]; }

void sum_up(const SparseCounts& counts, std::size_t days, Sums& sums) {
  sums.assign(days + 1, 0);
  for (const auto& [day, count] : counts) sums[day + 1] = count;
  for (std::size_t i = 0; i < days; ++i) sums[i + 1] += sums[i];
}

/// The same with no day above what the weeks before it let expect; whole numbers, so that sums are
/// exact whatever they begin with.
void sum_up_capped(const SparseCounts& counts, const Sums& raw, std::size_t days, Sums& sums) {
  sums.assign(days + 1, 0);
  for (const auto& [day, count] : counts) {
    const std::size_t from = day < cap_days ? 0 : day - cap_days;
    const double mean = day == 0 ? 0 : between(raw, from, day) / static_cast<double>(day - from);
    sums[day + 1] = std::min(count, std::max(1.0, std::ceil(cap_factor * mean)));
  }
  for (std::size_t i = 0; i < days; ++i) sums[i + 1] += sums[i];
}

/// Of sums, those of the days that are apart.
void sum_up_apart(const Sums& all, const std::vector<bool>& apart, Sums& sums) {
  sums.assign(all.size(), 0);
  for (std::size_t i = 0; i < apart.size(); ++i)
    sums[i + 1] = sums[i] + (apart[i] ? all[i + 1] - all[i] : 0);
}

std::size_t back(std::size_t day, int days) {
  return day < static_cast<std::size_t>(days) ? 0 : day - static_cast<std::size_t>(days);
}
/// The baseline of a day is baseline_begin … baseline_end − 1.
std::size_t baseline_end(std::size_t day, const PooledOptions& options) {
  return back(day + 1, options.guard);
}
std::size_t baseline_begin(std::size_t day, const PooledOptions& options) {
  return back(baseline_end(day, options), options.baseline);
}

class Pool {
 public:
  Pool(const PooledCounts& counts, Range days, const PooledOptions& options, double keep)
      : counts_(counts), days_(days), options_(options), keep_(keep) {
    total_.assign(counts.days + 1, 0);
    for (const SparseCounts& place : counts.places) {
      sum_up(place, counts.days, raw_);
      sum_up_capped(place, raw_, counts.days, capped_);
      for (std::size_t i = 0; i <= counts.days; ++i) total_[i] += capped_[i];
    }
    if (counts.apart) {
      sum_up_apart(total_, *counts.apart, total_apart_);
      days_apart_.assign(counts.days + 1, 0);
      for (std::size_t i = 0; i < counts.days; ++i)
        days_apart_[i + 1] = days_apart_[i] + ((*counts.apart)[i] ? 1 : 0);
    }
    all_ = counts.all ? counts.all
                      : std::make_shared<const PooledSizes>(
                            sizes_of(counts.sizes, counts.days, days, options));
  }

  Pooled judge() {
    Pooled judged{{}, all_->known};
    const auto longest = static_cast<std::size_t>(options_.windows.back());
    for (std::size_t place = 0; place < counts_.places.size(); ++place) {
      if (counts_.only && *counts_.only != place) continue;
      sum_up(counts_.places[place], counts_.days, raw_);
      sum_up_capped(counts_.places[place], raw_, counts_.days, capped_);
      if (counts_.apart) sum_up_apart(capped_, *counts_.apart, capped_apart_);
      sum_up(counts_.sizes[place], counts_.days, size_);
      for (std::size_t day = days_.first; day < days_.last; ++day) {
        const std::size_t from = day + 1 < longest ? 0 : day + 1 - longest;
        if (between(raw_, from, day + 1) < options_.min_cases) continue;
        const PooledPoint point = strongest(place, day, options_.windows.back());
        if (point.window > 0 && point.pvalue <= keep_) judged.points.push_back(point);
        if (point.window <= fresh_days) continue;
        const PooledPoint fresh = strongest(place, day, fresh_days);
        if (fresh.window > 0 && fresh.pvalue <= keep_) judged.points.push_back(fresh);
      }
    }
    return judged;
  }

 private:
  /// Cases of the place per case of all others, with the counts it rests on.
  struct Odds {
    double mean;
    double shape;
  };
  Odds odds(std::size_t day) const {
    const std::size_t from = baseline_begin(day, options_);
    const std::size_t to = baseline_end(day, options_);
    const double own = between(capped_, from, to);
    const double size = between(size_, from, to) + half_case;
    const double all =
        between(all_->sums, from, to) +
        half_case * static_cast<double>(std::max<std::size_t>(2, all_->known[day - days_.first]));
    const double shape = options_.alike + own;
    const double others = between(total_, from, to) - own;
    return {shape / (options_.alike * std::max(all - size, half_case) / size + others), shape};
  }

  /// Of one kind of the days before a day, drawn towards those of all.
  Odds odds_of_kind(const Odds& all, std::size_t day, bool apart) const {
    const std::size_t from = baseline_begin(day, options_);
    const std::size_t to = baseline_end(day, options_);
    double own = between(capped_apart_, from, to);
    double everywhere = between(total_apart_, from, to);
    if (!apart) {
      own = between(capped_, from, to) - own;
      everywhere = between(total_, from, to) - everywhere;
    }
    const double worth = std::min(kind_worth, all.shape);
    return {(worth + own) / (worth / all.mean + everywhere - own), worth + own};
  }

  /// Of the days of a window, as many of either kind as the others have counts on them.
  Odds odds_of_window(const Odds& all, const Odds& work, const Odds& free, std::size_t from,
                      std::size_t to) const {
    const auto days = static_cast<double>(to - from);
    const double others = between(total_, from, to) - between(capped_, from, to);
    const double others_free = between(total_apart_, from, to) - between(capped_apart_, from, to);
    const double share = (others_free + between(days_apart_, from, to) / days) / (others + 1);
    const double a = (1 - share) * work.mean;
    const double b = share * free.mean;
    const double mean = a + b;
    return {mean, std::min(all.shape + kind_worth,
                           mean * mean / (a * a / work.shape + b * b / free.shape))};
  }

  /// Of the windows up to a length. The p-value is the harmonic mean over all windows: those that
  /// agree strengthen each other, one alone counts times their number.
  PooledPoint strongest(std::size_t place, std::size_t day, int longest) const {
    PooledPoint best{place, day, 0, 0, 0, 0, 2};
    double best_size = 1;
    const auto windows = static_cast<double>(options_.windows.size());
    double inverse = windows;  // sum of 1/p; 1 of each that says nothing
    const Odds all = odds(day);
    const Odds work = counts_.apart ? odds_of_kind(all, day, false) : all;
    const Odds free = counts_.apart ? odds_of_kind(all, day, true) : all;
    for (const int window : options_.windows) {
      if (window > longest) break;
      const std::size_t from = back(day + 1, window);
      const double observed = between(raw_, from, day + 1);
      if (observed < options_.min_cases) continue;
      const double others = between(total_, from, day + 1) - between(capped_, from, day + 1);
      const std::size_t earlier = back(from, options_.level);
      const double former = between(total_, earlier, from) - between(capped_, earlier, from);
      const double discount = former > options_.worth ? options_.worth / former : 1;
      const double shape = half_case + discount * former + others;
      const double rate = 1 + discount * static_cast<double>(from - earlier) / window;
      const Odds share = counts_.apart ? odds_of_window(all, work, free, from, day + 1) : all;
      const double expected = share.mean * shape / rate;
      const double size =
          1 / (1 / shape + 1 / share.shape + options_.spread * options_.spread / window);
      const double pvalue =
          observed <= expected ? 1 : at_least({size, size / (size + expected)}, observed);
      inverse += 1 / std::max(pvalue, least_pvalue) - 1;
      if (pvalue >= best.pvalue) continue;
      best = {place, day, window, observed, expected, 0, pvalue};
      best_size = size;
    }
    if (best.window == 0) return best;
    best.pvalue = windows / inverse;
    if (best.pvalue <= keep_)
      best.threshold =
          quantile({best_size, best_size / (best_size + best.expected)}, 1 - options_.alpha);
    return best;
  }

  const PooledCounts& counts_;
  Range days_;
  const PooledOptions& options_;
  double keep_;
  Sums total_;  ///< of all places, capped
  std::shared_ptr<const PooledSizes> all_;
  Sums all_sizes_;                                ///< of all places
  Sums raw_, capped_, size_;                      ///< of the place at hand
  Sums total_apart_, capped_apart_, days_apart_;  ///< on days that are apart alone
};

}  // namespace

int memory(const PooledOptions& options) {
  const int share = options.guard + options.baseline;
  const int level = options.windows.back() + options.level;
  return std::max(share, level) + static_cast<int>(cap_days);
}

PooledSizes sizes_of(const std::vector<SparseCounts>& places, std::size_t days, Range judged,
                     const PooledOptions& options) {
  PooledSizes all{Sums(days + 1, 0), std::vector<std::size_t>(judged.size(), 0)};
  Sums sums;
  for (const SparseCounts& place : places) {
    sum_up(place, days, sums);
    for (std::size_t i = 0; i <= days; ++i) all.sums[i] += sums[i];
    for (std::size_t day = judged.first; day < judged.last; ++day)
      if (between(sums, baseline_begin(day, options), day + 1) > 0) ++all.known[day - judged.first];
  }
  return all;
}

Result<Pooled> pooled(const PooledCounts& counts, Range days, const PooledOptions& options,
                      double keep) {
  const auto bad = [](const char* what) { return fail(ErrorCode::invalid_input, what); };
  if (options.windows.empty() || options.windows.front() < 1 ||
      !std::ranges::is_sorted(options.windows))
    return bad("windows: rising numbers of days are expected");
  if (options.baseline < 28 || options.level < 7 || options.guard < 1)
    return bad("baseline is below 28, level below 7 or guard below 1 day");
  if (!(options.worth > 0 && options.alike > 0 && options.spread >= 0 && options.min_cases >= 0))
    return bad("worth and alike are above 0, spread is not below 0, min_cases not below 0");
  if (!(options.alpha > 0 && options.alpha < 1)) return bad("alpha is not in (0, 1)");
  if (days.last > counts.days || days.first >= days.last) return bad("no days to judge");
  if (counts.sizes.size() != counts.places.size()) return bad("a size per place is expected");
  if (counts.all &&
      (counts.all->sums.size() != counts.days + 1 || counts.all->known.size() != days.size()))
    return bad("sizes of other days");
  if (counts.apart && counts.apart->size() != counts.days) return bad("days apart of other days");
  return Pool(counts, days, options, keep).judge();
}

}  // namespace hb::surveillance
