#include "tempo/wallinga_teunis.hpp"

#include <algorithm>
#include <cmath>

namespace hb::tempo {
namespace {

constexpr std::size_t exact_up_to = 2000;  // secondary cases

/// `cases` later cases, each infected from the window with the same chance.
struct Offspring {
  std::size_t cases;
  double chance;
};

struct Sum {
  double mean = 0;
  double variance = 0;
  double third = 0;  ///< central moment
};

Sum moments(std::span<const Offspring> parts) {
  Sum sum;
  for (const auto& [cases, p] : parts) {
    const auto n = static_cast<double>(cases);
    sum.mean += n * p;
    sum.variance += n * p * (1 - p);
    sum.third += n * p * (1 - p) * (1 - 2 * p);
  }
  return sum;
}

/// Distribution of the sum, one case after the other; index = number of secondary cases. What lies
/// beyond ±12 sd of the mean is not carried along.
struct Limits {
  double lower;
  double upper;
};

Limits exact_limits(std::span<const Offspring> parts, std::size_t cases) {
  std::vector<double> share(cases + 1, 0.0);
  share[0] = 1;
  std::size_t first = 0;  // below it nothing is left
  std::size_t last = 0;
  constexpr double nothing = 1e-18;
  for (const auto& [n, p] : parts)
    for (std::size_t one = 0; one < n; ++one) {
      share[++last] = 0;
      for (std::size_t k = last; k > first; --k) share[k] = share[k] * (1 - p) + share[k - 1] * p;
      share[first] *= 1 - p;
      while (last > first && share[last] < nothing) --last;
      while (first < last && share[first] < nothing) share[first++] = 0;
    }
  const auto at = [&](double level) {
    double below = 0;
    for (std::size_t k = first; k <= last; ++k)
      if ((below += share[k]) >= level) return static_cast<double>(k);
    return static_cast<double>(last);
  };
  return {at(0.025), at(0.975)};
}

Limits wide_limits(const Sum& sum) {
  constexpr double z = 1.959963984540054;
  const double sd = std::sqrt(sum.variance);
  const double skew = sum.third / (sum.variance * sd) * (z * z - 1) / 6;
  return {std::round(sum.mean + sd * (-z + skew)), std::round(sum.mean + sd * (z + skew))};
}

/// Sum over the earlier days of cases × share, per day: the denominator of the chances.
std::vector<double> pressure(std::span<const double> counts, std::span<const double> shares) {
  std::vector<double> all(counts.size(), 0.0);
  for (std::size_t from = 0; from < counts.size(); ++from)
    for (std::size_t k = 1; k < shares.size() && from + k < counts.size(); ++k)
      all[from + k] += counts[from] * shares[k];
  return all;
}

/// The later cases by day with their chance of an infector in the window.
std::vector<Offspring> offspring(std::span<const double> counts, std::span<const double> shares,
                                 std::span<const double> pressures, const Window& window) {
  std::vector<Offspring> parts;
  for (std::size_t day = window.start; day < counts.size(); ++day) {
    if (counts[day] == 0 || pressures[day] <= 0) continue;
    double from_window = 0;
    for (std::size_t onset = window.start - 1; onset < std::min(window.end, day); ++onset)
      if (day - onset < shares.size()) from_window += counts[onset] * shares[day - onset];
    const double chance = std::min(from_window / pressures[day], 1.0);
    if (chance > 0) parts.push_back({static_cast<std::size_t>(counts[day]), chance});
  }
  return parts;
}

}  // namespace

Result<std::vector<CaseReproduction>> case_reproduction(std::span<const double> counts,
                                                        std::span<const double> shares,
                                                        std::span<const Window> windows) {
  if (auto sound = check_windows(windows, counts.size()); !sound) return unexpected(sound.error());
  for (const double count : counts)
    if (!(count >= 0) || count != std::floor(count) || count > 1e9)
      return fail(ErrorCode::invalid_input, "a count is no whole number of cases");
  const std::vector<double> pressures = pressure(counts, shares);
  std::vector<CaseReproduction> all;
  for (const Window& window : windows) {
    double cases = 0;
    for (std::size_t day = window.start - 1; day < window.end; ++day) cases += counts[day];
    if (cases == 0) continue;
    const auto parts = offspring(counts, shares, pressures, window);
    std::size_t most = 0;
    for (const Offspring& part : parts) most += part.cases;
    const Sum sum = moments(parts);
    const Limits limits = most <= exact_up_to ? exact_limits(parts, most) : wide_limits(sum);
    all.push_back({window, sum.mean / cases, std::sqrt(sum.variance) / cases, limits.lower / cases,
                   limits.upper / cases});
  }
  return all;
}

}  // namespace hb::tempo
