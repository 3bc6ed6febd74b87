#include "server/gate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "client.hpp"
#include "crypto/one_time_code.hpp"
#include "district.hpp"
#include "log_in.hpp"
#include "server/routes.hpp"

using namespace hb;
using namespace hb::test;
using server::access::anybody;
using server::access::logged_in;
using server::access::machine;
using server::access::own;

namespace {

std::string target_of(const server::Route& route) {
  std::string path(route.pattern);
  for (const auto& [part, value] :
       {std::pair{"{name}", "nobody"}, {"{type}", "Observation"}, {"{provider}", "nobody"}})
    if (const std::size_t at = path.find(part); at != std::string::npos)
      path.replace(at, std::string_view(part).size(), value);
  for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{'))
    path.replace(at, path.find('}', at) - at + 1, "1");
  return path;
}

/// Status of one request to the route; of a stream, that of its head.
int status_of(std::uint16_t port, const server::Route& route, const std::string& headers) {
  const std::string method(server::method_name(route.method));
  const std::string body = route.method == server::Method::get ? "" : "{}";
  if (route.pattern != "/api/events")
    return ask(port, method, target_of(route), body, headers).status;
  Connection stream(port);
  stream.send("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n");
  return std::stoi(stream.read_until("\r\n\r\n").substr(9, 3));
}

bool ends_session(const server::Route& route) {
  return route.method == server::Method::del && route.pattern == "/api/session";
}

}  // namespace

TEST_CASE("Gate: every route names a permission of roles.yaml or an access word") {
  const auto catalogue = scene::Catalogue::load(source_dir() / "scenes");
  REQUIRE(catalogue.has_value());
  for (const server::Route& route : server::routes()) {
    CAPTURE(route.pattern);
    const bool word = route.permission == anybody || route.permission == logged_in ||
                      route.permission == machine || route.permission == own;
    CHECK((word || catalogue->permission(route.permission) != nullptr));
  }
}

TEST_CASE("Gate: each route for each role, as roles.yaml says; without a session 401") {
  District place;
  const auto accounts = accounts_of(place);
  const auto catalogue = scene::Catalogue::load(source_dir() / "scenes");
  REQUIRE(catalogue.has_value());
  for (const scene::Role& role : catalogue->roles()) add_user(*accounts, role.id, {role.id}, {"*"});
  const std::uint16_t port = place.port();

  for (const server::Route& route : server::routes()) {
    CAPTURE(route.pattern);
    const bool open = route.permission == anybody || route.permission == machine;
    CHECK((status_of(port, route, "") == 401) == !open);
  }
  std::size_t walked = 0;
  for (const scene::Role& role : catalogue->roles()) {
    CAPTURE(role.id);
    const LoggedIn user = log_in(port, role.id);
    for (const server::Route& route : server::routes()) {
      if (ends_session(route) || route.pattern == "/api/session") continue;
      CAPTURE(route.pattern);
      const std::string needed(route.permission);
      const bool allowed = needed == anybody || needed == machine || needed == logged_in ||
                           needed == own ||
                           std::ranges::find(role.permissions, needed) != role.permissions.end();
      const int status = status_of(port, route, user.both());
      ++walked;
      if (allowed) {
        CHECK(status >= 200);
        CHECK(status < 500);
        CHECK(status != 401);
        CHECK(status != 403);
      } else {
        CHECK(status == 403);
      }
    }
    CHECK(ask(port, "DELETE", "/api/session", "", user.both()).status == 200);
    CHECK(ask(port, "GET", "/api/session", "", user.cookie).status == 401);
  }
  CHECK(walked == catalogue->roles().size() * (server::routes().size() - 3));
}

TEST_CASE("Gate: open without accounts; closes for a running server with the first account") {
  District place;
  const std::uint16_t port = place.port();
  const Answer local = get(port, "/api/session");
  CHECK(local.status == 200);
  CHECK(local.json().at("accounts") == false);
  CHECK(get(port, "/api/residents").status == 200);
  CHECK(try_log_in(port, "li.na", password).status == 409);
  add_user(*accounts_of(place), "li.na", {"epidemiologist"}, {"*"});
  CHECK(get(port, "/api/residents").status == 401);
  CHECK(get(port, "/").status == 200);  // the pages, which show the log-in
  CHECK(get(port, "/healthz").status == 200);
  place.restart();
  CHECK(get(place.port(), "/api/residents").status == 401);
}

TEST_CASE("Gate: one answer for every refused log-in; the cookie is out of reach of scripts") {
  District place;
  const auto accounts = accounts_of(place);
  add_user(*accounts, "li.na", {"epidemiologist"}, {"*"});
  add_user(*accounts, "wang.wei", {"nurse"}, {"*"});
  REQUIRE(accounts->lock("wang.wei", true).has_value());
  const std::uint16_t port = place.port();
  const Answer wrong = try_log_in(port, "li.na", "Wrong-password-1");
  CHECK(wrong.status == 401);
  CHECK(try_log_in(port, "nobody", password).body == wrong.body);
  CHECK(try_log_in(port, "wang.wei", password).body == wrong.body);
  CHECK(ask(port, "POST", "/api/session", R"({"name":"li.na"})").status == 400);
  CHECK(ask(port, "POST", "/api/session", std::string(70'000, ' ')).status == 413);

  const std::string set = try_log_in(port, "li.na", password).header("set-cookie");
  CHECK(set.starts_with("hb_session="));
  CHECK(set.find("; Path=/; HttpOnly; SameSite=Strict") != std::string::npos);
  CHECK(set.find("Secure") == std::string::npos);
  // A cookie given from outside is never taken on, and a new log-in ends the former session.
  const LoggedIn first = log_in(port, "li.na");
  const Answer again = ask(port, "POST", "/api/session",
                           R"({"name":"li.na","password":")" + password + "\"}", first.cookie);
  CHECK(again.status == 200);
  CHECK(again.header("set-cookie").find(first.cookie.substr(8, 40)) == std::string::npos);
  CHECK(ask(port, "GET", "/api/session", "", first.cookie).status == 401);
}

TEST_CASE("Gate: a change needs the session's CSRF token, a page of another site gets nowhere") {
  District place;
  add_user(*accounts_of(place), "an.quan", {"security-admin"}, {"*"});
  add_user(*accounts_of(place), "li.na", {"nurse"}, {"*"});
  const std::uint16_t port = place.port();
  const LoggedIn user = log_in(port, "an.quan");
  const LoggedIn nurse = log_in(port, "li.na");
  const std::string path = "/api/users/li.na/lock";
  const std::string lock = R"({"locked":true})";
  CHECK(ask(port, "POST", path, lock, user.cookie).status == 403);
  CHECK(
      ask(port, "POST", path, lock, user.cookie + "X-CSRF-Token: " + nurse.csrf + "\r\n").status ==
      403);
  CHECK(ask(port, "POST", path, lock, user.both() + "Origin: http://evil.example\r\n").status ==
        403);
  CHECK(ask(port, "GET", "/api/session", "", nurse.cookie).status == 200);
  CHECK(ask(port, "POST", path, lock, user.both()).status == 200);
  CHECK(ask(port, "GET", "/api/session", "", nurse.cookie).status == 401);  // locked: at once
  CHECK(ask(port, "POST", "/api/users/an.quan/lock", lock, user.both()).status == 409);
  CHECK(ask(port, "POST", "/api/users/nobody/lock", lock, user.both()).status == 404);
  const Answer list = ask(port, "GET", "/api/users", "", user.cookie);
  CHECK(list.json().at("items").as_array().size() == 2);
  CHECK(list.body.find("argon2") == std::string::npos);
}

TEST_CASE("Gate: a password set by others lets the session do nothing but change it") {
  District place;
  add_user(*accounts_of(place), "li.na", {"epidemiologist"}, {"*"}, true);
  const std::uint16_t port = place.port();
  const LoggedIn user = log_in(port, "li.na");
  CHECK(ask(port, "GET", "/api/residents", "", user.cookie).status == 403);
  CHECK(ask(port, "GET", "/api/status", "", user.cookie).status == 403);
  CHECK(ask(port, "GET", "/api/session", "", user.cookie).json().at("mustChange") == true);
  const auto change = [&](const std::string& from, const std::string& to) {
    return ask(port, "POST", "/api/session/password",
               R"({"old":")" + from + R"(","new":")" + to + "\"}", user.both());
  };
  CHECK(change("Wrong-password-1", "Nine-quiet-herons-4").status == 403);
  CHECK(change(password, "short").status == 400);
  CHECK(change(password, password).status == 400);  // used before
  const Answer done = change(password, "Nine-quiet-herons-4");
  CHECK(done.status == 200);
  CHECK(done.json().at("mustChange") == false);
  CHECK(ask(port, "GET", "/api/residents", "", user.cookie).status == 200);
}

TEST_CASE("Gate: second factor: begun, confirmed, then asked for at every log-in") {
  District place;
  const auto accounts = accounts_of(place);
  add_user(*accounts, "li.na", {"nurse"}, {"*"});
  const std::uint16_t port = place.port();
  const LoggedIn user = log_in(port, "li.na");
  const std::string path = "/api/session/second-factor";
  const Answer begun = ask(port, "POST", path, "{}", user.both());
  REQUIRE(begun.status == 200);
  CHECK(begun.json().at("uri").as_string().starts_with("otpauth://totp/"));
  CHECK(ask(port, "POST", path, R"({"code":"000"})", user.both()).status == 403);
  const auto secret = accounts->begin_second_factor("li.na");  // one we know
  REQUIRE(secret.has_value());
  const std::int64_t step = crypto::code_step(system_clock()());
  const std::string code = crypto::one_time_code(*secret, step);
  CHECK(ask(port, "POST", path, R"({"code":")" + code + "\"}", user.both()).status == 200);
  CHECK(ask(port, "POST", path, "{}", user.both()).status == 409);
  CHECK(try_log_in(port, "li.na", password).status == 401);
  CHECK(try_log_in(port, "li.na", password, code).status == 401);  // used already
  CHECK(try_log_in(port, "li.na", password, crypto::one_time_code(*secret, step + 1)).status ==
        200);
}

TEST_CASE("Gate: who lives elsewhere is answered as who does not exist") {
  District place;
  add_user(*accounts_of(place), "li.na", {"epidemiologist"}, {"770101001"});
  const std::uint16_t port = place.port();
  const auto first = [&] { return get(port, "/api/residents"); };
  CHECK(first().status == 401);
  const LoggedIn user = log_in(port, "li.na");
  const auto seen = ask(port, "GET", "/api/residents", "", user.cookie).json();
  CHECK(seen.at("total") == 2);  // 张伟 and 王芳; 李小明 lives in the other street
  CHECK(ask(port, "GET", "/api/search?q=lixiaoming", "", user.cookie)
            .json()
            .at("items")
            .as_array()
            .empty());
  std::set<std::int64_t> own_people;
  for (const auto& item : seen.at("items").as_array()) own_people.insert(item.at("id").as_int64());
  for (const std::string rest : {"", "/timeline", "/resources/1"}) {
    const std::string nobody =
        ask(port, "GET", "/api/residents/999999" + rest, "", user.cookie).body;
    CHECK(nobody.find("not_found") != std::string::npos);
    for (std::int64_t id = 1; id <= 3; ++id) {
      if (own_people.contains(id)) continue;
      const Answer answer =
          ask(port, "GET", "/api/residents/" + std::to_string(id) + rest, "", user.cookie);
      CHECK(answer.status == 404);
      CHECK(answer.body == nobody);
    }
  }
}

TEST_CASE("Gate: a token reads what its scope gives, and changes nothing") {
  District place;
  const auto accounts = accounts_of(place);
  add_user(*accounts, "li.na", {"nurse"}, {"*"});
  const std::uint16_t port = place.port();
  const auto header = [&](const char* scope) {
    const auto token = accounts->create_token("his-1", scope, 3600);
    REQUIRE(token.has_value());
    return "Authorization: Bearer " + *token + "\r\n";
  };
  const std::string all = header("system/*.cruds");
  const std::string figures = header("system/MeasureReport.rs");
  const std::string patients = header("system/Patient.rs");
  const auto status = [&](const char* path, const std::string& headers) {
    return ask(port, "GET", path, "", headers).status;
  };
  CHECK(status("/api/residents", all) == 200);
  CHECK(status("/api/indicators", figures) == 200);
  CHECK(status("/api/residents", figures) == 403);
  CHECK(status("/api/residents", patients) == 403);  // its pages show every type
  CHECK(status("/api/status", patients) == 200);
  CHECK(status("/api/users", all) == 403);
  CHECK(status("/api/session", all) == 403);
  CHECK(ask(port, "GET", "/api/search?q=zhangwei", "", figures)
            .json()
            .at("items")
            .as_array()
            .empty());
  CHECK(ask(port, "POST", "/api/deliveries?name=a.ndjson", "{}", all).status == 403);
  CHECK(status("/api/residents", "Authorization: Bearer hbt_00_wrong\r\n") == 401);
  REQUIRE(accounts->revoke_token((*accounts->tokens()).front().id).has_value());
  int refused = 0;
  for (const std::string& one : {all, figures, patients})
    refused += status("/api/status", one) == 401 ? 1 : 0;
  CHECK(refused == 1);
}

TEST_CASE("Gate: only with accounts does the server listen where others can reach it") {
  server::ListenerOptions reachable;
  reachable.address = "0.0.0.0";
  CHECK_THROWS(District(reachable));
  District place;
  add_user(*accounts_of(place), "li.na", {"nurse"}, {"*"});
  place.restart(reachable);
  CHECK(get(place.port(), "/api/residents").status == 401);
  CHECK(ask(place.port(), "GET", "/api/session", "", "Host: store.example\r\n").status == 401);
}

TEST_CASE("Every answer carries every security header; HSTS and Secure only behind TLS") {
  const std::pair<const char*, const char*> wanted[] = {
      {"x-content-type-options", "nosniff"},
      {"x-frame-options", "DENY"},
      {"referrer-policy", "no-referrer"},
      {"cross-origin-opener-policy", "same-origin"},
      {"cross-origin-resource-policy", "same-origin"},
      {"permissions-policy", "camera=(), microphone=(), geolocation=()"},
      {"content-security-policy",
       "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
       "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
       "form-action 'self'; frame-ancestors 'none'"}};
  District place;
  add_user(*accounts_of(place), "li.na", {"nurse"}, {"*"});
  for (const bool https : {false, true}) {
    server::ListenerOptions options;
    options.https = https;
    place.restart(options);
    const std::uint16_t port = place.port();
    const std::string host = "Host: 127.0.0.1:" + std::to_string(port) + "\r\n";
    const LoggedIn user = log_in(port, "li.na");
    for (const char* path :
         {"/", "/assets/app-1a2b.js", "/api/none", "/api/status", "/api/residents", "/healthz"}) {
      CAPTURE(path);
      for (const std::string& headers : {std::string(), user.cookie}) {
        const Answer answer = ask(port, "GET", path, "", headers);
        for (const auto& [name, value] : wanted) CHECK(answer.header(name) == value);
        CHECK(answer.header("strict-transport-security").empty() == !https);
      }
    }
    Connection stream(port);
    stream.send("GET /api/events HTTP/1.1\r\n" + host + user.cookie + "\r\n");
    const std::string head = stream.read_until("\r\n\r\n");
    for (const auto& [name, value] : wanted)
      CHECK(head.find(std::string(": ") + value + "\r\n") != std::string::npos);
    CHECK((try_log_in(port, "li.na", password).header("set-cookie").find("; Secure") !=
           std::string::npos) == https);
  }
}
