#include "stats/neighbours.hpp"

#include <algorithm>
#include <cmath>

namespace hb::stats {
namespace {

constexpr std::size_t least_rows = 3;

/// Mean and sample standard deviation of a variable over the rows that take part.
struct Scale {
  double mean = 0;
  double sd = 0;
};

Scale scale_of(const std::vector<std::vector<std::optional<double>>>& profile,
               const std::vector<std::size_t>& rows, std::size_t variable) {
  const auto n = static_cast<double>(rows.size());
  Scale scale;
  for (const std::size_t row : rows) scale.mean += *profile[row][variable] / n;
  double squares = 0;
  for (const std::size_t row : rows) squares += std::pow(*profile[row][variable] - scale.mean, 2);
  scale.sd = std::sqrt(squares / (n - 1));
  return scale;
}

}  // namespace

Result<std::vector<Neighbour>> nearest(
    const std::vector<std::vector<std::optional<double>>>& profile, std::span<const double> weights,
    std::size_t row, std::size_t k) {
  const auto is_whole = [](const std::vector<std::optional<double>>& one) {
    return std::ranges::all_of(one, [](const auto& value) { return value.has_value(); });
  };
  if (row >= profile.size()) return fail(ErrorCode::invalid_input, "there is no such row");
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < profile.size(); ++i) {
    if (profile[i].size() != weights.size())
      return fail(ErrorCode::invalid_input, "the weights do not fit the profile");
    if (is_whole(profile[i])) rows.push_back(i);
  }
  if (!std::ranges::all_of(weights, [](double weight) { return weight > 0; }))
    return fail(ErrorCode::invalid_input, "a weight is not above 0");
  if (!is_whole(profile[row]))
    return fail(ErrorCode::invalid_input, "the area's own profile is not whole");
  if (rows.size() < least_rows)
    return fail(ErrorCode::invalid_input, "fewer than three areas have a whole profile");
  std::vector<double> squares(profile.size(), 0);
  for (std::size_t variable = 0; variable < weights.size(); ++variable) {
    const Scale scale = scale_of(profile, rows, variable);
    if (!(scale.sd > 0)) continue;
    for (const std::size_t other : rows) {
      const double apart = (*profile[other][variable] - *profile[row][variable]) / scale.sd;
      squares[other] += weights[variable] * apart * apart;
    }
  }
  std::vector<Neighbour> found;
  for (const std::size_t other : rows)
    if (other != row) found.push_back({other, std::sqrt(squares[other])});
  std::ranges::stable_sort(found, {}, &Neighbour::distance);
  if (found.size() > k) found.resize(k);
  return found;
}

}  // namespace hb::stats
