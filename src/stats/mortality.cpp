#include "stats/mortality.hpp"

#include <algorithm>
#include <cmath>

namespace hb::stats {
namespace {

unexpected<Error> refuse(const char* why) { return fail(ErrorCode::invalid_input, why); }

bool is_share(double under_reported) { return under_reported >= 0 && under_reported < 1; }

const char* fault_of(const YearsLostBand& band) {
  if (!(band.to > band.from)) return "an age band ends before it begins";
  if (!(band.deaths >= 0)) return "the deaths of a band are negative";
  if (!(band.pop > 0)) return "the population of a band is not above 0";
  if (!(band.weight >= 0)) return "the standard population of a band is negative";
  if (!is_share(band.under_reported)) return "the share under-reported is not in [0, 1)";
  return nullptr;
}

}  // namespace

double usual_multiplier(BirthMortality kind) {
  return kind == BirthMortality::maternal ? 100'000 : 1000;
}

Result<Rate> death_rate(double deaths, double n, double under_reported, double confidence) {
  if (!is_share(under_reported)) return refuse("the share under-reported is not in [0, 1)");
  return crude_rate(deaths, n * (1 - under_reported), confidence);
}

Result<YearsLost> years_of_life_lost(std::span<const YearsLostBand> bands,
                                     const YearsLostOptions& options) {
  double people = 0;
  double weights = 0;
  for (const YearsLostBand& band : bands) {
    if (const char* fault = fault_of(band)) return refuse(fault);
    if (band.from >= options.limit) continue;
    people += band.pop;
    weights += band.weight;
  }
  if (!(people > 0)) return refuse("no age band begins below the limit");
  if (options.standardised && !(weights > 0)) return refuse("the standard population is empty");

  YearsLost lost{};
  double reported = 0;
  double variance = 0;  // of the rate, from the deaths that were reported
  double most = 0;      // what one reported death can add
  for (const YearsLostBand& band : bands) {
    if (band.from >= options.limit) continue;
    const double each = std::max(0.0, options.limit - (band.from + band.to) / 2);
    const double deaths = band.deaths / (1 - band.under_reported);
    const double per_death =
        options.standardised ? band.weight / weights * each / band.pop : each / people;
    lost.years += deaths * each;
    lost.deaths += deaths;
    lost.rate += deaths * per_death;
    reported += band.deaths;
    const double of_reported = per_death / (1 - band.under_reported);
    variance += band.deaths * of_reported * of_reported;
    most = std::max(most, of_reported);
  }
  if (lost.deaths > 0) lost.per_death = lost.years / lost.deaths;
  const Result<Count> count = count_limits(reported, options.confidence);
  if (!count) return unexpected(count.error());
  if (reported == 0) {  // nothing says of which ages the deaths would be: the largest loss bounds
    lost.limits = {0, count->limits.upper * most};
    return lost;
  }
  const double scale = std::sqrt(variance / reported);
  lost.limits = {std::max(0.0, lost.rate + scale * (count->limits.lower - reported)),
                 lost.rate + scale * (count->limits.upper - reported)};
  return lost;
}

}  // namespace hb::stats
