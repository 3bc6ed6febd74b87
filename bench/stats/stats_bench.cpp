// Results per second of CPU time, one thread. `function`: the pure function, both confidences;
// `table`: the command's engine, from CSV text to CSV text.
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "stats/interval.hpp"
#include "stats/life_table.hpp"
#include "stats/sheet_method.hpp"
#include "stats/standardise.hpp"

namespace {

using namespace hb::stats;

constexpr int areas = 2000;
constexpr int bands = 19;

/// Areas with 19 age bands of 2,000 people and about 10 events each.
std::vector<std::vector<StandardBand>> banded_areas() {
  std::mt19937 random(42);
  std::poisson_distribution<int> events(10);
  std::vector<std::vector<StandardBand>> all(areas);
  for (auto& area : all)
    for (int band = 0; band < bands; ++band)
      area.push_back({static_cast<double>(events(random)), 2000, 1000.0 + 100 * band});
  return all;
}

/// Areas with a life table of 20 groups and 20,000 to 100,000 person-years.
std::vector<std::vector<AgeGroup>> life_areas() {
  std::mt19937 random(42);
  std::vector<std::vector<AgeGroup>> all(areas);
  for (auto& area : all) {
    const double people = 1000 + static_cast<double>(random() % 4000);
    for (int i = 0; i < 20; ++i) {
      const int from = i < 2 ? i : 5 * (i - 1);
      std::poisson_distribution<int> deaths(people * 0.0005 * std::exp(from / 14.0));
      area.push_back({from, people, 1.0 + deaths(random)});
    }
  }
  return all;
}

void set_results(benchmark::State& state) { state.SetItemsProcessed(state.iterations() * areas); }

void BM_DirectRateFunction(benchmark::State& state) {
  const auto all = banded_areas();
  for (auto _ : state)
    for (const auto& area : all) {
      const auto rate = direct_rate(area);
      benchmark::DoNotOptimize(dobson_limits(*rate, 0.95));
      benchmark::DoNotOptimize(dobson_limits(*rate, 0.998));
    }
  set_results(state);
}
BENCHMARK(BM_DirectRateFunction);

void run_table(benchmark::State& state, const char* method, const std::string& csv,
               const std::vector<std::string>& options = {}) {
  for (auto _ : state) {
    const auto answer = run_stat(method, csv, "bench.csv", options);
    if (!answer) state.SkipWithError(answer.error().message.c_str());
    benchmark::DoNotOptimize(answer);
  }
  set_results(state);
}

void BM_DirectRateTable(benchmark::State& state) {
  std::string csv = "area,age_from,count,pop,stdpop\n";
  int number = 0;
  for (const auto& area : banded_areas()) {
    ++number;
    for (int band = 0; band < bands; ++band)
      csv += "A" + std::to_string(number) + "," + std::to_string(5 * band) + "," +
             number_text(area[static_cast<std::size_t>(band)].events) + ",2000," +
             std::to_string(1000 + 100 * band) + "\n";
  }
  run_table(state, "dsr", csv);
}
BENCHMARK(BM_DirectRateTable);

/// Grouped rates: 10 rows per area are summed; counts of 0 to 40, so that both kinds of limits
/// occur.
void BM_GroupedRateTable(benchmark::State& state) {
  std::mt19937 random(42);
  std::string csv = "area,numerator,denominator\n";
  for (int area = 0; area < areas; ++area)
    for (int row = 0; row < 10; ++row)
      csv += "A" + std::to_string(area) + "," + std::to_string(random() % 5) + ",2000\n";
  run_table(state, "rate", csv, {"group=area"});
}
BENCHMARK(BM_GroupedRateTable);

void BM_RateFunction(benchmark::State& state) {
  for (auto _ : state)
    for (int area = 0; area < areas; ++area) {
      benchmark::DoNotOptimize(crude_rate(area % 40, 20000, 0.95));
      benchmark::DoNotOptimize(crude_rate(area % 40, 20000, 0.998));
    }
  set_results(state);
}
BENCHMARK(BM_RateFunction);

void BM_LifeTableFunction(benchmark::State& state) {
  const auto all = life_areas();
  for (auto _ : state)
    for (const auto& area : all) {
      benchmark::DoNotOptimize(life_table(area, {.confidence = 0.95}));
      benchmark::DoNotOptimize(life_table(area, {.confidence = 0.998}));
    }
  set_results(state);
}
BENCHMARK(BM_LifeTableFunction);

void BM_LifeTableTable(benchmark::State& state) {
  std::string csv = "area,startage,pop,deaths\n";
  int number = 0;
  for (const auto& area : life_areas()) {
    ++number;
    for (const AgeGroup& group : area)
      csv += "A" + std::to_string(number) + "," + std::to_string(group.from) + "," +
             number_text(group.pop) + "," + number_text(group.deaths) + "\n";
  }
  run_table(state, "life-expectancy", csv);
}
BENCHMARK(BM_LifeTableTable);

}  // namespace
