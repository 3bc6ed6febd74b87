#pragma once
#include <string>

#include "simulate/content.hpp"
#include "simulate/random.hpp"

namespace hb::simulate {

std::string pick_surname(const PopulationContent& content, Random& random);
/// A given name of the fashion of that year.
std::string pick_given(const PopulationContent& content, Random& random, int born, Sex sex);

}  // namespace hb::simulate
