#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "stats/interval.hpp"

namespace hb::stats {

/// How a value of a component is brought to a common scale.
enum class Normalisation : std::uint8_t {
  min_max,       ///< 0 at the worse, 1 at the better of two stated bounds; clipped
  z_score,       ///< (value − mean) / standard deviation over the peers
  target_share,  ///< share of the target reached, at most 1
  rank,          ///< 1 = best, 0 = last of the peers; ties share their middle
};
enum class Aggregation : std::uint8_t { arithmetic, geometric };
/// What becomes of an index of which a component has no value.
enum class Missing : std::uint8_t { refuse, renormalise };

struct CompositePart {
  double weight = 0;  ///< > 0; those of an index add up to 1
  bool higher_is_better = true;
  Normalisation normalisation = Normalisation::min_max;
  double least = 0, most = 1;  ///< of min_max: bounds, in the component's unit; least < most
  double target = 0;           ///< of target_share: > 0, in the component's unit
};

struct CompositeRule {
  std::vector<CompositePart> parts;
  Aggregation aggregation = Aggregation::arithmetic;
  Missing missing = Missing::refuse;
};

/// A value with its 95 % interval, as far as there is one.
struct Observed {
  std::optional<double> value, lower, upper;
};

/// An index of one area and what it is made of.
struct Composed {
  std::optional<double> index;                      ///< on the scale of the parts, 0…1 or z
  std::vector<std::optional<double>> normalised;    ///< per part
  std::vector<std::optional<double>> weight;        ///< as used: renormalised where one is missing
  std::vector<std::optional<double>> contribution;  ///< add up to the index; geometric: multiply
};

/// Whether the value of one area depends on those of others.
bool is_relative(Normalisation normalisation);

/// errors  invalid_input: no part; a weight not above 0, or the sum not 1 (± 1e-6); bounds that are
///         no bounds; a target not above 0; z-scores beside other scales, or in a geometric mean
Result<void> check_composite(const CompositeRule& rule);

/// A weighted mean of normalised components.
///
/// own    value per part; none = missing
/// peers  per part the values of all areas compared, the own area's among them if it is one of
///        them; only looked at for z_score (three values that differ) and rank (two)
/// source OECD/JRC (2008), Handbook on Constructing Composite Indicators, steps 5 and 6
Composed compose(const CompositeRule& rule, std::span<const std::optional<double>> own,
                 const std::vector<std::vector<std::optional<double>>>& peers);

/// The middle 95 % of the index when components vary within their intervals: normal to each side
/// of the value, with a limit at 1.96 standard deviations, independently of each other. Components
/// without an interval stay as they are.
///
/// own, peers  as above; own_peer: place of the own area among the peers
/// draws       1,000 and more; seed  same seed, same limits
/// returns     nothing where the index itself has no value
/// source      as above, step 7
std::optional<Interval> composite_interval(const CompositeRule& rule, std::span<const Observed> own,
                                           const std::vector<std::vector<Observed>>& peers,
                                           std::optional<std::size_t> own_peer, int draws,
                                           std::uint64_t seed);

}  // namespace hb::stats
