#include "exchange/anonymity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

namespace hb::exchange {
namespace {

constexpr std::size_t most_combinations = 50'000;
using Levels = std::vector<std::size_t>;

/// One quasi-identifier at one level: what is shown as numbers, and what each value loses by it.
struct Shown {
  std::vector<std::uint32_t> id;  ///< per value
  std::uint32_t ids = 0;
  std::vector<double> loss;  ///< per value, 0…1
};

Shown shown_at(const std::vector<std::string>& level, const std::set<std::uint32_t>& present) {
  Shown shown;
  std::map<std::string, std::uint32_t> ids;
  std::map<std::uint32_t, std::size_t> covered;
  for (const std::string& text : level) {
    const auto [found, added] = ids.emplace(text, shown.ids);
    if (added) ++shown.ids;
    shown.id.push_back(found->second);
  }
  for (const std::uint32_t value : present) ++covered[shown.id[value]];
  for (const std::uint32_t id : shown.id)
    shown.loss.push_back(present.size() < 2 ? 0.0
                                            : (static_cast<double>(covered[id]) - 1.0) /
                                                  (static_cast<double>(present.size()) - 1.0));
  return shown;
}

/// People with the same values as they stand.
struct Group {
  std::vector<std::uint32_t> values;
  std::size_t chosen = 0;
  std::size_t population = 0;
};

struct Tally {
  std::size_t chosen = 0;
  std::size_t population = 0;
};

class Lattice {
 public:
  Lattice(const std::vector<QuasiIdentifier>& identifiers, const std::vector<bool>& chosen)
      : identifiers_(identifiers) {
    std::map<std::vector<std::uint32_t>, std::uint32_t> known;
    std::vector<std::uint32_t> values(identifiers.size());
    for (std::size_t person = 0; person < chosen.size(); ++person) {
      for (std::size_t q = 0; q < values.size(); ++q) values[q] = identifiers[q].value[person];
      const auto [found, added] = known.emplace(values, static_cast<std::uint32_t>(groups_.size()));
      if (added) groups_.push_back({values, 0, 0});
      group_of_.push_back(found->second);
      ++groups_[found->second].population;
      groups_[found->second].chosen += chosen[person] ? 1 : 0;
    }
    for (const QuasiIdentifier& identifier : identifiers) {
      const std::set<std::uint32_t> present(identifier.value.begin(), identifier.value.end());
      std::vector<Shown>& levels = shown_.emplace_back();
      for (const auto& level : identifier.levels) levels.push_back(shown_at(level, present));
    }
  }

  struct Outcome {
    std::size_t suppressed = 0;
    std::vector<double> loss_of;
    double loss = 0;
  };

  Outcome look(const Levels& levels, std::size_t k) const {
    const auto tallies = tally(levels);
    Outcome outcome;
    outcome.loss_of.assign(levels.size(), 0);
    std::size_t all = 0;
    for (const Group& group : groups_) {
      all += group.chosen;
      const bool kept = tallies.at(key(group, levels)).chosen >= k;
      if (!kept) outcome.suppressed += group.chosen;
      for (std::size_t q = 0; q < levels.size(); ++q)
        outcome.loss_of[q] += static_cast<double>(group.chosen) *
                              (kept ? shown_[q][levels[q]].loss[group.values[q]] : 1.0);
    }
    for (double& loss : outcome.loss_of) {
      loss /= static_cast<double>(all);
      outcome.loss += loss / static_cast<double>(levels.size());
    }
    return outcome;
  }

  /// The classes of k and more, and who belongs to which.
  void fill(Anonymised& result, const std::vector<bool>& chosen, std::size_t k) const {
    const auto tallies = tally(result.level);
    std::map<std::vector<std::string>, std::uint64_t> keys;
    for (const Group& group : groups_) {
      const std::uint64_t id = key(group, result.level);
      if (tallies.at(id).chosen < k) continue;
      std::vector<std::string> texts;
      for (std::size_t q = 0; q < result.level.size(); ++q)
        texts.push_back(identifiers_[q].levels[result.level[q]][group.values[q]]);
      keys.emplace(std::move(texts), id);
    }
    std::unordered_map<std::uint64_t, std::uint32_t> number;
    for (const auto& [texts, id] : keys) {
      number.emplace(id, static_cast<std::uint32_t>(result.classes.size()));
      result.classes.push_back({texts, tallies.at(id).chosen, tallies.at(id).population});
    }
    for (std::size_t person = 0; person < chosen.size(); ++person) {
      const auto found = number.find(key(groups_[group_of_[person]], result.level));
      result.class_of.push_back(chosen[person] && found != number.end() ? found->second : left_out);
    }
  }

 private:
  /// Mixed radix: what a group shows as one number.
  std::uint64_t key(const Group& group, const Levels& levels) const {
    std::uint64_t key = 0;
    for (std::size_t q = 0; q < levels.size(); ++q) {
      const Shown& shown = shown_[q][levels[q]];
      key = key * shown.ids + shown.id[group.values[q]];
    }
    return key;
  }

  std::unordered_map<std::uint64_t, Tally> tally(const Levels& levels) const {
    std::unordered_map<std::uint64_t, Tally> tallies;
    for (const Group& group : groups_) {
      Tally& tally = tallies[key(group, levels)];
      tally.chosen += group.chosen;
      tally.population += group.population;
    }
    return tallies;
  }

  const std::vector<QuasiIdentifier>& identifiers_;
  std::vector<Group> groups_;
  std::vector<std::uint32_t> group_of_;    ///< per person
  std::vector<std::vector<Shown>> shown_;  ///< per quasi-identifier and level
};

Result<std::size_t> check(const std::vector<QuasiIdentifier>& identifiers,
                          const std::vector<bool>& chosen, const AnonymityOptions& options) {
  if (options.k < 2) return fail(ErrorCode::invalid_input, "k is below 2");
  if (!(options.most_suppressed >= 0 && options.most_suppressed <= 1))
    return fail(ErrorCode::invalid_input, "the share that may be left out is not in [0, 1]");
  if (identifiers.empty()) return fail(ErrorCode::invalid_input, "no quasi-identifier is stated");
  std::size_t combinations = 1;
  double keys = 1;
  for (const QuasiIdentifier& one : identifiers) {
    if (one.value.size() != chosen.size() || one.levels.empty())
      return fail(ErrorCode::invalid_input, "a quasi-identifier has not one value per person",
                  one.name);
    const std::size_t values = one.levels.front().size();
    for (const auto& level : one.levels)
      if (level.size() != values)
        return fail(ErrorCode::invalid_input, "a level does not show every value", one.name);
    for (const std::uint32_t value : one.value)
      if (value >= values) return fail(ErrorCode::invalid_input, "an unknown value", one.name);
    const auto& last = one.levels.back();
    if (std::ranges::any_of(last, [&](const std::string& text) { return text != last.front(); }))
      return fail(ErrorCode::invalid_input, "the last level tells people apart", one.name);
    combinations *= one.levels.size();
    if (combinations > most_combinations)
      return fail(ErrorCode::invalid_input,
                  fmt::format("more than {} combinations of levels", most_combinations), one.name);
    keys *= static_cast<double>(std::max<std::size_t>(1, values));
  }
  if (keys > std::ldexp(1.0, 63))
    return fail(ErrorCode::invalid_input, "the quasi-identifiers have too many values together");
  const auto people = static_cast<std::size_t>(std::ranges::count(chosen, true));
  if (people < options.k)
    return fail(ErrorCode::invalid_input,
                fmt::format("fewer than {} people are chosen: nothing can be given", options.k));
  return people;
}

/// The next combination, lowest levels first; false after the last.
bool advance(Levels& levels, const std::vector<QuasiIdentifier>& identifiers) {
  for (std::size_t q = levels.size(); q-- > 0;) {
    if (++levels[q] < identifiers[q].levels.size()) return true;
    levels[q] = 0;
  }
  return false;
}

}  // namespace

Result<Anonymised> anonymise(const std::vector<QuasiIdentifier>& identifiers,
                             const std::vector<bool>& chosen, const AnonymityOptions& options) {
  const Result<std::size_t> people = check(identifiers, chosen, options);
  if (!people) return unexpected(people.error());
  const Lattice lattice(identifiers, chosen);
  const auto allowed =
      static_cast<std::size_t>(std::floor(options.most_suppressed * static_cast<double>(*people)));
  Anonymised best{{}, {}, {}, *people, 0, {}, 0, 0};
  Levels levels(identifiers.size(), 0);
  do {
    ++best.looked_at;
    const Lattice::Outcome outcome = lattice.look(levels, options.k);
    if (outcome.suppressed > allowed) continue;
    if (!best.level.empty() && outcome.loss >= best.loss) continue;
    best.level = levels;
    best.suppressed = outcome.suppressed;
    best.loss_of = outcome.loss_of;
    best.loss = outcome.loss;
  } while (advance(levels, identifiers));
  // The top shows everybody the same: with k people chosen some combination is always allowed.
  lattice.fill(best, chosen, options.k);
  return best;
}

}  // namespace hb::exchange
