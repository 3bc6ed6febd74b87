#pragma once
#include <cmath>
#include <vector>

namespace hb::test {

/// Mann and Whitney's z: how far the chance that one of `a` is longer than one of `b` lies from one
/// half, in standard deviations under equal distributions (ties count half).
inline double separation(const std::vector<double>& a, const std::vector<double>& b) {
  double wins = 0;
  for (const double x : a)
    for (const double y : b) wins += x > y ? 1.0 : x == y ? 0.5 : 0.0;
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  return (wins - n * m / 2) / std::sqrt(n * m * (n + m + 1) / 12);
}

}  // namespace hb::test
