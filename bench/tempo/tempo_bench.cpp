// One epidemic curve of 300 days (the peer's workload, bench/peers/epiestim.R): weekly windows of R
// with and without quantiles, from counts to estimates; `table` from CSV text to CSV text.
#include <benchmark/benchmark.h>

#include <cmath>
#include <string>
#include <vector>

#include "tempo/commands.hpp"
#include "tempo/reproduction.hpp"
#include "tempo/serial_interval.hpp"
#include "tempo/wallinga_teunis.hpp"

namespace {

using namespace hb::tempo;

constexpr std::size_t days = 300;

/// Three waves of up to 200 cases a day; the same numbers as in the peer's script.
std::vector<double> curve() {
  std::vector<double> cases;
  for (std::size_t day = 1; day <= days; ++day) {
    const auto t = static_cast<double>(day);
    cases.push_back(std::round(100 + 95 * std::sin(t / 16) + static_cast<double>(day * 37 % 11)));
  }
  return cases;
}

void estimate(benchmark::State& state, bool with_quantiles) {
  const auto cases = curve();
  for (auto _ : state) {
    const auto shares = discrete_serial_interval(days, 6.8, 4.1);
    benchmark::DoNotOptimize(estimate_reproduction(incidence_of_totals(cases), *shares,
                                                   sliding_windows(days, 7), {}, with_quantiles));
  }
}

void BM_QuantilesPer300Days(benchmark::State& state) { estimate(state, true); }
void BM_MeanAndSdPer300Days(benchmark::State& state) { estimate(state, false); }
BENCHMARK(BM_QuantilesPer300Days)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_MeanAndSdPer300Days)->Unit(benchmark::kMillisecond);

void BM_TablePer300Days(benchmark::State& state) {
  std::string csv = "t,I\n";
  const auto cases = curve();
  for (std::size_t day = 0; day < days; ++day)
    csv += std::to_string(day + 1) + "," + std::to_string(static_cast<int>(cases[day])) + "\n";
  for (auto _ : state)
    benchmark::DoNotOptimize(
        run_rt({csv, "curve.csv"}, std::nullopt, {"mean_si: 6.8\nstd_si: 4.1", "rt.yaml"}));
}
BENCHMARK(BM_TablePer300Days)->Unit(benchmark::kMillisecond);

void BM_CohortPer300Days(benchmark::State& state) {
  const auto cases = curve();
  const auto shares = discrete_serial_interval(days, 6.8, 4.1);
  for (auto _ : state)
    benchmark::DoNotOptimize(case_reproduction(cases, *shares, sliding_windows(days, 7)));
}
BENCHMARK(BM_CohortPer300Days)->Unit(benchmark::kMillisecond);

}  // namespace
