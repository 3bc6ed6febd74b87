#include "fhir/value_sets.hpp"

#include <doctest/doctest.h>

#include "fhir/definitions.hpp"

using namespace hb::fhir;

TEST_CASE("member_of: listed value sets answer, others are unknown") {
  const char* gender = "http://hl7.org/fhir/ValueSet/administrative-gender";
  CHECK(member_of(gender, "", "male") == Membership::yes);
  CHECK(member_of("http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1",
                  "http://hl7.org/fhir/administrative-gender", "other") == Membership::yes);
  CHECK(member_of(gender, "http://else", "male") == Membership::no);
  CHECK(member_of(gender, "", "Male") == Membership::no);
  CHECK(member_of("http://hl7.org/fhir/ValueSet/mimetypes", "", "text/plain") ==
        Membership::unknown);
  CHECK(member_of("http://nowhere", "", "a") == Membership::unknown);
}

TEST_CASE("definitions: bindings, reference targets and invariants stand at their elements") {
  const TypeId patient = definitions::find_type("Patient");
  const ElementRow* gender = definitions::find_element(patient, "gender");
  REQUIRE(gender != nullptr);
  REQUIRE(gender->binding != 0);
  CHECK(value_sets::url(gender->binding) == "http://hl7.org/fhir/ValueSet/administrative-gender");
  CHECK(value_sets::codes(gender->binding, 8) == "female, male, other, unknown");
  CHECK(value_sets::codes(gender->binding, 2) == "female, male, …");
  CHECK(definitions::find_element(patient, "maritalStatus")->binding == 0);  // extensible
  const auto targets =
      definitions::targets(*definitions::find_element(patient, "managingOrganization"));
  REQUIRE(targets.size() == 1);
  CHECK(definitions::type(targets[0]).name == "Organization");
  bool found = false;
  for (const InvariantRow& row : definitions::invariants())
    found = found || (row.key == "pat-1" && definitions::type(row.type).name == "Patient.contact");
  CHECK(found);
}
