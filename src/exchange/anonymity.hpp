#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace hb::exchange {

/// What others may know of people, and how it can be shown ever more coarsely.
struct QuasiIdentifier {
  std::string name;
  std::vector<std::uint32_t> value;              ///< per person: index of the value as it stands
  std::vector<std::vector<std::string>> levels;  ///< level → value → what is shown of it
};

struct AnonymityOptions {
  std::size_t k = 5;              ///< people that show the same, at least; ≥ 2
  double most_suppressed = 0.05;  ///< share of the chosen people that may be left out, 0…1
};

/// People who cannot be told apart by what is shown.
struct EquivalenceClass {
  std::vector<std::string> shown;  ///< one per quasi-identifier
  std::size_t size;                ///< chosen people, ≥ k
  std::size_t population;          ///< everybody, ≥ size
};

inline constexpr std::uint32_t left_out = std::numeric_limits<std::uint32_t>::max();

struct Anonymised {
  std::vector<std::size_t> level;         ///< chosen, per quasi-identifier
  std::vector<std::uint32_t> class_of;    ///< per person; left_out: suppressed, or not chosen
  std::vector<EquivalenceClass> classes;  ///< in the order of what they show
  std::size_t chosen;                     ///< people
  std::size_t suppressed;                 ///< of them
  std::vector<double> loss_of;            ///< per quasi-identifier, 0 nothing … 1 everything lost
  double loss;                            ///< their mean
  std::size_t looked_at;                  ///< combinations of levels
};

/// Shows all people's quasi-identifiers at one level each (full-domain generalisation) and leaves
/// out who would still stand in a class of fewer than k. Of all combinations of levels that leave
/// out at most `most_suppressed`, it takes the one that loses least; of equals the lower levels.
///
/// Loss of a shown value: (values it covers − 1) / (values there are − 1); of somebody left out: 1.
///
/// identifiers  at least one, all with one value per person; the last level shows one value only
/// chosen       per person of the population: is he in the export?
/// errors       invalid_input: fewer than k are chosen, options or shapes out of range, more than
///              50,000 combinations of levels
/// source       Samarati (2001) IEEE TKDE 13:1010–1027 (generalisation, suppression as last
///              resort); LeFevre, DeWitt, Ramakrishnan (2005) SIGMOD, 49–60 (full-domain lattice);
///              Iyengar (2002) KDD, 279–288 (loss metric)
Result<Anonymised> anonymise(const std::vector<QuasiIdentifier>& identifiers,
                             const std::vector<bool>& chosen, const AnonymityOptions& options);

}  // namespace hb::exchange
