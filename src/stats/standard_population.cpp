#include "stats/standard_population.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace hb::stats {
namespace {

constexpr StandardAge china_2000[] = {
    {0, 13793799},  {1, 55184575},   {5, 90152587},   {10, 125396633}, {15, 103031165},
    {20, 94573174}, {25, 117602265}, {30, 127314298}, {35, 109147295}, {40, 81242945},
    {45, 85521045}, {50, 63304200},  {55, 46370375},  {60, 41703848},  {65, 34780460},
    {70, 25574149}, {75, 15928330},  {80, 7989158},   {85, 3030698},   {90, 783594},
    {95, 169756},   {100, 17877}};
constexpr StandardAge china_2010[] = {
    {0, 13786434},   {1, 61746176},   {5, 70881549},  {10, 74908462},  {15, 99889114},
    {20, 127412518}, {25, 101013852}, {30, 97138203}, {35, 118025959}, {40, 124753964},
    {45, 105594553}, {50, 78753171},  {55, 81312474}, {60, 58667282},  {65, 41113282},
    {70, 32972397},  {75, 23852133},  {80, 13373198}, {85, 5631928},   {90, 1578307},
    {95, 369979},    {100, 35934}};
constexpr StandardAge who[] = {
    {0, 8.86},  {5, 8.69},  {10, 8.6},  {15, 8.47}, {20, 8.22}, {25, 7.93}, {30, 7.61},
    {35, 7.15}, {40, 6.59}, {45, 6.04}, {50, 5.37}, {55, 4.55}, {60, 3.72}, {65, 2.96},
    {70, 2.21}, {75, 1.52}, {80, 0.91}, {85, 0.44}, {90, 0.15}, {95, 0.04}, {100, 0.005}};
constexpr StandardAge european[] = {{0, 5000},  {5, 5500},  {10, 5500}, {15, 5500}, {20, 6000},
                                    {25, 6000}, {30, 6500}, {35, 7000}, {40, 7000}, {45, 7000},
                                    {50, 7000}, {55, 6500}, {60, 6000}, {65, 5500}, {70, 5000},
                                    {75, 4000}, {80, 2500}, {85, 1500}, {90, 1000}};
constexpr StandardAge segi[] = {{0, 2.4}, {1, 9.6}, {5, 10}, {10, 9},   {15, 9},  {20, 8}, {25, 8},
                                {30, 6},  {35, 6},  {40, 6}, {45, 6},   {50, 5},  {55, 4}, {60, 4},
                                {65, 3},  {70, 2},  {75, 1}, {80, 0.5}, {85, 0.5}};

constexpr StandardPopulation populations[] = {
    {"china-2000",
     "Census of China 2000, both sexes: UN Statistics Division, population by age, sex and "
     "urban/rural residence",
     china_2000},
    {"china-2010",
     "Census of China 2010, both sexes: UN Statistics Division, population by age, sex and "
     "urban/rural residence",
     china_2010},
    {"who-2000-2025",
     "WHO world standard: Ahmad et al. (2001), Age standardization of rates, GPE paper 31", who},
    {"european-2013", "European standard population 2013: Eurostat", european},
    {"segi-world", "World standard of Segi (1960), modified by Doll et al. (1966)", segi},
};

}  // namespace

std::span<const StandardPopulation> standard_populations() { return populations; }

Result<std::vector<double>> standard_weights(std::string_view name, std::span<const int> ages) {
  const auto standard = std::ranges::find(populations, name, &StandardPopulation::name);
  if (standard == std::end(populations))
    return fail(ErrorCode::not_found, "there is no standard population of this name",
                std::string(name));
  if (ages.empty() || ages.front() != standard->ages.front().from)
    return fail(ErrorCode::invalid_input, "the first age band does not begin at 0");
  std::vector<double> weights(ages.size(), 0.0);
  for (std::size_t i = 0; i < ages.size(); ++i) {
    if (i > 0 && ages[i] <= ages[i - 1])
      return fail(ErrorCode::invalid_input, "the age bands do not rise");
    if (std::ranges::find(standard->ages, ages[i], &StandardAge::from) == standard->ages.end())
      return fail(ErrorCode::invalid_input, "age " + std::to_string(ages[i]) +
                                                " lies inside a band of the standard population " +
                                                std::string(name));
  }
  std::size_t band = 0;
  for (const StandardAge& age : standard->ages) {
    while (band + 1 < ages.size() && age.from >= ages[band + 1]) ++band;
    weights[band] += age.weight;
  }
  return weights;
}

}  // namespace hb::stats
