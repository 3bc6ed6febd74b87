#include "scene/catalogue.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "support/paths.hpp"

using namespace hb;
using namespace hb::scene;

TEST_CASE("Catalogue: scenes, plans, boards and texts of the project") {
  const Result<Catalogue> catalogue = Catalogue::load(test::source_dir() / "scenes");
  if (!catalogue) FAIL(catalogue.error().where << ": " << catalogue.error().message);
  CHECK(catalogue->plans().size() >= 4);
  REQUIRE(catalogue->plan("plan-13-5-hangzhou-2020") != nullptr);
  CHECK(catalogue->plan("plan-13-5-hangzhou-2020")->scene == "healthy-hangzhou");
  const indicators::Indicator* water = catalogue->indicator("hangzhou-2020-03");
  REQUIRE(water != nullptr);
  CHECK(water->target_text == "≥92.3");
  CHECK(catalogue->indicator("none") == nullptr);
  REQUIRE(catalogue->board("cockpit") != nullptr);
  CHECK(catalogue->board("cockpit")->sections.size() == 10);
  CHECK(catalogue->text("gender", "female").zh == "女");
  CHECK(catalogue->text("problem-rule", "bad-date").en == "Impossible date");
  CHECK(catalogue->text("gender", "x").en == "x");
  CHECK(catalogue->codes("problem-rule")->find("required")->help.en.find("Add") == 0);
}

TEST_CASE("Catalogue: a mistake that keeps content from being read names file and line") {
  const test::TempDir temp;
  const auto scene = temp.path() / "a";
  std::filesystem::create_directories(scene / "boards");
  std::ofstream(scene / "scene.yaml") << "schema: scene-1\ntitle: { zh: 甲 }\n";
  const auto half = Catalogue::load(temp.path());
  REQUIRE_FALSE(half.has_value());
  CHECK(half.error().where == (scene / "scene.yaml").string() + ":2");
  CHECK(half.error().message == "“en” is missing");
  CHECK(Catalogue::load(temp.path() / "none").error().code == ErrorCode::not_found);
}
