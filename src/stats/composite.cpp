#include "stats/composite.hpp"

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/normal_distribution.hpp>
#include <cmath>

namespace hb::stats {
namespace {

constexpr double z95 = 1.959963984540054;

using Values = std::vector<std::optional<double>>;

unexpected<Error> refuse(const char* why) { return fail(ErrorCode::invalid_input, why); }

std::optional<double> z_score(double value, const Values& peers) {
  double n = 0;
  double sum = 0;
  for (const auto& peer : peers)
    if (peer) {
      ++n;
      sum += *peer;
    }
  if (n < 3) return std::nullopt;
  double squares = 0;
  for (const auto& peer : peers)
    if (peer) squares += std::pow(*peer - sum / n, 2);
  const double sd = std::sqrt(squares / (n - 1));
  if (!(sd > 0)) return std::nullopt;
  return (value - sum / n) / sd;
}

std::optional<double> rank_share(double value, const Values& peers, bool higher_is_better) {
  double n = 0;
  double ahead = 0;
  double equal = 0;
  for (const auto& peer : peers) {
    if (!peer) continue;
    ++n;
    if (*peer == value)
      ++equal;
    else
      ahead += (*peer > value) == higher_is_better ? 1 : 0;
  }
  if (n < 2 || equal == 0) return std::nullopt;  // not one of the peers: it has no rank
  return (n - ahead - (equal + 1) / 2) / (n - 1);
}

std::optional<double> normalised(const CompositePart& part, double value, const Values& peers) {
  switch (part.normalisation) {
    case Normalisation::min_max: {
      const double share = std::clamp((value - part.least) / (part.most - part.least), 0.0, 1.0);
      return part.higher_is_better ? share : 1 - share;
    }
    case Normalisation::target_share: {
      const double share = part.higher_is_better ? value / part.target
                           : value > 0           ? part.target / value
                                                 : 1.0;
      return std::clamp(share, 0.0, 1.0);
    }
    case Normalisation::rank:
      return rank_share(value, peers, part.higher_is_better);
    case Normalisation::z_score:
      break;
  }
  const auto z = z_score(value, peers);
  if (!z) return z;
  return part.higher_is_better ? *z : -*z;
}

double percentile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// One draw of a component within its interval.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : random_(seed) {}
  std::optional<double> of(const Observed& seen) {
    const double z = normal_(random_);  // also where nothing varies: the others keep their draws
    if (!seen.value || !seen.lower || !seen.upper) return seen.value;
    const double side = z < 0 ? *seen.value - *seen.lower : *seen.upper - *seen.value;
    return *seen.value + z * std::max(side, 0.0) / z95;
  }

 private:
  boost::random::mt19937_64 random_;
  boost::random::normal_distribution<double> normal_;
};

}  // namespace

bool is_relative(Normalisation normalisation) {
  return normalisation == Normalisation::z_score || normalisation == Normalisation::rank;
}

Result<void> check_composite(const CompositeRule& rule) {
  if (rule.parts.empty()) return refuse("an index has at least one component");
  double weights = 0;
  std::size_t z_scores = 0;
  for (const CompositePart& part : rule.parts) {
    if (!(part.weight > 0)) return refuse("a weight is not above 0");
    weights += part.weight;
    if (part.normalisation == Normalisation::min_max && !(part.least < part.most))
      return refuse("of min-max, “least” is not below “most”");
    if (part.normalisation == Normalisation::target_share && !(part.target > 0))
      return refuse("the target is not above 0");
    z_scores += part.normalisation == Normalisation::z_score ? 1 : 0;
  }
  if (std::abs(weights - 1) > 1e-6) return refuse("the weights do not add up to 1");
  if (z_scores > 0 && z_scores < rule.parts.size())
    return refuse("z-scores are not mixed with scales from 0 to 1");
  if (z_scores > 0 && rule.aggregation == Aggregation::geometric)
    return refuse("z-scores have no geometric mean: they are negative below the mean");
  return {};
}

Composed compose(const CompositeRule& rule, std::span<const std::optional<double>> own,
                 const std::vector<Values>& peers) {
  const std::size_t n = rule.parts.size();
  Composed out{std::nullopt, Values(n), Values(n), Values(n)};
  double weights = 0;
  std::size_t there = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (own[i]) out.normalised[i] = normalised(rule.parts[i], *own[i], peers[i]);
    if (!out.normalised[i]) continue;
    weights += rule.parts[i].weight;
    ++there;
  }
  if (there == 0 || (there < n && rule.missing == Missing::refuse)) return out;
  const bool adds = rule.aggregation == Aggregation::arithmetic;
  double index = adds ? 0 : 1;
  for (std::size_t i = 0; i < n; ++i) {
    if (!out.normalised[i]) continue;
    const double weight = rule.parts[i].weight / weights;
    const double score = *out.normalised[i];
    out.weight[i] = weight;
    out.contribution[i] = adds ? weight * score : std::pow(score, weight);
    index = adds ? index + *out.contribution[i] : index * *out.contribution[i];
  }
  out.index = index;
  return out;
}

std::optional<Interval> composite_interval(const CompositeRule& rule, std::span<const Observed> own,
                                           const std::vector<std::vector<Observed>>& peers,
                                           std::optional<std::size_t> own_peer, int draws,
                                           std::uint64_t seed) {
  Draws random(seed);
  std::vector<double> found;
  const std::size_t n = rule.parts.size();
  Values value(n);
  std::vector<Values> around(n);
  for (int draw = 0; draw < draws; ++draw) {
    for (std::size_t i = 0; i < n; ++i) {
      if (is_relative(rule.parts[i].normalisation)) {
        around[i].clear();
        for (const Observed& peer : peers[i]) around[i].push_back(random.of(peer));
      }
      value[i] = own_peer && !around[i].empty() ? around[i].at(*own_peer) : random.of(own[i]);
    }
    const Composed composed = compose(rule, value, around);
    if (!composed.index) return std::nullopt;
    found.push_back(*composed.index);
  }
  if (found.empty()) return std::nullopt;
  std::ranges::sort(found);
  return Interval{percentile(found, 0.025), percentile(found, 0.975)};
}

}  // namespace hb::stats
