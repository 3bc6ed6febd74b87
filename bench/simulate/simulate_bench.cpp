#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "simulate/simulate.hpp"

namespace {

using namespace hb;

/// A whole run: people planned, lives made, NDJSON written and synced. 20,000 residents × 3 years
/// are the demo (about a million resources); 50,000 × 5 is size S of the benches (4 million).
void BM_Simulate(benchmark::State& state) {
  std::string directory =
      (std::filesystem::temp_directory_path() / "hb-bench-simulate-XXXXXX").string();
  if (!mkdtemp(directory.data())) return state.SkipWithError("no temporary directory");
  simulate::Options options;
  options.residents = static_cast<std::uint32_t>(state.range(0));
  options.years = static_cast<int>(state.range(1));
  options.gzip = state.range(2) != 0;
  options.directory = directory;
  options.content = std::filesystem::path(HB_SOURCE_DIR) / "scenes/demo-district";
  double resources = 0, bytes = 0;
  for (auto _ : state) {
    const auto summary = simulate::simulate(options);
    if (!summary) {
      state.SkipWithError(summary.error().message.c_str());
      break;
    }
    resources += static_cast<double>(summary->resources);
    bytes += static_cast<double>(summary->bytes);
  }
  state.counters["resources/s"] = benchmark::Counter(resources, benchmark::Counter::kIsRate);
  state.counters["bytes/s"] = benchmark::Counter(bytes, benchmark::Counter::kIsRate);
  std::filesystem::remove_all(directory);
}
BENCHMARK(BM_Simulate)
    ->ArgNames({"residents", "years", "gzip"})
    ->Args({20000, 3, 0})
    ->Args({20000, 3, 1})
    ->Args({50000, 5, 0})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

}  // namespace
