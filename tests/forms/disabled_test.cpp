#include <doctest/doctest.h>

#include "forms/disabled.hpp"

using namespace hb;
using namespace hb::forms;

namespace {

constexpr const char* form_text = R"({
  "resourceType": "Questionnaire", "status": "active", "url": "https://example.org/f",
  "item": [
    { "linkId": "cases", "type": "integer" },
    { "linkId": "why", "type": "string", "extension": [
      { "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression",
        "valueExpression": { "language": "text/fhirpath",
          "expression": "%resource.item.where(linkId='cases').answer.value > 10" } } ] },
    { "linkId": "drug", "type": "group", "repeats": true, "item": [
      { "linkId": "name", "type": "string" },
      { "linkId": "dose", "type": "string", "extension": [
        { "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression",
          "valueExpression": { "language": "text/fhirpath",
            "expression": "item.where(linkId='name').answer.value = 'a'" } } ] } ] } ]
})";

std::string off(const std::string& items) {
  std::vector<FormFault> faults;
  const auto form = read(form_text, faults);
  REQUIRE(form);
  const auto paths = disabled_items(
      *form,
      R"({"resourceType":"QuestionnaireResponse","status":"in-progress","item":[)" + items + "]}",
      {*parse_instant("2026-03-05T09:00:00+08:00"), {}});
  REQUIRE(paths);
  std::string text;
  for (const std::string& path : *paths) text += (text.empty() ? "" : " ") + path;
  return text;
}

std::string drug(const std::string& name) {
  return R"({"linkId":"drug","item":[{"linkId":"name","answer":[{"valueString":")" + name +
         R"("}]}]})";
}

}  // namespace

TEST_CASE("disabled_items: what an expression shuts off, by the answers as they are") {
  CHECK(off(R"({"linkId":"cases","answer":[{"valueInteger":10}]})") == "why");
  CHECK(off(R"({"linkId":"cases","answer":[{"valueInteger":11}]})").empty());
  CHECK(off("") == "why");                                        // nothing is not above ten
  CHECK(off(drug("a") + "," + drug("b")) == "why drug[2]/dose");  // each repetition for itself
}
