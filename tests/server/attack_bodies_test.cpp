#include <doctest/doctest.h>

#include "attack.hpp"
#include "support/mutations.hpp"

/// Attack: bodies that are almost right. What the API description says of a body is made, then each
/// value taken away, replaced by another type, or given a member that nobody knows. The server
/// takes it or refuses it; it never fails, and goes on.
using namespace hb;
using namespace hb::test;

namespace {

Plain text_value(std::string text) { return {Plain::Kind::text, false, std::move(text), {}}; }
Plain bare_value(std::string text) { return {Plain::Kind::text, true, std::move(text), {}}; }

YAML::Node resolved(const YAML::Node& schema, const YAML::Node& document) {
  if (!schema["$ref"]) return schema;
  const auto reference = schema["$ref"].as<std::string>();
  return resolved(document["components"]["schemas"][reference.substr(reference.rfind('/') + 1)],
                  document);
}

/// A value as the schema describes it.
Plain sample(const YAML::Node& given, const YAML::Node& document, int depth = 0) {
  const YAML::Node schema = resolved(given, document);
  if (schema["example"]) return plain_of(schema["example"]);
  if (schema["enum"]) return plain_of(schema["enum"][0]);
  for (const char* choice : {"oneOf", "anyOf"})
    if (schema[choice]) return sample(schema[choice][0], document, depth + 1);
  const YAML::Node type = schema["type"];
  const auto word = !type             ? std::string("object")
                    : type.IsScalar() ? type.as<std::string>()
                                      : type[0].as<std::string>();
  if (word == "integer" || word == "number") return bare_value("1");
  if (word == "boolean") return bare_value("true");
  if (word == "string") return text_value("x");
  Plain made;
  made.kind = word == "array" ? Plain::Kind::list : Plain::Kind::map;
  if (depth > 6) return made;
  if (word == "array" && schema["items"])
    made.items.emplace_back("", sample(schema["items"], document, depth + 1));
  for (const auto& property : schema["properties"])
    made.items.emplace_back(property.first.as<std::string>(),
                            sample(property.second, document, depth + 1));
  return made;
}

Plain json(const char* text) { return plain_of(YAML::Load(text)); }

/// A body that the route would take, as far as the description says.
Plain body_for(const server::Route& route, const YAML::Node& document) {
  std::string method(server::method_name(route.method));
  std::ranges::transform(method, method.begin(), [](unsigned char c) { return std::tolower(c); });
  const YAML::Node path = document["paths"][std::string(route.pattern)];
  const YAML::Node operation = path ? path[method] : YAML::Node(YAML::NodeType::Undefined);
  const YAML::Node content = operation && operation["requestBody"]
                                 ? operation["requestBody"]["content"]["application/json"]
                                 : YAML::Node(YAML::NodeType::Undefined);
  if (content && content["example"]) return plain_of(content["example"]);
  if (content && content["schema"]) return sample(content["schema"], document);
  if (route.pattern.find('$') != std::string_view::npos)
    return json(R"({"resourceType":"Parameters","parameter":[{"name":"a","valueCode":"b"}]})");
  if (route.pattern.ends_with("/fhir"))
    return json(R"({"resourceType":"Bundle","type":"batch","entry":[{"fullUrl":"urn:uuid:1",
      "resource":{"resourceType":"Patient","gender":"male"},
      "request":{"method":"POST","url":"Patient"}},
      {"request":{"method":"GET","url":"Patient?name=x"}}]})");
  return json(R"({"resourceType":"Patient","name":[{"text":"钱多","given":["多"]}],
    "gender":"male","birthDate":"1990-01-01","identifier":[{"system":"urn:x","value":"1"}]})");
}

/// The path with ids that are there, where the small district has some.
std::string target_of(const server::Route& route, const Fortress& place) {
  const std::string_view pattern = route.pattern;
  std::string id = "1";
  if (pattern.starts_with("/api/boards/")) id = "cockpit";
  if (pattern.starts_with("/api/users/")) id = "nobody.here";
  if (pattern.starts_with("/api/cards/")) id = "near-report";
  if (pattern.starts_with("/api/residents/")) id = std::to_string(place.near().front().resident);
  return filled(pattern, {pattern.starts_with("/fhir/") ? "Patient" : id, "near"});
}

bool is_asked(const server::Route& route) {
  // A log-out or a new password ends the session that asks; a log-in costs what Argon2 costs.
  return route.body == server::BodyKind::json && route.method != server::Method::get &&
         !route.pattern.starts_with("/api/session") && !route.pattern.starts_with("/api/log-in") &&
         !route.pattern.starts_with("/auth/");
}

}  // namespace

TEST_CASE("attack: bodies that are almost right are taken or refused, route by route") {
  Fortress place;
  const YAML::Node document = YAML::Load(get(place.port(), "/api/openapi.yaml").body);
  std::map<std::string, Visitor> visitors;
  const auto visitor = [&](std::string_view permission) -> const Visitor* {
    for (const std::string& role : all_roles()) {
      const bool any = permission == server::access::logged_in || permission == server::access::own;
      if (!any && !role_may(role, permission)) continue;
      const auto known = visitors.find(role);
      if (known != visitors.end()) return &known->second;
      return &visitors.emplace(role, place.visitor("b." + role, {role})).first->second;
    }
    return nullptr;
  };
  const std::size_t most = is_long_run() ? 100'000 : 60;  // of a route
  std::size_t asked = 0;
  std::size_t reached = 0;  // routes that looked at the body: it was taken, or called wrong
  for (const server::Route& route : server::routes()) {
    if (!is_asked(route)) continue;
    const Visitor* who = visitor(route.permission);
    if (who == nullptr) continue;
    Plain root = body_for(route, document);
    std::size_t count = 0;
    each_mutation(root, root, "", [&](const auto&, const auto&) { ++count; });
    const std::size_t step = std::max<std::size_t>(1, count / most);
    std::size_t at = 0;
    bool looked = false;
    each_mutation(root, root, "", [&](const std::string& what, const auto& make) {
      if (at++ % step != 0) return;
      const std::string target = target_of(route, place);
      const Answer answer =
          ask(place.port(), server::method_name(route.method), target, make(), who->headers());
      ++asked;
      looked = looked || answer.status == 400 || answer.status == 422 || answer.status < 300;
      CAPTURE(route.pattern);
      CAPTURE(what);
      CAPTURE(answer.body);
      CHECK(answer.status >= 200);
      CHECK(answer.status < 500);
      CHECK(answer.status != 401);
    });
    reached += looked ? 1 : 0;
    if (!looked)
      MESSAGE("not looked at: " << server::method_name(route.method) << " " << route.pattern);
  }
  CHECK(asked > 500);
  CHECK(reached > 20);
  CHECK(get(place.port(), "/healthz").status == 200);
  MESSAGE(asked << " requests, " << reached << " routes looked at the body");
}
