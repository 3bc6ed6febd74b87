#pragma once
#include "surveillance/detect_options.hpp"

/// Tables of options and presets of the catalogue (detectors.cpp). Names and defaults are those of
/// the R package surveillance where it has the method.
namespace hb::surveillance {

inline constexpr std::string_view words_powertrans = "2/3|1/2|none";
inline constexpr std::string_view words_threshold_method = "delta|nbPlugin|muan";
inline constexpr std::string_view words_transform = "standard|rossi|anscombe|pearsonNegBin";
inline constexpr std::string_view words_returned = "value|cases";

inline constexpr DetectOption option_freq = {"freq",
                                             OptionKind::whole,
                                             "",
                                             "from the dates or the largest period",
                                             "time points a year: 12, 52, 365",
                                             true,
                                             1,
                                             1000};
inline constexpr DetectOption option_range = {"range",
                                              OptionKind::range,
                                              "",
                                              "all that it can",
                                              "first and last time point; --range wins",
                                              true,
                                              1,
                                              1e6};
inline constexpr DetectOption option_b = {"b", OptionKind::whole, "", "5", "years back", false, 1,
                                          100};
inline constexpr DetectOption option_w = {
    "w", OptionKind::whole, "", "3", "time points on both sides", false, 0, 1000};
inline constexpr DetectOption option_reweight = {"reweight", OptionKind::flag, "", "TRUE",
                                                 "past outbreaks count less"};
inline constexpr DetectOption option_trend = {"trend", OptionKind::flag, "", "TRUE",
                                              "log-linear trend, where it is significant"};
inline constexpr DetectOption option_limit54 = {
    "limit54", OptionKind::pair, "", "[5, 4]", "no answer below 5 cases in 4 time points", false, 0,
    1e6};
inline constexpr DetectOption option_powertrans = {"powertrans", OptionKind::word, words_powertrans,
                                                   "2/3", "transformation of the counts"};
inline constexpr DetectOption option_verbose = {"verbose", OptionKind::flag, "", "FALSE",
                                                "no effect"};
inline constexpr DetectOption option_plot = {"plot", OptionKind::flag, "", "FALSE", "no effect"};
inline constexpr DetectOption option_alpha = {
    "alpha", OptionKind::number, "", "0.05", "one-sided level", false, 0, 1};
inline constexpr DetectOption option_act_y = {"actY", OptionKind::flag, "", "TRUE",
                                              "also the w time points before"};
inline constexpr DetectOption option_ret = {"ret", OptionKind::word, words_returned, "value",
                                            "upperbound: the statistic, or the cases needed"};

inline constexpr DetectOption options_fixed[] = {
    {"threshold", OptionKind::number, "", "1", "cases that alarm", false, 0, 1e9},
    {"window", OptionKind::whole, "", "1", "time points summed", false, 1, 1000},
    option_freq,
    option_range,
};

inline constexpr DetectOption options_percentile[] = {
    {"window", OptionKind::whole, "", "7 in daily series, else 1", "time points summed", true, 1,
     366},
    {"windows", OptionKind::whole, "", "5", "windows of each past year", false, 1, 99},
    {"years", OptionKind::whole, "", "5", "years back at most", false, 1, 100},
    {"minYears", OptionKind::whole, "", "3", "years back at least", false, 1, 100},
    {"percentile", OptionKind::number, "", "80", "of the past windows", false, 0, 100},
    {"percentileByMonth", OptionKind::numbers, "", "the percentile", "twelve, January first", true,
     0, 100},
    {"minCases", OptionKind::number, "", "1", "no alarm below", false, 0, 1e9},
    option_freq,
    option_range,
};
inline constexpr Preset presets_percentile[] = {
    {"cidars", "{windows: 5, years: 5, minYears: 3, percentile: 80}",
     "five windows, five years, 80th percentile"},
};

inline constexpr DetectOption option_baseline = {
    "baseline", OptionKind::whole, "", "7", "time points of the baseline", false, 2, 10000};
inline constexpr DetectOption option_min_sigma = {
    "minSigma", OptionKind::number, "", "0", "floor of the standard deviation", false, 0, 1e9};
inline constexpr DetectOption option_alpha_c1 = {
    "alpha", OptionKind::number, "", "0.001", "one-sided level", true, 0, 1};
inline constexpr DetectOption option_alpha_c3 = {
    "alpha", OptionKind::number, "", "0.025", "one-sided level", true, 0, 1};
inline constexpr DetectOption options_ears_c1[] = {
    option_baseline, option_min_sigma,
    option_alpha_c1, option_freq,
    option_range,    {"method", OptionKind::word, "C1", "C1", "R's name of this method"}};
inline constexpr DetectOption options_ears_c2[] = {
    option_baseline, option_min_sigma,
    option_alpha_c1, option_freq,
    option_range,    {"method", OptionKind::word, "C2", "C2", "R's name of this method"}};
inline constexpr DetectOption options_ears_c3[] = {
    option_baseline, option_min_sigma,
    option_alpha_c3, option_freq,
    option_range,    {"method", OptionKind::word, "C3", "C3", "R's name of this method"}};
inline constexpr Preset presets_ears[] = {
    {"ears-2003", "{baseline: 7, minSigma: 0, alpha: 0.001}", "Hutwagner et al. 2003"},
    {"ears-syndromic", "{baseline: 28, minSigma: 1, alpha: 0.01}",
     "longer baseline for daily syndromes, Tokars et al. 2009"},
};

inline constexpr DetectOption options_farrington[] = {
    option_b,
    option_w,
    option_reweight,
    {"alpha", OptionKind::number, "", "0.05", "two-sided level", false, 0, 1},
    option_trend,
    option_limit54,
    option_powertrans,
    {"fitFun", OptionKind::word, "algo.farrington.fitGLM.fast|algo.farrington.fitGLM",
     "algo.farrington.fitGLM.fast", "no effect"},
    option_verbose,
    option_plot,
    option_freq,
    option_range};
inline constexpr Preset presets_farrington[] = {
    {"farrington-1996", "{b: 5, w: 3, alpha: 0.01, reweight: TRUE, trend: TRUE, limit54: [5, 4]}",
     "as in England and Wales in 1996"},
};

inline constexpr DetectOption options_flexible[] = {
    option_b,
    option_w,
    option_reweight,
    {"weightsThreshold", OptionKind::number, "", "2.58",
     "Anscombe residual from which on a count weighs less", false, 0, 1e9},
    option_alpha,
    option_trend,
    {"pThresholdTrend", OptionKind::number, "", "0.05", "level of the test for trend; 1 = no test",
     false, 0, 1},
    option_limit54,
    option_powertrans,
    {"populationOffset", OptionKind::flag, "", "FALSE", "rates by the column population"},
    {"noPeriods", OptionKind::whole, "", "1", "levels of the season", false, 1, 366},
    {"pastWeeksNotIncluded", OptionKind::whole, "", "w",
     "time points before the current one that are left out", true, 0, 10000},
    {"thresholdMethod", OptionKind::word, words_threshold_method, "delta", "how the bound is made"},
    {"fitFun", OptionKind::word, "algo.farrington.fitGLM.flexible",
     "algo.farrington.fitGLM.flexible", "no effect"},
    {"glmWarnings", OptionKind::flag, "", "TRUE", "no effect"},
    option_verbose,
    option_freq,
    option_range};
inline constexpr Preset presets_flexible[] = {
    {"noufaily-2013",
     "{noPeriods: 10, pastWeeksNotIncluded: 26, pThresholdTrend: 1, weightsThreshold: 2.58, "
     "thresholdMethod: nbPlugin}",
     "the improved algorithm"},
    {"noufaily-2013-muan",
     "{noPeriods: 10, pastWeeksNotIncluded: 26, pThresholdTrend: 1, weightsThreshold: 2.58, "
     "thresholdMethod: muan}",
     "the same with the upper limit of the mean"},
    {"farrington-1996",
     "{noPeriods: 1, pastWeeksNotIncluded: 3, pThresholdTrend: 0.05, weightsThreshold: 1, "
     "thresholdMethod: delta}",
     "the original settings"},
};

inline constexpr DetectOption options_cusum[] = {
    {"k", OptionKind::number, "", "1.04", "reference value", false, 0, 1e9},
    {"h", OptionKind::number, "", "2.26", "decision interval", false, 0, 1e9},
    {"trans", OptionKind::word, words_transform, "standard", "standardisation of the counts"},
    {"m", OptionKind::mean, "glm", "mean before the range",
     "cases expected: a number, one per time point, or glm", true, 0, 1e9},
    {"alpha", OptionKind::number, "", "0", "pearsonNegBin: variance = m + alpha m²", true, 0, 1e9},
    option_freq,
    option_range};
inline constexpr Preset presets_cusum[] = {
    {"rossi-1999", "{k: 1.04, h: 2.26, trans: rossi}", "Rossi et al. 1999"},
};

inline constexpr DetectOption option_c_arl = {
    "c.ARL", OptionKind::number, "", "5", "alarm from this statistic on", false, 0, 1e9};
inline constexpr DetectOption option_mu0 = {
    "mu0",
    OptionKind::numbers,
    "",
    "fitted before the range",
    "cases expected: a number, one per time point, or {S, trend, refit}",
    true,
    0,
    1e9};
inline constexpr DetectOption option_mu0_s = {
    "mu0.S", OptionKind::whole, "", "1", "harmonics of the year", false, 0, 20};
inline constexpr DetectOption option_mu0_trend = {"mu0.trend", OptionKind::flag, "", "FALSE",
                                                  "log-linear trend"};
inline constexpr DetectOption option_mu0_refit = {"mu0.refit", OptionKind::flag, "", "FALSE",
                                                  "fitted again after each alarm"};
inline constexpr DetectOption option_m_tilde = {
    "Mtilde", OptionKind::whole, "", "1", "time points from change to alarm, at least", false, 1,
    10000};
inline constexpr DetectOption option_m = {
    "M",  OptionKind::whole, "", "-1", "time points searched for the change; -1 = all", false, -1,
    10000};
inline constexpr DetectOption option_change = {"change", OptionKind::word, "intercept", "intercept",
                                               "what changes"};
inline constexpr DetectOption option_theta = {
    "theta", OptionKind::number, "", "estimated", "size of the change, log scale", true, -20, 20};
inline constexpr DetectOption option_dir = {"dir", OptionKind::word, "inc|dec", "inc",
                                            "rises or falls"};
inline constexpr DetectOption option_x_max = {
    "xMax", OptionKind::number, "", "10000", "most cases tried for ret: cases", false, 1, 1e9};
inline constexpr DetectOption options_glr_poisson[] = {
    option_c_arl,   option_mu0,   option_mu0_s,  option_mu0_trend, option_mu0_refit,
    option_m_tilde, option_m,     option_change, option_theta,     option_dir,
    option_ret,     option_x_max, option_freq,   option_range};
inline constexpr DetectOption options_glr_nb[] = {
    option_c_arl,
    {"alpha", OptionKind::number, "", "estimated",
     "dispersion: variance = mu + alpha mu²; 0 = Poisson", true, 0, 1e9},
    option_mu0,
    option_mu0_s,
    option_mu0_trend,
    option_mu0_refit,
    option_m_tilde,
    option_m,
    option_change,
    option_theta,
    option_dir,
    option_ret,
    option_x_max,
    option_freq,
    option_range};

inline constexpr DetectOption options_bayes[] = {
    {"b", OptionKind::whole, "", "0", "years back", false, 0, 100},
    {"w", OptionKind::whole, "", "6", "time points on both sides, or before", false, 0, 1000},
    option_act_y,
    option_alpha,
    option_freq,
    option_range};
inline constexpr Preset presets_bayes[] = {
    {"bayes1", "{b: 0, w: 6, actY: TRUE, alpha: 0.05}", "6 time points before"},
    {"bayes2", "{b: 1, w: 6, actY: TRUE, alpha: 0.05}", "and 13 of last year"},
    {"bayes3", "{b: 2, w: 4, actY: FALSE, alpha: 0.05}", "9 of each of the last two years"},
};
inline constexpr DetectOption options_rki[] = {
    {"b", OptionKind::whole, "", "2", "years back", false, 0, 100},
    {"w", OptionKind::whole, "", "4", "time points on both sides, or before", false, 0, 1000},
    {"actY", OptionKind::flag, "", "FALSE", "also the w time points before"},
    option_freq,
    option_range};
inline constexpr Preset presets_rki[] = {
    {"rki1", "{b: 0, w: 6, actY: TRUE}", "6 time points before"},
    {"rki2", "{b: 1, w: 6, actY: TRUE}", "and 13 of last year"},
    {"rki3", "{b: 2, w: 4, actY: FALSE}", "9 of each of the last two years"},
};

inline constexpr DetectOption options_outbreak[] = {
    {"k", OptionKind::number, "", "100", "alarm above it", false, 0, 1e300},
    option_ret,
    {"maxUpperboundCases", OptionKind::number, "", "100000", "most cases tried for ret: cases",
     false, 1, 1e9},
    option_freq,
    option_range};

inline constexpr DetectOption options_ewma[] = {
    {"baseline", OptionKind::whole, "", "28", "time points of the baseline", false, 14, 10000},
    {"guard", OptionKind::whole, "", "2", "time points between it and the one judged", false, 0,
     1000},
    {"alpha", OptionKind::number, "", "0.01", "one-sided level", false, 0, 0.5},
    {"rSquared", OptionKind::number, "", "0.6", "adjusted R² from which on the regression is used",
     false, 0, 1},
    {"omegaFast", OptionKind::number, "", "0.9", "weight of the newest count, sudden rises", false,
     0, 1},
    {"omegaSlow", OptionKind::number, "", "0.4", "weight of the newest count, slow rises", false, 0,
     1},
    option_min_sigma,
    option_freq,
    option_range};

}  // namespace hb::surveillance
