#include "simulate/names.hpp"

namespace hb::simulate {

std::string pick_surname(const PopulationContent& content, Random& random) {
  return content.surnames[random.pick(content.surname_weights)];
}

std::string pick_given(const PopulationContent& content, Random& random, int born, Sex sex) {
  const GivenNames* fashion = &content.given.front();
  for (const GivenNames& given : content.given)
    if (given.born_from <= born) fashion = &given;
  const auto& characters = fashion->characters[static_cast<std::size_t>(sex)];
  const auto count = static_cast<std::uint32_t>(characters.size());
  std::string name = characters[random.below(count)];
  if (random.chance(fashion->two)) name += characters[random.below(count)];
  return name;
}

}  // namespace hb::simulate
