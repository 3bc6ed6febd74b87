#pragma once
#include <optional>
#include <span>
#include <vector>

namespace hb::stats {

/// Which counts of persons must be kept back so that nobody learns of few persons.
///
/// Primary: counts from 1 to below − 1. Complementary, when the sum of all counts is known: as many
/// further counts, the smallest first, until at least two are hidden and those hidden add up to
/// `below` or more; else the sum less what is shown would give them back.
///
/// counts  whole and not negative; nullopt: no count there, never hidden
/// below   at least 2
/// returns one flag per count
/// source  Hundepool et al. (2012), Statistical Disclosure Control, chapter 4: minimum frequency
///         rule and secondary suppression in one dimension
std::vector<bool> hidden_counts(std::span<const std::optional<double>> counts, int below,
                                bool sum_is_known);

}  // namespace hb::stats
