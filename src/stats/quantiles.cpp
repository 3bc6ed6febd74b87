#include "stats/quantiles.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace hb::stats {

Result<std::vector<std::optional<int>>> quantiles_of(std::span<const std::optional<double>> values,
                                                     int quantiles, bool highest_first) {
  if (quantiles < 1) return fail(ErrorCode::invalid_input, "the number of quantiles is below 1");
  std::vector<std::optional<int>> result(values.size());
  std::vector<double> sorted;
  for (const auto& value : values)
    if (value) sorted.push_back(highest_first ? -*value : *value);
  const auto k = static_cast<double>(sorted.size());
  if (k < quantiles) return result;
  std::ranges::sort(sorted);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i]) continue;
    const auto first = std::ranges::lower_bound(sorted, highest_first ? -*values[i] : *values[i]);
    const auto rank = static_cast<double>(first - sorted.begin() + 1);
    const double from_top = std::ceil((k + 1 - rank) / (k / quantiles));
    result[i] = std::max(1, static_cast<int>(std::floor(quantiles + 1 - from_top)));
  }
  return result;
}

}  // namespace hb::stats
