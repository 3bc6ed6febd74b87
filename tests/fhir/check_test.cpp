#include "fhir/check.hpp"

#include <doctest/doctest.h>

using namespace hb;

namespace {

std::vector<fhir::Fault> faults_of(std::string_view json, const fhir::CheckOptions& options = {}) {
  fhir::Parser parser;
  const fhir::PaddedText text(json);
  const auto resource = parser.parse(text.view());
  REQUIRE(resource.has_value());
  return fhir::check(*resource, options);
}

/// "rule path" of the only fault, "" when there is none
std::string fault_of(std::string_view json, const fhir::CheckOptions& options = {}) {
  const auto faults = faults_of(json, options);
  if (faults.empty()) return "";
  CHECK(faults.size() == 1);
  return faults[0].rule + " " + faults[0].path;
}

std::string patient(const std::string& rest) {
  return R"({"resourceType":"Patient","id":"p",)" + rest + "}";
}
std::string observation(const std::string& rest) {
  return R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},)" + rest +
         "}";
}

}  // namespace

TEST_CASE("check: elements, their number and their kind") {
  CHECK(fault_of(patient(R"("gender":"male","birthDate":"1980-02-29")")) == "");
  CHECK(fault_of(patient(R"("birthdate":"1980-01-01")")) == "unknown-element Patient.birthdate");
  CHECK(fault_of(R"({"resourceType":"Observation","id":"o","code":{"text":"x"}})") ==
        "required Observation.status");
  CHECK(fault_of(patient(R"("active":"true")")) == "wrong-type Patient.active");
  CHECK(fault_of(patient(R"("gender":["male"])")) == "wrong-type Patient.gender");
  CHECK(fault_of(patient(R"("name":{"family":"张"})")) == "wrong-type Patient.name");
  CHECK(fault_of(patient(R"("name":["张"])")) == "wrong-type Patient.name[0]");
  CHECK(fault_of(patient(R"("multipleBirthInteger":1.5)")) ==
        "wrong-type Patient.multipleBirthInteger");
  CHECK(fault_of(patient(R"("name":[])")) == "empty Patient.name");
  CHECK(fault_of(patient(R"("name":[{}])")) == "empty Patient.name[0]");
  CHECK(fault_of(patient(R"("gender":"")")) == "empty Patient.gender");
  CHECK(fault_of(patient(R"("gender":null)")) == "wrong-type Patient.gender");
  CHECK(fault_of(patient(R"("gender":"male","gender":"female")")) == "repeated Patient.gender");
  CHECK(fault_of(patient(R"("link":[{"other":{"reference":"Patient/x"}}])")) ==
        "required Patient.link[0].type");
}

TEST_CASE("check: choice elements") {
  CHECK(fault_of(observation(R"("valueQuantity":{"value":1.5})")) == "");
  CHECK(fault_of(observation(R"("valueAddress":{"city":"x"})")) ==
        "unknown-element Observation.valueAddress");
  CHECK(fault_of(observation(R"("value":1)")) == "unknown-element Observation.value");
  CHECK(fault_of(observation(R"("valueInteger":1,"valueString":"x")")) ==
        "repeated Observation.valueString");
  CHECK(
      fault_of(
          R"({"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order","subject":{"reference":"Patient/p"}})") ==
      "required MedicationRequest.medication[x]");
}

TEST_CASE("check: dates must exist") {
  CHECK(fault_of(patient(R"("birthDate":"2020-02-30")")) == "bad-date Patient.birthDate");
  CHECK(fault_of(patient(R"("birthDate":"1900-02-29")")) ==
        "bad-date Patient.birthDate");  // no leap year
  CHECK(fault_of(patient(R"("birthDate":"2000-02-29")")) == "");
  CHECK(fault_of(patient(R"("birthDate":"1980")")) == "");
  CHECK(fault_of(patient(R"("birthDate":"1980-13")")) == "bad-date Patient.birthDate");
  CHECK(fault_of(patient(R"("birthDate":"19800101")")) == "bad-date Patient.birthDate");
  CHECK(fault_of(patient(R"("birthDate":"1980-01-01T00:00:00Z")")) == "bad-date Patient.birthDate");
  CHECK(fault_of(observation(R"("effectiveDateTime":"2020-01-01T08:00:00+08:00")")) == "");
  CHECK(fault_of(observation(R"("effectiveDateTime":"2020-01-01T08:00:00")")) ==
        "bad-date Observation.effectiveDateTime");
  CHECK(fault_of(observation(R"("effectiveDateTime":"2020-01-01T24:00:00Z")")) ==
        "bad-date Observation.effectiveDateTime");
  CHECK(fault_of(observation(R"("issued":"2020-01-01")")) == "bad-date Observation.issued");
  CHECK(fault_of(observation(R"("valueTime":"08:30:00")")) == "");
  CHECK(fault_of(observation(R"("valueTime":"08:30")")) == "bad-date Observation.valueTime");
  const auto faults = faults_of(patient(R"("birthDate":"2020-02-30")"));
  CHECK(faults[0].found == "2020-02-30");
  CHECK(faults[0].expected.find("such as 2020-02-28") != std::string::npos);
}

TEST_CASE("check: primitive extensions, contained resources and extensions are walked") {
  const std::string absent =
      R"({"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]})";
  CHECK(fault_of(patient("\"_birthDate\":" + absent)) == "");
  CHECK(fault_of(R"({"resourceType":"Observation","id":"o","code":{"text":"x"},"_status":)" +
                 absent + "}") == "");
  CHECK(fault_of(patient(R"("_name":[null])")) == "unknown-element Patient._name");
  CHECK(fault_of(patient(R"("name":[{"given":["a",null],"_given":[null,)" + absent + "]}]")) == "");
  CHECK(fault_of(patient(R"("name":[{"given":["a",null]}])")) ==
        "wrong-type Patient.name[0].given");
  CHECK(fault_of(patient(R"("extension":[{"valueString":"x"}])")) ==
        "required Patient.extension[0].url");
  CHECK(fault_of(patient(R"("extension":[{"url":"u","valueDate":"2020-02-31"}])")) ==
        "bad-date Patient.extension[0].valueDate");
  CHECK(fault_of(patient(R"("contained":[{"resourceType":"Organization","name":7}])")) ==
        "wrong-type Patient.contained[0].name");
  CHECK(fault_of(patient(R"("contained":[{"name":"x"}])")) ==
        "not-fhir Patient.contained[0].resourceType");
}

TEST_CASE("check: identity numbers of persons") {
  const auto with_number = [](const std::string& number,
                              const std::string& system = "urn:oid:2.16.156.10011.1.3") {
    return patient(R"("identifier":[{"system":")" + system + R"(","value":")" + number + "\"}]");
  };
  // GB 11643-1999, appendix: 11010519491231002X.
  CHECK(fault_of(with_number("11010519491231002X")) == "");
  CHECK(fault_of(with_number("11010519491231002x")) == "");
  CHECK(fault_of(with_number("110105194912310021")) ==
        "bad-identity-number Patient.identifier[0].value");
  CHECK(fault_of(with_number("110105491231002")) == "");  // 15 digits, void since 2013
  CHECK(fault_of(with_number("110105491331002")) ==
        "bad-identity-number Patient.identifier[0].value");
  CHECK(fault_of(with_number("1101051949123100")) ==
        "bad-identity-number Patient.identifier[0].value");
  CHECK(fault_of(with_number("anything", "urn:oid:2.16.156.10011.1.2")) == "");
  const auto faults = faults_of(with_number("110105194912310021"));
  CHECK(faults[0].found.empty());

  // Area 77, born 2000-01-01, sequence 001; the digit: 7·7+7·9+0·10+1·5+0·8+1·4+2·2+0·1+0·6+0·3
  // +0·7+1·9+0·10+1·5+0·8+0·4+1·2 = 141; 141 mod 11 = 9 → '3'.
  CHECK(fhir::identity_check_digit("77010120000101001") == '3');
  CHECK(fault_of(with_number("770101200001010013")) ==
        "bad-identity-number Patient.identifier[0].value");
  CHECK(fault_of(with_number("770101200001010013"), {.simulated = true}) == "");
}

TEST_CASE("check: texts of people are not repeated, and faults are bounded") {
  const auto faults =
      faults_of(patient(R"("telecom":[{"system":"phone","value":""}],"photo":[{"data":"§§"}])"));
  REQUIRE(faults.size() == 2);
  CHECK(faults[1].rule == "bad-value");
  CHECK(faults[1].found.empty());
  CHECK(
      faults_of(
          R"({"resourceType":"Patient","id":"p","a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1})")
          .size() == 8);
}
