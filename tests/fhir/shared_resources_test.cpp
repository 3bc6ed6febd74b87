// Resources that others made, read from ../shared: none may be refused.
#include <doctest/doctest.h>

#include <cstdlib>

#include "fhir/check.hpp"
#include "support/lines.hpp"
#include "support/paths.hpp"

using namespace hb;
namespace fs = std::filesystem;

namespace {

std::string describe(const fhir::Fault& fault) {
  return fault.rule + " " + fault.path + ": expected " + fault.expected + ", found " + fault.found;
}

/// Faults of one resource, told to doctest; returns how many.
std::size_t faults_of(const fhir::Resource& resource) {
  const auto faults = fhir::check(resource, {});
  if (!faults.empty()) {
    const std::string told =
        std::string(resource.type) + "/" + std::string(resource.id) + " " + describe(faults[0]);
    MESSAGE(told);
  }
  return faults.size();
}

}  // namespace

TEST_CASE("check: the 100 Synthea patients have no fault") {
  if (!test::has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  fhir::Parser parser;
  std::size_t resources = 0;
  std::size_t faults = 0;
  for (const auto& file : fs::directory_iterator(test::shared_dir() / "data/synthea/ndjson")) {
    test::for_each_line(file.path(), [&](std::string_view line) {
      const fhir::PaddedText text(line);
      const auto resource = parser.parse(text.view());
      REQUIRE(resource.has_value());
      ++resources;
      faults += faults_of(*resource);
    });
  }
  CHECK(resources == 36357);
  CHECK(faults == 0);
}

TEST_CASE("check: the resources of 20 Synthea bundles have no fault") {
  if (!test::has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  const test::TempDir directory;
  const std::string archive =
      (test::shared_dir() / "data/synthea/bundles-20-patients.tar.zst").string();
  REQUIRE(std::system(("tar --zstd -xf " + archive + " -C " + directory.path().string()).c_str()) ==
          0);
  fhir::Parser parser;
  std::size_t bundles = 0;
  for (const auto& file : fs::recursive_directory_iterator(directory.path())) {
    if (file.path().extension() != ".json") continue;
    ++bundles;
    const fhir::PaddedText text(test::read_file(file.path()));
    const auto root = parser.parse_json(text.view());
    REQUIRE(root.has_value());
    CHECK(faults_of({*root, "Bundle", ""}) == 0);
  }
  CHECK(bundles == 20);
}

TEST_CASE("check: the published R4 examples have no fault") {
  if (!test::has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  fhir::Parser parser;
  for (const auto& file : fs::directory_iterator(test::shared_dir() / "data/fhir-r4-examples")) {
    if (file.path().extension() != ".json") continue;
    const fhir::PaddedText text(test::read_file(file.path()));
    const auto root = parser.parse_json(text.view());
    INFO(file.path().filename().string());
    REQUIRE(root.has_value());
    const std::string_view type = root->at_key("resourceType").get_string().value();
    CHECK(faults_of({*root, type, ""}) == 0);
  }
}
