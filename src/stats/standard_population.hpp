#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace hb::stats {

struct StandardAge {
  int from;       ///< first age of the band; the last is open
  double weight;  ///< people, or a share in any unit
};

/// A published standard population.
struct StandardPopulation {
  std::string_view name;  ///< "china-2010"
  std::string_view source;
  std::span<const StandardAge> ages;  ///< youngest first
};

/// china-2000, china-2010 (both sexes, as enumerated), who-2000-2025, european-2013, segi-world.
std::span<const StandardPopulation> standard_populations();

/// The standard put into other age bands by adding up.
///
/// ages     first ages of the bands, youngest first; the last is open
/// returns  one weight per age
/// errors   not_found: no such standard; invalid_input: the ages do not rise, do not begin with the
///          standard's first age, or one of them lies inside a band of the standard
Result<std::vector<double>> standard_weights(std::string_view name, std::span<const int> ages);

}  // namespace hb::stats
