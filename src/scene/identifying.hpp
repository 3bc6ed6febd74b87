#pragma once
#include <vector>

#include <yaml-cpp/yaml.h>

#include "scene/schema.hpp"

namespace hb::scene {

/// Columns of a ViewDefinition that would carry what identifies a person into the tables: names,
/// identifiers, telecoms, address lines, narrative, and the display of a reference to a person.
/// Names and identifiers of Organization, Location and HealthcareService are no persons'.
/// The tables are read by many; these fields stay in the sealed records.
void find_identifying_columns(const YAML::Node& view, std::vector<Mistake>& mistakes);

}  // namespace hb::scene
