#include "fhir/fhirpath.hpp"

#include <doctest/doctest.h>

using namespace hb;

namespace {

constexpr std::string_view patient =
    R"({"resourceType":"Patient","id":"p1","active":true,"gender":"female",
  "birthDate":"1970-06-15","_birthDate":{"extension":[{"url":"http://x/time","valueDateTime":"1970-06-15T08:00:00+08:00"}]},
  "multipleBirthInteger":2,
  "name":[{"use":"official","family":"张","given":["伟","明"]},{"use":"usual","given":["Jim"]}],
  "address":[{"use":"home","extension":[{"url":"http://x/area","valueCode":"770102"}]}],
  "managingOrganization":{"reference":"Organization/o1"},
  "contact":[{"gender":"male"},{"gender":"female"}]})";

/// JSON of the items, comma-separated; "!message" for an error.
std::string eval(std::string_view path, std::string_view json = patient) {
  auto expression = fhir::Expression::parse(path);
  if (!expression) return "!" + expression.error().where + ": " + expression.error().message;
  fhir::Parser parser;
  const fhir::PaddedText text(json);
  const auto resource = parser.parse(text.view());
  REQUIRE(resource.has_value());
  fhir::Evaluation evaluation;
  evaluation.set_now(*parse_instant("2025-12-31T20:00:00Z"));
  evaluation.reset(*resource);
  const auto items = evaluation.evaluate(*expression, fhir::Evaluation::root(*resource));
  if (!items) return "!" + items.error().message;
  std::string out;
  for (const fhir::Value& item : *items) {
    if (!out.empty()) out += ',';
    out += fhir::to_json(item);
  }
  return out;
}

}  // namespace

TEST_CASE("FHIRPath: navigation") {
  CHECK(eval("name.given") == R"("伟","明","Jim")");
  CHECK(eval("Patient.name.given") == R"("伟","明","Jim")");
  CHECK(eval("Observation.name.given") == "");
  CHECK(eval("name[1].given") == R"("Jim")");
  CHECK(eval("name.given[1]") == R"("明")");
  CHECK(eval("name.`given`.first()") == R"("伟")");
  CHECK(eval("multipleBirth") == "2");
  CHECK(eval("multipleBirth.ofType(integer)") == "2");
  CHECK(eval("multipleBirth.ofType(boolean)") == "");
  CHECK(eval("multipleBirthInteger") == "");  // the element is named multipleBirth
  CHECK(eval("nothing.at.all") == "");
  CHECK(eval("name.where(use = 'official').family") == R"("张")");
  CHECK(eval("contact.gender") == R"("male","female")");
  CHECK(eval("address.extension('http://x/area').value.ofType(code)") == R"("770102")");
  CHECK(eval("birthDate.extension('http://x/time').value") == R"("1970-06-15T08:00:00+08:00")");
  CHECK(eval("getResourceKey()") == R"("p1")");
  CHECK(eval("managingOrganization.getReferenceKey(Organization)") == R"("o1")");
  CHECK(eval("managingOrganization.getReferenceKey(Patient)") == "");
  CHECK(eval("%resource.id") == R"("p1")");
  CHECK(eval("name.select(given.first() & '-' & use)") == R"("伟-official","Jim-usual")");
  CHECK(eval("descendants().where($this is code)") ==
        R"("female","official","usual","home","male","female","770102")");
}

TEST_CASE("FHIRPath: precedence and arithmetic") {
  CHECK(eval("1 + 2 * 3") == "7");
  CHECK(eval("(1 + 2) * 3") == "9");
  CHECK(eval("-2 + 5") == "3");
  CHECK(eval("7 div 2") == "3");
  CHECK(eval("7 mod 2") == "1");
  CHECK(eval("7 / 2") == "3.5");
  CHECK(eval("1 / 0") == "");
  CHECK(eval("0.1 + 0.2 = 0.3") == "true");
  CHECK(eval("1.10 * 3") == "3.3");
  CHECK(eval("1 < 2 and 2 < 1 or true") == "true");
  CHECK(eval("true or false and false") == "true");
  CHECK(eval("false implies {}") == "true");
  CHECK(eval("1 = 1 xor 2 = 2") == "false");
  CHECK(eval("'a' + 'b'") == R"("ab")");
  CHECK(eval("'a' & {}") == R"("a")");
  CHECK(eval("(2).power(10)") == "1024");
  CHECK(eval("(2.5).round()") == "3");
  CHECK(eval("(-2.5).floor()") == "-3");
  CHECK(eval("9223372036854775807 + 1").starts_with("!column 1"));  // more than 18 digits
}

TEST_CASE("FHIRPath: three-valued logic") {
  CHECK(eval("{} and false") == "false");
  CHECK(eval("{} and true") == "");
  CHECK(eval("{} or true") == "true");
  CHECK(eval("{} or false") == "");
  CHECK(eval("true xor {}") == "");
  CHECK(eval("{} implies true") == "true");
  CHECK(eval("true implies {}") == "");
  CHECK(eval("{}.not()") == "");
  CHECK(eval("{} = 1") == "");
  CHECK(eval("{} ~ {}") == "true");
}

TEST_CASE("FHIRPath: dates compare by their precision") {
  CHECK(eval("birthDate = @1970-06-15") == "true");
  CHECK(eval("birthDate > @1970") == "");
  CHECK(eval("birthDate > @1969") == "true");
  CHECK(eval("@2020-01-01T08:00:00+08:00 = @2020-01-01T00:00:00Z") == "true");
  CHECK(eval("@2020-01-01T08:00:00.000 = @2020-01-01T08:00:00") == "true");
  CHECK(eval("@2020-01-31 + 1 month") == R"("2020-02-29")");
  CHECK(eval("@2021-03-01 - 1 day") == R"("2021-02-28")");
  CHECK(eval("@T23:30 + 45 minutes") == R"("00:15")");
  CHECK(eval("@2020-02-30").starts_with("!column 1: a date that exists"));
  CHECK(eval("today()") == R"("2026-01-01")");  // 20:00 UTC is the next day in Shanghai
  CHECK(eval("@2012-04 ~ @2012-04-15") == "false");
}

TEST_CASE("FHIRPath: functions") {
  CHECK(eval("name.given.count()") == "3");
  CHECK(eval("name.exists(use = 'old')") == "false");
  CHECK(eval("name.all(given.exists())") == "true");
  CHECK(eval("name.given.skip(1).take(1)") == R"("明")");
  CHECK(eval("name.given.last()") == R"("Jim")");
  CHECK(eval("name.given.join('·')") == R"("伟·明·Jim")");
  CHECK(eval("(1 | 2 | 2).count()") == "2");
  CHECK(eval("(1).combine(1).count()") == "2");
  CHECK(eval("(1 | 2 | 3).aggregate($this + $total, 0)") == "6");
  CHECK(eval("'健康大脑'.length()") == "4");
  CHECK(eval("'健康大脑'.substring(2, 2)") == R"("大脑")");
  CHECK(eval("'健康大脑'.indexOf('大')") == "2");
  CHECK(eval("'2019-05'.matches('^[0-9]{4}-[0-9]{2}$')") == "true");
  CHECK(eval("'a-b'.replaceMatches('(a)-(b)', '$2-$1')") == R"("b-a")");
  CHECK(eval("'12'.toInteger() + 1") == "13");
  CHECK(eval("'x'.toInteger()") == "");
  CHECK(eval("'1 year'.toQuantity() = 1 year") == "true");
  CHECK(eval("iif(active, 'yes', 'no')") == R"("yes")");
  CHECK(eval("gender is code and gender is string") == "true");
  CHECK(eval("2 'kg' = 2000 'g'") == "true");
  CHECK(eval("2 'kg' = 2 'm'") == "");
  CHECK(eval("birthDate.lowBoundary()") == R"("1970-06-15")");
  CHECK(eval("@1970-06.highBoundary()") == R"("1970-06-30")");
  CHECK(eval("1.587.highBoundary(2)") == "1.59");
}

TEST_CASE("FHIRPath: what is refused says where and why") {
  CHECK(eval("name.") == "!column 6: the name of an element or a function is expected");
  CHECK(eval("name given") == "!column 6: an operator or the end is expected");
  CHECK(eval("(1") == "!column 3: ) is expected");
  CHECK(eval("name.frobnicate()") == "!column 6: there is no function frobnicate()");
  CHECK(eval("name.where()") == "!column 12: where() takes 1 to 1 arguments");
  CHECK(eval("'abc") == "!column 1: the quoted text does not end");
  CHECK(eval("value.ofType(Nothing)") == "!column 14: there is no type Nothing");
  CHECK(eval("name.given > 'a'") == "!one value is expected, there are several");
  CHECK(eval("1 > 'a'") == "!these values have no order");
  CHECK(eval("%nobody") == "!there is no constant %nobody");
  CHECK(eval(std::string(5000, '(') + "1").starts_with("!column"));
}

TEST_CASE("FHIRPath: a runaway expression is stopped") {
  auto expression = fhir::Expression::parse(
      "descendants().select(%resource.descendants()).select(%resource.descendants()).count()");
  REQUIRE(expression.has_value());
  fhir::Parser parser;
  const fhir::PaddedText text(patient);
  const auto resource = parser.parse(text.view());
  fhir::Evaluation evaluation({.steps = 10'000});
  evaluation.reset(*resource);
  const auto items = evaluation.evaluate(*expression, fhir::Evaluation::root(*resource));
  REQUIRE_FALSE(items.has_value());
  CHECK(items.error().message == "the expression takes too many steps");
}

TEST_CASE("Decimal: exact, rounded half away from zero") {
  CHECK(fhir::format_decimal(*fhir::parse_decimal("-0.050")) == "-0.050");
  CHECK(fhir::format_decimal(*fhir::to_decimal(30.555399318130803)) == "30.555399318130803");
  CHECK(fhir::format_decimal(*fhir::to_decimal(1e-7)) == "0.0000001");
  CHECK(fhir::format_decimal(fhir::round(*fhir::parse_decimal("2.45"), 1)) == "2.5");
  CHECK(fhir::format_decimal(fhir::round(*fhir::parse_decimal("-2.45"), 1)) == "-2.5");
  CHECK(fhir::format_decimal(*fhir::divide(fhir::Decimal::of(1), fhir::Decimal::of(3))) ==
        "0.333333333333");
  CHECK_FALSE(fhir::divide(fhir::Decimal::of(1), fhir::Decimal::of(0)).has_value());
  CHECK_FALSE(fhir::parse_decimal("1.").has_value());
  CHECK_FALSE(fhir::to_decimal(1e300).has_value());
}
