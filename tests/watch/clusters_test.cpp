#include "watch/clusters.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "support/paths.hpp"
#include "watch/area_points.hpp"

namespace hb::watch {
namespace {

Date day(const char* text) { return *parse_date(text); }

/// Areas 1 … 9 on a grid of three by three, 2 km apart.
std::shared_ptr<const AreaPoints> grid() {
  AreaPoints points;
  for (int i = 0; i < 9; ++i)
    points["77010100" + std::to_string(i + 1)] = {150 + 0.02 * (i % 3), 20 + 0.02 * (i / 3)};
  return std::make_shared<const AreaPoints>(std::move(points));
}

Stream stream_of() {
  const test::TempDir scenes;
  std::filesystem::create_directories(scenes.path() / "one/streams");
  std::ofstream(scenes.path() / "one/streams/s.yaml")
      << "id: s\ntitle: { zh: 甲, en: A }\nkind: cases\nlane: ranked\nsql: SELECT 1\nmin_cases: 3\n"
         "detectors:\n  - { method: pooled, why: { zh: 甲, en: A } }\n  - { method: scan, options: "
         "{ most_areas: 4 }, why: { zh: 甲, en: A } }\n";
  auto streams = load_streams(scenes.path());
  if (!streams) FAIL(streams.error().where << streams.error().message);
  streams->front().points = grid();
  return streams->front();
}

constexpr const char* begin_text = "2025-01-01";
constexpr const char* last_text = "2025-05-30";

/// A case in five days and area, on average; Poisson, seed 3.
StreamCounts ordinary() {
  std::mt19937_64 random(3);
  StreamCounts counts;
  for (int area = 1; area <= 9; ++area) {
    auto& series = counts[{"77010100" + std::to_string(area), "", "x", ""}];
    for (Date at = day(begin_text); at <= day(last_text); ++at.days)
      if (const int count = std::poisson_distribution<int>(0.2)(random); count > 0)
        series[at] = count;
  }
  return counts;
}

std::vector<Finding> clusters_of(const Stream& stream, const StreamCounts& counts, Date first) {
  Findings findings;
  const auto done = add_clusters(stream, counts, day(begin_text), first, day(last_text), findings);
  if (!done) FAIL(done.error().message);
  return findings.all;
}

}  // namespace

TEST_CASE("add_clusters: three neighbouring areas together, first new, then ongoing") {
  const Stream stream = stream_of();
  StreamCounts counts = ordinary();
  // Two cases in each of 1, 2 and 4 on three days: 18 and about 2 others there, of some 23 cases in
  // all areas on those days, of which they should have their share of all days, less than a half.
  for (const char* area : {"770101001", "770101002", "770101004"})
    for (int back = 1; back <= 3; ++back)
      counts[{area, "", "x", ""}][Date{day(last_text).days - back}] += 2;
  const auto found = clusters_of(stream, counts, Date{day(last_text).days - 3});
  REQUIRE(found.size() >= 2);
  const Finding& last = found.back();
  CHECK(last.day == day(last_text));
  CHECK(last.method == "scan");
  CHECK(last.pvalue < 0.005);
  CHECK(last.observed >= 18);
  CHECK(last.expected < 12);
  std::vector<std::string> areas = last.cluster->areas;
  std::ranges::sort(areas);
  CHECK(areas == std::vector<std::string>{"770101001", "770101002", "770101004"});
  CHECK(std::ranges::count(areas, last.key.area) == 1);
  CHECK(last.cluster->ongoing);
  CHECK_FALSE(found.front().cluster->ongoing);
  // The day by itself says the same as the day at the end of a longer replay.
  const auto alone = clusters_of(stream, counts, day(last_text));
  REQUIRE(alone.size() == 1);
  CHECK(alone[0].pvalue == last.pvalue);
  CHECK(alone[0].cluster->ongoing);
}

TEST_CASE("add_clusters: a wave through all areas is none, and without points clusters rest") {
  Stream stream = stream_of();
  StreamCounts counts = ordinary();
  for (auto& [key, series] : counts)
    for (int back = 0; back < 7; ++back) series[Date{day(last_text).days - back}] += 2;
  for (const Finding& one : clusters_of(stream, counts, Date{day(last_text).days - 6}))
    CHECK(one.pvalue > 0.001);
  stream.points = nullptr;
  const auto findings =
      judge_stream(stream, counts, day(begin_text), day(last_text), day(last_text));
  REQUIRE(findings.has_value());
  CHECK(std::ranges::none_of(findings->all,
                             [](const Finding& one) { return one.cluster != nullptr; }));
}

TEST_CASE("add_clusters: by chance hardly ever") {
  // 60 days of nothing: 0.05 a day or less is kept, so 3 are expected, the same one for days.
  const auto found = clusters_of(stream_of(), ordinary(), Date{day(last_text).days - 59});
  CHECK(found.size() <= 8);
  for (const Finding& one : found) CHECK(one.pvalue <= 0.05);
}

TEST_CASE("read_area_points: the middle of a border; what is none is named") {
  const test::TempDir folder;
  const auto file = folder.path() / "areas.geojson";
  CHECK(read_area_points(file)->empty());
  // A right-angled triangle has its centroid at a third of its sides; the square beside it is
  // small.
  std::ofstream(file) << R"({"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"code":"1"},"geometry":{"type":"MultiPolygon","coordinates":[
      [[[10,20],[11,20],[11,21],[10,20]]], [[[0,0],[0.1,0],[0.1,0.1],[0,0.1],[0,0]]]]}},
    {"type":"Feature","properties":{"code":"2"},"geometry":null}]})";
  const auto points = read_area_points(file);
  REQUIRE(points.has_value());
  REQUIRE(points->size() == 1);
  CHECK(points->at("1").x == doctest::Approx(10 + 2.0 / 3));
  CHECK(points->at("1").y == doctest::Approx(20 + 1.0 / 3));
  std::ofstream(file) << "[]";
  const auto wrong = read_area_points(file);
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().where == file.string());
}

}  // namespace hb::watch
