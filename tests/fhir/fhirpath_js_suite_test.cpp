// The test cases of fhirpath.js, unmodified from ../shared/data/fhirpath. Those for other FHIR
// versions do not apply; those without a model see JSON without types.
#include <cmath>

#include <doctest/doctest.h>
#include <yaml-cpp/yaml.h>
#include <boost/json.hpp>

#include "fhir/fhirpath.hpp"
#include "support/conformance.hpp"
#include "support/lines.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::fhir;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

json::value from_yaml(const YAML::Node& node) {
  if (node.IsNull() || !node.IsDefined()) return nullptr;
  if (node.IsSequence()) {
    json::array list;
    for (const auto& item : node) list.push_back(from_yaml(item));
    return list;
  }
  if (node.IsMap()) {
    json::object object;
    for (const auto& field : node) object[field.first.as<std::string>()] = from_yaml(field.second);
    return object;
  }
  if (node.Tag() == "!") return json::string(node.Scalar());  // quoted: a text
  bool boolean = false;
  double number = 0;
  if (YAML::convert<bool>::decode(node, boolean)) return boolean;
  if (YAML::convert<double>::decode(node, number)) {
    if (number == std::floor(number) && std::abs(number) < 9e15 &&
        node.Scalar().find('.') == std::string::npos)
      return static_cast<std::int64_t>(number);
    return number;
  }
  return json::string(node.Scalar());
}

bool same(const json::value& left, const json::value& right) {
  if (left.is_number() && right.is_number()) {
    const double a = left.to_number<double>();
    const double b = right.to_number<double>();
    return std::abs(a - b) <= 1e-8 * std::max(1.0, std::abs(a));
  }
  if (left.kind() != right.kind()) return false;
  if (left.is_array()) {
    const auto& a = left.get_array();
    const auto& b = right.get_array();
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
  }
  if (left.is_object()) {
    const auto& a = left.get_object();
    const auto& b = right.get_object();
    return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const auto& field) {
             const auto* other = b.if_contains(field.key());
             return other != nullptr && same(field.value(), *other);
           });
  }
  return left == right;
}

/// As fhirpath.js gives values: quantities as "1 'mg'".
json::array written(Evaluation& evaluation, const Collection& items) {
  json::array list;
  for (const Value& item : items) {
    if (const auto* element = std::get_if<Element>(&item); element && element->absent) continue;
    if (const auto* quantity = std::get_if<Quantity>(&item)) {
      const std::string quote = quantity->calendar ? "" : "'";
      std::string unit(quantity->unit);
      if (quantity->calendar && compare(quantity->value, Decimal::of(1)) != 0) unit += 's';
      list.push_back(json::string(format_decimal(quantity->value) + " " + quote + unit + quote));
    } else {
      boost::json::error_code bad;
      list.push_back(json::parse(evaluation.json(item), bad));
      if (bad) MESSAGE("no JSON: " << evaluation.json(item));
    }
  }
  return list;
}

struct Case {
  std::string expression;
  std::string base;
  std::string input;
  bool typed = false;
  bool fails = false;
  json::array result;
  std::map<std::string, Value> variables;
};

std::string judge(const Case& want, const json::array& made) {
  return same(made, want.result) ? "" : json::serialize(made);
}

std::string run(const Case& want) {
  Parser parser;
  const PaddedText text(want.input);
  const auto root = parser.parse_json(text.view());
  if (!root) return "the input is no JSON";
  std::string_view type;
  if (!want.typed || root->at_key("resourceType").get(type)) type = {};
  const TypeId known = definitions::find_type(type);
  Evaluation evaluation;
  evaluation.set_now({1'780'000'000'000'000});
  const Value focus = Element{*root, known};
  evaluation.reset(Resource{*root, type, {}, text.view()}, focus);
  for (const auto& [name, value] : want.variables) evaluation.set_constant(name, value);
  auto expression = Expression::parse(want.expression);
  if (!expression) return want.fails ? "" : expression.error().message;
  Collection focuses{focus};
  if (!want.base.empty()) {
    const auto base = Expression::parse(want.base);
    if (!base) return "the base is no expression";
    focuses = *evaluation.evaluate(*base, focus);
  } else if (const auto checked = expression->check(known); !checked) {
    return want.fails ? "" : checked.error().message;
  }
  Collection items;
  for (const Value& item : focuses) {
    const auto found = evaluation.evaluate(*expression, item);
    if (!found) return want.fails ? "" : found.error().message;
    items.insert(items.end(), found->begin(), found->end());
  }
  if (want.fails) return "an error is expected";
  return judge(want, written(evaluation, items));
}

class Suite {
 public:
  Suite(fs::path directory, test::SuiteResult& typed, test::SuiteResult& untyped)
      : directory_(std::move(directory)), typed_(typed), untyped_(untyped) {}

  void file(const fs::path& path) {
    const YAML::Node document = YAML::LoadFile(path.string());
    group_ = path.stem().string();
    const YAML::Node subject = document["subject"];
    subject_ = subject.IsDefined() ? json::serialize(from_yaml(subject)) : "{}";
    number_ = 0;
    tests(document["tests"]);
  }

 private:
  void tests(const YAML::Node& list) {
    for (const auto& item : list) {
      if (!item.IsMap()) continue;
      const std::string first = item.begin()->first.as<std::string>();
      if (first.starts_with("group")) {
        tests(item.begin()->second);
      } else if (item["expression"]) {
        one(item);
      }
    }
  }

  void one(const YAML::Node& item) {
    ++number_;
    const std::string model = item["model"].as<std::string>("");
    if (item["disable"].as<bool>(false) || (!model.empty() && model != "r4")) return;
    Case want;
    want.typed = model == "r4";
    want.fails = item["error"].IsDefined() && !item["error"].IsNull();
    if (item["result"].IsDefined()) want.result = from_yaml(item["result"]).as_array();
    want.input = item["inputfile"] ? test::read_file(directory_ / "fhirpath.js-resources" /
                                                     item["inputfile"].as<std::string>())
                                   : subject_;
    for (const auto& variable : item["variables"]) {
      const json::value value = from_yaml(variable.second);
      if (value.is_int64()) want.variables[variable.first.as<std::string>()] = value.get_int64();
    }
    const YAML::Node expression = item["expression"];
    const std::string name = std::to_string(number_) + " " + item["desc"].as<std::string>("");
    auto& result = want.typed ? typed_ : untyped_;
    if (expression.IsMap()) {
      want.base = expression["base"].as<std::string>();
      want.expression = expression["expression"].as<std::string>();
      result.judge(group_, name, run(want));
      return;
    }
    std::vector<std::string> texts;
    if (expression.IsSequence())
      texts = expression.as<std::vector<std::string>>();
    else
      texts.push_back(expression.as<std::string>());
    for (const std::string& text : texts) {
      want.expression = text;
      result.judge(group_, name + (texts.size() > 1 ? ": " + text : ""), run(want));
    }
  }

  fs::path directory_;
  test::SuiteResult& typed_;
  test::SuiteResult& untyped_;
  std::string group_;
  std::string subject_;
  int number_ = 0;
};

}  // namespace

TEST_CASE("FHIRPath: the test cases of fhirpath.js") {
  const fs::path directory = test::shared_dir() / "data/fhirpath";
  if (!fs::exists(directory / "fhirpath.js-cases")) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  test::SuiteResult typed("fhirpath-js-r4", "FHIRPath, fhirpath.js with its R4 model", 20,
                          "tests/spec/fhirpath-js/exclude.yaml");
  test::SuiteResult untyped("fhirpath-js-plain", "FHIRPath, fhirpath.js without a model", 21,
                            "tests/spec/fhirpath-js/exclude-plain.yaml");
  Suite suite(directory, typed, untyped);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory / "fhirpath.js-cases"))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) suite.file(file);
  typed.finish(95);
  untyped.finish(80);
}
