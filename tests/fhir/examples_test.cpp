// What docs/conformance.md says of the published examples and of R4's invariants.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "fhir/check_validator.hpp"
#include "fhir/xml.hpp"
#include "fhir/xml_json.hpp"
#include "support/conformance.hpp"
#include "support/lines.hpp"

using namespace hb;
namespace fs = std::filesystem;

namespace {

/// All that is found in a resource, one line; empty when nothing is.
std::string validated(const std::string& json) {
  fhir::Parser parser;
  const fhir::PaddedText text(json);
  const auto root = parser.parse_json(text.view());
  if (!root) return "not JSON";
  std::string_view type;
  if ((*root)["resourceType"].get(type)) return "no resourceType";
  static const auto book = std::make_shared<const fhir::Rulebook>(fhir::Levels{});
  fhir::Validator validator(book, {});
  std::string told;
  for (const fhir::Fault& fault : validator.validate({*root, type, ""}))
    told += fault.rule + " " + fault.path + "; ";
  return told;
}

std::string canonical(const std::string& json) {
  const auto tree = fhir::read_json_tree(json, 130);
  return tree ? fhir::write_json_tree(*tree, true) : "not JSON";
}

/// JSON → XML → JSON; empty when it comes back equal.
std::string through_xml(const std::string& json) {
  const auto xml = fhir::json_to_xml(json);
  if (!xml) return xml.error().where + ": " + xml.error().message;
  const auto back = fhir::xml_to_json(*xml);
  if (!back) return back.error().where + ": " + back.error().message;
  return canonical(*back) == canonical(json) ? "" : "it came back changed";
}

std::string_view group_of(const fhir::InvariantRow& row) {
  if (row.type == fhir::no_type) return "single elements";
  const std::string_view name = fhir::definitions::type(row.type).name;
  return fhir::is_resource_type(name.substr(0, name.find('.'))) ? "resources" : "data types";
}

std::vector<fs::path> examples(const char* extension) {
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(test::shared_dir() / "data/fhir-r4-examples"))
    if (file.path().extension() == extension) files.push_back(file.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

TEST_CASE("conformance: the published R4 examples") {
  if (!test::has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  test::SuiteResult suite("fhir-r4-examples", "FHIR R4 examples", 40,
                          "tests/spec/fhir-r4-examples/exclude.yaml");
  suite.note("read, validated without any fault or warning, and written back equal");
  for (const fs::path& file : examples(".json"))
    suite.judge("JSON, validated", file.filename().string(), validated(test::read_file(file)));
  for (const fs::path& file : examples(".json"))
    suite.judge("JSON to XML and back", file.filename().string(),
                through_xml(test::read_file(file)));
  for (const fs::path& file : examples(".xml")) {
    const auto json = fhir::xml_to_json(test::read_file(file));
    suite.judge("XML, validated", file.filename().string(),
                json ? validated(*json) : json.error().message);
  }
  for (const fs::path& file : examples(".xml")) {
    const auto json = fhir::xml_to_json(test::read_file(file));
    suite.judge("XML to JSON and back", file.filename().string(),
                json ? through_xml(*json) : json.error().message);
  }
  suite.finish(95);
}

TEST_CASE("conformance: the invariants of R4 are evaluated") {
  test::SuiteResult suite("r4-invariants", "R4 invariants", 41,
                          "tests/spec/r4-invariants/exclude.yaml");
  suite.note("compiled and asked of every resource that is validated");
  const fhir::Invariants invariants{fhir::Levels{}};
  std::map<std::string, std::string> reasons;
  for (const auto& rule : invariants.not_evaluated())
    reasons[rule.where + ": " + rule.rule] = rule.reason;
  for (const char* group : {"resources", "data types", "single elements"}) {
    for (const fhir::InvariantRow& row : fhir::definitions::invariants()) {
      if (group_of(row) != group) continue;
      const std::string where =
          row.type == fhir::no_type ? "" : std::string(fhir::definitions::type(row.type).name);
      const std::string key(row.key);
      suite.judge(group, where.empty() ? key : where + " " + key, reasons[where + ": " + key]);
    }
  }
  suite.finish(98);
}
