#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/result.hpp"

namespace hb::stats {

/// A row among those compared and how far it is.
struct Neighbour {
  std::size_t row;
  double distance;  ///< Euclidean, in standard deviations
};

/// The nearest neighbours of a row: distance over standardised variables.
///
/// profile   per row its variables, the same number for each; rows with a missing one take no part
/// weights   per variable, > 0
/// row       whose neighbours are wanted
/// k         how many; fewer when there are fewer
/// returns   nearest first, ties by row; a variable without spread says nothing and is left out
/// errors    invalid_input: the row or the weights do not fit the profile; the row itself has a
///           missing variable; fewer than three rows without one
/// source    Chartered Institute of Public Finance and Accountancy, Nearest Neighbours Model;
///           Office for National Statistics (2018), corresponding local authorities: squared
///           Euclidean distance over variables standardised to mean 0 and variance 1
Result<std::vector<Neighbour>> nearest(
    const std::vector<std::vector<std::optional<double>>>& profile, std::span<const double> weights,
    std::size_t row, std::size_t k);

}  // namespace hb::stats
