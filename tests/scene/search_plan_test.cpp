#include "scene/search_plan.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "support/paths.hpp"

using namespace hb;

namespace {

/// Message and line of what is wrong with a file; empty: nothing.
std::string wrong_with(const std::string& text) {
  const test::TempDir folder;
  const auto file = folder.path() / "search.yaml";
  std::ofstream(file) << text;
  const auto plan = scene::load_search_plan(file);
  if (plan) return {};
  const std::size_t line = plan.error().where.rfind(':');
  return plan.error().message + plan.error().where.substr(line);
}

}  // namespace

TEST_CASE("search plan: the one of the product is sound, and small for an Observation") {
  const auto plan = scene::load_search_plan(test::source_dir() / "scenes/core/search.yaml");
  REQUIRE_MESSAGE(plan, (plan ? "" : plan.error().message + " " + plan.error().where));
  // One entry for the type, one for each parameter.
  CHECK(plan->of("Observation").size() + 1 <= 8);
  // "patient" and "subject" of other types share their entries: one of the two stands for both.
  std::size_t persons = 0;
  for (const search::Parameter* parameter : plan->of("ClinicalImpression"))
    if (parameter->code == "patient" || parameter->code == "subject") ++persons;
  CHECK(persons == 1);
}

TEST_CASE("search plan: another list is another plan") {
  search::IndexPlan one{{"code"}, {{"Patient", {"name"}}}};
  search::IndexPlan two{{"code"}, {{"Patient", {"name", "family"}}}};
  search::IndexPlan three{{"code", "name"}, {{"Patient", {"name"}}}};
  CHECK(one.fingerprint() == search::IndexPlan(one).fingerprint());
  CHECK(one.fingerprint() != two.fingerprint());
  CHECK(one.fingerprint() != three.fingerprint());
}

TEST_CASE("search plan: mistakes are named with their line") {
  const std::string head = "schema: search-1\ntypes:\n";
  const std::string tail = "others: [code]\n";
  CHECK(wrong_with(head + "  Patient: [name]\n" + tail).empty());
  CHECK(wrong_with(head + "  Patinet: [name]\n" + tail) ==
        "“Patinet” is no resource type of FHIR R4:3");
  CHECK(wrong_with(head + "  Patient: [name]\n  Observation: [codes]\n" + tail) ==
        "Observation has no search parameter “codes” in FHIR R4:4");
  CHECK(wrong_with(head + "  Patient: [name, name]\n" + tail) == "“name” stands twice:3");
  CHECK(wrong_with(head + "  Observation: [code-value-quantity]\n" + tail) ==
        "“code-value-quantity” of Observation cannot be indexed: it is of kind composite:3");
  CHECK(wrong_with(head + "  Patient: name\n" + tail) == "expected a list of codes:3");
  CHECK(wrong_with(head + "  Patient: [name]\nothers: [colour]\n") ==
        "no type has a search parameter “colour”:4");
  CHECK(wrong_with("schema: search-1\n" + tail).find("types") != std::string::npos);
  CHECK(wrong_with("schema: search-2\ntypes: {}\n" + tail) == "expected the schema search-1:1");
}
