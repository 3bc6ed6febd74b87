#pragma once
#include <string>

#include "simulate/district.hpp"
#include "simulate/population.hpp"

namespace hb::simulate {

/// NDJSON as a careless clinic sends it: `count` lines that must be refused, one after every second
/// good one, of ten kinds in turn (wrong check digit, a day that does not exist, no status, an
/// unknown type, half a line, …). The good lines are visits of
/// living residents in the last days.
std::string dirty_lines(const Content& content, const District& district,
                        const Population& population, const Window& window, std::uint32_t count,
                        std::uint64_t seed);

/// The kinds in turn, for tests and the manual: rule code of fhir::Fault that each must draw.
extern const char* const dirty_rules[10];

}  // namespace hb::simulate
