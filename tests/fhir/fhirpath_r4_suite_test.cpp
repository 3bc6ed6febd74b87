// The FHIRPath suite of the FHIR test cases, unmodified from ../shared/data/fhirpath.
#include <set>

#include <doctest/doctest.h>
#include <pugixml.hpp>

#include "fhir/fhirpath.hpp"
#include "fhir/xml.hpp"
#include "support/conformance.hpp"
#include "support/lines.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::fhir;
namespace fs = std::filesystem;

namespace {

/// The input as JSON.
std::string input_text(const fs::path& directory, const std::string& name) {
  if (name.empty()) return {};
  const std::string text = test::read_file(directory / "input" / name);
  if (!name.ends_with(".xml")) return text;
  const auto json = xml_to_json(text);
  INFO(name);
  REQUIRE(json.has_value());
  return *json;
}

/// As the suite writes values: dates with @, quantities as 1 'mg'.
std::string written(const Value& value) {
  const auto plain = system_value(value);
  if (!plain) return "";
  if (const auto* text = std::get_if<std::string_view>(&*plain)) return std::string(*text);
  if (const auto* moment = std::get_if<Moment>(&*plain)) {
    const bool time = moment->kind == Moment::Kind::time;
    return (time ? "@T" : "@") + format_temporal(moment->value, time);
  }
  if (const auto* quantity = std::get_if<Quantity>(&*plain))
    return format_decimal(quantity->value) + " '" + std::string(quantity->unit) + "'";
  return to_json(*plain);
}

std::string type_of(const Value& value) {
  std::string name = type_name(value);
  if (!name.starts_with("System.")) return name;
  name = name.substr(7);
  if (name != "Quantity") name[0] = static_cast<char>(std::tolower(name[0]));
  return name;
}

bool same_type(const std::string& made, const std::string& wanted) {
  return wanted.empty() || made == wanted;
}

struct Case {
  std::string text;
  std::string invalid;
  bool predicate;
  std::vector<std::pair<std::string, std::string>> outputs;  ///< type, value
};

std::string compare(const Case& want, const Collection& items) {
  if (want.predicate) {
    bool truth = !items.empty();
    if (items.size() == 1)
      if (const auto plain = system_value(items[0]); plain && std::holds_alternative<bool>(*plain))
        truth = std::get<bool>(*plain);
    return (want.outputs.at(0).second == "true") == truth ? "" : "another truth";
  }
  if (items.size() != want.outputs.size()) {
    std::string fault =
        std::to_string(items.size()) + " items instead of " + std::to_string(want.outputs.size());
    for (const Value& item : items) fault += " " + written(item);
    return fault;
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& [type, value] = want.outputs[i];
    if (!same_type(type_of(items[i]), type)) return type_of(items[i]) + " instead of " + type;
    if (written(items[i]) != value) return written(items[i]) + " instead of " + value;
  }
  return "";
}

/// Empty when the suite is satisfied.
std::string run(const Case& want, const std::string& input) {
  const bool must_fail = !want.invalid.empty();
  Parser parser;
  const PaddedText json(input.empty() ? "{}" : input);
  const auto root = parser.parse_json(json.view());
  if (!root) return "the input is no JSON";
  std::string_view type;
  if (root->at_key("resourceType").get(type)) type = {};
  const Resource resource{*root, type, {}, json.view()};

  auto expression = Expression::parse(want.text);
  if (!expression)
    return must_fail ? "" : expression.error().where + ": " + expression.error().message;
  if (!input.empty()) {
    const auto checked = expression->check(definitions::find_type(type));
    if (!checked) return must_fail ? "" : checked.error().message;
  }
  Evaluation evaluation;
  evaluation.set_now({1'780'000'000'000'000});
  evaluation.reset(resource);
  const auto items = input.empty() ? evaluation.evaluate(*expression)
                                   : evaluation.evaluate(*expression, Evaluation::root(resource));
  if (!items) return must_fail ? "" : items.error().message;
  if (must_fail) return "an error is expected (" + want.invalid + ")";
  return compare(want, *items);
}

Case read_case(const pugi::xml_node& node) {
  Case result;
  result.text = node.child("expression").text().get();
  result.invalid = node.child("expression").attribute("invalid").as_string();
  result.predicate = node.attribute("predicate").as_bool();
  for (const auto& output : node.children("output"))
    result.outputs.emplace_back(output.attribute("type").as_string(), output.text().get());
  return result;
}

}  // namespace

TEST_CASE("FHIRPath: the suite of the FHIR R4 test cases") {
  const fs::path directory = test::shared_dir() / "data/fhirpath";
  pugi::xml_document document;
  if (!test::has_shared() || !document.load_file((directory / "tests-fhir-r4.dev.xml").c_str())) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  test::SuiteResult result("fhirpath-r4", "FHIRPath, test cases of FHIR R4", 10,
                           "tests/spec/fhirpath-r4/exclude.yaml");
  std::map<std::string, std::string> inputs;
  for (const auto& group : document.child("tests").children("group"))
    for (const auto& node : group.children("test")) {
      const std::string file = node.attribute("inputfile").as_string();
      if (!inputs.contains(file)) inputs[file] = input_text(directory, file);
      result.judge(group.attribute("name").as_string(), node.attribute("name").as_string(),
                   run(read_case(node), inputs[file]));
    }
  result.finish(98);
}
