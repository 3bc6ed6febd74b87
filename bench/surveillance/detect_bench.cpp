// CPU time of detectors on one thread. Series: Salmonella Newport in Germany, 773 weeks (from the
// reference data beside the project), and simulated daily counts.
#include <benchmark/benchmark.h>

#include <cmath>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "surveillance/detect.hpp"
#include "surveillance/ears.hpp"
#include "surveillance/ewma_regression.hpp"
#include "surveillance/farrington_flexible.hpp"
#include "surveillance/moving_percentile.hpp"

namespace {

using namespace hb::surveillance;

const FarringtonFlexibleOptions improved{.alpha = 0.01,
                                         .p_threshold_trend = 1,
                                         .no_periods = 10,
                                         .past_weeks_not_included = 26,
                                         .threshold_method = ThresholdMethod::nb_plugin};

/// Daily counts with mean 4, days of the week and seasons.
Series daily(std::size_t days, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Series series;
  series.freq = 365;
  for (std::size_t day = 0; day < days; ++day) {
    const double mean = 4 * (day % 7 < 5 ? 1.1 : 0.75) *
                        (1 + 0.4 * std::cos(6.283185307 * static_cast<double>(day) / 365));
    series.observed.push_back(std::poisson_distribution<int>(mean)(random));
  }
  return series;
}

Series weekly(const Series& days) {
  Series series;
  for (std::size_t day = 0; day + 7 <= days.size(); day += 7) {
    double sum = 0;
    for (std::size_t i = 0; i < 7; ++i) sum += days.observed[day + i];
    series.observed.push_back(sum);
  }
  return series;
}

std::string file_text(const std::string& name) {
  std::ifstream file(std::string(HB_SHARED_DIR) + "/data/surveillance/" + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The last 104 of 773 weeks, improved settings.
void BM_FarringtonFlexible(benchmark::State& state) {
  const auto sheet = hb::stats::Sheet::read(file_text("stsNewport.csv"), "stsNewport.csv");
  if (!sheet) return state.SkipWithError("no reference data");
  const auto series = read_series(*sheet, std::nullopt, true);
  const Range last{series->front().size() - 104, series->front().size()};
  for (auto _ : state)
    benchmark::DoNotOptimize(farrington_flexible(series->front(), last, improved));
}
BENCHMARK(BM_FarringtonFlexible)->Unit(benchmark::kMicrosecond);

/// The same from CSV text to CSV text, as `healthbrain detect` does it.
void BM_FarringtonFlexibleTable(benchmark::State& state) {
  const std::string text = file_text("stsNewport.csv");
  for (auto _ : state)
    benchmark::DoNotOptimize(detect({.method = "farrington-flexible",
                                     .csv = text,
                                     .csv_name = "stsNewport.csv",
                                     .config = "{preset: noufaily-2013, alpha: 0.01}",
                                     .config_name = "c.yaml",
                                     .range = "670:773"}));
}
BENCHMARK(BM_FarringtonFlexibleTable)->Unit(benchmark::kMicrosecond);

/// 1,000 days of one series.
template <EarsMethod method>
void BM_Ears(benchmark::State& state) {
  const Series series = daily(1000, 42);
  const Range all{ears_start(method, {}), series.size()};
  for (auto _ : state) benchmark::DoNotOptimize(ears(method, series, all, {}));
}
BENCHMARK_TEMPLATE(BM_Ears, EarsMethod::c1)->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(BM_Ears, EarsMethod::c2)->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(BM_Ears, EarsMethod::c3)->Unit(benchmark::kMicrosecond);

/// Today of a city: 190 streets × 60 streams = 11,400 series of 5 years, four detectors each.
void BM_CityDay(benchmark::State& state) {
  std::vector<Series> days;
  std::vector<Series> weeks;
  for (std::uint64_t i = 0; i < 11400; ++i) {
    days.push_back(daily(1826, i));
    weeks.push_back(weekly(days.back()));
  }
  for (auto _ : state) {
    for (std::size_t i = 0; i < days.size(); ++i) {
      const Range today{days[i].size() - 1, days[i].size()};
      const Range week{weeks[i].size() - 1, weeks[i].size()};
      benchmark::DoNotOptimize(ears(EarsMethod::c2, days[i], today, {}));
      benchmark::DoNotOptimize(ewma_regression(days[i], today, {}));
      benchmark::DoNotOptimize(moving_percentile(days[i], today, {}));
      FarringtonFlexibleOptions four_years = improved;
      four_years.b = 4;
      benchmark::DoNotOptimize(farrington_flexible(weeks[i], week, four_years));
    }
  }
}
BENCHMARK(BM_CityDay)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
