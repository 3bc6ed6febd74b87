#include "exchange/reidentification.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace hb::exchange {

ReidentificationRisk reidentification_risk(std::span<const EquivalenceClass> classes) {
  ReidentificationRisk risk;
  if (classes.empty()) return risk;
  std::size_t smallest_population = std::numeric_limits<std::size_t>::max();
  risk.smallest_class = smallest_population;
  double right = 0;  // expected number of correct links with the register
  for (const EquivalenceClass& one : classes) {
    risk.people += one.size;
    ++risk.classes_of_size[one.size];
    risk.smallest_class = std::min(risk.smallest_class, one.size);
    smallest_population = std::min(smallest_population, one.population);
    right += static_cast<double>(one.size) / static_cast<double>(one.population);
  }
  risk.classes = classes.size();
  risk.prosecutor_highest = 1.0 / static_cast<double>(risk.smallest_class);
  risk.prosecutor_average = static_cast<double>(risk.classes) / static_cast<double>(risk.people);
  risk.journalist_highest = 1.0 / static_cast<double>(smallest_population);
  risk.marketer = right / static_cast<double>(risk.people);
  return risk;
}

Diversity l_diversity(std::span<const SensitiveValue> values,
                      std::span<const std::uint32_t> class_of,
                      std::span<const EquivalenceClass> classes) {
  std::vector<std::map<std::uint32_t, std::size_t>> counts(classes.size());
  std::vector<std::size_t> with_any(classes.size(), 0);
  std::set<std::uint32_t> seen;
  for (const SensitiveValue& one : values) {
    const std::uint32_t where = class_of[one.person];
    if (where == left_out) continue;
    ++counts[where][one.value];
    if (seen.insert(one.person).second) ++with_any[where];
  }
  Diversity diversity;
  if (classes.empty()) return diversity;
  diversity.least_distinct = std::numeric_limits<std::size_t>::max();
  diversity.least_entropy = std::numeric_limits<double>::infinity();
  for (std::size_t c = 0; c < classes.size(); ++c) {
    std::vector<double> parts;
    std::size_t most = 0;
    for (const auto& [value, people] : counts[c]) {
      parts.push_back(static_cast<double>(people));
      most = std::max(most, people);
    }
    if (with_any[c] < classes[c].size)
      parts.push_back(static_cast<double>(classes[c].size - with_any[c]));
    double all = 0;
    for (const double part : parts) all += part;
    double entropy = 0;
    for (const double part : parts) entropy -= part / all * std::log(part / all);
    diversity.least_distinct = std::min(diversity.least_distinct, parts.size());
    diversity.least_entropy = std::min(diversity.least_entropy, std::exp(entropy));
    diversity.highest_share = std::max(
        diversity.highest_share, static_cast<double>(most) / static_cast<double>(classes[c].size));
    if (most < classes[c].size) continue;
    ++diversity.alike_classes;
    diversity.alike_people += classes[c].size;
  }
  return diversity;
}

}  // namespace hb::exchange
