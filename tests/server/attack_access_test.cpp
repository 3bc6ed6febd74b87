#include <doctest/doctest.h>

#include <algorithm>

#include "attack.hpp"

/// Attack: asking for what is somebody else's, by every route, with every role.
using namespace hb;
using namespace hb::test;
namespace allowed = hb::server::access;

namespace {

const std::vector<std::string> near_street = {"770101001"};

bool is_about_persons(const server::Route& route) { return route.permission == "residents:read"; }

/// Values a capture of the path could hold: those of the first delivery, problem, resident,
/// version.
std::string target_of(const server::Route& route) {
  if (route.pattern.find("{name}") != route.pattern.npos) return filled(route.pattern, {"nobody"});
  return filled(route.pattern, {"1", "1", "1"});
}

int status_of(std::uint16_t port, const server::Route& route, const std::string& headers) {
  const std::string method(server::method_name(route.method));
  if (route.pattern != "/api/events")
    return ask(port, method, target_of(route),
               route.method == server::Method::get ? "" : R"({"a":1})", headers)
        .status;
  Connection stream(port);
  stream.send("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n");
  return std::stoi(stream.read_until("\r\n\r\n").substr(9, 3));
}

/// Whether the content gives a role records of this type of everybody in its street; under an
/// approval number, which these visitors have not, or by relations, it gives them to nobody here.
bool sees_street(const std::string& role, const std::string& type) {
  static const auto catalogue = scene::Catalogue::load(source_dir() / "scenes");
  REQUIRE(catalogue.has_value());
  const Policy& policy = *catalogue->policy();
  const Policy::Rule* rule = policy.rule(role);
  return rule != nullptr && rule->area && !rule->needs_approval &&
         rule->sees_kind(policy.kind_of_type(type));
}

}  // namespace

TEST_CASE("attack: duties are separate, whatever roles.yaml comes to say") {
  // Written by hand from the duties of a health bureau, not read from the content under test.
  const std::set<std::string> without_persons = {"institution-admin", "analyst",        "leader",
                                                 "system-admin",      "security-admin", "auditor"};
  for (const std::string& role : all_roles()) {
    CAPTURE(role);
    if (without_persons.contains(role)) CHECK_FALSE(role_may(role, "residents:read"));
    if (role_may(role, "users:write")) {
      CHECK(role == "security-admin");
      for (const char* other :
           {"residents:read", "deliveries:read", "deliveries:write", "problems:read", "audit:read"})
        CHECK_FALSE(role_may(role, other));
    }
    if (role_may(role, "audit:read")) CHECK_FALSE(role_may(role, "users:write"));
    if (role_may(role, "residents:read")) CHECK_FALSE(role_may(role, "audit:read"));
  }
}

TEST_CASE("attack: no route about persons opens to who has no business with persons") {
  std::size_t refused = 0;
  for (const char* role :
       {"institution-admin", "analyst", "leader", "system-admin", "security-admin", "auditor"}) {
    CAPTURE(role);
    const Visitor visitor = fortress().visitor(std::string(role) + ".no", {role});
    for (const server::Route& route : server::routes()) {
      if (!is_about_persons(route)) continue;
      CAPTURE(route.pattern);
      CHECK(status_of(fortress().port(), route, visitor.headers()) == 403);
      ++refused;
    }
    for (const Shown& shown : fortress().near())
      CHECK(ask(fortress().port(), "GET", shown.path(), "", visitor.headers()).status == 403);
  }
  CHECK(refused >= 6 * 5);
}

TEST_CASE("attack: without a session, with a made-up one and with an ended one, no route answers") {
  Visitor ended = fortress().visitor("ended", all_roles());
  REQUIRE(ask(fortress().port(), "DELETE", "/api/session", "", ended.headers()).status == 200);
  const std::string made_up =
      "Cookie: hb_session=" + std::string(43, 'A') + "\r\nX-CSRF-Token: x\r\n";
  for (const server::Route& route : server::routes()) {
    if (route.permission == allowed::anybody || route.permission == allowed::machine) continue;
    CAPTURE(route.pattern);
    for (const std::string& headers :
         {std::string(), made_up, ended.headers(), std::string("Authorization: Bearer hbt_1_x\r\n"),
          std::string("Authorization: Basic bGkubmE6eA==\r\n"),
          std::string("Cookie: hb_session=\r\n")})
      CHECK(status_of(fortress().port(), route, headers) == 401);
  }
}

TEST_CASE(
    "attack: direct references: each role × type × street, by the own number and a foreign one") {
  const std::uint16_t port = fortress().port();
  std::size_t cells = 0;
  for (const std::string& role : all_roles()) {
    CAPTURE(role);
    const Visitor visitor = fortress().visitor(role + ".near", {role}, near_street);
    const bool reads = role_may(role, "residents:read");
    const auto look = [&](const std::string& path) {
      ++cells;
      return ask(port, "GET", path, "", visitor.headers());
    };
    const std::string never = fingerprint(look("/api/residents/999999/resources/999999"));
    for (std::size_t i = 0; i < fortress().near().size(); ++i) {
      const Shown& own = fortress().near()[i];
      const Shown& foreign = fortress().far()[i];
      CAPTURE(own.type);
      const Answer shown = look(own.path());
      CHECK(shown.status == (!reads ? 403 : sees_street(role, own.type) ? 200 : 404));
      if (shown.status == 404) CHECK(fingerprint(shown) == never);
      // The record itself, the record under a resident of the own street, and the own record under
      // the foreign resident: each is answered, headers and all, as what never was.
      CHECK(fingerprint(look(foreign.path())) == never);
      CHECK(fingerprint(look(Shown{"", "", own.resident, foreign.seq}.path())) == never);
      CHECK(fingerprint(look(Shown{"", "", foreign.resident, own.seq}.path())) == never);
    }
    if (!reads) continue;
    const std::string far = "/api/residents/" + std::to_string(fortress().far()[0].resident);
    for (const char* rest : {"", "/timeline", "/timeline?type=Condition"}) {
      CAPTURE(rest);
      CHECK(fingerprint(look(far + rest)) ==
            fingerprint(look(std::string("/api/residents/999999") + rest)));
    }
  }
  CHECK(cells > all_roles().size() * fortress().near().size() * 4);
}

TEST_CASE("attack: a list, a search or a wider area asked for shows nobody of another street") {
  const std::uint16_t port = fortress().port();
  const Visitor visitor = fortress().visitor("near.lists", {"epidemiologist"}, near_street);
  for (const char* path :
       {"/api/residents", "/api/residents?area=", "/api/residents?area=77",
        "/api/residents?q=李小明", "/api/residents?area=770101", "/api/residents?area=770101002",
        "/api/residents?size=200", "/api/residents?ageFrom=0&ageTo=20", "/api/search?q=李小明",
        "/api/search?q=xiaoming", "/api/search?q=lixiaoming"}) {
    CAPTURE(path);
    std::string target(path);
    if (const std::size_t name = target.find("李小明"); name != target.npos)
      target = target.substr(0, name) + escaped("李小明");
    const Answer answer = ask(port, "GET", target, "", visitor.headers());
    CHECK(answer.status == 200);
    CHECK(answer.body.find("李小明") == std::string::npos);
    CHECK(answer.body.find("\"770101002\"") == std::string::npos);
  }
}
