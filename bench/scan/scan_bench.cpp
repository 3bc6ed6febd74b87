// Whole scans, from tables in memory to the table of clusters, 999 replicates, on all cores (wall
// time): brain cancer in New Mexico (32 counties, 19 years, windows up to half of both; needs
// ../shared), and a city's daily run (200 areas, 365 days, windows until today of up to 30 days).
#include <benchmark/benchmark.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "core/date.hpp"
#include "scan/commands.hpp"

namespace {

using namespace hb;

std::string file(const std::string& name) {
  const char* given = std::getenv("HB_SHARED");
  const std::filesystem::path shared = given != nullptr ? given : HB_SHARED_DIR;
  std::ifstream in(shared / "data" / "surveillance" / "scan" / name, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void BM_NewMexico(benchmark::State& state) {
  const std::string cases = file("nm.cas"), places = file("nm.geo"), people = file("nm.pop");
  if (cases.empty()) return state.SkipWithError("../shared is not there");
  for (auto _ : state)
    benchmark::DoNotOptimize(scan::run_scan({{cases, "cases"},
                                             scan::TextFile{places, "places"},
                                             scan::TextFile{people, "people"},
                                             std::nullopt,
                                             std::nullopt,
                                             {"start: 1973\nend: 1991\ntime_unit: year", "o"}}));
}
BENCHMARK(BM_NewMexico)->Unit(benchmark::kMillisecond)->UseRealTime();

/// About 20,000 cases in 365 days; areas scattered evenly.
struct City {
  std::string cases = "place,date,cases\n", places = "place,x,y\n", people = "place,population\n";
  City() {
    std::mt19937_64 random(42);
    for (int area = 0; area < 200; ++area) {
      const auto at = [&] { return std::to_string(static_cast<double>(random() % 100000) / 1000); };
      places += std::to_string(area) + "," + at() + "," + at() + "\n";
      const double people_here = 2000 + static_cast<double>(random() % 8000);
      people += std::to_string(area) + "," + std::to_string(people_here) + "\n";
      std::poisson_distribution<int> count(people_here * 20000 / 365 / 200 / 6000);
      for (int day = 0; day < 365; ++day)
        if (const int n = count(random); n > 0)
          cases += std::to_string(area) + "," + format_date(Date{20454 + day}) + "," +
                   std::to_string(n) + "\n";
    }
  }
};

void prospective(benchmark::State& state, const std::string& model) {
  const City city;
  const std::string options =
      "model: " + model + "\nprospective: true\nmax_duration: 30\nstart: 2026-01-01\nend: 2026-12-31\n";
  for (auto _ : state)
    benchmark::DoNotOptimize(
        scan::run_scan({{city.cases, "cases"},
                        scan::TextFile{city.places, "places"},
                        model == "poisson" ? std::optional(scan::TextFile{city.people, "people"})
                                           : std::nullopt,
                        std::nullopt,
                        std::nullopt,
                        {options, "o"}}));
}
void BM_CityPoisson(benchmark::State& state) { prospective(state, "poisson"); }
void BM_CityPermutation(benchmark::State& state) { prospective(state, "permutation"); }
BENCHMARK(BM_CityPoisson)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(BM_CityPermutation)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
