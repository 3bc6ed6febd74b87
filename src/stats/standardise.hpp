#pragma once
#include <optional>
#include <span>

#include "core/result.hpp"
#include "stats/interval.hpp"

namespace hb::stats {

/// One age band of a directly standardised rate.
struct StandardBand {
  double events;
  double pop;     ///< people or person-years, above 0
  double weight;  ///< of the standard population, in any unit, not negative
};

/// Fewer events than this give no directly standardised rate.
inline constexpr double least_events = 10;

/// A directly standardised rate per 1 of pop.
struct DirectRate {
  std::optional<double> value;  ///< missing below least_events
  double variance;              ///< of value
  double events;
  double pop;  ///< each band once
};

/// Σ(w·x/n)/Σw.
///
/// errors  invalid_input: no band, pop <= 0, events < 0, a weight < 0, all weights 0
/// source  Breslow, Day (1987), Statistical Methods in Cancer Research II, IARC; variance for
///         Poisson counts as in Dobson et al. (1991), Statistics in Medicine 10:457-462
Result<DirectRate> direct_rate(std::span<const StandardBand> bands);

/// One age band of the people who had `frequency` events each.
struct FrequencyBand {
  double frequency;  ///< events per person, above 0
  double people;
  double pop;
  double weight;
};

/// The same for events that are not independent (one person, several events): the rate of events,
/// with V = Σ f²·V_f over the frequencies f; V_f is the variance of the rate of people with f
/// events.
///
/// bands    one per age band and frequency; a band without people of a frequency may be left out
/// weights  sum of the standard population over the age bands, each once
/// pop      people over the age bands, each once
/// errors   as direct_rate; frequency <= 0
/// source   as direct_rate, with the widening used for admissions in English public-health figures
Result<DirectRate> direct_rate_of_frequencies(std::span<const FrequencyBand> bands, double weights,
                                              double pop);

/// Dobson's limits: Byar's limits of all events, scaled by √(V/O) around the rate.
///
/// returns  missing where the rate is
/// errors   invalid_input: confidence outside (0, 1)
/// source   Dobson, Kuulasmaa, Eberle, Scherer (1991), Statistics in Medicine 10:457-462
Result<std::optional<Interval>> dobson_limits(const DirectRate& rate, double confidence);

/// One age band of an area beside that of the reference.
struct ReferenceBand {
  double pop;               ///< of the area; 0 contributes nothing
  double reference_events;  ///< not negative
  double reference_pop;     ///< above 0
};

/// What indirect standardisation compares: events seen with those that the reference rates give.
struct IndirectRatio {
  double observed;
  double expected;
  double reference_rate;  ///< ΣX/ΣN, for a rate instead of a ratio
};

/// errors  invalid_input: no band, observed < 0, pop < 0, reference_events < 0, reference_pop <= 0
/// source  Breslow, Day (1987), ibid.; limits of observed/expected are those of the count
///         (count_limits) over expected, as in Armitage, Berry (2002), Statistical Methods in
///         Medical Research
Result<IndirectRatio> indirect_ratio(double observed, std::span<const ReferenceBand> bands);

}  // namespace hb::stats
