#include "stats/survey.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>
#include <string>

namespace hb::stats {
namespace {

unexpected<Error> refuse(const char* why) { return fail(ErrorCode::invalid_input, why); }

bool counts(const SurveyUnit& unit) { return unit.in_domain && !std::isnan(unit.value); }

const char* fault_of(const SurveyUnit& unit, const SurveyOptions& options) {
  if (!(unit.weight > 0)) return "a weight is not above 0";
  if (options.figure == SurveyFigure::proportion && counts(unit) && unit.value != 0 &&
      unit.value != 1)
    return "a property is neither 0 nor 1";
  return nullptr;
}

/// Weighted sums over the answers of the domain.
struct Totals {
  double people = 0;  ///< Σ w
  double base = 0;    ///< Σ w·base: people, or the denominator of a ratio
  double value = 0;   ///< Σ w·y
  std::size_t answers = 0;
};

Totals totals_of(std::span<const SurveyUnit> units, bool is_ratio) {
  Totals totals;
  for (const SurveyUnit& unit : units) {
    if (!counts(unit)) continue;
    totals.people += unit.weight;
    totals.base += unit.weight * (is_ratio ? unit.base : 1);
    totals.value += unit.weight * unit.value;
    ++totals.answers;
  }
  return totals;
}

/// What one primary unit adds to the linearised estimate.
struct PrimaryUnit {
  std::size_t stratum;
  double sum = 0;
  bool has_answers = false;
  double stratum_clusters = 0;
};

/// Primary units with the sums of the linearised values.
/// errors  a cluster lies in two strata
Result<std::map<std::size_t, PrimaryUnit>> primary_units(std::span<const SurveyUnit> units,
                                                         const Totals& totals,
                                                         const SurveyOptions& options) {
  std::map<std::size_t, PrimaryUnit> clusters;
  const double estimate = totals.value / totals.base;
  for (const SurveyUnit& unit : units) {
    PrimaryUnit& cluster =
        clusters.try_emplace(unit.cluster, PrimaryUnit{unit.stratum}).first->second;
    if (cluster.stratum != unit.stratum) return refuse("a cluster lies in two strata");
    cluster.stratum_clusters = unit.stratum_clusters;
    if (!counts(unit)) continue;
    cluster.has_answers = true;
    if (options.figure == SurveyFigure::total) {
      cluster.sum += unit.weight * unit.value;
    } else {
      const double base = options.figure == SurveyFigure::ratio ? unit.base : 1;
      cluster.sum += unit.weight * (unit.value - estimate * base) / totals.base;
    }
  }
  return clusters;
}

struct Stratum {
  double sum = 0;
  double all_units = 0;
  bool has_answers = false;
  std::vector<double> sums;
};

struct Spread {
  double variance = 0;
  double degrees = 0;
  bool lonely = false;
};

/// Σ over strata of (1 − f)·n/(n − 1)·Σ(u − ū)².
/// errors  fewer primary units in a stratum than were asked
Result<Spread> spread_of(const std::map<std::size_t, PrimaryUnit>& clusters, LonelyUnit lonely) {
  std::map<std::size_t, Stratum> strata;
  double sum = 0;
  double answering = 0;
  for (const auto& [number, cluster] : clusters) {
    Stratum& stratum = strata[cluster.stratum];
    stratum.sums.push_back(cluster.sum);
    stratum.sum += cluster.sum;
    stratum.all_units = cluster.stratum_clusters;
    stratum.has_answers = stratum.has_answers || cluster.has_answers;
    sum += cluster.sum;
    if (cluster.has_answers) answering += 1;
  }
  const double mean_of_all = sum / static_cast<double>(clusters.size());
  Spread spread;
  double answering_strata = 0;
  for (const auto& [number, stratum] : strata) {
    const auto n = static_cast<double>(stratum.sums.size());
    if (stratum.has_answers) answering_strata += 1;
    if (stratum.all_units > 0 && stratum.all_units < n)
      return refuse("a stratum has fewer clusters than were asked");
    const double left = stratum.all_units > 0 ? 1 - n / stratum.all_units : 1;
    if (n == 1) {
      if (left == 0 || lonely == LonelyUnit::certain) continue;
      spread.lonely = true;
      if (lonely == LonelyUnit::centre)
        spread.variance += left * std::pow(stratum.sum - mean_of_all, 2);
      continue;
    }
    double squares = 0;
    for (const double one : stratum.sums) squares += std::pow(one - stratum.sum / n, 2);
    spread.variance += left * n / (n - 1) * squares;
  }
  spread.degrees = answering - answering_strata;
  return spread;
}

/// Variance of the mean in a simple random sample of as many people, with replacement.
double simple_variance(std::span<const SurveyUnit> units, const Totals& totals) {
  const double mean = totals.value / totals.people;
  const auto n = static_cast<double>(totals.answers);
  double squares = 0;
  for (const SurveyUnit& unit : units)
    if (counts(unit)) squares += unit.weight * std::pow(unit.value - mean, 2);
  return squares / totals.people / (n - 1);
}

}  // namespace

std::string_view status_word(SurveyStatus status) {
  switch (status) {
    case SurveyStatus::ok:
      return "ok";
    case SurveyStatus::no_answers:
      return "missing";
    case SurveyStatus::lonely_unit:
      return "stratum_with_one_cluster";
    case SurveyStatus::one_unit:
      return "one_cluster_no_limits";
    case SurveyStatus::no_variation:
      return "no_variation_no_limits";
  }
  return "";
}

Result<SurveyEstimate> survey_estimate(std::span<const SurveyUnit> units,
                                       const SurveyOptions& options) {
  for (const SurveyUnit& unit : units)
    if (const char* fault = fault_of(unit, options)) return refuse(fault);
  const Totals totals = totals_of(units, options.figure == SurveyFigure::ratio);
  SurveyEstimate estimate;
  estimate.answers = totals.answers;
  estimate.weight = totals.people;
  if (totals.answers == 0) {
    estimate.status = SurveyStatus::no_answers;
    return estimate;
  }
  if (options.figure != SurveyFigure::total && totals.base == 0)
    return refuse("the denominator of a ratio adds up to 0");
  const auto clusters = primary_units(units, totals, options);
  if (!clusters) return unexpected(clusters.error());
  const Result<Spread> spread = spread_of(*clusters, options.lonely);
  if (!spread) return unexpected(spread.error());
  if (spread->lonely && options.lonely == LonelyUnit::refuse && clusters->size() > 1) {
    estimate.status = SurveyStatus::lonely_unit;
    return estimate;
  }
  estimate.value =
      options.figure == SurveyFigure::total ? totals.value : totals.value / totals.base;
  estimate.degrees = spread->degrees;
  if (clusters->size() == 1 || !(spread->degrees > 0)) {
    estimate.status = SurveyStatus::one_unit;
    return estimate;
  }
  estimate.se = std::sqrt(spread->variance);
  if (options.figure == SurveyFigure::proportion && (*estimate.value == 0 || *estimate.value == 1))
    estimate.status = SurveyStatus::no_variation;
  const bool of_mean =
      options.figure == SurveyFigure::mean || options.figure == SurveyFigure::proportion;
  if (of_mean && totals.answers > 1) {
    const double simple = simple_variance(units, totals);
    if (simple > 0) estimate.design_effect = spread->variance / simple;
  }
  return estimate;
}

Result<std::optional<Interval>> survey_limits(const SurveyEstimate& estimate, SurveyFigure figure,
                                              double confidence) {
  if (!(confidence > 0 && confidence < 1)) return refuse("the confidence is not in (0, 1)");
  if (!estimate.se || estimate.status == SurveyStatus::no_variation)
    return std::optional<Interval>{};
  const double t =
      boost::math::quantile(boost::math::students_t(estimate.degrees), 0.5 + confidence / 2);
  const double value = *estimate.value;
  if (figure != SurveyFigure::proportion)
    return Interval{value - t * *estimate.se, value + t * *estimate.se};
  const double logit = std::log(value / (1 - value));
  const double half = t * *estimate.se / (value * (1 - value));
  const auto share = [](double at) { return 1 / (1 + std::exp(-at)); };
  return Interval{share(logit - half), share(logit + half)};
}

}  // namespace hb::stats
