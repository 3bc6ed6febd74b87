#include <benchmark/benchmark.h>

#include <filesystem>

#include "simulate/outbreaks.hpp"

namespace {

using namespace hb;
using namespace hb::simulate;

/// Outbreaks planned and their counts by day written (to nowhere), before the first life is lived.
/// 1.12 million residents × 5 years is size T; all of it is one thread's work.
void BM_PlanOutbreaks(benchmark::State& state) {
  const auto directory = std::filesystem::path(HB_SOURCE_DIR) / "scenes/demo-district";
  const auto residents = static_cast<std::uint32_t>(state.range(0));
  const int years = static_cast<int>(state.range(1));
  const Date last = *make_date(2025, 12, 31);
  const Window window{years_before({last.days + 1}, years), last, years};
  const auto content = load_content(directory);
  if (!content) return state.SkipWithError(content.error().message.c_str());
  const auto district = build_district(content->district, residents);
  if (!district) return state.SkipWithError(district.error().message.c_str());
  const Population population = plan_population(*content, *district, window, residents, 1);
  double cases = 0, counts = 0;
  for (auto _ : state) {
    auto outbreaks = load_outbreak_content(directory, {}, *content);
    if (!outbreaks) return state.SkipWithError(outbreaks.error().message.c_str());
    plan(*outbreaks, *content, *district, population, window, 1);
    cases = static_cast<double>(outbreaks->plan.cases.size());
    counts = 0;
    const auto written = write_streams(*outbreaks, *content, *district, window, 1,
                                       [&](Batch& batch) -> Result<void> {
                                         for (const std::uint64_t n : batch.counts)
                                           counts += static_cast<double>(n);
                                         return {};
                                       });
    if (!written) return state.SkipWithError(written.error().message.c_str());
  }
  state.counters["cases"] = cases;
  state.counters["counts"] = counts;
}
BENCHMARK(BM_PlanOutbreaks)
    ->ArgNames({"residents", "years"})
    ->Args({50'000, 5})
    ->Args({1'120'000, 5})
    ->Unit(benchmark::kMillisecond);

}  // namespace
