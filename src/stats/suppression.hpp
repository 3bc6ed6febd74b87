#pragma once
#include <cstddef>
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

/// The same for a table whose row and column sums are known: every line keeps the rule above, and
/// no hidden count can be worked out from the sums of several lines together.
///
/// counts  rows × columns, row by row; nullopt: no count there
/// columns of the table, at least 1; counts.size() is a multiple of it
/// returns one flag per count; hides all counts above 0 where nothing less is safe
/// source  Hundepool et al. (2012), ibid., chapter 4; Gusfield (1988), SIAM J Comput 17:552-571: a
///         hidden count is determined by the sums exactly when it is a bridge of the graph whose
///         nodes are the lines and whose edges are the hidden counts
std::vector<bool> hidden_in_table(std::span<const std::optional<double>> counts,
                                  std::size_t columns, int below);

}  // namespace hb::stats
