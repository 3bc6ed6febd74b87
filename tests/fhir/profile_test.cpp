#include "fhir/check_profile.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "fhir/check_validator.hpp"
#include "support/lines.hpp"
#include "support/paths.hpp"

using namespace hb;

namespace {

using Told = std::vector<std::string>;

const std::string base = "https://health-brain.org/fhir/StructureDefinition/";

std::shared_ptr<const fhir::Rulebook> book() {
  static const auto loaded =
      fhir::Rulebook::load((test::source_dir() / "scenes/core/profiles").string());
  REQUIRE_MESSAGE(loaded.has_value(),
                  (loaded ? "" : loaded.error().where + ": " + loaded.error().message));
  return *loaded;
}

/// "rule path" of each fault, in the order of their rules.
Told faults_of(const std::string& json, bool simulated = false,
               const fhir::Profile* profile = nullptr) {
  fhir::Parser parser;
  const fhir::PaddedText text(json);
  const auto resource = parser.parse(text.view());
  REQUIRE(resource.has_value());
  fhir::Validator validator(book(), {.simulated = simulated});
  Told told;
  for (const fhir::Fault& fault : validator.validate(*resource, profile))
    told.push_back(fault.rule + " " + fault.path);
  std::sort(told.begin(), told.end());
  return told;
}

/// 330102 19900307 001 + check digit, worked by hand below.
std::string resident(const std::string& number, const std::string& more) {
  return R"({"resourceType":"Patient","id":"p","identifier":[{"system":"urn:oid:2.16.156.10011.1.3","value":")" +
         number + R"("}],"gender":"male","birthDate":"1990-03-07")" + more + "}";
}

std::string area(const std::string& code) {
  return R"("extension":[{"url":")" + base + R"(area-code","valueCode":")" + code + R"("}])";
}

// Sum of digit x weight of 33010219900307001: 3*7+3*9+0+1*5+0+2*4+1*2+9*1+9*6+0+0+3*9+0+7*5+0+0+1*2
// = 21+27+5+8+2+9+54+27+35+2 = 190; 190 mod 11 = 3, so the check digit is 9.
constexpr const char* number = "330102199003070019";

Result<fhir::Profile> compiled(const std::string& element) {
  const auto tree = fhir::read_json_tree(
      R"({"resourceType":"StructureDefinition","url":"u","type":"Patient","differential":{"element":[)" +
          element + "]}}",
      64);
  REQUIRE(tree.has_value());
  return fhir::Profile::compile(*tree);
}

}  // namespace

TEST_CASE("named checks: identity numbers, areas, credit codes, ICD-10") {
  CHECK(fhir::is_resident_number(number, false));
  CHECK_FALSE(fhir::is_resident_number("330102199003070018", false));
  // 81000019900307001: 8*7+1*9+1*2+9*1+9*6+3*9+7*5+1*2 = 56+9+2+9+54+27+35+2 = 194; mod 11 = 7:
  // '5'.
  CHECK(fhir::is_resident_number("810000199003070015", false));
  // 81000119900307001: the sixth digit has weight 4, 194 + 4 = 198; mod 11 = 0: '1'.
  CHECK(fhir::is_identity_number("810001199003070011"));
  CHECK_FALSE(fhir::is_resident_number("810001199003070011", false));
  // 93315619900307001: 9*7+3*9+3*10+1*5+5*8+6*4 = 189, then 2+9+54+27+35+2 = 129: 318 mod 11 = 10:
  // '2'.
  CHECK(fhir::is_resident_number("933156199003070012", false));
  CHECK(fhir::is_area_code("330102", false));
  CHECK(fhir::is_area_code("330102003001", false));
  CHECK_FALSE(fhir::is_area_code("3301020", false));
  CHECK_FALSE(fhir::is_area_code("990102", false));
  CHECK_FALSE(fhir::is_area_code("770102", false));
  CHECK(fhir::is_area_code("770102", true));
  // GB 32100's own example has this form; the last character is 31 - sum mod 31.
  CHECK(fhir::is_social_credit_code("91350100M000100Y43"));
  CHECK_FALSE(fhir::is_social_credit_code("91350100M000100Y44"));
  CHECK_FALSE(fhir::is_social_credit_code("91350100I000100Y43"));
  for (const char* code : {"I10", "J18.9", "I10.x00x002", "A17.0+", "G01*"}) {
    INFO(code);
    CHECK(fhir::is_icd10_code(code) == (std::string_view(code) != "G01*"));
  }
  CHECK_FALSE(fhir::is_icd10_code("高血压"));
}

TEST_CASE("resident: identifiers, birth date and sex that agree, areas of addresses") {
  CHECK(faults_of(resident(number, R"(,"address":[{"use":"home",)" + area("330102003") + "}]"))
            .empty());
  CHECK(faults_of(resident(number, R"(,"address":[{"use":"home"}])")) ==
        Told{"profile-required Patient.address[0].extension:area"});
  CHECK(faults_of(resident(number, R"(,"address":[{"use":"old",)" + area("99") + "}]")) ==
        Told{"area-code Patient.address[0].extension[0].valueCode", "res-3 Patient"});
  CHECK(
      faults_of(
          R"({"resourceType":"Patient","id":"p","identifier":[{"system":"urn:oid:2.16.156.10011.1.3","value":")" +
          std::string(number) + R"("}],"gender":"female","birthDate":"1990-03-08"})") ==
      Told{"res-1 Patient", "res-2 Patient"});
  CHECK(
      faults_of(
          R"({"resourceType":"Patient","id":"p","identifier":[{"system":"urn:oid:2.16.156.10011.1.2","value":"1"}]})") ==
      Told{"profile-required Patient.birthDate", "profile-required Patient.gender"});
  // The number of a foreign Patient is nobody's business here.
  CHECK(faults_of(R"({"resourceType":"Patient","id":"p"})").empty());
}

TEST_CASE("resident: codes of WS/T 364") {
  const auto ethnic = [](const std::string& value) {
    return faults_of(
        resident(number, R"(,"extension":[{"url":")" + base + R"(ethnic-group",)" + value + "}]"));
  };
  const std::string system = R"("system":"urn:oid:2.16.156.10011.2.3.3.3")";
  CHECK(ethnic(R"("valueCoding":{)" + system + R"(,"code":"01"})").empty());
  CHECK(ethnic(R"("valueCoding":{)" + system + R"(,"code":"57"})") ==
        Told{"profile-value-set Patient.extension[0].valueCoding"});
  CHECK(ethnic(R"("valueCoding":{"system":"http://else","code":"01"})") ==
        Told{"profile-value-set Patient.extension[0].valueCoding"});
  CHECK(ethnic(R"("valueString":"汉族")") ==
        Told{"profile-type Patient.extension[0].valueString",
             "profile-value-set Patient.extension[0].valueString"});
}

TEST_CASE("diagnosis: the clinician's text stands beside an ICD-10 code of the right form") {
  const auto condition = [](const std::string& code) {
    return faults_of(
        R"({"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},"code":)" +
        code + "}");
  };
  const std::string coding = R"("coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":)";
  CHECK(condition("{" + coding + R"("I10.x00x002"}],"text":"高血压病"})").empty());
  CHECK(condition("{" + coding + R"("I10","display":"原发性高血压"}]})").empty());
  CHECK(condition("{" + coding + R"("高血压"}]})") ==
        Told{"dia-1 Condition.code", "icd-10 Condition.code.coding[0].code"});
  CHECK(condition(R"({"text":"高血压"})").empty());
}

TEST_CASE("notifiable disease card: required fields, codes, reviews, dates in order") {
  const auto card = [](const std::string& status, const std::string& fields) {
    return R"({"resourceType":"Composition","id":"c","status":")" + status +
           R"(","type":{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/document-type",)"
           R"("code":"notifiable-disease-card"}]},"subject":{"reference":"Patient/p"},)"
           R"("date":"2025-06-03T10:20:00+08:00","author":[{"reference":"Practitioner/d"}],"title":"传染病报告卡",)"
           R"("custodian":{"reference":"Organization/o"},"extension":[{"url":")" +
           base + R"(notifiable-case","extension":[)" + fields + "]}]}";
  };
  const std::string fixed =
      R"({"url":"disease","valueCoding":{"code":"hfmd"}},{"url":"diagnosisTime","valueDateTime":"2025-06-03T09:50:00+08:00"},)"
      R"({"url":"belongsTo","valueCode":"district"},{"url":"presentArea","valueCode":"330102003001"},)";
  const std::string good =
      fixed +
      R"({"url":"caseClass","valueCode":"clinical"},{"url":"onsetDate","valueDate":"2025-06-01"},)"
      R"({"url":"populationGroup","valueCode":"scattered-child"})";
  CHECK(faults_of(card("preliminary", good)).empty());
  CHECK(faults_of(card("final", good)) == Told{"card-1 Composition"});
  const std::string bad =
      fixed +
      R"({"url":"caseClass","valueCode":"perhaps"},{"url":"onsetDate","valueDate":"2025-06-04"},)"
      R"({"url":"populationGroup","valueCode":"pupil"})";
  CHECK(faults_of(card("preliminary", bad)) ==
        Told{"card-2 Composition", "card-3 Composition",
             "profile-value-set Composition.extension[0].extension[4].valueCode"});
  CHECK(faults_of(card("preliminary", R"({"url":"course","valueCode":"acute"})")).size() == 7);
}

TEST_CASE("profiles: one asked for by name; the wrong type") {
  const fhir::Profile* resident_profile = book()->profiles.find(base + "resident");
  REQUIRE(resident_profile != nullptr);
  CHECK(faults_of(R"({"resourceType":"Patient","id":"p","gender":"male"})", false,
                  resident_profile) == Told{"profile-required Patient.birthDate"});
  CHECK(faults_of(R"({"resourceType":"Basic","id":"b","code":{"text":"c"}})", false,
                  resident_profile) == Told{"profile-type Basic"});
  CHECK(faults_of(R"({"resourceType":"Patient","id":"p","meta":{"profile":[")" + base +
                  R"(resident|1"]}})") ==
        Told{"profile-required Patient.birthDate", "profile-required Patient.gender"});
  CHECK(book()->profiles.find("http://nowhere") == nullptr);
}

TEST_CASE("Profile::compile: what a profile cannot say is refused, with the element") {
  const auto refused = [](const std::string& element) {
    const auto profile = compiled(element);
    REQUIRE_FALSE(profile.has_value());
    return profile.error().where + ": " + profile.error().message;
  };
  CHECK(refused(R"({"id":"Patient.hat","path":"Patient.hat"})") ==
        "Patient.hat: R4 has no element Patient.hat");
  CHECK(refused(R"({"id":"Person.name","path":"Person.name"})") ==
        "Person.name: an id that begins with the type");
  CHECK(refused(R"({"id":"Patient.name","path":"Patient.name","max":"many"})") ==
        "Patient.name: max is a number or *");
  CHECK(
      refused(
          R"({"id":"Patient.name","path":"Patient.name","slicing":{"discriminator":[{"type":"profile","path":"a"}]}})") ==
      "Patient.name: slices are told apart by value or pattern");
  CHECK(
      refused(
          R"({"id":"Patient","path":"Patient","constraint":[{"key":"a-1","expression":"name.("}]})")
          .starts_with("Patient: a-1: "));
  CHECK(refused(R"({"id":"Patient.id","path":"Patient.id","extension":[{"url":")" + base +
                R"(check","valueCode":"hat-size"}]})") ==
        "Patient.id: there is no check 'hat-size'");
}

TEST_CASE("profiles: fixed and pattern values, cardinality of slices") {
  const auto profile = compiled(
      R"({"id":"Patient.name","path":"Patient.name","max":"2","patternHumanName":{"given":["a"]}},)"
      R"({"id":"Patient.active","path":"Patient.active","fixedBoolean":true},)"
      R"({"id":"Patient.telecom","path":"Patient.telecom","slicing":{"discriminator":[{"type":"value","path":"system"}]}},)"
      R"({"id":"Patient.telecom:phone","path":"Patient.telecom","sliceName":"phone","min":1,"max":"1"},)"
      R"({"id":"Patient.telecom:phone.system","path":"Patient.telecom.system","fixedCode":"phone"})");
  REQUIRE(profile.has_value());
  const auto told = [&](const std::string& members) {
    fhir::Parser parser;
    const fhir::PaddedText text(R"({"resourceType":"Patient","id":"p",)" + members + "}");
    const auto resource = parser.parse(text.view());
    REQUIRE(resource.has_value());
    fhir::Evaluation evaluation;
    Told found;
    fhir::check_profile(*profile, {}, resource->root, {}, evaluation,
                        [&](std::string_view rule, const std::string& path, std::string,
                            std::string_view) { found.push_back(std::string(rule) + " " + path); });
    return found;
  };
  const std::string phone = R"({"system":"phone","value":"1"})";
  CHECK(told(R"("active":true,"name":[{"family":"f","given":["b","a"]}],"telecom":[)" + phone + "]")
            .empty());
  CHECK(told(R"("active":false,"name":[{"given":["b"]}],"telecom":[{"system":"email"}])") ==
        Told{"profile-pattern Patient.name[0]", "profile-fixed Patient.active",
             "profile-required Patient.telecom:phone"});
  CHECK(told(R"("telecom":[)" + phone + "," + phone + "]") ==
        Told{"profile-max Patient.telecom:phone"});
}
