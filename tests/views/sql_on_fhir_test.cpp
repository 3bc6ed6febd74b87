// The conformance suite of SQL on FHIR v2, unmodified from ../shared/data/sql-on-fhir.
#include <algorithm>
#include <set>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include "fhir/fhirpath.hpp"
#include "support/conformance.hpp"
#include "support/lines.hpp"
#include "support/paths.hpp"
#include "views/view.hpp"

using namespace hb;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

/// Numbers compare as numbers: 1 and 1.0 are the same cell.
bool same(const json::value& left, const json::value& right) {
  if (left.is_number() && right.is_number())
    return left.to_number<double>() == right.to_number<double>();
  if (left.kind() != right.kind()) return false;
  if (left.is_array()) {
    const auto& a = left.get_array();
    const auto& b = right.get_array();
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
  }
  return left == right;
}

/// A cell that a row does not name is null.
bool same_row(const json::object& left, const json::object& right) {
  std::set<std::string> names;
  for (const auto& cell : left) names.insert(cell.key());
  for (const auto& cell : right) names.insert(cell.key());
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    const auto* a = left.if_contains(name);
    const auto* b = right.if_contains(name);
    return same(a ? *a : json::value(nullptr), b ? *b : json::value(nullptr));
  });
}

struct Outcome {
  std::string error;  ///< empty = none
  std::vector<std::string> columns;
  std::vector<json::object> rows;
};

/// The resources of a suite file as texts, numbers as they stand there: 1.0 is not 1.
std::vector<std::string> resource_texts(const std::string& file) {
  fhir::Parser parser;
  const fhir::PaddedText text(file);
  const auto root = parser.parse_json(text.view());
  REQUIRE(root.has_value());
  fhir::Evaluation evaluation;
  evaluation.reset(fhir::Resource{*root, {}, {}, text.view()});
  std::vector<std::string> texts;
  simdjson::dom::array list;
  REQUIRE(!root->at_key("resources").get(list));
  for (const fhir::Json resource : list)
    texts.push_back(evaluation.json(fhir::Element{resource, fhir::no_type}));
  return texts;
}

Outcome run(const json::object& test, const std::vector<std::string>& resources) {
  Outcome outcome;
  const auto view = views::View::compile(json::serialize(test.at("view")));
  if (!view) {
    outcome.error = view.error().message;
    return outcome;
  }
  outcome.columns = view->columns();
  fhir::Parser parser;
  for (const std::string& resource : resources) {
    const fhir::PaddedText text(resource);
    const auto root = parser.parse_json(text.view());
    REQUIRE(root.has_value());
    const std::string_view type = root->at_key("resourceType").get_string().value();
    const auto rows = views::json_rows(*view, {*root, type, "", text.view()});
    if (!rows) {
      outcome.error = rows.error().message;
      return outcome;
    }
    for (const auto& cells : *rows) {
      json::object row;
      for (std::size_t i = 0; i < cells.size(); ++i)
        row[outcome.columns[i]] = json::parse(cells[i]);
      outcome.rows.push_back(std::move(row));
    }
  }
  return outcome;
}

/// Empty when the outcome is what the test wants; else what is wrong. Row order has no meaning.
std::string judge(const json::object& test, Outcome outcome) {
  const bool wants_error = test.contains("expectError") && test.at("expectError").as_bool();
  if (wants_error) return outcome.error.empty() ? "an error was expected" : "";
  if (!outcome.error.empty()) return outcome.error;
  if (const auto* count = test.if_contains("expectCount"))
    if (outcome.rows.size() != count->to_number<std::size_t>()) return "another count of rows";
  if (const auto* columns = test.if_contains("expectColumns"))
    if (json::value_from(outcome.columns) != *columns) return "other columns";
  const auto* expected = test.if_contains("expect");
  if (expected == nullptr) return "";
  for (const json::value& row : expected->as_array()) {
    const auto found =
        std::find_if(outcome.rows.begin(), outcome.rows.end(),
                     [&](const json::object& made) { return same_row(made, row.as_object()); });
    if (found == outcome.rows.end()) return "this row is missing: " + json::serialize(row);
    outcome.rows.erase(found);
  }
  return outcome.rows.empty() ? "" : "this row is too much: " + json::serialize(outcome.rows[0]);
}

}  // namespace

TEST_CASE("SQL on FHIR v2: the conformance suite") {
  if (!test::has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  test::SuiteResult result("sql-on-fhir", "SQL on FHIR v2", 30,
                           "tests/spec/sql-on-fhir/exclude.yaml");
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(test::shared_dir() / "data/sql-on-fhir/tests"))
    files.push_back(file.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const std::string text = test::read_file(file);
    const json::object suite = json::parse(text).as_object();
    const auto resources = resource_texts(text);
    for (const json::value& item : suite.at("tests").as_array()) {
      const json::object& test = item.as_object();
      result.judge(file.stem().string(), std::string(test.at("title").as_string()),
                   judge(test, run(test, resources)));
    }
  }
  result.finish(100);
}
