#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "core/result.hpp"

namespace hb::stats {

/// Confidence limits of a figure, both in its unit.
struct Interval {
  double lower;
  double upper;
};

/// Two-sided normal quantile Φ⁻¹(0.5 + confidence/2): 1.959963984540054 at 0.95, never a rounded
/// 1.96. errors  invalid_input: confidence outside (0, 1)
Result<double> normal_z(double confidence);

/// Wilson score interval of a proportion; holds for x = 0 (lower exactly 0) and x = n (upper
/// exactly 1).
///
/// x, n     people with the property, people; x may be fractional (weighted counts)
/// returns  limits of x/n, as shares of 1; confidence 1 gives 0 and 1
/// errors   invalid_input: x < 0, n <= 0, x > n, confidence outside (0, 1]
/// source   Wilson (1927), J Am Stat Assoc 22:209-212; Newcombe, Altman (2000), Statistics with
///          Confidence, 2nd ed., 46-48
Result<Interval> wilson(double x, double n, double confidence = 0.95);

/// Limits of a count; a limit that the method does not give is missing.
struct CountLimits {
  std::optional<double> lower;
  std::optional<double> upper;
};

/// Byar's approximation to the exact Poisson limits. The lower limit is missing for x = 0 and where
/// the formula gives less than 0 (x = 1 at 99.8 %).
/// errors  invalid_input: x < 0, confidence outside (0, 1)
/// source  Breslow, Day (1987), Statistical Methods in Cancer Research II, IARC, 69
Result<CountLimits> byar(double x, double confidence = 0.95);

/// Exact Poisson limits of a count by the chi-squared distribution; lower 0 for x = 0.
/// errors  invalid_input: x < 0, confidence outside (0, 1)
/// source  Armitage, Berry (2002), Statistical Methods in Medical Research, 4th ed.
Result<Interval> poisson_exact(double x, double confidence = 0.95);

enum class CountMethod : std::uint8_t { exact, byar };

/// The limits used for published counts and rates: exact below 10 events, Byar from 10 on.
struct Count {
  Interval limits;
  CountMethod method;
};
/// errors  invalid_input: x < 0, confidence outside (0, 1)
Result<Count> count_limits(double x, double confidence = 0.95);

/// A crude rate x/n with the limits of its count divided by n; x > n is allowed (events, not
/// people).
///
/// x, n     events; people, person-years or births
/// returns  per 1 of n: the caller multiplies
/// errors   invalid_input: x < 0, n <= 0
struct Rate {
  double value;
  Interval limits;
  CountMethod method;
};
Result<Rate> crude_rate(double x, double n, double confidence = 0.95);

/// A mean with Student's interval; sd and limits are missing for one value.
struct Mean {
  double value;
  std::optional<double> sd;  ///< with k - 1
  std::optional<Interval> limits;
};
/// errors  invalid_input: no values, confidence outside (0, 1)
/// source  Student (1908), Biometrika 6:1-25
Result<Mean> mean(std::span<const double> values, double confidence = 0.95);

/// The same from what an aggregate query gives. Squares come from sums of exact decimals; the
/// subtraction is done in long double.
///
/// sum, squares  Σx, Σx²
/// k             number of values
/// errors        invalid_input: k < 1, or squares below sum²/k (no such values exist)
Result<Mean> mean_of_sums(double sum, double squares, std::int64_t k, double confidence = 0.95);

}  // namespace hb::stats
