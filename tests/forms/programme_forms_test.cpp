#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include "forms/compose.hpp"
#include "forms/definition_path.hpp"
#include "forms/forms.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::forms;
using namespace hb::test;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

const Surrounding day{*parse_instant("2026-11-21T09:00:00+08:00"), {}};

Questionnaire form_of(const std::string& text) {
  std::vector<FormFault> faults;
  auto form = read(text, faults);
  for (const FormFault& fault : faults) MESSAGE(fault.path, ": ", fault.message);
  REQUIRE(form);
  return std::move(*form);
}

std::string faults_of(const std::string& text) {
  std::vector<FormFault> faults;
  CHECK_FALSE(read(text, faults));
  std::string all;
  for (const FormFault& fault : faults) all += fault.path + ": " + fault.message + "\n";
  return all;
}

std::map<std::string, Questionnaire> programme_forms() {
  std::map<std::string, Questionnaire> forms;
  for (const auto& entry :
       fs::directory_iterator(source_dir() / "scenes/programme-follow-up/forms")) {
    std::ifstream in(entry.path(), std::ios::binary);
    Questionnaire form = form_of({std::istreambuf_iterator<char>(in), {}});
    forms.emplace(form.id, std::move(form));
  }
  return forms;
}

/// An answer that the item takes: its first option, its least number, a day.
json::object first_answer(const Item& item) {
  switch (item.type) {
    case ItemType::choice:
      return {{"valueCoding", item.options.front().value}};
    case ItemType::integer:
      return {{"valueInteger", item.min_value.is_null() ? json::value(1) : item.min_value}};
    case ItemType::decimal:
      return {{"valueDecimal", item.min_value.is_null() ? json::value(1.5) : item.min_value}};
    case ItemType::date:
      return {{"valueDate", item.id.find("next") != std::string::npos || item.id == "edd"
                                ? "2026-12-05"
                                : "2026-11-21"}};
    case ItemType::boolean:
      return {{"valueBoolean", false}};
    default:
      return {{"valueString", "无"}};
  }
}

/// Sets the answer at a path of linkIds, making the groups on the way.
void set(json::object& holder, const std::vector<Item>& items, const std::string& path,
         const json::object& answer) {
  const std::size_t slash = path.find('/');
  const std::string id = path.substr(0, slash);
  json::value& list = holder["item"];
  if (!list.is_array()) list.emplace_array();
  auto found = std::ranges::find_if(list.get_array(), [&](const json::value& one) {
    return one.at("linkId") == json::string(id);
  });
  if (found == list.get_array().end()) {
    list.get_array().push_back(json::object{{"linkId", id}});
    found = list.get_array().end() - 1;
  }
  if (slash == std::string::npos) {
    found->get_object()["answer"] = json::array{answer};
    return;
  }
  const auto item = std::ranges::find(items, id, &Item::id);
  REQUIRE(item != items.end());
  set(found->get_object(), item->items, path.substr(slash + 1), answer);
}

/// A completed response with the least that the form asks for, and these answers.
std::string least(const Questionnaire& form, const std::map<std::string, json::object>& answers) {
  json::object response = json::parse(*prefill(form, day)).as_object();
  response["status"] = "completed";
  response["subject"] = {{"reference", "Patient/p1"}};
  for (const auto& [path, answer] : answers) set(response, form.items, path, answer);
  for (int round = 0; round < 6; ++round) {
    const auto text = calculate(form, json::serialize(response), day);
    REQUIRE_MESSAGE(text.has_value(), form.id);
    response = json::parse(*text).as_object();
    const auto issues = validate(form, json::serialize(response), day);
    REQUIRE_MESSAGE(issues.has_value(), form.id);
    for (const Issue& issue : *issues) {
      if (issue.rule != "required") continue;
      const Item* item = form.find(issue.path.substr(issue.path.rfind('/') + 1));
      REQUIRE(item != nullptr);
      if (item->type != ItemType::group) set(response, form.items, issue.path, first_answer(*item));
    }
  }
  return *calculate(form, json::serialize(response), day);
}

/// "rule path: words" of each error.
std::string errors(const Questionnaire& form, const std::string& response) {
  const auto issues = validate(form, response, day);
  REQUIRE(issues.has_value());
  std::string text;
  for (const Issue& issue : *issues)
    if (issue.is_error) text += issue.rule + " " + issue.path + ": " + issue.message + "\n";
  return text;
}

std::vector<json::object> resources(const Questionnaire& form, const std::string& response) {
  const auto bundle = extract(form, response, day);
  REQUIRE_MESSAGE(bundle.has_value(), form.id, (bundle ? "" : bundle.error().message));
  std::vector<json::object> out;
  const json::value body = json::parse(*bundle);
  for (const json::value& entry : body.at("entry").as_array())
    out.push_back(entry.at("resource").as_object());
  return out;
}

/// The Observation with this code.
const json::object* observation(const std::vector<json::object>& all, const char* code) {
  for (const json::object& one : all)
    if (one.at("resourceType") == "Observation" &&
        one.at("code").at("coding").at(0).at("code") == json::string(code))
      return &one;
  return nullptr;
}

json::object coding(const char* system, const char* code) {
  return {{"valueCoding",
           {{"system", std::string("https://health-brain.org/fhir/CodeSystem/") + system},
            {"code", code}}}};
}

const std::string context =
    R"({"url":"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-itemExtractionContext","valueCode":")";
std::string element(const std::string& path) {
  return "\"http://hl7.org/fhir/StructureDefinition/Observation#Observation." + path + "\"";
}

}  // namespace

TEST_CASE("programme forms: each can be completed, and makes its visit") {
  const auto forms = programme_forms();
  REQUIRE(forms.size() == 10);
  for (const auto& [id, form] : forms) {
    CAPTURE(id);
    const std::string response = least(form, {});
    CHECK(errors(form, response) == "");
    const auto made = resources(form, response);
    const auto visits = std::ranges::count_if(
        made, [](const json::object& one) { return one.at("resourceType") == "Encounter"; });
    CHECK(visits == (id == "elderly-self-care" ? 0 : 1));  // which is a part of the examination
    for (const json::object& one : made) CHECK(one.at("subject").at("reference") == "Patient/p1");
  }
}

TEST_CASE("self-care of the elderly: 3 + 1 + 0 + 1 + 5 = 10 is moderately dependent") {
  const auto forms = programme_forms();
  const Questionnaire& form = forms.at("elderly-self-care");
  const std::string response = least(form, {{"feeding", coding("self-care-feeding", "3")},
                                            {"washing", coding("self-care-washing", "1")},
                                            {"dressing", coding("self-care-dressing", "0")},
                                            {"toilet", coding("self-care-toilet", "1")},
                                            {"moving", coding("self-care-moving", "5")}});
  CHECK(errors(form, response) == "");
  const auto made = resources(form, response);
  REQUIRE(observation(made, "self-care-score") != nullptr);
  CHECK(observation(made, "self-care-score")->at("valueInteger") == 10);
  REQUIRE(observation(made, "self-care") != nullptr);
  const json::object& result = *observation(made, "self-care");
  CHECK(result.at("valueCodeableConcept").at("coding").at(0).at("code") == "3");
  CHECK(result.at("status") == "final");
  CHECK(result.at("effectiveDateTime") == "2026-11-21");
  CHECK(result.at("category").at(0).at("coding").at(0).at("code") == "survey");
}

TEST_CASE("diabetes: the glucose becomes a quantity with its unit, and decides what may be said") {
  const auto forms = programme_forms();
  const Questionnaire& form = forms.at("diabetes-follow-up");
  std::map<std::string, json::object> answers{{"dm_tests/fasting_glucose", {{"valueDecimal", 6.8}}},
                                              {"signs/height", {{"valueDecimal", 160}}},
                                              {"signs/weight", {{"valueDecimal", 64}}}};
  const std::string sound = least(form, answers);
  CHECK(errors(form, sound) == "");
  CHECK(sound.find("\"valueDecimal\":25") != std::string::npos);  // 64 / 1.6² = 25.0
  const auto made = resources(form, sound);
  REQUIRE(observation(made, "14771-0") != nullptr);
  const json::value& quantity = observation(made, "14771-0")->at("valueQuantity");
  CHECK(quantity.at("value").to_number<double>() == doctest::Approx(6.8));
  CHECK(quantity.at("code") == "mmol/L");
  CHECK(quantity.at("system") == "http://unitsofmeasure.org");
  answers["dm_tests/fasting_glucose"] = {{"valueDecimal", 7.0}};
  CHECK(errors(form, least(form, answers)).find("constraint dm_class") != std::string::npos);
}

TEST_CASE("mental follow-up: grades of risk bound the class; the dead are asked nothing more") {
  const auto forms = programme_forms();
  const Questionnaire& form = forms.at("mental-follow-up");
  const auto said = [&](const char* risk, const char* grade) {
    return errors(form, least(form, {{"risk", coding("mental-risk", risk)},
                                     {"mh_class", coding("mental-class", grade)}}));
  };
  CHECK(said("0", "3") == "");
  CHECK(said("1", "3").find("mh_class") != std::string::npos);
  CHECK(said("1", "2") == "");
  CHECK(said("3", "2").find("mh_class") != std::string::npos);
  CHECK(said("3", "1") == "");
  const std::string dead = least(form, {{"mh_contact", coding("mental-contact", "3")}});
  CHECK(errors(form, dead) == "");
  CHECK(dead.find("\"risk\"") == std::string::npos);
  CHECK(dead.find("death_day") != std::string::npos);
}

TEST_CASE("compose: any two forms that one visit may need fit together") {
  const auto forms = programme_forms();
  for (const auto& [a, one] : forms)
    for (const auto& [b, other] : forms) {
      if (a == b) continue;
      CAPTURE(a);
      CAPTURE(b);
      // The child's own form, and a first visit beside the later ones, are never asked together.
      if (a.starts_with("newborn") || b.starts_with("newborn")) continue;
      if (a.substr(0, 8) == b.substr(0, 8)) continue;
      const Questionnaire* both[] = {&one, &other};
      const auto text = compose(both);
      CHECK_MESSAGE(text.has_value(), (text ? "" : text.error().where + text.error().message));
      if (!text) continue;
      std::vector<FormFault> faults;
      CHECK(read(*text, faults).has_value());
      for (const FormFault& fault : faults) MESSAGE(fault.path, ": ", fault.message);
    }
}

TEST_CASE("compose: shared items once, and each form's own response afterwards") {
  const auto forms = programme_forms();
  const Questionnaire* both[] = {&forms.at("hypertension-follow-up"),
                                 &forms.at("diabetes-follow-up")};
  const auto text = compose(both);
  REQUIRE(text.has_value());
  const Questionnaire form = form_of(*text);
  std::size_t systolic = 0;
  for (std::size_t at = text->find("\"linkId\":\"systolic\""); at != std::string::npos;
       at = text->find("\"linkId\":\"systolic\"", at + 1))
    ++systolic;
  CHECK(systolic == 1);
  CHECK(text->find("templateExtract") == std::string::npos);
  CHECK(text->find("form-diabetes-follow-up") != std::string::npos);

  const std::string response = least(form, {{"signs/systolic", {{"valueInteger", 132}}},
                                            {"signs/diastolic", {{"valueInteger", 84}}},
                                            {"dm_tests/fasting_glucose", {{"valueDecimal", 6.1}}}});
  CHECK(errors(form, response) == "");
  for (const Questionnaire* one : both) {
    CAPTURE(one->id);
    const auto own = part_of(*one, response, day);
    REQUIRE(own.has_value());
    CHECK(errors(*one, *own) == "");
    CHECK(own->find("132") != std::string::npos);
    CHECK(own->find(one->url) != std::string::npos);
    CHECK((own->find("fasting_glucose") != std::string::npos) == (one == both[1]));
    const auto made = resources(*one, *own);
    REQUIRE(observation(made, "85354-9") != nullptr);
    CHECK(observation(made, "85354-9")->at("component").as_array().size() == 2);
  }
  // What both say of the blood pressure is the same Observation.
  const auto a = resources(*both[0], *part_of(*both[0], response, day));
  const auto b = resources(*both[1], *part_of(*both[1], response, day));
  CHECK(*observation(a, "85354-9") == *observation(b, "85354-9"));
}

TEST_CASE("compose: another question at the same place is refused with its place") {
  const auto with = [](const char* id, const std::string& item) {
    return form_of(R"({"resourceType":"Questionnaire","id":")" + std::string(id) +
                   R"(","title":")" + id + R"(","status":"active","item":[)" + item + "]}");
  };
  const Questionnaire a =
      with("A", R"({"linkId":"g","type":"group","item":[{"linkId":"x","type":"integer"}]})");
  const Questionnaire b =
      with("B", R"({"linkId":"g","type":"group","item":[{"linkId":"x","type":"decimal"}]})");
  const Questionnaire* both[] = {&a, &b};
  const auto text = compose(both);
  REQUIRE_FALSE(text.has_value());
  CHECK(text.error().where == "g/x");
  CHECK(text.error().message.find("type") != std::string::npos);
  CHECK_FALSE(compose({}).has_value());
}

TEST_CASE("part_of: an answer that does not apply in one form goes from its response alone") {
  const auto with = [](const char* id, const char* more) {
    return form_of(
        std::string(R"({"resourceType":"Questionnaire","status":"active","id":")") + id +
        R"(","url":"http://x/)" + id +
        R"(","item":[{"linkId":"phone","type":"boolean"},{"linkId":"weight","type":"integer")" +
        more + "}]}");
  };
  const Questionnaire always = with("always", "");
  const Questionnaire visit =
      with("visit", R"(,"enableWhen":[{"question":"phone","operator":"=","answerBoolean":false}])");
  const std::string response =
      R"({"resourceType":"QuestionnaireResponse","status":"completed","item":[
        {"linkId":"phone","answer":[{"valueBoolean":true}]},{"linkId":"weight","answer":[{"valueInteger":70}]}]})";
  CHECK(part_of(always, response, day)->find("70") != std::string::npos);
  CHECK(part_of(visit, response, day)->find("70") == std::string::npos);
  CHECK_FALSE(part_of(visit, "[]", day).has_value());
}

TEST_CASE("read: faults of definition-based extraction") {
  const std::string given =
      R"({"url":"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-definitionExtractValue","extension":[)";
  const auto form = [&](const std::string& extension, const std::string& definition) {
    return faults_of(
        R"({"resourceType":"Questionnaire","item":[{"linkId":"a","type":"integer","definition":)" +
        definition + ",\"extension\":[" + extension + "]}]}");
  };
  CHECK(form(context + "Observations\"}", "\"x\"").find("“Observations” is no type of resource") !=
        std::string::npos);
  CHECK(form(context + "Observation\"}", element("values[x]"))
            .find("Observation has no element “values[x]”") != std::string::npos);
  CHECK(form(context + "Observation\"}," + given + R"({"url":"definition","valueUri":)" +
                 element("status") + "}]}",
             element("value[x]"))
            .find("needs a definition, and a fixed-value or an expression") != std::string::npos);
  CHECK(form(given + R"({"url":"definition","valueUri":)" + element("status") +
                 R"(},{"url":"fixed-value","valueCode":"final"}]})",
             "\"x\"")
            .find("is no element of a resource that is made here") != std::string::npos);
}

TEST_CASE("extract: groups open elements of lists, repetitions make resources of their own") {
  // Two readings: two Observations, each with two components.
  const auto leaf = [](const char* id, const char* code) {
    return std::string(R"({"linkId":"g)") + id + R"(","type":"group","definition":)" +
           element("component") +
           R"(,"extension":[{"url":"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-definitionExtractValue","extension":[{"url":"definition","valueUri":)" +
           element("component.code") +
           R"(},{"url":"fixed-value","valueCoding":{"system":"http://loinc.org","code":")" + code +
           R"("}}]}],"item":[{"linkId":")" + id + R"(","type":"integer","definition":)" +
           element("component.value[x]") +
           R"(,"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-unit","valueCoding":{"system":"http://unitsofmeasure.org","code":"mm[Hg]","display":"mmHg"}}]}]})";
  };
  const Questionnaire form = form_of(
      R"({"resourceType":"Questionnaire","status":"active","item":[{"linkId":"reading","type":"group","repeats":true,"extension":[)" +
      context + "Observation\"}],\"item\":[" + leaf("s", "8480-6") + "," + leaf("d", "8462-4") +
      "]}]}");
  const auto reading = [](int s, int d) {
    return R"({"linkId":"reading","item":[{"linkId":"gs","item":[{"linkId":"s","answer":[{"valueInteger":)" +
           std::to_string(s) +
           R"(}]}]},{"linkId":"gd","item":[{"linkId":"d","answer":[{"valueInteger":)" +
           std::to_string(d) + "}]}]}]}";
  };
  const auto made =
      resources(form, R"({"resourceType":"QuestionnaireResponse","status":"completed","item":[)" +
                          reading(132, 84) + "," + reading(128, 80) + R"(,{"linkId":"reading"}]})");
  REQUIRE(made.size() == 2);  // the third has no answer: it makes nothing
  const json::array& parts = made[1].at("component").as_array();
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].at("code").at("coding").at(0).at("code") == "8480-6");
  CHECK(parts[0].at("valueQuantity").at("value") == 128);
  CHECK(parts[0].at("valueQuantity").at("code") == "mm[Hg]");
  CHECK(parts[1].at("valueQuantity").at("value") == 80);
}

TEST_CASE("ResourceMaker: what becomes what, and what cannot") {
  ResourceMaker maker("Observation");
  CHECK(maker.put({"status"}, json::value("final"), {}).has_value());
  CHECK(maker.put({"status"}, json::value("final"), {}).has_value());  // the same again
  const auto two = maker.put({"status"}, json::value("amended"), {});
  REQUIRE_FALSE(two.has_value());
  CHECK(two.error().message.find("two values") != std::string::npos);
  CHECK(two.error().where == "Observation.status");
  CHECK(maker.put({"subject"}, json::value("Patient/p1"), {}).has_value());
  const auto truth = maker.put({"code"}, json::value(true), {});
  REQUIRE_FALSE(truth.has_value());
  CHECK(truth.error().message.find("cannot become the CodeableConcept") != std::string::npos);
  CHECK(maker.put({"value[x]"}, json::value(true), {}).has_value());
  const json::object body = maker.take();
  CHECK(body.at("subject").at("reference") == "Patient/p1");
  CHECK(body.at("valueBoolean") == true);
  CHECK_FALSE(definition_path("http://example.org/Observation#Observation.status").has_value());
  CHECK_FALSE(definition_path("http://hl7.org/fhir/StructureDefinition/Observation").has_value());
}
