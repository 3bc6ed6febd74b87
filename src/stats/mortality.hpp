#pragma once
#include <cstdint>
#include <span>

#include "core/result.hpp"
#include "stats/interval.hpp"

namespace hb::stats {

/// Deaths set against live births.
enum class BirthMortality : std::uint8_t { neonatal, infant, under_five, maternal };

/// Births per which it is printed: 1,000, of mothers 100,000.
double usual_multiplier(BirthMortality kind);

/// A rate of deaths when a share of them was never reported (漏报率): deaths / (1 − share) over n,
/// limits of the deaths that were reported scaled alike. The share itself is taken as known.
///
/// deaths, n       as reported; live births, people or person-years
/// under_reported  from 0 to below 1
/// returns         per 1 of n
/// errors          invalid_input: deaths < 0, n <= 0, under_reported outside [0, 1)
/// source          limits as crude_rate; correction as in the under-reporting surveys of China's
///                 mortality registration: 报告死亡率 ÷ (1 − 漏报率)
Result<Rate> death_rate(double deaths, double n, double under_reported, double confidence);

/// Deaths of one age band, for potential years of life lost.
struct YearsLostBand {
  double from;                ///< first age
  double to;                  ///< first age behind the band, above from
  double deaths;              ///< as reported
  double pop;                 ///< people or person-years, above 0
  double weight = 1;          ///< of the standard population; read where options say so
  double under_reported = 0;  ///< share of the deaths not reported
};

struct YearsLostOptions {
  double limit = 70;          ///< age up to which years count
  bool standardised = false;  ///< rate by the weights instead of the crude one
  double confidence = 0.95;
};

/// Potential years of life lost before the limit.
struct YearsLost {
  double years;      ///< Σ d·(limit − middle of the band)
  double deaths;     ///< before the limit, reported and unreported
  double per_death;  ///< mean years per death; 0 without deaths
  double rate;       ///< years per 1 person below the limit
  Interval limits;   ///< of rate
};

/// A band counts with limit − (from + to)/2 years per death, nothing where that is below 0; people
/// of bands that begin below the limit are the denominator. Limits: those of the count of deaths
/// scaled by the variance Σ e²·d of the sum, as Dobson does for standardised rates.
///
/// errors  invalid_input: no band below the limit, to <= from, deaths < 0, pop <= 0, weight < 0 or
///         all 0, under_reported outside [0, 1), confidence outside (0, 1)
/// source  Romeder, McWhinnie (1977), Int J Epidemiol 6:143-151; Gardner, Sanborn (1990),
///         Epidemiology 1:322-329; Dobson et al. (1991), Statistics in Medicine 10:457-462
Result<YearsLost> years_of_life_lost(std::span<const YearsLostBand> bands,
                                     const YearsLostOptions& options);

}  // namespace hb::stats
