#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "scene/catalogue.hpp"
#include "scene_tables.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::scene;
namespace fs = std::filesystem;

namespace {

fs::path scenes_dir() { return test::source_dir() / "scenes"; }

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Faults of the scenes of a case, one line each, files relative to the case.
std::string faults_of(const fs::path& scenes) {
  const test::SceneTables tables;
  const auto columns = [&](const std::string& sql) -> Result<std::vector<std::string>> {
    const Date day = *parse_date("2025-12-31");
    std::vector<std::pair<std::string, tables::Value>> used;
    for (const auto& one : {std::pair<std::string, tables::Value>{"area", std::string{}},
                            std::pair<std::string, tables::Value>{"from", day},
                            std::pair<std::string, tables::Value>{"to", day}})
      if (sql.find("$" + one.first) != std::string::npos) used.push_back(one);
    auto rows = tables.database().query(Principal::system("test"), sql, used);
    if (!rows) return unexpected(rows.error());
    return rows->columns;
  };
  const auto faults = check(
      scenes, [&](const std::string& sql) { return tables.database().check_scene_sql(sql); },
      columns);
  if (!faults) return faults.error().where + ": " + faults.error().message + "\n";
  std::string text;
  for (const SceneFault& fault : *faults) {
    text += fs::path(fault.file).lexically_relative(scenes).string() + ":" +
            std::to_string(fault.line) + ": " + fault.path + ": " + fault.message + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("check: the project's scenes are sound") { CHECK(faults_of(scenes_dir()) == ""); }

TEST_CASE("check: each broken scene gives its faults with file, line and path") {
  std::size_t cases = 0;
  for (const auto& entry : fs::directory_iterator(test::source_dir() / "tests/cases/scene")) {
    CAPTURE(entry.path().filename().string());
    const test::TempDir temp;
    fs::copy(entry.path(), temp.path(), fs::copy_options::recursive);
    fs::copy(scenes_dir() / "schema", temp.path() / "schema", fs::copy_options::recursive);
    const std::string found = faults_of(temp.path());
    const fs::path want = entry.path() / "want.txt";
    if (std::getenv("HB_UPDATE_CASES") != nullptr) std::ofstream(want) << found;
    CHECK(found == read(want));
    CHECK_FALSE(found.empty());
    ++cases;
  }
  CHECK(cases == 8);
}

TEST_CASE("check: one scene is checked with the schemas beside it, without the faults of others") {
  const test::TempDir temp;
  fs::copy(test::source_dir() / "tests/cases/scene/references", temp.path(),
           fs::copy_options::recursive);
  fs::copy(scenes_dir() / "schema", temp.path() / "schema", fs::copy_options::recursive);
  const auto second = check(temp.path() / "second/");
  REQUIRE(second.has_value());
  REQUIRE(second->size() == 1);
  CHECK(second->front().message.find("code list “sex” stands also in") == 0);
}

TEST_CASE("check: no directory, no scene, a schema nobody understands") {
  const test::TempDir temp;
  CHECK(check(temp.path() / "none").error().code == ErrorCode::not_found);
  CHECK(check(temp.path()).error().code == ErrorCode::not_found);
  fs::create_directories(temp.path() / "schema");
  fs::create_directories(temp.path() / "a");
  std::ofstream(temp.path() / "schema/x-1.json") << R"({"oneOf": []})";
  const auto refused = check(temp.path());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "keyword “oneOf” is not understood");
}
