#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "exchange/anonymity.hpp"

namespace hb::exchange {

/// How likely somebody of the export is found again by the quasi-identifiers, 0…1.
struct ReidentificationRisk {
  std::size_t people = 0;
  std::size_t classes = 0;
  std::size_t smallest_class = 0;
  std::map<std::size_t, std::size_t> classes_of_size;
  double prosecutor_highest = 0;  ///< knows that the target is in the export: 1 / smallest class
  double prosecutor_average = 0;  ///< mean over people of 1 / their class = classes / people
  double journalist_highest = 0;  ///< does not know: 1 / smallest class in the population
  double marketer = 0;  ///< links everybody with a register of the population: share that is right
};

/// errors  none; all are 0 without classes
/// source  El Emam, Dankar (2008) J Am Med Inform Assoc 15:627–637 (prosecutor, journalist);
///         Dankar, El Emam (2010) Proc. EDBT/ICDT Workshops, 28 (marketer: mean of size in the
///         sample over size in the population)
ReidentificationRisk reidentification_risk(std::span<const EquivalenceClass> classes);

/// Somebody has a value of a sensitive attribute: once per person and value.
struct SensitiveValue {
  std::uint32_t person;
  std::uint32_t value;
};

/// What is learnt of a person by knowing the class alone.
struct Diversity {
  std::size_t least_distinct = 0;  ///< distinct values in a class; having none counts as one
  double least_entropy = 0;        ///< exp(entropy) of a class: as many equally frequent values
  double highest_share = 0;        ///< of a class that has one and the same value
  std::size_t alike_classes = 0;   ///< classes in which everybody has one and the same value
  std::size_t alike_people = 0;    ///< in them
};

/// values    of people in classes; others are left out
/// class_of  per person
/// source    Machanavajjhala, Kifer, Gehrke, Venkitasubramaniam (2007) ACM TKDD 1(1):3, distinct
///           and entropy ℓ-diversity; people with several values count once for each of them
Diversity l_diversity(std::span<const SensitiveValue> values,
                      std::span<const std::uint32_t> class_of,
                      std::span<const EquivalenceClass> classes);

}  // namespace hb::exchange
