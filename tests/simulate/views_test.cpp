#include <map>

#include "simulate/support.hpp"
#include "views/view.hpp"

using namespace hb;
using namespace hb::test;

TEST_CASE("simulated resources: the core tables take every resource, one row each") {
  auto views = views::load_views((source_dir() / "scenes/core/views").string());
  REQUIRE_MESSAGE(views, views.error().message, " ", views.error().where);
  const views::Flattener flattener(std::move(*views));
  std::map<std::string, std::size_t> rows;
  fhir::Parser parser;
  for (const auto& [type, count] : given_district().summary.counts) {
    views::Flattener::Sink sink(flattener);
    std::uint32_t owner = 0;
    for (std::string line : read_lines(given_district().directory() / (type + ".ndjson"))) {
      line.reserve(line.size() + simdjson::SIMDJSON_PADDING);
      const auto resource = parser.parse(line);
      REQUIRE(resource);
      const auto added =
          sink.add(*resource, owner++, [](std::string_view) { return views::ResidentStamp{1}; });
      if (!added)
        FAIL(type << ": " << added.error().message << " " << added.error().where << "\n" << line);
    }
    for (const tables::RowBlock& block : sink.take()) rows[block.schema->name] += block.rows();
  }
  const auto& counts = given_district().summary.counts;
  CHECK(rows["resident"] == counts.at("Patient"));
  CHECK(rows["encounter"] == counts.at("Encounter"));
  CHECK(rows["condition"] == counts.at("Condition"));
  CHECK(rows["observation"] == counts.at("Observation"));
  CHECK(rows["medication"] == counts.at("MedicationRequest"));
  CHECK(rows["immunization"] == counts.at("Immunization"));
  CHECK(rows["episode"] == counts.at("EpisodeOfCare"));
  CHECK(rows["report_card"] == counts.at("Composition"));
  CHECK(rows["task"] == counts.at("Task"));
  CHECK(rows["organization"] == counts.at("Organization"));
  CHECK(rows["place"] == counts.at("Location"));
  CHECK(rows["death"] == given_district().summary.deceased);
}
