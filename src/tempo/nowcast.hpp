#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/date.hpp"
#include "core/result.hpp"

namespace hb::tempo {

/// A case: the day of the event (onset, admission) and the day on which it became known.
struct ReportedCase {
  Date event;
  Date report;
};

enum class NowcastMethod : std::uint8_t {
  lawless,        ///< normal about reported / share reported by now
  bayes_notrunc,  ///< Dirichlet delays as counted: too fast while reports are still missing
  bayes_trunc,    ///< generalised Dirichlet delays, corrected for what cannot be known yet
};

/// What is believed of the number of cases of one day before it is counted.
enum class CountPrior : std::uint8_t {
  poisson_gamma,  ///< Poisson with a gamma distributed mean
  poisson,
  uniform,
};

struct NowcastOptions {
  NowcastMethod method = NowcastMethod::bayes_trunc;
  Date now;              ///< last day whose reports are known
  int most_delay = 15;   ///< D, days; later reports count as D days
  int moving = -1;       ///< m: delays from event days now − m … now; −1 = from all days
  double alpha = 0.05;   ///< limits at alpha/2 and 1 − alpha/2
  int most_cases = 300;  ///< N.tInf.max, of one event day
  CountPrior prior = CountPrior::uniform;
  double prior_mean = 0;      ///< cases/day, of the two Poisson priors
  double prior_variance = 0;  ///< of the cases of a day, above the mean; poisson_gamma
  double kappa = 0.1;         ///< gd.prior.kappa, prior weight of each delay
  int samples = 1000;         ///< nSamples, delay distributions drawn by bayes_trunc
  std::uint64_t seed = 1;
};

enum class NowcastStatus : std::uint8_t {
  ok,
  cut,        ///< more than alpha/2 of the distribution lies above most_cases: limits too low
  beyond,     ///< a quantile lies above most_cases and is missing
  no_delays,  ///< no report on the days from which delays are learnt; no figures
};

struct NowcastDay {
  Date day;
  int reported;  ///< known by now
  int total;     ///< known in the list at any time: the truth for days long past
  NowcastStatus status;
  std::optional<int> nowcast;  ///< median
  std::optional<int> lower;
  std::optional<int> upper;
};

/// How many cases of the last days there will be when all reports are in.
///
/// cases    any order; cases known after `now` count for `total` only
/// days     event days before or at now, any order
/// errors   invalid_input: report before event, a day after now, options outside their limits
/// source   Höhle, an der Heiden (2014), Biometrics 70:993-1002; Lawless (1994), Can J Stat
///          22:15-31. As nowcast of the R package surveillance 1.20.3, which samples where this
///          integrates (bayes_notrunc), and whose variance of lawless leaves out the estimation of
///          the delays; that is kept for the agreement
Result<std::vector<NowcastDay>> nowcast(std::span<const ReportedCase> cases,
                                        std::span<const Date> days, const NowcastOptions& options);

}  // namespace hb::tempo
