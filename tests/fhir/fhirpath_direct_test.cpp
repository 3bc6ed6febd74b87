// Bound expressions read the only value of a path directly: the same results as without binding.
#include <doctest/doctest.h>

#include "fhir/fhirpath.hpp"

using namespace hb;

namespace {

/// JSON of the items, comma-separated; "!message" for an error. Digits as in the resource.
std::string evaluate(std::string_view path, std::string_view json, bool bound) {
  auto expression = fhir::Expression::parse(path);
  if (!expression) return "!" + expression.error().message;
  fhir::Parser parser;
  const fhir::PaddedText text(json);
  const auto resource = parser.parse(text.view());
  REQUIRE(resource.has_value());
  if (bound) expression->bind(fhir::definitions::find_type(resource->type));
  fhir::Evaluation evaluation;
  evaluation.reset(*resource);
  const auto items = evaluation.evaluate(*expression, fhir::Evaluation::root(*resource));
  if (!items) return "!" + items.error().message;
  std::string out;
  for (const fhir::Value& item : *items) out += (out.empty() ? "" : ",") + evaluation.json(item);
  return out;
}

void check(std::string_view path, std::string_view json, const std::string& wanted) {
  INFO(path);
  CHECK(evaluate(path, json, true) == wanted);
  CHECK(evaluate(path, json, false) == wanted);
}

constexpr std::string_view observation =
    R"({"resourceType":"Observation","id":"o1","status":"final",
  "code":{"coding":[{"system":"http://a"},{"system":"http://b","code":"x"},{"code":"y"}],"text":"12, 13"},
  "subject":{"reference":"urn:uuid:p1-urn:uuid:"},
  "effectivePeriod":{"start":"2020-02-29T10:00:00+08:00","end":"2020-02-29T10:00:01+08:00"},
  "component":[{"code":{"text":"a"},"valueQuantity":{"value":119.50 , "unit":"mm"}},
    {"code":{"text":"b"},"valueQuantity":{"value":-0.0}},{"code":{"text":"c"},"valueQuantity":{"value":7}},
    {"code":{"text":"d"},"valueQuantity":{"value":1.20e2}},{"code":{"text":"e"}}]})";

}  // namespace

TEST_CASE("bound FHIRPath: texts, first() and conditions") {
  check("status = 'final'", observation, "true");
  check("status = 'final' and code.text = 'x'", observation, "false");
  check("language = 'en'", observation, "");
  check("code.coding.code.first()", observation, R"("x")");
  check("code.coding.code.first() = 'x'", observation, "true");
  check("code.coding.first().code", observation, "");
  check("code.coding.first().system.first().length()", observation, "8");
  check("code.coding.code = 'x'", observation, "false");  // two items and one
  check("code.coding.code.length()", observation, "!one value is expected, there are several");
  check("code.coding.where(system = 'http://b').code", observation, R"("x")");
  check("status.first().first() & '!'", observation, R"("final!")");
}

TEST_CASE("bound FHIRPath: & joins its parts at once") {
  check("'a' & {} & status & 'b'", observation, R"("afinalb")");
  check("'1' & '2' & '3' & '4' & '5' & '6' & '7' & '8' & '9' & '10'", observation,
        R"("12345678910")");
  check("language & language", observation, R"("")");
  check("'a' & code.coding.code", observation, "!one value is expected, there are several");
  check("'a' & 1", observation, "!& joins texts");
  check("effective.start & 'x'", observation, "!& joins texts");
}

TEST_CASE("bound FHIRPath: toString() keeps the digits of numbers") {
  const auto text_of = [](const std::string& which) {
    return "component.where(code.text = '" + which + "').value.ofType(Quantity).value.toString()";
  };
  check(text_of("a"), observation, R"("119.50")");
  check(text_of("b"), observation, R"("0.0")");
  check(text_of("c"), observation, R"("7")");
  check(text_of("d"), observation, R"("120")");
  check(text_of("e"), observation, "");
  check("component.select(code.text & value.ofType(Quantity).value.toString())", observation,
        R"("a119.50","b0.0","c7","d120","e")");
  // Nothing that looks like the end of a number stands inside a text here.
  check("value.ofType(Quantity).value.toString()",
        R"({"resourceType":"Observation","id":"o","valueQuantity":{"value":2.50}})", R"("2.50")");
}

TEST_CASE("bound FHIRPath: numbers, dates and their order") {
  check("effective.start <= effective.end", observation, "true");
  check("effective.start > effective.end", observation, "false");
  check("effective.start < issued", observation, "");
  check("component.first().value.ofType(Quantity).value > 119", observation, "true");
  const auto period = [](const std::string& start, const std::string& end) {
    return R"({"resourceType":"Encounter","id":"e","period":{"start":")" + start + R"(","end":")" +
           end + "\"}}";
  };
  check("period.start < period.end", period("2020-02-29", "2020-03-01"), "true");
  check("period.start < period.end", period("2020-02", "2020-03"), "true");
  check("period.start < period.end", period("2020-02", "2020-02-29"), "");
  check("period.start < period.end", period("2020-02-29T01:00:00+08:00", "2020-02-28T17:00:01Z"),
        "true");
  check("period.start <= period.end", period("2020-02-29T24:00:00Z", "2020-02-29T00:00:00Z"), "");
  check("period.start < @2020-03-01", period("2020-02-29", "2020"), "true");
  check("period.start < @2020-02-29", period("2020-02-29", "2020"), "false");
  check("period.end < @2020-02-29", period("2020-02-29", "2020"), "");
}

TEST_CASE("bound FHIRPath: replace()") {
  check("subject.reference.replace('urn:uuid:', '')", observation, R"("p1-")");
  check("status.replace('fi', '')", observation, R"("nal")");
  check("status.replace('al', '')", observation, R"("fin")");
  check("status.replace('n', '')", observation, R"("fial")");
  check("status.replace('x', 'y')", observation, R"("final")");
  check("status.replace('i', 'ii')", observation, R"("fiinal")");
  check("status.replace('', '-')", observation, R"("-f-i-n-a-l-")");
}

TEST_CASE("descendants().count() equals the number of descendants()") {
  // 3 values of the list, its object, the child's 2: resourceType and null do not count.
  const std::string_view group =
      R"({"resourceType":"Bundle","id":"b","type":"collection","entry":[
        {"resource":{"resourceType":"Patient","id":"p","active":true,"multipleBirthInteger":3}}]})";
  check("descendants().count()", group, "7");
  check("descendants().count()", R"({"resourceType":"Patient","id":"p","text":{"resourceType":5}})",
        "2");
  check("descendants().count()", R"({"resourceType":"Patient","id":"resourceType","active":true})",
        "2");
  check(
      "descendants().count()",
      R"({"resourceType":"Patient","id":"p","name":[{"given":["a","b"]},{}],"photo":[{"size":1}]})",
      "7");
  check("descendants().count()", observation,
        evaluate("descendants().select(1).count()", observation, false));
}
