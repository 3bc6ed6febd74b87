#include "stats/suppression.hpp"

#include <algorithm>

namespace hb::stats {

std::vector<bool> hidden_counts(std::span<const std::optional<double>> counts, int below,
                                bool sum_is_known) {
  std::vector<bool> hidden(counts.size(), false);
  std::size_t number = 0;
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (!counts[i] || !(*counts[i] > 0 && *counts[i] < below)) continue;
    hidden[i] = true;
    ++number;
    sum += *counts[i];
  }
  if (number == 0 || !sum_is_known) return hidden;
  std::vector<std::size_t> rest;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] && !hidden[i] && *counts[i] > 0) rest.push_back(i);
  std::ranges::stable_sort(rest, {}, [&](std::size_t i) { return *counts[i]; });
  for (const std::size_t i : rest) {
    if (number >= 2 && sum >= below) break;
    hidden[i] = true;
    ++number;
    sum += *counts[i];
  }
  return hidden;
}

}  // namespace hb::stats
