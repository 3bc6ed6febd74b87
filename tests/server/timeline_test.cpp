#include "server/timeline.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "server/areas.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::server;

namespace {

std::filesystem::path file_with(const test::TempDir& directory, const std::string& text) {
  const auto file = directory.path() / "timeline.yaml";
  std::ofstream(file) << text;
  return file;
}

}  // namespace

TEST_CASE("Timeline: the project's own table reads an observation; days are days in Shanghai") {
  const auto timeline = Timeline::load(test::source_dir() / "scenes/core/timeline.yaml");
  REQUIRE_MESSAGE(timeline.has_value(), timeline.error().where, " ", timeline.error().message);
  CHECK(timeline->shows("Encounter"));
  CHECK_FALSE(timeline->shows("Patient"));
  // 2025-03-01T16:30:00Z is half past midnight of 2 March in Shanghai.
  const TimelineText text = timeline->read(
      "Observation",
      R"({"resourceType":"Observation","id":"o1","status":"final","effectiveDateTime":"2025-03-01T16:30:00Z",
          "code":{"coding":[{"code":"8480-6","display":"收缩压"}]},"valueQuantity":{"value":142,"unit":"mmHg"}})");
  CHECK(text.date == "2025-03-02");
  CHECK(text.sort == "2025-03-01T16:30:00.000Z");
  CHECK(text.title == "收缩压");
  CHECK(text.detail == "142 mmHg");
  CHECK(text.code == "8480-6");
  CHECK(text.status == "final");
}

TEST_CASE("Timeline: the first alternative that gives something; partial dates stay partial") {
  const test::TempDir directory;
  const auto timeline = Timeline::load(
      file_with(directory,
                "types:\n  Condition:\n    date: [onset.ofType(dateTime), recordedDate]\n    "
                "title: [code.text, code.coding.display.first()]\n"));
  REQUIRE(timeline.has_value());
  const TimelineText text = timeline->read(
      "Condition",
      R"({"resourceType":"Condition","id":"c1","recordedDate":"2020-05","code":{"coding":[{"display":"高血压"}]}})");
  CHECK(text.date == "2020-05");
  CHECK(text.title == "高血压");
  CHECK(text.detail.empty());
  CHECK(timeline->read("Condition", "not json").title.empty());
}

TEST_CASE("Timeline: a wrong expression is refused with file, line and column") {
  const test::TempDir directory;
  const auto timeline = Timeline::load(
      file_with(directory, "types:\n  Condition:\n    date: [onset]\n    title: [code..text]\n"));
  REQUIRE_FALSE(timeline.has_value());
  CHECK(timeline.error().code == ErrorCode::invalid_input);
  CHECK(timeline.error().where.find("timeline.yaml:4") != std::string::npos);
  CHECK(Timeline::load(directory.path() / "none.yaml").error().code == ErrorCode::not_found);
  CHECK(Timeline::load(file_with(directory, "types: [")).error().code == ErrorCode::invalid_input);
}

TEST_CASE("Areas: nearest known area gives the name; a broken file is named") {
  const test::TempDir directory;
  CHECK(Areas::load(directory.path())->all().empty());
  std::ofstream(directory.path() / "areas.geojson")
      << R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"770101001","name":"青梧街道"},"geometry":null}]})";
  const auto areas = Areas::load(directory.path());
  REQUIRE(areas.has_value());
  CHECK(areas->name("770101001003").zh == "青梧街道");
  CHECK(areas->name("770101001").en == "青梧街道");  // no English name given
  CHECK(areas->name("880101").zh == "880101");
  CHECK(areas->all().front().level == "street");
  CHECK(areas->all().front().parent == "770101");
  std::ofstream(directory.path() / "areas.geojson") << "{";
  CHECK(Areas::load(directory.path()).error().where.find("areas.geojson") != std::string::npos);
}
