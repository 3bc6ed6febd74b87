#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include "forms/forms.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::forms;
using namespace hb::test;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

const Surrounding day{*parse_instant("2026-11-21T09:00:00+08:00"), {}};

std::string file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE_MESSAGE(in.good(), path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

Questionnaire form_of(const std::string& text) {
  std::vector<FormFault> faults;
  auto form = read(text, faults);
  for (const FormFault& fault : faults) MESSAGE(fault.path, ": ", fault.message);
  REQUIRE(form);
  return std::move(*form);
}

/// A form of these items, and a completed response of these.
Questionnaire form_with(const std::string& items, const std::string& more = "") {
  return form_of(R"({"resourceType":"Questionnaire","status":"active",)" + more + "\"item\":[" +
                 items + "]}");
}
std::string response_with(const std::string& items, const std::string& status = "completed") {
  return R"({"resourceType":"QuestionnaireResponse","status":")" + status + "\",\"item\":[" +
         items + "]}";
}
std::string integer(const std::string& id, int value) {
  return "{\"linkId\":\"" + id + "\",\"answer\":[{\"valueInteger\":" + std::to_string(value) +
         "}]}";
}

/// "rule path" of each issue, one a line.
std::string rules(const Questionnaire& form, const std::string& response) {
  const auto issues = validate(form, response, day);
  if (!issues) return issues.error().message;
  std::string text;
  for (const Issue& issue : *issues)
    text += (text.empty() ? "" : "\n") + issue.rule + (issue.path.empty() ? "" : " " + issue.path);
  return text;
}

std::string faults_of(const std::string& text) {
  std::vector<FormFault> faults;
  CHECK_FALSE(read(text, faults));
  std::string all;
  for (const FormFault& fault : faults) all += fault.path + ": " + fault.message + "\n";
  return all;
}

}  // namespace

TEST_CASE("read: all faults of a form at once") {
  CHECK(faults_of("[]").find("not a FHIR Questionnaire") != std::string::npos);
  CHECK(faults_of("{").find("not JSON") != std::string::npos);
  const std::string all = faults_of(R"({"resourceType":"Questionnaire","item":[
    {"linkId":"a","type":"number"},{"linkId":"a","type":"choice"},
    {"linkId":"b","type":"string","enableWhen":[{"question":"z","operator":"=","answerString":"x"},{"question":"b","operator":"~","answerString":"x"}]},
    {"linkId":"c","type":"integer","extension":[{"url":"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression","valueExpression":{"language":"text/fhirpath","expression":"1 +"}}]},
    {"linkId":"d","type":"string","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/regex","valueString":"("}]},
    {"type":"string"}]})");
  for (const char* words :
       {"a: “number” is no type", "a: the linkId stands twice", "a: a choice needs",
        "b: enableWhen: there is no item “z”", "b: enableWhen: “~” is no operator",
        "c: calculatedExpression: not FHIRPath", "d: regex:", "an item has no linkId"})
    CHECK_MESSAGE(all.find(words) != std::string::npos, words, " in ", all);
}

TEST_CASE("validate: required, twice, repeats, unknown, types") {
  const Questionnaire form = form_with(R"({"linkId":"n","type":"integer","required":true},
    {"linkId":"g","type":"group","item":[{"linkId":"t","type":"string","maxLength":3}]},
    {"linkId":"d","type":"date"})");
  CHECK(rules(form, response_with(integer("n", 1))).empty());
  CHECK(rules(form, response_with("")) == "required n");
  CHECK(rules(form, response_with("", "in-progress")).empty());
  CHECK(rules(form, response_with(integer("n", 1) + "," + integer("n", 2))) == "twice n");
  CHECK(rules(form, response_with(
                        R"({"linkId":"n","answer":[{"valueInteger":1},{"valueInteger":2}]})")) ==
        "repeats n");
  CHECK(rules(form, response_with(integer("n", 1) + "," + integer("x", 2))) == "unknown-item");
  CHECK(rules(form, response_with(R"({"linkId":"n","answer":[{"valueString":"1"}]})")) == "type n");
  CHECK(rules(form, response_with(R"({"linkId":"n","answer":[{"valueInteger":1.5}]})")) ==
        "type n");
  CHECK(rules(form, response_with(integer("n", 1) +
                                  R"(,{"linkId":"d","answer":[{"valueDate":"2026-02-30"}]})")) ==
        "type d");
  // Three characters, not three bytes.
  CHECK(rules(form,
              response_with(
                  integer("n", 1) +
                  R"(,{"linkId":"g","item":[{"linkId":"t","answer":[{"valueString":"高血压"}]}]})"))
            .empty());
  CHECK(
      rules(
          form,
          response_with(
              integer("n", 1) +
              R"(,{"linkId":"g","item":[{"linkId":"t","answer":[{"valueString":"高血压病"}]}]})")) ==
      "length g/t");
  CHECK(rules(form, "{}") == "not-a-response");
}

TEST_CASE("validate: options, ranges, units, patterns, value sets") {
  const Questionnaire form = form_with(
      R"(
    {"linkId":"c","type":"choice","answerOption":[{"valueCoding":{"system":"s","code":"a"}},{"valueCoding":{"code":"b"}}]},
    {"linkId":"o","type":"open-choice","answerOption":[{"valueCoding":{"code":"a"}}]},
    {"linkId":"n","type":"integer","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueInteger":1},{"url":"http://hl7.org/fhir/StructureDefinition/maxValue","valueInteger":9}]},
    {"linkId":"q","type":"quantity","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption","valueCoding":{"code":"kg"}}]},
    {"linkId":"r","type":"string","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/regex","valueString":"[0-9]{3}"}]},
    {"linkId":"v","type":"choice","answerValueSet":"#vs"},
    {"linkId":"w","type":"choice","answerValueSet":"http://hl7.org/fhir/ValueSet/administrative-gender"})",
      R"("contained":[{"resourceType":"ValueSet","id":"vs","compose":{"include":[{"system":"s","concept":[{"code":"x"}]}]}}],)");
  const auto coding = [](const std::string& id, const std::string& system,
                         const std::string& code) {
    return "{\"linkId\":\"" + id + R"(","answer":[{"valueCoding":{"system":")" + system +
           R"(","code":")" + code + "\"}}]}";
  };
  CHECK(rules(form, response_with(coding("c", "s", "a"))).empty());
  CHECK(rules(form, response_with(coding("c", "other", "a"))) == "option c");
  CHECK(rules(form, response_with(coding("c", "s", "z"))) == "option c");
  CHECK(rules(form, response_with(R"({"linkId":"o","answer":[{"valueString":"free"}]})")).empty());
  CHECK(rules(form, response_with(coding("o", "s", "z"))) == "option o");
  CHECK(rules(form, response_with(integer("n", 0))) == "range n");
  CHECK(rules(form, response_with(integer("n", 9))).empty());
  CHECK(rules(form, response_with(integer("n", 10))) == "range n");
  CHECK(rules(form, response_with(
                        R"({"linkId":"q","answer":[{"valueQuantity":{"value":1.5,"code":"kg"}}]})"))
            .empty());
  CHECK(
      rules(form, response_with(
                      R"({"linkId":"q","answer":[{"valueQuantity":{"value":1.5,"code":"g"}}]})")) ==
      "unit q");
  CHECK(rules(form, response_with(R"({"linkId":"r","answer":[{"valueString":"0123"}]})")) ==
        "pattern r");
  CHECK(rules(form, response_with(coding("v", "s", "x"))).empty());
  CHECK(rules(form, response_with(coding("v", "s", "y"))) == "option v");
  CHECK(
      rules(form, response_with(coding("w", "http://hl7.org/fhir/administrative-gender", "female")))
          .empty());
  CHECK(rules(form, response_with(coding("w", "http://hl7.org/fhir/administrative-gender", "F"))) ==
        "option w");
}

TEST_CASE("validate: enableWhen, all and any, within the same repetition of a group") {
  const Questionnaire form = form_with(R"(
    {"linkId":"g","type":"group","repeats":true,"item":[
      {"linkId":"ill","type":"boolean"},
      {"linkId":"since","type":"integer","required":true,"enableWhen":[{"question":"ill","operator":"=","answerBoolean":true}]}]},
    {"linkId":"a","type":"integer"},
    {"linkId":"both","type":"string","enableBehavior":"all","enableWhen":[{"question":"a","operator":">","answerInteger":1},{"question":"a","operator":"<","answerInteger":5}]},
    {"linkId":"none","type":"string","enableWhen":[{"question":"a","operator":"exists","answerBoolean":false}]})");
  const auto person = [](bool ill, const std::string& more) {
    return std::string(R"({"linkId":"g","item":[{"linkId":"ill","answer":[{"valueBoolean":)") +
           (ill ? "true" : "false") + "}]}" + more + "]}";
  };
  CHECK(
      rules(form, response_with(person(true, "," + integer("since", 3)) + "," + person(false, "")))
          .empty());
  CHECK(rules(form, response_with(person(true, ""))) == "required g/since");
  CHECK(rules(form, response_with(person(true, "," + integer("since", 3)) + "," +
                                  person(false, "," + integer("since", 4)))) ==
        "disabled g[2]/since");
  const std::string text = R"(,{"linkId":"both","answer":[{"valueString":"x"}]})";
  CHECK(rules(form, response_with(integer("a", 3) + text)).empty());
  CHECK(rules(form, response_with(integer("a", 5) + text)) == "disabled both");
  CHECK(rules(form, response_with(R"({"linkId":"none","answer":[{"valueString":"x"}]})")).empty());
  CHECK(rules(form, response_with(integer("a", 3) +
                                  R"(,{"linkId":"none","answer":[{"valueString":"x"}]})")) ==
        "disabled none");
}

TEST_CASE("calculate: scores, chains of items, repeated groups; validate finds another value") {
  const std::string sdc = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-";
  const auto calc = [&](const std::string& expression) {
    return R"("extension":[{"url":")" + sdc +
           R"(calculatedExpression","valueExpression":{"language":"text/fhirpath","expression":")" +
           expression + "\"}}]";
  };
  const auto option = [](const std::string& code, int score) {
    return R"({"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/ordinalValue","valueDecimal":)" +
           std::to_string(score) + R"(}],"valueCoding":{"code":")" + code + "\"}}";
  };
  const std::string options = "\"answerOption\":[" + option("no", 0) + "," + option("some", 1) +
                              "," + option("much", 3) + "]";
  const Questionnaire form = form_with(
      R"({"linkId":"q1","type":"choice",)" + options +
      R"(},{"linkId":"q2","type":"choice","repeats":true,)" + options +
      R"(},{"linkId":"double","type":"integer",)" +
      calc("item.where(linkId='sum').answer.value * 2") + R"(},{"linkId":"sum","type":"integer",)" +
      calc("%score.q1 + %score.q2") +
      R"(},{"linkId":"line","type":"group","repeats":true,"item":[{"linkId":"m","type":"decimal"},{"linkId":"half","type":"decimal",)" +
      calc("item.where(linkId='m').answer.value / 2") + "}]}");
  const std::string given = response_with(
      R"({"linkId":"q1","answer":[{"valueCoding":{"code":"much"}}]},{"linkId":"q2","answer":[{"valueCoding":{"code":"some"}},{"valueCoding":{"code":"much"}}]},
         {"linkId":"line","item":[{"linkId":"m","answer":[{"valueDecimal":3}]}]},{"linkId":"line","item":[{"linkId":"m","answer":[{"valueDecimal":0.5}]}]})");
  const auto made = calculate(form, given, day);
  REQUIRE_MESSAGE(made, made.error().message);
  // 3 + (1 + 3) = 7, twice that 14; 1.5 and 0.25.
  CHECK(made->find(R"({"linkId":"sum","answer":[{"valueInteger":7}]})") != std::string::npos);
  CHECK(made->find(R"({"linkId":"double","answer":[{"valueInteger":14}]})") != std::string::npos);
  CHECK(made->find(R"({"linkId":"half","answer":[{"valueDecimal":1.5}]})") != std::string::npos);
  CHECK(made->find(R"({"linkId":"half","answer":[{"valueDecimal":0.25}]})") != std::string::npos);
  CHECK(rules(form, *made).empty());
  CHECK(*calculate(form, *made, day) == *made);
  std::string wrong = *made;
  wrong.replace(wrong.find("\"valueInteger\":7"), 16, "\"valueInteger\":8");
  CHECK(rules(form, wrong).find("calculated sum") != std::string::npos);

  const Questionnaire circle = form_with(R"({"linkId":"a","type":"integer",)" +
                                         calc("iif(item.where(linkId='a').answer.exists(), "
                                              "item.where(linkId='a').answer.value + 1, 1)") +
                                         "}");
  const auto never = calculate(circle, response_with(""), day);
  REQUIRE_FALSE(never);
  CHECK(never.error().message.find("never settle") != std::string::npos);
}

TEST_CASE("the hypertension follow-up of 2017: prefill, check, extract") {
  const Questionnaire form =
      form_of(file(source_dir() / "scenes/programme-follow-up/forms/hypertension-follow-up.json"));
  const auto first = prefill(form, day);
  REQUIRE(first);
  CHECK(first->find(R"("valueDate":"2026-11-21")") != std::string::npos);  // today
  const std::string given = file(source_dir() / "tests/forms/cases/hypertension/response.json");
  const auto made = calculate(form, given, day);
  REQUIRE(made);
  // 65 kg / 1.60 m² = 65 / 2.56 = 25.39 → 25.4
  CHECK(made->find(R"({"linkId":"bmi","answer":[{"valueDecimal":25.4}]})") != std::string::npos);
  CHECK(rules(form, *made).empty());
  const auto bundle = extract(form, *made, day);
  REQUIRE_MESSAGE(bundle, bundle.error().message);
  const json::value parsed = json::parse(*bundle);
  const json::array& entries = parsed.at("entry").as_array();
  // pressure, weight (no heart rate was taken), the visit, two drugs, the class
  REQUIRE(entries.size() == 6);
  const json::value& pressure = entries[0].at("resource");
  CHECK(pressure.at("component").at(0).at("valueQuantity").at("value") == 138);
  CHECK(pressure.at("component").at(1).at("valueQuantity").at("value") == 86);
  CHECK(pressure.at("subject").at("reference") == "Patient/p1");
  CHECK(pressure.at("effectiveDateTime") == "2026-11-20");
  CHECK(entries[1].at("resource").at("code").at("coding").at(0).at("code") == "29463-7");
  const json::value& visit = entries[2].at("resource");
  CHECK(visit.at("class").at("code") == "AMB");
  CHECK(visit.at("type").at(0).at("coding").at(0).at("code") == "hypertension-follow-up");
  CHECK(visit.at("period").at("start") == "2026-11-20");
  CHECK(entries[3].at("resource").at("medicationCodeableConcept").at("text") == "氨氯地平");
  CHECK(entries[5].at("resource").at("code").at("coding").at(0).at("code") == "hypertension");
  CHECK(entries[4].at("resource").at("dosage").at(0).at("timing").at("repeat").at("frequency") ==
        2);
  CHECK(bundle->find("templateExtract") == std::string::npos);
}

TEST_CASE("cases: form and response give the issues that are wanted") {
  int cases = 0;
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(source_dir() / "tests/forms/cases"))
    folders.push_back(entry.path());
  std::ranges::sort(folders);
  for (const fs::path& folder : folders) {
    INFO(folder.string());
    // form.json, or the path of a form of the project.
    const fs::path named = folder / "form.path";
    std::string path = fs::exists(named) ? file(named) : "";
    while (!path.empty() && path.back() == '\n') path.pop_back();
    const Questionnaire form =
        form_of(file(path.empty() ? folder / "form.json" : source_dir() / path));
    const auto issues = validate(form, file(folder / "response.json"), day);
    REQUIRE(issues);
    std::string found;
    for (const Issue& issue : *issues)
      found += std::string(issue.is_error ? "error " : "warning ") + issue.rule + " " + issue.path +
               ": " + issue.message + "\n";
    if (std::getenv("HB_UPDATE_CASES") != nullptr) std::ofstream(folder / "want.txt") << found;
    CHECK(found == file(folder / "want.txt"));
    ++cases;
  }
  CHECK(cases >= 3);
}

TEST_CASE("the forms of the project have no faults") {
  int forms = 0;
  for (const auto& entry : fs::recursive_directory_iterator(source_dir() / "scenes")) {
    if (entry.path().parent_path().filename() != "forms" || entry.path().extension() != ".json")
      continue;
    INFO(entry.path().string());
    (void)form_of(file(entry.path()));
    ++forms;
  }
  CHECK(forms >= 9);
}
