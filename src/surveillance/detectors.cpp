#include "surveillance/detectors.hpp"

#include <algorithm>

#include "surveillance/cusum.hpp"
#include "surveillance/detector_options.hpp"
#include "surveillance/ears.hpp"
#include "surveillance/ewma_regression.hpp"
#include "surveillance/farrington.hpp"
#include "surveillance/farrington_flexible.hpp"
#include "surveillance/fixed.hpp"
#include "surveillance/glr.hpp"
#include "surveillance/moving_percentile.hpp"
#include "surveillance/outbreak_p.hpp"
#include "surveillance/reference_values.hpp"

namespace hb::surveillance {
namespace {

/// The points of a method as rows; `own` gives the values of its own columns.
template <class Point, class... Own>
Result<Judgement> rows(const Result<std::vector<Point>>& points, Own... own) {
  if (!points) return unexpected(points.error());
  Judgement judgement;
  for (const Point& point : *points) judgement.points.push_back(point);
  [[maybe_unused]] const auto column = [&](const auto& value) {
    std::vector<double> values;
    for (const Point& point : *points) values.push_back(static_cast<double>(value(point)));
    judgement.own.push_back(std::move(values));
  };
  (column(own), ...);
  return judgement;
}

PowerTransform powertrans_of(const DetectOptions& given) {
  return static_cast<PowerTransform>(
      place_of_word(given.word("powertrans", "2/3"), words_powertrans));
}

MinimumCases limit54_of(const DetectOptions& given) {
  MinimumCases limit;
  const auto numbers = given.numbers("limit54");
  if (numbers.size() != 2) return limit;
  constexpr double longest = 1e6;
  return {numbers[0], static_cast<int>(std::clamp(numbers[1], 0.0, longest))};
}

Returned returned_of(const DetectOptions& given) {
  return static_cast<Returned>(place_of_word(given.word("ret", "value"), words_returned));
}

// fixed

FixedOptions fixed_options(const DetectOptions& given) {
  FixedOptions o;
  given.number("threshold", o.threshold);
  given.whole("window", o.window);
  return o;
}
Result<std::size_t> fixed_start(const Series&, const DetectOptions& given) {
  return static_cast<std::size_t>(std::max(fixed_options(given).window - 1, 0));
}
Result<Judgement> run_fixed(const Series& series, Range range, const DetectOptions& given) {
  return rows(fixed(series, range, fixed_options(given)),
              [](const FixedPoint& p) { return p.window_cases; });
}

// moving percentile

MovingPercentileOptions percentile_options(const DetectOptions& given) {
  MovingPercentileOptions o;
  given.whole("window", o.window);
  given.whole("windows", o.windows);
  given.whole("years", o.years);
  given.whole("minYears", o.min_years);
  given.number("percentile", o.percentile);
  given.number("minCases", o.min_cases);
  o.percentile_by_month = given.numbers("percentileByMonth");
  return o;
}
Result<std::size_t> percentile_start(const Series& series, const DetectOptions& given) {
  return moving_percentile_start(series, percentile_options(given));
}
Result<Judgement> run_percentile(const Series& series, Range range, const DetectOptions& given) {
  using P = MovingPercentilePoint;
  return rows(
      moving_percentile(series, range, percentile_options(given)),
      [](const P& p) { return p.window_cases; }, [](const P& p) { return p.windows; },
      [](const P& p) { return p.percentile; });
}

// EARS

EarsOptions ears_options(const DetectOptions& given) {
  EarsOptions o;
  given.whole("baseline", o.baseline);
  given.number("minSigma", o.min_sigma);
  given.number("alpha", o.alpha);
  return o;
}
template <EarsMethod method>
Result<std::size_t> start_ears(const Series&, const DetectOptions& given) {
  return ears_start(method, ears_options(given));
}
template <EarsMethod method>
Result<Judgement> run_ears(const Series& series, Range range, const DetectOptions& given) {
  return rows(ears(method, series, range, ears_options(given)));
}

// Farrington

FarringtonOptions farrington_options(const DetectOptions& given) {
  FarringtonOptions o;
  given.whole("b", o.b);
  given.whole("w", o.w);
  given.flag("reweight", o.reweight);
  given.number("alpha", o.alpha);
  given.flag("trend", o.trend);
  o.limit54 = limit54_of(given);
  o.powertrans = powertrans_of(given);
  return o;
}
Result<std::size_t> start_farrington(const Series& series, const DetectOptions& given) {
  return farrington_start(series, farrington_options(given));
}
Result<Judgement> run_farrington(const Series& series, Range range, const DetectOptions& given) {
  using P = FarringtonPoint;
  return rows(
      farrington(series, range, farrington_options(given)), [](const P& p) { return p.trend; },
      [](const P& p) { return p.quantile; }, [](const P& p) { return p.median; });
}

FarringtonFlexibleOptions flexible_options(const DetectOptions& given) {
  FarringtonFlexibleOptions o;
  given.whole("b", o.b);
  given.whole("w", o.w);
  given.flag("reweight", o.reweight);
  given.number("weightsThreshold", o.weights_threshold);
  given.number("alpha", o.alpha);
  given.flag("trend", o.trend);
  given.number("pThresholdTrend", o.p_threshold_trend);
  o.limit54 = limit54_of(given);
  o.powertrans = powertrans_of(given);
  given.flag("populationOffset", o.population_offset);
  given.whole("noPeriods", o.no_periods);
  given.whole("pastWeeksNotIncluded", o.past_weeks_not_included);
  o.threshold_method = static_cast<ThresholdMethod>(
      place_of_word(given.word("thresholdMethod", "delta"), words_threshold_method));
  return o;
}
Result<std::size_t> start_flexible(const Series& series, const DetectOptions& given) {
  return farrington_flexible_start(series, flexible_options(given));
}
Result<Judgement> run_flexible(const Series& series, Range range, const DetectOptions& given) {
  using P = FlexiblePoint;
  return rows(
      farrington_flexible(series, range, flexible_options(given)),
      [](const P& p) { return p.score; }, [](const P& p) { return p.pvalue; },
      [](const P& p) { return p.mu0; }, [](const P& p) { return p.phi; },
      [](const P& p) { return p.trend; }, [](const P& p) { return p.slope; });
}

// CUSUM

CusumOptions cusum_options(const DetectOptions& given) {
  CusumOptions o;
  given.number("k", o.k);
  given.number("h", o.h);
  o.trans =
      static_cast<CusumTransform>(place_of_word(given.word("trans", "standard"), words_transform));
  if (given.word("m", "") == "glm") {
    o.m = CusumMean::seasonal;
  } else if (given.has("m")) {
    o.m = CusumMean::given;
    o.mean = given.numbers("m");
  }
  given.number("alpha", o.alpha);
  return o;
}
Result<std::size_t> start_cusum(const Series& series, const DetectOptions& given) {
  return cusum_start(series, cusum_options(given));
}
Result<Judgement> run_cusum(const Series& series, Range range, const DetectOptions& given) {
  using P = CusumPoint;
  return rows(
      cusum(series, range, cusum_options(given)), [](const P& p) { return p.cusum; },
      [](const P& p) { return p.m; });
}

// GLR

GlrOptions glr_options(const DetectOptions& given) {
  GlrOptions o;
  given.number("c.ARL", o.c_arl);
  o.mu0 = given.numbers("mu0");
  given.whole("mu0.S", o.mu0_model.harmonics);
  given.flag("mu0.trend", o.mu0_model.trend);
  given.flag("mu0.refit", o.mu0_refit);
  given.whole("Mtilde", o.m_tilde);
  given.whole("M", o.m);
  given.number("theta", o.theta);
  o.dir = given.word("dir", "inc") == "inc" ? Direction::increase : Direction::decrease;
  o.ret = returned_of(given);
  given.number("xMax", o.x_max);
  given.number("alpha", o.alpha);
  return o;
}
Result<std::size_t> start_glr(const Series& series, const DetectOptions& given) {
  return glr_start(series, glr_options(given));
}
Result<Judgement> run_glr_poisson(const Series& series, Range range, const DetectOptions& given) {
  return rows(glr(GlrFamily::poisson, series, range, glr_options(given)),
              [](const GlrPoint& p) { return p.mu0; });
}
Result<Judgement> run_glr_nb(const Series& series, Range range, const DetectOptions& given) {
  return rows(
      glr(GlrFamily::negative_binomial, series, range, glr_options(given)),
      [](const GlrPoint& p) { return p.mu0; }, [](const GlrPoint& p) { return p.alpha; });
}

// Bayes, RKI

BayesOptions bayes_options(const DetectOptions& given) {
  BayesOptions o;
  given.whole("b", o.reference.b);
  given.whole("w", o.reference.w);
  given.flag("actY", o.reference.act_y);
  given.number("alpha", o.alpha);
  return o;
}
Result<std::size_t> start_bayes(const Series& series, const DetectOptions& given) {
  return reference_start(series, bayes_options(given).reference);
}
Result<Judgement> run_bayes(const Series& series, Range range, const DetectOptions& given) {
  return rows(bayes(series, range, bayes_options(given)),
              [](const BayesPoint& p) { return p.pvalue; });
}

ReferenceOptions rki_options(const DetectOptions& given) {
  ReferenceOptions o{.b = 2, .w = 4, .act_y = false};
  given.whole("b", o.b);
  given.whole("w", o.w);
  given.flag("actY", o.act_y);
  return o;
}
Result<std::size_t> start_rki(const Series& series, const DetectOptions& given) {
  return reference_start(series, rki_options(given));
}
Result<Judgement> run_rki(const Series& series, Range range, const DetectOptions& given) {
  return rows(rki(series, range, rki_options(given)));
}

// outbreakP

OutbreakPOptions outbreak_options(const DetectOptions& given) {
  OutbreakPOptions o;
  given.number("k", o.k);
  o.ret = returned_of(given);
  given.number("maxUpperboundCases", o.max_upperbound_cases);
  return o;
}
Result<std::size_t> start_at_once(const Series&, const DetectOptions&) { return std::size_t{0}; }
Result<Judgement> run_outbreak_p(const Series& series, Range range, const DetectOptions& given) {
  return rows(outbreak_p(series, range, outbreak_options(given)),
              [](const OutbreakPPoint& p) { return p.log_statistic; });
}

// EWMA and regression

EwmaRegressionOptions ewma_options(const DetectOptions& given) {
  EwmaRegressionOptions o;
  given.whole("baseline", o.baseline);
  given.whole("guard", o.guard);
  given.number("alpha", o.alpha);
  given.number("rSquared", o.r_squared);
  given.number("omegaFast", o.omega_fast);
  given.number("omegaSlow", o.omega_slow);
  given.number("minSigma", o.min_sigma);
  return o;
}
Result<std::size_t> start_ewma(const Series&, const DetectOptions& given) {
  return ewma_regression_start(ewma_options(given));
}
Result<Judgement> run_ewma(const Series& series, Range range, const DetectOptions& given) {
  using P = EwmaRegressionPoint;
  return rows(
      ewma_regression(series, range, ewma_options(given)), [](const P& p) { return p.pvalue; },
      [](const P& p) { return p.regression; }, [](const P& p) { return p.fit; });
}

constexpr Detector catalogue[] = {
    {"fixed",
     "Fixed number of cases in a moving window",
     "window_cases",
     options_fixed,
     {},
     false,
     fixed_start,
     run_fixed},
    {"moving-percentile", "Same weeks of past years, percentile (CIDARS)",
     "window_cases,windows,percentile", options_percentile, presets_percentile, false,
     percentile_start, run_percentile},
    {"ears-c1", "EARS C1: 7 time points just before", "", options_ears_c1, presets_ears, false,
     start_ears<EarsMethod::c1>, run_ears<EarsMethod::c1>},
    {"ears-c2", "EARS C2: 7 time points, 2 left out", "", options_ears_c2, presets_ears, false,
     start_ears<EarsMethod::c2>, run_ears<EarsMethod::c2>},
    {"ears-c3",
     "EARS C3: C2 with the last two excesses",
     "",
     options_ears_c3,
     {},
     false,
     start_ears<EarsMethod::c3>,
     run_ears<EarsMethod::c3>},
    {"farrington", "Farrington 1996: regression on the same weeks of past years",
     "trend,quantile,median", options_farrington, presets_farrington, true, start_farrington,
     run_farrington},
    {"farrington-flexible", "Farrington as improved by Noufaily 2013",
     "score,pvalue,mu0,phi,trend,trendcoef", options_flexible, presets_flexible, true,
     start_flexible, run_flexible},
    {"cusum", "Cumulative sum of standardised counts", "cusum,m", options_cusum, presets_cusum,
     false, start_cusum, run_cusum},
    {"glr-poisson",
     "Generalised likelihood ratio, Poisson",
     "mu0",
     options_glr_poisson,
     {},
     true,
     start_glr,
     run_glr_poisson},
    {"glr-nb",
     "Generalised likelihood ratio, negative binomial",
     "mu0,alpha",
     options_glr_nb,
     {},
     true,
     start_glr,
     run_glr_nb},
    {"bayes", "Bayesian predictive bound", "pvalue", options_bayes, presets_bayes, true,
     start_bayes, run_bayes},
    {"rki", "Robert Koch Institute's first rule", "", options_rki, presets_rki, true, start_rki,
     run_rki},
    {"outbreakp",
     "Start of a rise, semiparametric",
     "log_statistic",
     options_outbreak,
     {},
     true,
     start_at_once,
     run_outbreak_p},
    {"ewma-regression",
     "Regression on day of week and trend, or EWMA",
     "pvalue,regression,fit",
     options_ewma,
     {},
     false,
     start_ewma,
     run_ewma},
};

}  // namespace

std::span<const Detector> detectors() { return catalogue; }

const Detector* find_detector(std::string_view name) {
  const auto found = std::ranges::find(catalogue, name, &Detector::name);
  return found == std::end(catalogue) ? nullptr : &*found;
}

}  // namespace hb::surveillance
