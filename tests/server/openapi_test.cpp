#include <doctest/doctest.h>

#include <map>
#include <set>

#include "client.hpp"
#include "district.hpp"
#include "schema.hpp"
#include "server/routes.hpp"

using namespace hb::test;
namespace json = boost::json;

namespace {

const YAML::Node& description() {
  static const YAML::Node document = YAML::Load(get(district().port(), "/api/openapi.yaml").body);
  return document;
}

std::string all_of(const std::vector<std::string>& faults) {
  std::string text;
  for (std::size_t i = 0; i < faults.size() && i < 10; ++i) text += faults[i] + "\n";
  return text;
}

/// A real value for every {parameter} of the paths.
std::string filled(std::string path) {
  const auto port = district().port();
  const auto put = [&path](const std::string& name, const std::string& value) {
    const std::size_t at = path.find(name);
    if (at != std::string::npos) path.replace(at, name.size(), value);
  };
  if (path.starts_with("/api/boards/")) put("{id}", "cockpit");
  if (path.starts_with("/api/reports/")) put("{id}", "yearbook-chapter");
  if (path.starts_with("/api/plans/")) put("{id}", "plan-14-5-gongshu-2025");
  if (path.starts_with("/api/indicators/"))
    put("{id}",
        std::string(
            get(port, "/api/indicators?size=1").json().at("items").at(0).at("id").as_string()));
  if (path.starts_with("/api/residents/")) {
    const std::string id = std::to_string(
        get(port, "/api/residents?q=zhangwei").json().at("items").at(0).at("id").as_int64());
    put("{id}", id);
    if (path.find("{seq}") != std::string::npos)
      put("{seq}", std::to_string(get(port, "/api/residents/" + id + "/timeline")
                                      .json()
                                      .at("items")
                                      .at(0)
                                      .at("seq")
                                      .as_int64()));
  }
  if (path.starts_with("/api/programmes/")) put("{id}", "hypertension");
  if (path.starts_with("/api/measures/") || path.starts_with("/api/published/"))
    put("{id}", "hypertension-controlled");
  if (path.starts_with("/api/deliveries/")) put("{id}", "3");
  if (path.starts_with("/api/problems/"))
    put("{id}",
        std::to_string(
            get(port, "/api/deliveries/3/problems").json().at("items").at(0).at("id").as_int64()));
  if (path.starts_with("/api/figures/{id}")) {
    const Answer made = ask(port, "POST", "/api/figures/import?name=described.csv&area=770101",
                            "indicator,period,value\nhealth-literacy,2025,41.3\n");
    put("{id}", std::to_string(made.json().at("rows").at(0).at("figure").as_int64()));
  }
  if (path.starts_with("/api/chapters/{id}")) {
    static const std::string made =
        std::to_string(ask(port, "POST", "/api/chapters",
                           R"({"report":"yearbook-chapter","year":2025,"area":"770101"})")
                           .json()
                           .at("id")
                           .as_int64());
    put("{id}", made);
  }
  put("{flow}", "outbreak");
  put("{form}", "verification");
  if (path.starts_with("/api/instances/")) {
    const Answer made = ask(
        port, "POST", "/api/flows/outbreak/instances",
        R"({"key":"described","response":{"resourceType":"QuestionnaireResponse","status":"completed","item":[{"linkId":"source","answer":[{"valueCoding":{"system":"https://health-brain.org/fhir/CodeSystem/signal-source","code":"manual"}}]},{"linkId":"disease","answer":[{"valueString":"手足口病"}]},{"linkId":"area","answer":[{"valueString":"770101001"}]},{"linkId":"cases","answer":[{"valueInteger":6}]},{"linkId":"deaths","answer":[{"valueInteger":0}]}]}})");
    put("{id}", std::string(made.json().at("id").as_string()));
  }
  if (path == "/api/cards/prefill")
    path +=
        "?resident=" +
        std::to_string(
            get(port, "/api/residents?q=zhangwei").json().at("items").at(0).at("id").as_int64());
  if (path == "/api/policy/preview") path += "?role=nurse,auditor";
  return path;
}

}  // namespace

TEST_CASE("openapi.yaml and the route table describe the same paths, methods and parameters") {
  std::map<std::string, std::set<std::string>> described;
  for (const auto& path : description()["paths"])
    for (const auto& operation : path.second) {
      std::string method = operation.first.as<std::string>();
      for (char& letter : method) letter = static_cast<char>(std::toupper(letter));
      std::set<std::string>& parameters = described[method + " " + path.first.as<std::string>()];
      for (const YAML::Node& parameter : operation.second["parameters"])
        if (parameter["in"].as<std::string>() == "query")
          parameters.insert(parameter["name"].as<std::string>());
    }
  std::map<std::string, std::set<std::string>> served;
  for (const hb::server::Route& route : hb::server::routes()) {
    if (route.pattern.starts_with("/fhir") && !route.pattern.starts_with("/fhir/."))
      continue;  // described by /fhir/metadata
    std::set<std::string>& parameters = served[std::string(hb::server::method_name(route.method)) +
                                               " " + std::string(route.pattern)];
    std::string rest(route.parameters);
    while (!rest.empty()) {
      const std::size_t space = rest.find(' ');
      parameters.insert(rest.substr(0, space));
      rest = space == std::string::npos ? "" : rest.substr(space + 1);
    }
  }
  CHECK(served.size() > 40);
  CHECK(described == served);
}

TEST_CASE("openapi.yaml: path parameters are declared, operations named once, examples are valid") {
  std::set<std::string> names;
  for (const auto& path : description()["paths"]) {
    const std::string pattern = path.first.as<std::string>();
    for (const auto& operation : path.second) {
      CAPTURE(pattern);
      CHECK(names.insert(operation.second["operationId"].as<std::string>()).second);
      std::size_t declared = 0;
      for (const YAML::Node& parameter : operation.second["parameters"]) {
        if (parameter["in"].as<std::string>() != "path") continue;
        ++declared;
        CHECK(pattern.find("{" + parameter["name"].as<std::string>() + "}") != std::string::npos);
      }
      CHECK(declared == static_cast<std::size_t>(std::count(pattern.begin(), pattern.end(), '{')));
      for (const auto& answer : operation.second["responses"]) {
        for (const auto& content : answer.second["content"]) {
          if (!content.second["example"]) continue;
          const auto faults =
              validate(to_json(content.second["example"]), content.second["schema"], description());
          CHECK_MESSAGE(faults.empty(), pattern, "\n", all_of(faults));
        }
      }
    }
  }
  for (const auto& schema : description()["components"]["schemas"]) {
    if (!schema.second["example"]) continue;
    const auto faults = validate(to_json(schema.second["example"]), schema.second, description());
    CHECK_MESSAGE(faults.empty(), schema.first.as<std::string>(), "\n", all_of(faults));
  }
}

TEST_CASE("openapi.yaml: real answers of a real store are as described") {
  int checked = 0;
  for (const auto& path : description()["paths"]) {
    const YAML::Node operation = path.second["get"];
    const std::string pattern = path.first.as<std::string>();
    if (!operation.IsDefined() || pattern == "/api/events") continue;
    if (pattern.starts_with("/auth/")) continue;   // redirects: entrance_test.cpp
    if (pattern == "/api/users/{name}") continue;  // there are no accounts here: users_test.cpp
    if (pattern.starts_with("/api/signals/{id}")) continue;  // nor signals: signals_test.cpp
    if (pattern == "/api/cards/{id}") continue;              // nor cards: cards_test.cpp
    if (pattern == "/api/tuning/{id}") continue;             // nor runs: tuning_test.cpp
    const Answer answer = get(district().port(), filled(pattern));
    CAPTURE(pattern);
    CHECK(answer.status == 200);
    const auto content = operation["responses"]["200"]["content"].begin();
    CHECK(answer.header("content-type").find(content->first.as<std::string>()) == 0);
    ++checked;
    if (content->second["schema"]["$ref"]) {
      const auto faults = validate(answer.json(), content->second["schema"], description());
      CHECK_MESSAGE(faults.empty(), pattern, "\n", all_of(faults));
    }
  }
  CHECK(checked >= 30);
}

TEST_CASE("openapi.yaml: what is asked to change something answers as described; errors too") {
  District own;
  const auto is_valid = [](const Answer& answer, const char* schema) {
    YAML::Node reference;
    reference["$ref"] = std::string("#/components/schemas/") + schema;
    const auto faults = validate(answer.json(), reference, description());
    CHECK_MESSAGE(faults.empty(), schema, "\n", all_of(faults));
  };
  const auto port = own.port();
  is_valid(ask(port, "POST", "/api/deliveries?name=a.ndjson",
               patient_line("q1", "钱多", "male", "1990-01-01", "770101001", "009")),
           "Delivery");
  const std::string problem =
      "/api/problems/" +
      std::to_string(
          get(port, "/api/deliveries/3/problems").json().at("items").at(0).at("id").as_int64());
  is_valid(ask(port, "POST", problem + "/dismiss", R"({"reason":"x"})"), "ProblemDetail");
  is_valid(ask(port, "POST", problem + "/reopen"), "ProblemDetail");
  is_valid(ask(port, "POST", problem + "/correct", R"({"text":"{}"})"), "Correction");
  is_valid(ask(port, "POST", "/api/deliveries/3/replay"), "Replay");
  is_valid(get(port, "/api/residents?size=0"), "Error");
  is_valid(get(port, "/api/none"), "Error");
  is_valid(ask(port, "POST", "/api/deliveries/1/cancel"), "Error");
}

TEST_CASE("validate: the checker itself refuses what does not fit") {
  const YAML::Node document;
  const auto faults = [&](const char* schema, const char* value) {
    return validate(json::parse(value), YAML::Load(schema), document).size();
  };
  CHECK(faults("{type: integer}", "1") == 0);
  CHECK(faults("{type: integer}", "1.5") == 1);
  CHECK(faults("{type: [string, \"null\"]}", "null") == 0);
  CHECK(faults("{type: object, required: [a], properties: {a: {type: string}}}", "{}") == 1);
  CHECK(faults("{type: object, additionalProperties: false, properties: {a: {type: string}}}",
               R"({"b":1})") == 1);
  CHECK(faults("{type: array, items: {type: string}}", R"(["a",1])") == 1);
  CHECK(faults("{oneOf: [{type: string}, {type: integer}]}", "true") > 0);
  CHECK(faults("{type: string, enum: [a, b]}", R"("c")") == 1);
  CHECK(faults("{type: string, minLength: 3}", R"("c")") == 1);  // a keyword it does not know
}
