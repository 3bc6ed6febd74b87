// bench_cube STORE YEARS: the whole cube of all computed indicators, cold: every street, month, sex
// and age group of so many years that end with the store's last day, and the years of indicators
// that have no months. Kept cells are not looked at. Prints one line of a Markdown table. With a
// third word, "each", also how long every indicator takes by itself, those that share SQL with
// others too.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>

#include "indicators/measure_engine.hpp"
#include "ingest/hub.hpp"

using namespace hb;

namespace {

double seconds_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3 && count != 4) {
    fmt::print(stderr, "bench_cube STORE YEARS [each]\n");
    return 2;
  }
  ingest::HubOptions options;
  options.views_dir = HB_SOURCE_DIR "/scenes/core/views";
  options.key_file = std::string(arguments[1]) + ".key";  // beside the store, as its maker puts it
  const auto hub = ingest::Hub::open(arguments[1], options);
  auto measures = indicators::load_measures(HB_SOURCE_DIR "/scenes");
  if (!hub || !measures) {
    const Error& error = hub ? measures.error() : hub.error();
    fmt::print(stderr, "bench_cube: {} {}\n", error.where, error.message);
    return 1;
  }
  indicators::MeasureOptions how;
  how.today = *make_date(2025, 12, 31);
  how.time_limit = std::chrono::seconds(120);
  indicators::MeasureEngine engine((*hub)->tables(), (*hub)->store(), *measures, how);
  std::vector<Period> periods;
  Period year = *parse_period("2025");
  for (int i = 0; i < std::atoi(arguments[2]); ++i, year = indicators::period_before(year)) {
    periods.push_back(year);
    for (const Period& month : indicators::months_of(year)) periods.push_back(month);
  }
  std::vector<const indicators::Measure*> all;
  for (const indicators::Measure& measure : engine.measures()) all.push_back(&measure);
  const auto began = std::chrono::steady_clock::now();
  const indicators::Refreshed made = engine.ensure(all, periods);
  const double took = seconds_since(began);
  std::int64_t cells = 0;
  for (const auto& [key, slice] : engine.snapshot()->slices)
    cells += static_cast<std::int64_t>(slice->rows.size());
  int faults = 0;
  for (const indicators::Measure* measure : all)
    for (const Error& error : engine.faults(*engine.snapshot(), *measure)) {
      fmt::print(stderr, "{} {}\n", error.where, error.message);
      ++faults;
    }
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  fmt::print("| {} | {} | {} | {} | {:.1f} | {:.1f} | {} |\n", all.size(), made.queries,
             made.slices, cells, took,
             static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec),
             used.ru_maxrss / 1024);
  for (const indicators::Measure& one : *measures) {
    if (count != 4 || one.derivation) continue;
    indicators::MeasureEngine alone((*hub)->tables(), (*hub)->store(), {one}, how);
    const auto start = std::chrono::steady_clock::now();
    const auto queries = alone.ensure({&alone.measures().front()}, periods).queries;
    fmt::print("{} {} {:.2f}\n", one.id, queries, seconds_since(start));
  }
  return faults == 0 ? 0 : 1;
}
