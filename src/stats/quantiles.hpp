#pragma once
#include <optional>
#include <span>
#include <vector>

#include "core/result.hpp"

namespace hb::stats {

/// Puts areas into quantiles by rank: quantile = max(1, floor((Q + 1) − ceil((k + 1 − rank)/(k/Q)))
/// for k areas with a value and Q quantiles; ties share the smallest rank. With k = 10 and Q = 4
/// the groups are 1 1 1 2 2 3 3 3 4 4: what is left over goes to the outer groups.
///
/// values         nullopt: no value; the area gets no quantile
/// highest_first  quantile 1 holds the highest values
/// returns        one quantile per value, 1 … quantiles; all missing when fewer than `quantiles`
///                areas have a value
/// errors         invalid_input: quantiles < 1
/// source         Public Health England, Fingertips technical guidance; R package
///                PHEindicatormethods, phe_quantile
Result<std::vector<std::optional<int>>> quantiles_of(std::span<const std::optional<double>> values,
                                                     int quantiles, bool highest_first);

}  // namespace hb::stats
