// Units, dates, variables, digits and limits of FHIRPath, worked out by hand.
#include <doctest/doctest.h>

#include "fhir/fhirpath.hpp"
#include "fhir/path/ucum.hpp"

using namespace hb;
using namespace hb::fhir;

namespace {

constexpr std::string_view observation =
    R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},
  "valueQuantity":{"value":1.50,"unit":"years","system":"http://unitsofmeasure.org","code":"a"},
  "subject":{"reference":"#p"},"referenceRange":[{"low":{"value":1e-3}}],
  "contained":[{"resourceType":"Patient","id":"p","gender":"female"}],
  "_status":{"extension":[{"url":"u","valueCode":"c"}]}})";

/// The items as JSON, or "error: …".
std::string eval(std::string_view text, EvaluationLimits limits = {}) {
  Parser parser;
  const PaddedText json(observation);
  const auto resource = parser.parse(json.view());
  REQUIRE(resource.has_value());
  const auto expression = Expression::parse(text);
  if (!expression) return "error: " + expression.error().message;
  if (const auto checked = expression->check(definitions::find_type("Observation")); !checked)
    return "error: " + checked.error().message;
  Evaluation evaluation(limits);
  evaluation.reset(*resource);
  const auto items = evaluation.evaluate(*expression, Evaluation::root(*resource));
  if (!items) return "error: " + items.error().message;
  std::string all;
  for (const Value& item : *items) (all += all.empty() ? "" : ",") += evaluation.json(item);
  return all;
}

bool fails(std::string_view text, EvaluationLimits limits = {}) {
  return eval(text, limits).starts_with("error: ");
}

}  // namespace

TEST_CASE("parse_unit: prefixes, powers, fractions and annotations") {
  const auto same = [](std::string_view left, std::string_view right, std::int64_t of_left,
                       std::int64_t of_right) {
    const auto a = path::parse_unit(left);
    const auto b = path::parse_unit(right);
    REQUIRE(a);
    REQUIRE(b);
    return path::compare(Decimal::of(of_left), *a, Decimal::of(of_right), *b) == 0;
  };
  CHECK(same("g", "mg", 1, 1000));
  CHECK(same("mg/dL", "g/L", 100, 1));     // 100 mg/dL = 1000 mg/L
  CHECK(same("10*3/uL", "10*9/L", 5, 5));  // a microlitre is 1e-6 L
  CHECK(same("kg.m/s2", "N", 3, 3));
  CHECK(same("mm[Hg]", "Pa", 500'000, 66'661'000));  // 133.322 Pa each
  CHECK(same("[in_i]", "cm", 100, 254));
  CHECK(same("{tablets}", "1", 7, 7));
  CHECK(same("m2", "cm2", 1, 10'000));
  CHECK(same("s-1", "Hz", 2, 2));
  CHECK_FALSE(path::parse_unit("foo"));
  CHECK_FALSE(path::parse_unit(""));
  CHECK_FALSE(path::parse_unit("((((((((((g))))))))))"));
  const auto celsius = path::convert(Decimal::of(23), *path::parse_unit("Cel"),
                                     *path::parse_unit("[degF]"));  // 23 × 9/5 + 32
  REQUIRE(celsius);
  CHECK(compare(*celsius, *parse_decimal("73.4")) == 0);
  CHECK_FALSE(path::convert(Decimal::of(1), *path::parse_unit("g"), *path::parse_unit("m")));
}

TEST_CASE("quantities: UCUM and the calendar agree up to weeks only") {
  CHECK(eval("7 days = 1 'wk'") == "true");
  CHECK(eval("1 year = 12 months") == "true");
  CHECK(eval("1 year = 1 'a'") == "");  // nothing can be said
  CHECK(eval("1 year ~ 1 'a'") == "true");
  CHECK(eval("4 'g' > 3999 'mg'") == "true");
  CHECK(eval("4 'g' = 1 'm'") == "");
  CHECK(eval("2.0 'cm' * 2.0 'm' = 0.040 'm2'") == "true");
  CHECK(eval("4.0 'g' / 2.0 'm' = 2 'g/m'") == "true");
  CHECK(eval("1 'm' + 20 'cm' = 1.2 'm'") == "true");
  CHECK(eval("value = 1.5 years") == "true");  // a quantity of a resource is both
  CHECK(eval("value > 17 months") == "true");
}

TEST_CASE("dates: partial precision and whole units") {
  CHECK(eval("@2018-03 < @2018-03-01") == "");
  CHECK(eval("@2018-03 < @2018-04-01") == "true");
  CHECK(eval("@2016-02-29 + 1 year") == "\"2017-02-28\"");
  CHECK(eval("@2016 + 364 days") == "\"2016\"");  // a year counts 365 days
  CHECK(eval("@2016 + 365 days") == "\"2017\"");
  CHECK(eval("@2016-01 + 30 days") == "\"2016-02\"");
  CHECK(eval("@T23:59 + 2.9 minutes") == "\"00:01\"");
  CHECK(fails("@2016-01-01 + 1 'mo'"));
  CHECK(fails("@T10:00 + 1 day"));
  CHECK(fails("@2016-01-01 + 1"));
  CHECK(eval("@2014-01-05T10:30:00.000.precision()") == "17");
  CHECK(eval("@2014.highBoundary(6)") == "\"2014-12\"");
}

TEST_CASE("digits of numbers are those of the resource") {
  CHECK(eval("value.value") == "1.50");
  CHECK(eval("value.value.precision()") == "2");
  CHECK(eval("value.value.toString()") == "\"1.50\"");
  CHECK(eval("value.value.lowBoundary()") == "1.49500000");
  CHECK(eval("referenceRange.low") == R"({"value":1e-3})");
  CHECK(eval("1.20 + 1") == "2.20");
}

TEST_CASE("variables are known to the rest of their path") {
  CHECK(eval("defineVariable('x', 2).select(%x + 1)") == "3");
  CHECK(eval("(1 | 2).select(defineVariable('y', $this).select(%y * 10))") == "10,20");
  CHECK(eval("(1 | 2).defineVariable('n', count()).select($this + %n)") == "3,4");
  CHECK(fails("defineVariable('x', 2) | %x"));
  CHECK(fails("defineVariable('x').defineVariable('x')"));
  CHECK(fails("defineVariable('context')"));
}

TEST_CASE("FHIR: types, references, value sets, profiles") {
  CHECK(eval("subject.resolve().gender") == "\"female\"");
  CHECK(eval("subject.resolve() is Patient") == "true");
  CHECK(eval("status.extension('u').value") == "\"c\"");
  CHECK(eval("status is code and status is string and (status is id).not()") == "true");
  CHECK(eval("status.ofType(string)") == "");
  CHECK(eval("status.type().name") == "\"code\"");
  CHECK(eval("status.memberOf('http://hl7.org/fhir/ValueSet/observation-status')") == "true");
  CHECK(eval("status.memberOf(%`vs-administrative-gender`)") == "false");
  CHECK(fails("status.memberOf('http://example.org/unknown')"));
  CHECK(eval("conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')") == "false");
  CHECK(fails("conformsTo('http://example.org/profile')"));
  CHECK(eval("'<div>x</div>'.htmlChecks()") == "true");
  CHECK(eval("'<div><script>x</script></div>'.htmlChecks()") == "false");
  CHECK(fails("status.subsumes('final')"));
  CHECK(fails("code.elementDefinition()"));
  CHECK(fails("code.coding.slice('http://example.org/profile', 'a')"));
}

TEST_CASE("strict types: what the definitions do not have is refused beforehand") {
  CHECK(eval("valueQuantity") == "error: Observation has no element valueQuantity");
  CHECK(eval("value.as(Period).unit") == "error: Period has no element unit");
  CHECK(fails("Patient.name"));
  CHECK(fails("code.startsWith('x')"));
  CHECK(fails("component.repeat(part)"));
  CHECK(fails("children().skip(1)"));
  CHECK(eval("contained.anything") == "");  // any resource may stand there
  CHECK(eval("Resource.id | DomainResource.id") == "\"o\"");
}

TEST_CASE("limits: steps, depth and size") {
  CHECK(fails("(1|2|3|4|5|6|7|8|9).select((1|2|3|4|5|6|7|8|9).select($this))", {.steps = 100}));
  CHECK(fails("code.repeatAll($this)"));  // goes in circles until the steps are used up
  CHECK(fails(std::string(200, '(') + "1" + std::string(200, ')')));
  CHECK(fails(std::string(25'000, ' ') + "1"));
  std::string chain = "code";
  for (int i = 0; i < 200; ++i) chain += ".first()";
  CHECK(fails(chain));
}
