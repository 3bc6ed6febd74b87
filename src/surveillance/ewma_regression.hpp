#pragma once
#include "surveillance/series.hpp"

namespace hb::surveillance {

struct EwmaRegressionOptions {
  int baseline = 28;        ///< time points of the moving baseline
  int guard = 2;            ///< time points between the baseline and the one judged
  double alpha = 0.01;      ///< one-sided
  double r_squared = 0.6;   ///< adjusted; from here on the regression is trusted
  double omega_fast = 0.9;  ///< weight of the newest count: sudden rises
  double omega_slow = 0.4;  ///< and slow ones
  double min_sigma = 0;     ///< cases; floor of the residual standard deviation
};

struct EwmaRegressionPoint : Judged {
  double pvalue = none;
  bool regression = false;  ///< the regression was trusted, else the moving average
  double fit = none;        ///< adjusted R² of the regression
};

std::size_t ewma_regression_start(const EwmaRegressionOptions& options);

/// Regression on trend and day of the week where it explains the last four weeks, else an
/// exponentially weighted moving average: the switch that ESSENCE uses for daily syndromes.
///
/// Days of the week come from the dates, else from the index modulo 7; series that are not daily
/// have a trend only. Missing counts are left out of the baseline; where fewer than 14 (or half of
/// it) are left there is no bound.
/// errors   invalid_input: an option out of its bounds
/// source   Burkom, Murphy, Shmueli (2007), Statistics in Medicine 26:4202–4218; Burkom et al.
///          (2021), JMIR Public Health and Surveillance 7:e26303
Result<std::vector<EwmaRegressionPoint>> ewma_regression(const Series& series, Range range,
                                                         const EwmaRegressionOptions& options);

}  // namespace hb::surveillance
