#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "core/result.hpp"

namespace hb::tempo {

/// Serial interval: share of the infections that a case causes k days after its own onset.
///
/// length   days k = 0, 1, … length − 1
/// mean,sd  days; one day plus a gamma distribution with mean − 1 and sd
/// returns  shares, the first 0; they add up to less than 1 when length cuts the tail
/// errors   invalid_input: mean ≤ 1 or sd ≤ 0
/// source   Cori, Ferguson, Fraser, Cauchemez (2013), Am J Epidemiol 178:1505-1512, web appendix 11
Result<std::vector<double>> discrete_serial_interval(std::size_t length, double mean, double sd);

/// errors  invalid_input: empty, a share below 0 or missing, the share of day 0 not 0, a sum that
/// is
///         not 1 within 0.01
Result<void> check_serial_interval(std::span<const double> shares);

}  // namespace hb::tempo
