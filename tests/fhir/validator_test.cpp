#include "fhir/check_validator.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "fhir/check_narrative.hpp"
#include "fhir/check_presence.hpp"
#include "fhir/xml.hpp"
#include "support/lines.hpp"
#include "support/paths.hpp"

using namespace hb;
namespace fs = std::filesystem;

namespace {

std::shared_ptr<const fhir::Rulebook> built_in() {
  static const auto book = std::make_shared<const fhir::Rulebook>(fhir::Levels{});
  return book;
}

std::string tell(const fhir::Fault& fault) {
  std::string text(fhir::level_name(fault.level));
  text += " " + fault.rule + " " + fault.path;
  return fault.found.empty() ? text : text + " (" + fault.found + ")";
}

/// All faults of a resource, one line each.
std::vector<std::string> faults_of(std::string_view json,
                                   std::shared_ptr<const fhir::Rulebook> book = built_in()) {
  fhir::Parser parser;
  const fhir::PaddedText text(json);
  const auto root = parser.parse_json(text.view());
  REQUIRE(root.has_value());
  fhir::Validator validator(std::move(book), {});
  std::vector<std::string> told;
  const std::string_view type = root->at_key("resourceType").get_string().value();
  for (const fhir::Fault& fault : validator.validate({*root, type, ""}))
    told.push_back(tell(fault));
  return told;
}

using Told = std::vector<std::string>;

constexpr const char* observation_head =
    R"({"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1"}]})";

}  // namespace

TEST_CASE("validator: a code outside its required value set is put aside") {
  CHECK(faults_of(R"({"resourceType":"Patient","gender":"male"})").empty());
  // The text of a person's element is not repeated.
  CHECK(faults_of(R"({"resourceType":"Patient","gender":"m"})") ==
        Told{"quarantine value-set Patient.gender"});
  CHECK(faults_of(R"({"resourceType":"Encounter","status":"over","class":{"code":"AMB"}})") ==
        Told{"quarantine value-set Encounter.status (over)"});
  const std::string condition =
      R"({"resourceType":"Condition","subject":{"reference":"Patient/1"},)";
  CHECK(
      faults_of(condition +
                R"("clinicalStatus":{"coding":[{"system":)"
                R"("http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]}})")
          .empty());
  CHECK(faults_of(condition +
                  R"("clinicalStatus":{"coding":[{"system":"http://else","code":"active"}]}})") ==
        Told{"quarantine value-set Condition.clinicalStatus"});
  CHECK(faults_of(condition + R"("clinicalStatus":{"text":"active"}})") ==
        Told{"quarantine value-set Condition.clinicalStatus"});
}

TEST_CASE("validator: a reference to the wrong type of resource is a warning") {
  const auto subject = [](const std::string& text) {
    return faults_of(std::string(observation_head) + R"(,"subject":)" + text + "}");
  };
  CHECK(subject(R"({"reference":"Patient/1"})").empty());
  CHECK(subject(R"({"reference":"http://host/fhir/Patient/1/_history/2"})").empty());
  CHECK(subject(R"({"reference":"urn:uuid:0c0f8c0e-0000-4000-8000-000000000000"})").empty());
  CHECK(subject(R"({"reference":"Practitioner/1"})") ==
        Told{"warn reference-target Observation.subject (Practitioner)"});
  CHECK(subject(R"({"reference":"Practitioner?identifier=a/b"})") ==
        Told{"warn reference-target Observation.subject (Practitioner)"});
  CHECK(subject(R"({"type":"Medication","display":"x"})") ==
        Told{"warn reference-target Observation.subject (Medication)"});
  CHECK(
      faults_of(
          std::string(observation_head) +
          R"(,"contained":[{"resourceType":"Medication","id":"m"}],"subject":{"reference":"#m"}})") ==
      Told{"warn reference-target Observation.subject (Medication)"});
}

TEST_CASE("validator: invariants, by presence and by FHIRPath") {
  const std::string head = observation_head;
  CHECK(faults_of(head + R"(,"dataAbsentReason":{"text":"a"}})").empty());
  CHECK(faults_of(head + R"(,"valueString":"b","dataAbsentReason":{"text":"a"}})") ==
        Told{"warn obs-6 Observation"});
  CHECK(faults_of(head + R"(,"valueQuantity":{"value":1,"code":"mg"}})") ==
        Told{"warn qty-3 Observation.valueQuantity"});
  // obs-7: the code of a component is that of the observation, which has a value.
  CHECK(
      faults_of(
          head +
          R"(,"valueString":"b","component":[{"code":{"coding":[{"system":"http://loinc.org","code":"1"}]},"valueString":"c"}]})") ==
      Told{"warn obs-7 Observation"});
  CHECK(faults_of(R"({"resourceType":"Basic","code":{"text":"c"},"extension":[{"url":"u"}]})") ==
        Told{"warn ext-1 Basic.extension[0]"});
  CHECK(faults_of(R"({"resourceType":"Basic","code":{"id":"i"}})") ==
        Told{"warn ele-1 Basic.code"});
  CHECK(faults_of(R"({"resourceType":"Patient","contact":[{"gender":"male"}]})") ==
        Told{"warn pat-1 Patient.contact[0]"});
  const std::string encounter =
      R"({"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},"period":)";
  CHECK(faults_of(encounter + R"({"start":"2025-03-04","end":"2025-03-04"}})").empty());
  CHECK(faults_of(encounter + R"({"start":"2025-03-05","end":"2025-03-04"}})") ==
        Told{"warn per-1 Encounter.period"});
  // Whether 2025 begins before 2025-03 cannot be said: no fault.
  CHECK(faults_of(encounter + R"({"start":"2025","end":"2025-03"}})").empty());
  // org-2 stands at an element, not at a type.
  CHECK(
      faults_of(
          R"({"resourceType":"Organization","name":"n","address":[{"text":"a"},{"use":"home"}]})") ==
      Told{"warn org-2 Organization.address[1]"});
}

TEST_CASE("validator: contained resources and local references") {
  const std::string head = observation_head;
  const std::string contained = R"(,"contained":[{"resourceType":"Patient","id":"p"}])";
  CHECK(faults_of(head + contained + R"(,"subject":{"reference":"#p"}})").empty());
  CHECK(faults_of(head + contained + "}") == Told{"warn dom-3 Observation.contained (p)"});
  CHECK(faults_of(head + R"(,"subject":{"reference":"#q"}})") ==
        Told{"warn ref-1 Observation.subject"});
}

TEST_CASE("validator: the markup of a narrative") {
  const auto rule = [](const char* markup) {
    const auto fault = fhir::narrative_fault(markup);
    return fault ? fault->rule + " " + fault->found : std::string{};
  };
  CHECK(rule("<div xmlns='http://www.w3.org/1999/xhtml'><p style='a'>b</p></div>").empty());
  CHECK(rule("<div><img src='a.png'/></div>").empty());
  CHECK(rule("<div><script>a</script></div>") == "txt-1 script");
  CHECK(rule("<div onclick='a'>b</div>") == "txt-1 onclick");
  CHECK(rule("<div><a href=' JavaScript:a()'>b</a></div>") == "txt-1  JavaScript:a()");
  CHECK(rule("<div> <p/> </div>") == "txt-2 ");
  CHECK(rule("<p>b</p>") == "txt-1 ");
  CHECK(rule("<div>b") == "txt-1 ");
}

TEST_CASE("presence_rule: a condition over presence is a table") {
  const auto rule = fhir::presence_rule("a.exists() != b.exists()");
  REQUIRE(rule.has_value());
  CHECK(rule->names == std::vector<std::string_view>{"a", "b"});
  CHECK_FALSE(rule->holds(0b00));
  CHECK(rule->holds(0b01));
  CHECK(rule->holds(0b10));
  CHECK_FALSE(rule->holds(0b11));
  // or binds looser than and; implies loosest.
  const auto mixed =
      fhir::presence_rule("a.empty() and b.exists() or (c.exists()).not() implies d.exists()");
  REQUIRE(mixed.has_value());
  CHECK(mixed->holds(0b0101));        // a, c: neither side of or holds
  CHECK_FALSE(mixed->holds(0b0110));  // b, c without d
  CHECK(mixed->holds(0b1110));
  CHECK_FALSE(fhir::presence_rule("a.count() > 0").has_value());
  CHECK_FALSE(fhir::presence_rule("a.b.exists()").has_value());
  CHECK_FALSE(fhir::presence_rule("a.exists() or").has_value());
  CHECK_FALSE(fhir::presence_rule("a.exists() or b.exists() or c.exists() or d.exists() or "
                                  "e.exists() or f.exists() or g.exists()")
                  .has_value());
}

TEST_CASE("levels: by kind and by rule; what is off is not asked") {
  const auto levels = fhir::parse_levels(
      "kinds: {binding: warn, invariant: reject}\nrules: {obs-6: \"off\", unknown-element: warn}\n",
      "levels.yaml");
  REQUIRE(levels.has_value());
  const auto book = std::make_shared<const fhir::Rulebook>(*levels);
  CHECK(faults_of(R"({"resourceType":"Patient","gender":"m","hat":1})", book) ==
        Told{"warn value-set Patient.gender", "warn unknown-element Patient.hat"});
  const std::string head = observation_head;
  CHECK(faults_of(head + R"(,"valueString":"b","dataAbsentReason":{"text":"a"}})", book).empty());
  CHECK(faults_of(head + R"(,"valueQuantity":{"value":1,"code":"mg"}})", book) ==
        Told{"reject qty-3 Observation.valueQuantity"});
  const auto bad = [](const char* yaml) { return fhir::parse_levels(yaml, "l.yaml").error(); };
  CHECK(bad("kinds:\n  hats: warn\n").where == "l.yaml:2");
  CHECK(bad("kinds:\n  binding: 3\n").message == "off, warn, quarantine or reject is expected");
  CHECK(bad("[").message.starts_with("not YAML"));
}

TEST_CASE("validator: warnings do not hide what is grave, and neither list grows without end") {
  std::string json = R"({"resourceType":"Basic","code":{"text":"c"},"extension":[)";
  for (int i = 0; i < 50; ++i) json += R"({"url":"u"},)";
  json += R"({"url":"u","valueString":"v"}],"hat":1})";
  const auto told = faults_of(json);
  CHECK(told.size() == 9);
  CHECK(told.back() == "reject unknown-element Basic.hat");
}

TEST_CASE("invariants: compiled from the definitions; the few not evaluated say why") {
  const auto& invariants = built_in()->invariants;
  CHECK(invariants.size() > 180);
  CHECK(invariants.not_evaluated().size() < 5);
  for (const auto& rule : invariants.not_evaluated()) {
    CHECK_FALSE(rule.where.empty());
    CHECK_FALSE(rule.reason.empty());
  }
}

TEST_CASE("validator: Synthea's resources break no rule") {
  if (!test::has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  fhir::Parser parser;
  fhir::Validator validator(built_in(), {});
  std::size_t resources = 0;
  for (const auto& file : fs::directory_iterator(test::shared_dir() / "data/synthea/ndjson")) {
    test::for_each_line(file.path(), [&](std::string_view line) {
      const fhir::PaddedText text(line);
      const auto resource = parser.parse(text.view());
      REQUIRE(resource.has_value());
      ++resources;
      for (const fhir::Fault& fault : validator.validate(*resource))
        FAIL_CHECK(std::string(resource->id) << " " << tell(fault));
    });
  }
  CHECK(resources == 36357);
  CHECK(validator.deep().failures().empty());
}

TEST_CASE("validator: the published R4 examples break two rules, as they are known to") {
  if (!test::has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  fhir::Parser parser;
  fhir::Validator validator(built_in(), {});
  Told told;
  for (const auto& file : fs::directory_iterator(test::shared_dir() / "data/fhir-r4-examples")) {
    std::string json = test::read_file(file.path());
    if (file.path().extension() == ".xml")
      json = *fhir::xml_to_json(json);
    else if (file.path().extension() != ".json")
      continue;
    const fhir::PaddedText text(json);
    const auto root = parser.parse_json(text.view());
    REQUIRE(root.has_value());
    const std::string_view type = root->at_key("resourceType").get_string().value();
    for (const fhir::Fault& fault : validator.validate({*root, type, ""}))
      told.push_back(file.path().filename().string() + ": " + tell(fault));
  }
  std::sort(told.begin(), told.end());
  // The code system has the code chol-mass twice; the device's parent is a definition.
  CHECK(told == Told{"codesystem-example.json: warn csd-1 CodeSystem",
                     "devicemetric-example.json: warn reference-target DeviceMetric.parent "
                     "(DeviceDefinition)"});
  for (const auto& [rule, message] : validator.deep().failures())
    CHECK_MESSAGE(false, rule << ": " << message);
}
