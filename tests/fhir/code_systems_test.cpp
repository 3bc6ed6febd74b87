#include "fhir/code_systems.hpp"

#include <doctest/doctest.h>

#include "fhir/check_profile.hpp"
#include "fhir/fhirpath.hpp"
#include "support/paths.hpp"

using namespace hb;
using fhir::Membership;

namespace {

/// The only boolean of an expression over a resource; "!message" for an error, "" for nothing.
std::string answer(std::string_view path, std::string_view json,
                   const fhir::Profiles* profiles = nullptr) {
  const auto expression = fhir::Expression::parse(path);
  REQUIRE(expression.has_value());
  fhir::Parser parser;
  const fhir::PaddedText text(json);
  const auto resource = parser.parse(text.view());
  REQUIRE(resource.has_value());
  fhir::Evaluation evaluation;
  evaluation.set_conformance({profiles, true});
  evaluation.reset(*resource);
  const auto items = evaluation.evaluate(*expression, fhir::Evaluation::root(*resource));
  if (!items) return "!" + items.error().message;
  std::string out;
  for (const fhir::Value& item : *items) out += (out.empty() ? "" : ",") + fhir::to_json(item);
  return out;
}

}  // namespace

TEST_CASE("subsumes: the hierarchies that the R4 definitions list") {
  // v3-ActCode: _ActEncounterCode above IMP above ACUTE (HL7 v3 vocabulary).
  const char* act = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
  CHECK(fhir::subsumes(act, "IMP", "ACUTE") == Membership::yes);
  CHECK(fhir::subsumes(act, "_ActEncounterCode", "ACUTE") == Membership::yes);
  CHECK(fhir::subsumes(std::string(act) + "|2018-08-12", "IMP", "ACUTE") == Membership::yes);
  CHECK(fhir::subsumes(act, "ACUTE", "IMP") == Membership::no);
  CHECK(fhir::subsumes(act, "AMB", "ACUTE") == Membership::no);
  CHECK(fhir::subsumes(act, "no such code", "ACUTE") == Membership::no);
  CHECK(fhir::subsumes("http://loinc.org", "718-7", "718-7") == Membership::yes);
  CHECK(fhir::subsumes("http://loinc.org", "718-7", "777-3") == Membership::unknown);
}

TEST_CASE("FHIRPath: subsumes() and subsumedBy()") {
  const std::string_view condition =
      R"({"resourceType":"Condition","id":"c","subject":{"display":"x"},
    "category":[{"coding":[{"system":"http://loinc.org","code":"1"},{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]}],
    "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"relapse"}]},
    "code":{"coding":[{"system":"http://snomed.info/sct","code":"2"}]},"severity":{"text":"none"}})";
  CHECK(answer("category.subsumes(clinicalStatus)", condition) == "true");
  CHECK(answer("clinicalStatus.subsumedBy(category)", condition) == "true");
  CHECK(answer("clinicalStatus.subsumes(category)", condition) == "false");
  CHECK(answer("clinicalStatus.coding.subsumes(category.coding[1])", condition) == "false");
  CHECK(answer("clinicalStatus.coding.subsumes(clinicalStatus)", condition) == "true");
  CHECK(answer("clinicalStatus.subsumes(stage.summary)", condition) == "");
  CHECK(answer("code.subsumes(clinicalStatus)", condition).starts_with("!subsumes(): the def"));
  CHECK(answer("code.subsumedBy(severity)", condition).starts_with("!subsumedBy(): the def"));
  CHECK(answer("code.subsumes('2')", condition) ==
        "!subsumes() compares Coding and CodeableConcept");
  CHECK(answer("subject.subsumes(code)", condition) ==
        "!subsumes() compares Coding and CodeableConcept");
}

TEST_CASE("FHIRPath: conformsTo() and slice() with profiles of our own") {
  const auto profiles =
      fhir::Profiles::load((test::source_dir() / "scenes/core/profiles").string());
  REQUIRE(profiles.has_value());
  const std::string base = "https://health-brain.org/fhir/StructureDefinition/";
  const std::string conforms = "conformsTo('" + base + "resident')";
  const std::string_view whole =
      R"({"resourceType":"Patient","id":"p","gender":"female","birthDate":"1980-02-03"})";
  const std::string_view half = R"({"resourceType":"Patient","id":"p","gender":"female"})";
  CHECK(answer(conforms, whole, &*profiles) == "true");
  CHECK(answer(conforms, half, &*profiles) == "false");  // the profile wants a birth date
  CHECK(answer("conformsTo('" + base + "resident|1')", whole, &*profiles) == "true");
  CHECK(answer("name." + conforms, whole, &*profiles) == "");
  CHECK(answer("gender." + conforms, whole, &*profiles) == "false");
  CHECK(answer("conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", half, &*profiles) ==
        "true");
  CHECK(answer(conforms, whole).starts_with("!conformsTo(): there is no profile"));
  const std::string_view condition =
      R"({"resourceType":"Condition","id":"c","subject":{"display":"x"},"code":{"coding":[
        {"system":"http://snomed.info/sct","code":"1"},{"system":"http://hl7.org/fhir/sid/icd-10","code":"A90"}]}})";
  const std::string slice = "code.coding.slice('" + base + "diagnosis', ";
  CHECK(answer(slice + "'icd10').code", condition, &*profiles) == "\"A90\"");
  CHECK(answer("stage" + slice.substr(4) + "'icd10').code", condition, &*profiles) == "");
  CHECK(answer(slice + "'none').code", condition, &*profiles).ends_with("has no slice none"));
}
