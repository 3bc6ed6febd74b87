#pragma once
#include <memory>

#include "indicators/content.hpp"
#include "indicators/derived.hpp"

namespace hb::indicators {

/// `formula:` or `composite:` of an indicator's file; null when there is neither.
std::shared_ptr<const Derivation> read_derivation(ContentReader& content, const YAML::Node& root);

}  // namespace hb::indicators
