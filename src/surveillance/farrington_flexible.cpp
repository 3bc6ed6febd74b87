#include "surveillance/farrington_flexible.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "surveillance/distributions.hpp"
#include "surveillance/grouped_model.hpp"

namespace hb::surveillance {
namespace {

constexpr double least_mean = std::numeric_limits<double>::epsilon();  // as R's inverse of log

/// What is the same at every time point.
struct Plan {
  const Series& series;
  const FarringtonFlexibleOptions& options;
  std::ptrdiff_t past;            ///< time points left out before the current one
  double z;                       ///< of the bound
  double date_step = 1;           ///< days between the first two dates
  std::vector<double> log_start;  ///< log(y + 0.1)
};

/// Memory used again from one time point to the next.
struct Workspace {
  std::vector<std::ptrdiff_t> reference;
  GroupedCounts counts;
  GroupedFit fit;
  std::vector<double> residual;
  double first_time = 0;  ///< where time begins in prediction
  double fit_time = 0;    ///< and in the fit
};

struct Prediction {
  double mean;
  double eta;
  double se_eta;
  double phi;    ///< as reported
  double slope;  ///< NaN without
};

Result<void> check(const FarringtonFlexibleOptions& o) {
  const auto refuse = [](const char* message) { return fail(ErrorCode::invalid_input, message); };
  if (o.b < 1) return refuse("b: at least 1 year is expected");
  if (o.w < 0) return refuse("w: 0 or more time points are expected");
  if (!(o.alpha > 0 && o.alpha < 1)) return refuse("alpha: a number between 0 and 1 is expected");
  if (!(o.weights_threshold > 0)) return refuse("weightsThreshold: a number above 0 is expected");
  if (!(o.p_threshold_trend >= 0 && o.p_threshold_trend <= 1))
    return refuse("pThresholdTrend: a number from 0 to 1 is expected");
  if (o.no_periods < 1) return refuse("noPeriods: 1 or more is expected");
  if (o.past_weeks_not_included.value_or(0) < 0)
    return refuse("pastWeeksNotIncluded: 0 or more time points are expected");
  if (!(o.limit54.cases >= 0) || o.limit54.periods < 1)
    return refuse("limit54: cases >= 0 and periods >= 1 are expected");
  return {};
}

std::string at_text(const Series& series, std::size_t at) {
  return "unit " + series.unit + ", t = " + std::to_string(at + 1);
}

/// Indices of the reference points of the past years.
Result<void> find_references(const Plan& plan, std::size_t at, Workspace& work) {
  work.reference.clear();
  for (int year = 1; year <= plan.options.b; ++year) {
    const std::ptrdiff_t index = years_before(plan.series, at, year);
    if (plan.series.dated() && index < 0)
      return fail(ErrorCode::invalid_input,
                  "the date " + std::to_string(year) + " years earlier is before the series begins",
                  at_text(plan.series, at));
    work.reference.push_back(index);
  }
  return {};
}

/// Appends time points [from, to] with one level of the season, those that may be used.
void append(const Plan& plan, std::size_t at, std::ptrdiff_t from, std::ptrdiff_t to, int level,
            Workspace& work) {
  const auto last = static_cast<std::ptrdiff_t>(at) - plan.past - 1;
  GroupedCounts& counts = work.counts;
  for (std::ptrdiff_t i = std::max<std::ptrdiff_t>(from, 0); i <= std::min(to, last); ++i) {
    const auto index = static_cast<std::size_t>(i);
    const double time = plan.series.dated() ? plan.series.dates[index].days / plan.date_step
                                            : static_cast<double>(i + 1);
    if (std::isnan(work.fit_time)) work.fit_time = time;
    const double y = plan.series.observed[index];
    if (std::isnan(y)) continue;
    if (std::isnan(work.first_time)) work.first_time = time;
    counts.y.push_back(y);
    counts.log_start.push_back(plan.log_start[index]);
    counts.time.push_back(time);
    counts.group.push_back(static_cast<std::uint16_t>(level));
    if (plan.options.population_offset)
      counts.offset.push_back(std::log(plan.series.population[index]));
  }
}

/// The baseline in order of time: windows carry the last level, the weeks between them the others.
Result<void> collect(const Plan& plan, std::size_t at, Workspace& work) {
  const int w = plan.options.w;
  const int blocks = plan.options.no_periods - 1;
  GroupedCounts& counts = work.counts;
  for (auto* column : {&counts.y, &counts.log_start, &counts.time, &counts.offset, &counts.weight})
    column->clear();
  counts.group.clear();
  counts.groups = static_cast<std::size_t>(plan.options.no_periods);
  work.first_time = work.fit_time = none;
  for (std::size_t i = work.reference.size(); i-- > 0;) {
    const std::ptrdiff_t older = work.reference[i];
    const std::ptrdiff_t newer = i == 0 ? static_cast<std::ptrdiff_t>(at) : work.reference[i - 1];
    append(plan, at, older - w, older + w, blocks, work);
    if (blocks == 0) continue;
    const std::ptrdiff_t gap = newer - older - 2 * w - 1;
    if (gap < blocks + 1 - (2 * w + 1))
      return fail(ErrorCode::invalid_input,
                  "between two windows are " + std::to_string(gap) +
                      " time points, too few for noPeriods = " + std::to_string(blocks + 1),
                  at_text(plan.series, at));
    std::ptrdiff_t from = older + w + 1;
    for (int block = 0; block < blocks; ++block) {
      const std::ptrdiff_t length = gap / blocks + (block < gap % blocks);
      append(plan, at, from, from + length - 1, block, work);
      from += length;
    }
  }
  append(plan, at, static_cast<std::ptrdiff_t>(at) - w, static_cast<std::ptrdiff_t>(at), blocks,
         work);
  for (double& time : counts.time) time -= plan.series.dated() ? work.fit_time : 0;
  return {};
}

/// Fits once more with weights that take past outbreaks back; returns the reported dispersion.
double reweight(const Plan& plan, bool trend, Workspace& work) {
  GroupedCounts& counts = work.counts;
  const double phi = std::max(dispersion(counts, work.fit, work.fit.working), 1.0);
  anscombe_residuals(counts, work.fit, phi, work.residual);
  anscombe_weights(work.residual, plan.options.weights_threshold, counts.weight);
  fit_grouped(counts, trend, work.fit);
  return std::max(dispersion(counts, work.fit, work.fit.working), 1.0);
}

/// One model, reweighted if wanted; nullopt where it does not converge or says nothing of `at`.
std::optional<Prediction> predict(const Plan& plan, std::size_t at, bool trend, Workspace& work) {
  GroupedCounts& counts = work.counts;
  counts.weight.clear();
  fit_grouped(counts, trend, work.fit);
  if (!work.fit.converged || !(work.fit.degrees > 0)) return std::nullopt;
  double phi = dispersion(counts, work.fit, work.fit.working);
  // R replaces the working weights by the prior ones after the second fit: that dispersion, not
  // phi, enters the standard errors.
  double phi_of_errors = phi;
  phi = std::max(phi, 1.0);
  if (plan.options.reweight) {
    phi = reweight(plan, trend, work);
    if (!work.fit.converged || !(work.fit.degrees > 0)) return std::nullopt;
    phi_of_errors = dispersion(counts, work.fit, counts.weight);
  }
  if (trend && !work.fit.has_slope) return std::nullopt;
  const auto group = static_cast<std::size_t>(plan.options.no_periods - 1);
  if (!(work.fit.weight[group] > 0)) return std::nullopt;  // every week of this season is missing
  const double time = plan.series.dated()
                          ? plan.series.dates[at].days / plan.date_step - work.first_time
                          : static_cast<double>(at + 1);
  const double offset = plan.options.population_offset ? std::log(plan.series.population[at]) : 0;
  const double eta = work.fit.eta(group, time, offset);
  Prediction answer{std::exp(eta), eta, std::sqrt(phi_of_errors * work.fit.leverage(group, time)),
                    phi, trend ? work.fit.slope : none};
  if (trend) {
    const double t = work.fit.slope / std::sqrt(phi_of_errors * work.fit.slope_variance());
    const double highest = *std::max_element(counts.y.begin(), counts.y.end());
    const bool significant = t_two_sided(t, work.fit.degrees) < plan.options.p_threshold_trend;
    if (!significant || !(answer.mean <= highest)) return std::nullopt;
  }
  return answer;
}

/// Bound, score and p-value by the method chosen.
void judge(const Plan& plan, double observed, const Prediction& now, FlexiblePoint& point) {
  const FarringtonFlexibleOptions& options = plan.options;
  point.expected = now.mean;
  point.phi = now.phi;
  point.slope = now.slope;
  point.trend = !std::isnan(now.slope);
  if (options.threshold_method == ThresholdMethod::delta) {
    const double mean = std::max(now.mean, least_mean);
    const double se = mean * now.se_eta;
    const PowerBound bound = power_bound(mean, se, now.phi, plan.z, observed, options.powertrans);
    point.expected = mean;
    point.upperbound = bound.upper;
    point.mu0 = std::exp(mean + plan.z * se);
    point.pvalue = bound.tail;
    point.score = (observed - mean) / (bound.upper - mean);
    return;
  }
  const bool muan = options.threshold_method == ThresholdMethod::muan;
  const double mean = muan ? std::exp(now.eta + plan.z * now.se_eta) : now.mean;
  point.mu0 = mean;
  if (!std::isfinite(mean)) return;
  const bool spread = now.phi > 1;
  const NegativeBinomial law{mean / (now.phi - 1), 1 / now.phi};
  point.upperbound =
      spread ? quantile(law, 1 - options.alpha) : poisson_quantile(mean, 1 - options.alpha);
  if (std::isnan(observed)) return;
  point.pvalue = spread ? at_least(law, observed) : poisson_at_least(mean, observed);
  point.score = (observed - now.eta) / (point.upperbound - now.eta);
}

Result<FlexiblePoint> judge_point(const Plan& plan, std::size_t at, Workspace& work) {
  FlexiblePoint point;
  if (const auto found = find_references(plan, at, work); !found) return unexpected(found.error());
  if (const auto got = collect(plan, at, work); !got) return unexpected(got.error());
  if (work.counts.size() == 0) return point;
  std::optional<Prediction> now;
  constexpr int least_years = 3;  // for a trend
  if (plan.options.trend && plan.options.b >= least_years) now = predict(plan, at, true, work);
  if (!now) now = predict(plan, at, false, work);
  if (!now) return point;
  const double observed = plan.series.observed[at];
  judge(plan, observed, *now, point);
  const bool enough =
      recent_cases(plan.series, at, plan.options.limit54.periods) >= plan.options.limit54.cases;
  if (!enough || std::isnan(point.upperbound)) point.expected = point.upperbound = none;
  if (enough && point.score > 1 && observed != 0) point.alarm = Alarm::yes;
  return point;
}

Plan plan_of(const Series& series, const FarringtonFlexibleOptions& options) {
  Plan plan{series,
            options,
            options.past_weeks_not_included.value_or(options.w),
            normal_quantile(1 - options.alpha),
            1,
            {}};
  plan.log_start.reserve(series.size());
  for (const double y : series.observed) plan.log_start.push_back(std::log(y + 0.1));
  if (series.dated() && series.size() > 1)
    plan.date_step = series.dates[1].days - series.dates[0].days;
  return plan;
}

}  // namespace

std::size_t farrington_flexible_start(const Series& series,
                                      const FarringtonFlexibleOptions& options) {
  const auto least = static_cast<std::ptrdiff_t>(series.freq) * options.b + options.w;
  auto at = static_cast<std::size_t>(std::max<std::ptrdiff_t>(least, 0));
  if (series.dated())
    while (at < series.size() && years_before(series, at, options.b) < 0) ++at;
  return std::min(at, series.size());
}

Result<std::vector<FlexiblePoint>> farrington_flexible(const Series& series, Range range,
                                                       const FarringtonFlexibleOptions& options) {
  if (const auto sound = check(options); !sound) return unexpected(sound.error());
  if (const auto sound = check_range(series, range, 0); !sound) return unexpected(sound.error());
  if (options.population_offset)
    for (const double people : series.population)
      if (!(people > 0))
        return fail(ErrorCode::invalid_input,
                    "populationOffset: a population above 0 is expected in every row",
                    "unit " + series.unit);
  if (options.population_offset && series.population.empty())
    return fail(ErrorCode::invalid_input, "populationOffset: a column population is expected",
                "unit " + series.unit);
  const Plan plan = plan_of(series, options);
  Workspace work;
  std::vector<FlexiblePoint> points;
  points.reserve(range.size());
  for (std::size_t at = range.first; at < range.last; ++at) {
    Result<FlexiblePoint> point = judge_point(plan, at, work);
    if (!point) return unexpected(point.error());
    points.push_back(*point);
  }
  return points;
}

}  // namespace hb::surveillance
