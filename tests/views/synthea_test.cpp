// The core views over the Synthea sample of ../shared: counts that the files themselves say.
#include <doctest/doctest.h>

#include <map>

#include "support/lines.hpp"
#include "support/paths.hpp"
#include "views/view.hpp"

using namespace hb;
namespace fs = std::filesystem;

TEST_CASE("core views: one row per resource of the Synthea sample") {
  if (!test::has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  auto views = views::load_views((test::source_dir() / "scenes/core/views").string());
  INFO((views ? "" : views.error().where + ": " + views.error().message));
  REQUIRE(views.has_value());
  const views::Flattener flattener(std::move(*views));
  views::Flattener::Sink sink(flattener);
  const views::ResidentOf resident_of = [](std::string_view) {
    return views::ResidentStamp{.id = 7,
                                .sex = "female",
                                .has_birth_date = true,
                                .birth_date = *make_date(1960, 5, 1),
                                .area = "770102"};
  };
  std::map<std::string, std::size_t> resources;
  fhir::Parser parser;
  for (const auto& file : fs::directory_iterator(test::shared_dir() / "data/synthea/ndjson")) {
    test::for_each_line(file.path(), [&](std::string_view line) {
      const fhir::PaddedText text(line);
      const auto resource = parser.parse(text.view());
      REQUIRE(resource.has_value());
      const auto added = sink.add(*resource, 0, resident_of);
      INFO((added ? "" : added.error().message));
      REQUIRE(added.has_value());
      ++resources[std::string(resource->type)];
    });
  }
  std::map<std::string, std::size_t> rows;
  for (const auto& block : sink.take()) {
    rows[block.schema->name] = block.rows();
    std::size_t column = 0;
    for (const auto& spec : block.schema->columns) {
      std::size_t given = 0;
      for (const auto null : block.columns[column].null) given += null == 0;
      INFO(block.schema->name << "." << spec.name << ": " << given << " of " << block.rows());
      CHECK(block.columns[column].null.size() == block.rows());
      ++column;
    }
  }
  const std::map<std::string, std::string> table_of = {
      {"Patient", "resident"},          {"Practitioner", "practitioner"},
      {"Organization", "organization"}, {"Encounter", "encounter"},
      {"Condition", "condition"},       {"Observation", "observation"},
      {"Procedure", "procedure"},       {"MedicationRequest", "medication"},
      {"Immunization", "immunization"}};
  for (const auto& entry : table_of) {
    INFO(entry.first);
    CHECK(resources[entry.first] > 0);
    CHECK(rows[entry.second] == resources[entry.first]);
  }
  CHECK(rows["observation_component"] > 0);
}
