#include "records/fields.hpp"

#include <doctest/doctest.h>

#include <boost/json.hpp>

using namespace hb;
using namespace hb::records;

namespace {

Policy given_policy() {
  Policy::Content content;
  content.groups = {
      {"name", {}, Mask::name, {"Patient.name"}, {}},
      {"identity", {}, Mask::identity, {"Patient.identifier"}, {}},
      {"contact", {}, Mask::phone, {"Patient.telecom", "Patient.contact"}, {}},
      {"address", {}, Mask::address, {"Patient.address"}, {}},
      {"birth", {}, Mask::year, {"Patient.birthDate"}, {}},
      {"cost", {}, Mask::hidden, {"Encounter.extension(total-cost)"}, {}},
      {"area", {}, Mask::street, {"Composition.extension(case).extension(presentArea)"}, {}},
      {"narrative", {}, Mask::hidden, {"*.text"}, {}}};
  return Policy(std::move(content));
}

const char* const patient =
    R"({"resourceType":"Patient","text":{"div":"张小雨"},"name":[{"use":"official","text":"张小雨","family":"张","given":["小雨"]}],"identifier":[{"system":"s","value":"770101199003071234","assigner":{"display":"甲"}}],"telecom":[{"system":"phone","value":"19900001234"}],"contact":[{"relationship":[{"text":"父"}],"name":{"text":"张大雨"},"telecom":[{"value":"19900005678"}],"address":{"text":"某处"}}],"address":[{"use":"home","text":"映川区青梧街道示例路12号","line":["示例路12号"],"extension":[{"url":"https://x/area-code","valueCode":"770101001003"},{"url":"https://x/geolocation","valueString":"1,2"}]}],"birthDate":"1990-03-07","_birthDate":{"extension":[{"url":"u","valueDateTime":"1990-03-07T08:30:00+08:00"}]}})";

std::string shown(std::string_view type, const char* json, Show show) {
  static const Policy policy = given_policy();
  const FieldPlan plan(policy);
  const auto text = plan.shown(type, json, std::vector<Show>(policy.groups().size(), show));
  REQUIRE(text.has_value());
  return *text;
}

}  // namespace

TEST_CASE("FieldPlan: what is shown in full comes back byte for byte") {
  CHECK(shown("Patient", patient, Show::full) == patient);
  CHECK(shown("Observation", R"({"valueQuantity":{"value":36.60}})", Show::full) ==
        R"({"valueQuantity":{"value":36.60}})");
}

TEST_CASE("FieldPlan: masked: each field in its way, and nothing of the rest beside it") {
  const std::string text = shown("Patient", patient, Show::masked);
  const auto body = boost::json::parse(text);
  CHECK(body.at("name").at(0).at("text") == "张*");
  CHECK_FALSE(body.at("name").at(0).as_object().contains("given"));
  CHECK(body.at("identifier").at(0).at("value") == "7701**********1234");
  CHECK(body.at("identifier").at(0).at("system") == "s");
  CHECK(body.at("telecom").at(0).at("value") == "199****1234");
  CHECK(body.at("contact").at(0).at("name").at("text") == "张*");
  CHECK(body.at("contact").at(0).at("telecom").at(0).at("value") == "199****5678");
  CHECK(body.at("address").at(0).at("extension").at(0).at("valueCode") == "770101001");
  CHECK(body.at("address").at(0).at("extension").as_array().size() == 1);
  CHECK(body.at("birthDate") == "1990");
  for (const char* secret : {"小雨", "大雨", "19900001234", "199003", "示例路", "003\"", "08:30",
                             "div", "某处", "geolocation"})
    CHECK_MESSAGE(text.find(secret) == std::string::npos, secret);
}

TEST_CASE("FieldPlan: hidden: the members are gone") {
  CHECK(shown("Patient", patient, Show::none) == R"({"resourceType":"Patient"})");
}

TEST_CASE("FieldPlan: an extension among others, and one inside another") {
  CHECK(
      shown(
          "Encounter",
          R"({"extension":[{"url":"https://h/total-cost","valueMoney":{"value":5}},{"url":"https://h/not-total-cost","valueCode":"x"}]})",
          Show::none) == R"({"extension":[{"url":"https://h/not-total-cost","valueCode":"x"}]})");
  const char* const card =
      R"({"extension":[{"url":"https://h/case","extension":[{"url":"presentArea","valueCode":"770101001003"},{"url":"onset","valueDate":"2025-01-01"}]}]})";
  CHECK(shown("Composition", card, Show::masked).find("\"770101001\"") != std::string::npos);
  const std::string hidden = shown("Composition", card, Show::none);
  CHECK(hidden.find("presentArea") == std::string::npos);
  CHECK(hidden.find("2025-01-01") != std::string::npos);
}

TEST_CASE("FieldPlan: names and numbers beside references to persons go with theirs") {
  const char* const visit =
      R"({"subject":{"reference":"http://h/fhir/Patient/p1","display":"张小雨","identifier":{"value":"770101199003071234"}},"serviceProvider":{"reference":"Organization/o1","display":"中心"}})";
  const std::string text = shown("Encounter", visit, Show::masked);
  CHECK(text.find("张小雨") == std::string::npos);
  CHECK(text.find("770101199003071234") == std::string::npos);
  CHECK(text.find("Patient/p1") != std::string::npos);
  CHECK(text.find("中心") != std::string::npos);
}

TEST_CASE("FieldPlan: numbers of a changed body stay readable; only zeros at the end may go") {
  CHECK(shown("Observation", R"({"text":"x","value":[186.25,36.60,5,-0.001],"a":[[],{}]})",
              Show::none) == R"({"value":[186.25,36.6,5,-0.001],"a":[[],{}]})");
}

TEST_CASE("FieldPlan: a body that is no JSON is refused, not shown") {
  static const Policy policy = given_policy();
  const FieldPlan plan(policy);
  const auto text = plan.shown("Patient", "{", std::vector<Show>(8, Show::none));
  REQUIRE_FALSE(text.has_value());
  CHECK(text.error().code == ErrorCode::invalid_input);
}

TEST_CASE("FieldPlan: of a resident the year and the street") {
  static const Policy policy = given_policy();
  const FieldPlan plan(policy);
  Resident resident;
  resident.area = "770101001003";
  resident.birth_date = make_date(1990, 3, 7);
  const Resident masked = plan.shown(resident, std::vector<Show>(8, Show::masked));
  CHECK(masked.area == "770101001");
  CHECK(masked.birth_date == make_date(1990, 1, 1));
  CHECK(masked.year_only);
  const Resident hidden = plan.shown(resident, std::vector<Show>(8, Show::none));
  CHECK(hidden.area.empty());
  CHECK_FALSE(hidden.birth_date);
}
