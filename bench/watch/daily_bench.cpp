#include <benchmark/benchmark.h>

#include <cmath>
#include <filesystem>
#include <random>

#include "watch/clusters.hpp"
#include "watch/episodes.hpp"

// The daily run of a city without its SQL: 190 streets in 13 districts × 60 streams = 11,400 series
// of 5 years of days. 30 streams are of cases and have neighbouring streets scanned too, as
// cards-street has; all are held against the other streets. The run looks at as many days as
// `watch run` does.

namespace hb::watch {
namespace {

constexpr int streets = 190;
constexpr int streams = 60;
constexpr int history = 5 * 365 + 1;  // days

std::string street(int i) {
  const std::string number = std::to_string(1000 + i % 15 + 1);
  return "7701" + std::to_string(10 + i / 15) + number.substr(1);
}

Stream stream_of(int i) {
  Stream stream;
  stream.id = "stream-" + std::to_string(i);
  stream.family = stream.id;
  stream.pooled = surveillance::PooledOptions{};
  stream.min_cases = 3;
  if (i % 2 == 0) stream.clusters = ClusterOptions{};
  AreaPoints points;
  for (int area = 0; area < streets; ++area)
    points[street(area)] = {150 + 0.03 * (area % 14), 20 + 0.03 * (area / 14)};
  stream.points = std::make_shared<const AreaPoints>(std::move(points));
  return stream;
}

/// Cases of a street and day: 0.02 to 1 on average by stream, with a season.
StreamCounts counts_of(int stream, Date begin) {
  std::mt19937_64 random(static_cast<std::uint64_t>(stream) + 1);
  const double mean = 0.02 * std::pow(50.0, stream / 59.0);
  StreamCounts counts;
  for (int area = 0; area < streets; ++area) {
    auto& series = counts[{street(area), "", "d" + std::to_string(stream), ""}];
    for (int i = 0; i < history; ++i) {
      const double season = 1 + 0.5 * std::sin(i * 2 * 3.14159265 / 365);
      const int count = std::poisson_distribution<int>(mean * season)(random);
      if (count > 0) series[Date{begin.days + i}] = count;
    }
  }
  return counts;
}

void BM_CityRun(benchmark::State& state) {
  const Date begin = *make_date(2021, 1, 1);
  const Date today{begin.days + history - 1};
  std::vector<Stream> all;
  std::vector<StreamCounts> counts;
  for (int i = 0; i < streams; ++i) {
    all.push_back(stream_of(i));
    counts.push_back(counts_of(i, begin));
  }
  const Date first = findings_from(today, {});
  for (auto _ : state) {
    Findings findings;
    for (int i = 0; i < streams; ++i) {
      const auto at = static_cast<std::size_t>(i);
      auto found = judge_stream(all[at], counts[at], begin, first, today);
      if (!found) return state.SkipWithError(found.error().message.c_str());
      findings.all.insert(findings.all.end(), found->all.begin(), found->all.end());
      for (const auto& [day, judged] : found->judged) findings.judged[day] += judged;
    }
    benchmark::DoNotOptimize(fuse(findings, today, today, {}));
  }
}
BENCHMARK(BM_CityRun)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

}  // namespace
}  // namespace hb::watch
