#include "stats/standardise.hpp"

#include <cmath>

namespace hb::stats {
namespace {

unexpected<Error> refuse(const char* why) { return fail(ErrorCode::invalid_input, why); }

/// Sums over bands before they are divided by the sum of the weights.
struct Sums {
  double rate = 0;      ///< Σ f·w·x/n
  double variance = 0;  ///< Σ f²·w²·x/n²
  double events = 0;    ///< Σ f·x
};

const char* fault_of(double people, double pop, double weight) {
  if (!(pop > 0)) return "the population of a band is not above 0";
  if (!(people >= 0)) return "the count of a band is negative";
  if (!(weight >= 0)) return "the standard population of a band is negative or missing";
  return nullptr;
}

void add(Sums& sums, double frequency, double people, double pop, double weight) {
  const double share = frequency * weight / pop;
  sums.rate += share * people;
  sums.variance += share * share * people;
  sums.events += frequency * people;
}

DirectRate rate_of(const Sums& sums, double weights, double pop) {
  DirectRate rate{std::nullopt, sums.variance / (weights * weights), sums.events, pop};
  if (sums.events >= least_events) rate.value = sums.rate / weights;
  return rate;
}

}  // namespace

Result<DirectRate> direct_rate(std::span<const StandardBand> bands) {
  Sums sums;
  double weights = 0;
  double pop = 0;
  for (const StandardBand& band : bands) {
    if (const char* fault = fault_of(band.events, band.pop, band.weight)) return refuse(fault);
    add(sums, 1, band.events, band.pop, band.weight);
    weights += band.weight;
    pop += band.pop;
  }
  if (!(weights > 0)) return refuse("the standard population is empty");
  return rate_of(sums, weights, pop);
}

Result<DirectRate> direct_rate_of_frequencies(std::span<const FrequencyBand> bands, double weights,
                                              double pop) {
  Sums sums;
  for (const FrequencyBand& band : bands) {
    if (!(band.frequency > 0)) return refuse("the number of events per person is not above 0");
    if (const char* fault = fault_of(band.people, band.pop, band.weight)) return refuse(fault);
    add(sums, band.frequency, band.people, band.pop, band.weight);
  }
  if (!(weights > 0)) return refuse("the standard population is empty");
  return rate_of(sums, weights, pop);
}

Result<std::optional<Interval>> dobson_limits(const DirectRate& rate, double confidence) {
  const auto limits = byar(rate.events, confidence);
  if (!limits) return unexpected(limits.error());
  if (!rate.value) return std::optional<Interval>{};
  const double scale = std::sqrt(rate.variance / rate.events);
  return Interval{*rate.value + scale * (limits->lower.value_or(0) - rate.events),
                  *rate.value + scale * (*limits->upper - rate.events)};
}

Result<IndirectRatio> indirect_ratio(double observed, std::span<const ReferenceBand> bands) {
  if (!(observed >= 0)) return refuse("the count is negative");
  if (bands.empty()) return refuse("there is no age band");
  IndirectRatio ratio{observed, 0, 0};
  double events = 0;
  double people = 0;
  for (const ReferenceBand& band : bands) {
    if (!(band.pop >= 0)) return refuse("the population of a band is negative");
    if (!(band.reference_events >= 0)) return refuse("the reference count of a band is negative");
    if (!(band.reference_pop > 0))
      return refuse("the reference population of a band is not above 0");
    ratio.expected += band.pop * band.reference_events / band.reference_pop;
    events += band.reference_events;
    people += band.reference_pop;
  }
  ratio.reference_rate = events / people;
  return ratio;
}

}  // namespace hb::stats
