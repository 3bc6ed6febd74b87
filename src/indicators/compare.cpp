#include "indicators/compare.hpp"

#include <algorithm>
#include <cmath>

#include "stats/interval.hpp"

namespace hb::indicators {
namespace {

constexpr int drawn_limits = 40;

Result<stats::FunnelKind> kind_of(const Measure& measure) {
  if (measure.method == Method::proportion) return stats::FunnelKind::proportion;
  if (measure.method == Method::rate) return stats::FunnelKind::rate;
  return fail(ErrorCode::invalid_input, "only proportions and rates are compared in a funnel",
              measure.id);
}

std::optional<stats::Interval> interval_of(stats::FunnelKind kind, double x, double n,
                                           double confidence) {
  if (kind == stats::FunnelKind::proportion) {
    const auto limits = stats::wilson(x, n, confidence);
    return limits ? std::optional(*limits) : std::nullopt;
  }
  const auto rate = stats::crude_rate(x, n, confidence);
  return rate ? std::optional(rate->limits) : std::nullopt;
}

/// Limits of the funnel at a size, per 1 of the denominator; a missing one is not drawn.
struct Limits {
  std::optional<double> lower, upper;
};

struct Funnel {
  stats::FunnelKind kind;
  double baseline;
  std::optional<stats::Overdispersion> spread;  ///< set: the limits hold it
};

Limits limits_at(const Funnel& funnel, double n, double confidence) {
  if (funnel.spread) {
    const auto both =
        stats::overdispersed_limits(n, funnel.baseline, funnel.kind, *funnel.spread, confidence);
    if (!both) return {};
    return {both->lower, both->upper};
  }
  if (funnel.kind == stats::FunnelKind::proportion) {
    const auto both = stats::funnel_limits_of_share(n, funnel.baseline, confidence);
    if (!both) return {};
    return {both->lower, both->upper};
  }
  // An area of this size expects baseline·n events: the rates that so many events would have.
  const auto relative = stats::funnel_limits_of_count(funnel.baseline * n, confidence);
  if (!relative) return {};
  Limits limits;
  if (relative->lower) limits.lower = funnel.baseline * *relative->lower;
  if (relative->upper) limits.upper = funnel.baseline * *relative->upper;
  return limits;
}

Standing standing_of(stats::Significance significance, Better better) {
  const bool high = significance == stats::Significance::high_025 ||
                    significance == stats::Significance::high_001;
  const bool low =
      significance == stats::Significance::low_025 || significance == stats::Significance::low_001;
  if (!high && !low) return Standing::similar;
  if (better == Better::none) return high ? Standing::higher : Standing::lower;
  return high == (better == Better::higher) ? Standing::better : Standing::worse;
}

void judge(ComparedArea& area, const Funnel& funnel, Better better) {
  if (funnel.spread) {
    const Limits at95 = limits_at(funnel, area.denominator, 0.95);
    const Limits at998 = limits_at(funnel, area.denominator, 0.998);
    if (!at95.lower || !at95.upper || !at998.lower || !at998.upper) return;
    area.significance = stats::significance_in_funnel(
        area.events / area.denominator, {*at95.lower, *at95.upper}, {*at998.lower, *at998.upper});
  } else {
    const auto at95 = interval_of(funnel.kind, area.events, area.denominator, 0.95);
    const auto at998 = interval_of(funnel.kind, area.events, area.denominator, 0.998);
    if (!at95 || !at998) return;
    area.significance = stats::significance_of(*at95, *at998, funnel.baseline);
  }
  area.standing = standing_of(area.significance, better);
}

void draw(AreaComparison& out, const Funnel& funnel, double multiplier) {
  double least = out.areas.front().denominator;
  double most = least;
  for (const ComparedArea& area : out.areas)
    if (area.denominator > 0) {
      least = least > 0 ? std::min(least, area.denominator) : area.denominator;
      most = std::max(most, area.denominator);
    }
  if (!(least > 0)) return;
  const auto scaled = [&](std::optional<double> limit) {
    return limit ? std::optional(*limit * multiplier) : std::nullopt;
  };
  for (int i = 0; i < drawn_limits; ++i) {
    // Even steps of the root: that is how the funnel narrows.
    const double share = static_cast<double>(i) / (drawn_limits - 1);
    const double root =
        std::sqrt(least * 0.8) + share * (std::sqrt(most * 1.1) - std::sqrt(least * 0.8));
    const double n = root * root;
    const Limits at95 = limits_at(funnel, n, 0.95);
    const Limits at998 = limits_at(funnel, n, 0.998);
    out.limits.push_back(
        {n, scaled(at95.lower), scaled(at95.upper), scaled(at998.lower), scaled(at998.upper)});
  }
}

}  // namespace

std::string_view standing_word(Standing standing) {
  switch (standing) {
    case Standing::better:
      return "better";
    case Standing::similar:
      return "similar";
    case Standing::worse:
      return "worse";
    case Standing::higher:
      return "higher";
    case Standing::lower:
      return "lower";
    case Standing::not_compared:
      return "not_compared";
  }
  return "not_compared";
}

Result<AreaComparison> compare_areas(const Measure& measure, std::vector<ComparedArea> areas,
                                     const CompareOptions& options) {
  const auto kind = kind_of(measure);
  if (!kind) return unexpected(kind.error());
  AreaComparison out;
  std::vector<stats::FunnelPoint> points;
  for (ComparedArea& area : areas) {
    if (!(area.denominator > 0)) continue;
    points.push_back({area.events, area.denominator});
    area.value = measure.multiplier * area.events / area.denominator;
    const auto scale = [&](double confidence) -> std::optional<stats::Interval> {
      const auto limits = interval_of(*kind, area.events, area.denominator, confidence);
      if (!limits) return std::nullopt;
      return stats::Interval{limits->lower * measure.multiplier,
                             limits->upper * measure.multiplier};
    };
    area.at95 = scale(0.95);
    area.at998 = scale(0.998);
  }
  out.areas = std::move(areas);
  if (points.empty()) {
    out.reason = {"没有可比较的区域", "there is no area to compare"};
    return out;
  }
  const auto baseline = stats::funnel_baseline(points, *kind);
  if (!baseline) return unexpected(baseline.error());
  out.benchmark = *baseline * measure.multiplier;
  Funnel funnel{*kind, *baseline, std::nullopt};
  if (points.size() >= 3 && *baseline > 0)
    if (const auto spread = stats::funnel_overdispersion(points, *kind)) {
      out.overdispersion = spread->phi;
      if (options.overdispersion && spread->variance > 0) funnel.spread = *spread;
    }
  out.widened = funnel.spread.has_value();
  draw(out, funnel, measure.multiplier);
  if (points.size() < least_compared) {
    out.reason = {"可比较的区域不足5个，不作优劣判定", "fewer than 5 areas to compare: no colours"};
    return out;
  }
  for (ComparedArea& area : out.areas)
    if (area.denominator > 0) judge(area, funnel, measure.better);
  return out;
}

Result<PooledFigure> pooled_figure(const Measure& measure, const ComparedArea& area,
                                   const std::vector<ComparedArea>& others) {
  const auto kind = kind_of(measure);
  if (!kind) return unexpected(kind.error());
  double events = 0;
  double people = 0;
  for (const ComparedArea& other : others) {
    events += other.events;
    people += other.denominator;
  }
  if (!(people > 0)) return fail(ErrorCode::invalid_input, "there is nobody to compare with");
  PooledFigure pooled{measure.multiplier * events / people, {}, {}, Standing::not_compared};
  if (const auto limits = interval_of(*kind, events, people, 0.95)) {
    pooled.lower = measure.multiplier * limits->lower;
    pooled.upper = measure.multiplier * limits->upper;
  }
  if (area.at95 && area.at998)
    pooled.standing =
        standing_of(stats::significance_of(*area.at95, *area.at998, pooled.value), measure.better);
  return pooled;
}

Result<InequalityFound> inequality_of(const Measure& measure, std::vector<ScoredArea> areas,
                                      std::size_t groups) {
  const auto kind = kind_of(measure);
  if (!kind) return unexpected(kind.error());
  std::erase_if(areas, [](const ScoredArea& area) { return !(area.denominator > 0); });
  if (groups < 5 || areas.size() < groups)
    return fail(ErrorCode::invalid_input,
                "the index needs at least 5 groups and as many areas with people",
                std::to_string(areas.size()) + " areas");
  std::ranges::stable_sort(areas, std::greater<>(), &ScoredArea::score);
  double people = 0;
  for (const ScoredArea& area : areas) people += area.denominator;
  std::vector<stats::QuantileValue> quantiles;
  std::size_t next = 0;
  double before = 0;
  for (std::size_t group = 0; group < groups; ++group) {
    double x = 0;
    double n = 0;
    // At least one area each, and enough areas left for the groups behind.
    const double until = people * static_cast<double>(group + 1) / static_cast<double>(groups);
    do {
      x += areas[next].events;
      n += areas[next].denominator;
      ++next;
    } while (next + (groups - group - 1) < areas.size() &&
             before + n + areas[next].denominator / 2 <= until);
    before += n;
    const auto at95 = interval_of(*kind, x, n, 0.95);
    const auto scale = *kind == stats::FunnelKind::proportion ? stats::ValueKind::proportion
                                                              : stats::ValueKind::rate;
    const auto se = at95 ? stats::standard_error(*at95, scale)
                         : Result<double>(fail(ErrorCode::invalid_input, "no limits"));
    quantiles.push_back({n, x / n, se ? std::optional(*se) : std::nullopt});
  }
  for (; next < areas.size(); ++next) {  // rounding: what is left belongs to the last group
    quantiles.back().value = (quantiles.back().value * quantiles.back().pop + areas[next].events) /
                             (quantiles.back().pop + areas[next].denominator);
    quantiles.back().pop += areas[next].denominator;
  }
  stats::InequalityOptions options;
  options.kind = *kind == stats::FunnelKind::proportion ? stats::ValueKind::proportion
                                                        : stats::ValueKind::rate;
  options.multiplier = measure.better == Better::higher ? -measure.multiplier : measure.multiplier;
  const auto index = stats::inequality(quantiles, options);
  if (!index) return unexpected(index.error());
  return InequalityFound{*index, groups};
}

}  // namespace hb::indicators
