#include <doctest/doctest.h>

#include <fstream>

#include "attack.hpp"

/// Attack: acting with somebody else's session: forged requests, planted and stolen cookies.
using namespace hb;
using namespace hb::test;
namespace allowed = hb::server::access;

namespace {

bool changes(const server::Route& route) { return route.method != server::Method::get; }

std::string target_of(const server::Route& route) {
  const bool names = route.pattern.find("{name}") != route.pattern.npos;
  return filled(route.pattern, {names ? "victim" : "1", "1"});
}

/// What an attack could have changed, as the security administrator sees it.
std::string state_of(std::uint16_t port, const Visitor& visitor) {
  std::string state;
  for (const char* path : {"/api/users", "/api/deliveries", "/api/deliveries/3/problems"})
    state += ask(port, "GET", path, "", visitor.cookie).body;
  return state;
}

}  // namespace

TEST_CASE("attack: CSRF: every changing route refuses what another site can make a browser send") {
  Fortress own;
  const std::uint16_t port = own.port();
  own.visitor("victim", {"nurse"});
  const Visitor user = own.visitor("an.quan", all_roles());
  const Visitor other = own.visitor("other", all_roles());
  const std::string before = state_of(port, user);
  const std::string host = "Host: store.example:8080\r\n";
  const std::string token = "X-CSRF-Token: " + user.csrf + "\r\n";
  const std::string forged[] = {
      user.cookie,
      user.cookie + "X-CSRF-Token: \r\n",
      user.cookie + "X-CSRF-Token: " + other.csrf + "\r\n",
      user.cookie + "X-CSRF-Token: " + user.csrf.substr(1) + "\r\n",
      user.cookie + "X-CSRF-Token: " + user.id + "\r\n",
      user.cookie + "Content-Type: application/x-www-form-urlencoded\r\n",
      user.cookie + "Content-Type: text/plain\r\n",
      user.cookie + "X-HTTP-Method-Override: GET\r\n",
      user.cookie + "Cookie: X-CSRF-Token=" + user.csrf + "\r\n",
      // With the right token too, a page of another site gets nowhere.
      user.cookie + token + "Origin: null\r\n",
      user.cookie + token + "Origin: https://evil.example\r\n",
      user.cookie + token + host + "Origin: http://store.example\r\n",
      user.cookie + token + host + "Origin: http://store.example:8080.evil.example\r\n",
      user.cookie + token + host + "Origin: http://evil.example/store.example:8080\r\n",
      user.cookie + token + "Sec-Fetch-Site: cross-site\r\n",
      user.cookie + token + "Sec-Fetch-Site: same-site\r\n",
  };
  std::size_t asked = 0;
  for (const server::Route& route : server::routes()) {
    if (!changes(route) || route.permission == allowed::anybody) continue;
    CAPTURE(route.pattern);
    for (const std::string& headers : forged) {
      CAPTURE(headers);
      const Answer answer =
          ask(port, server::method_name(route.method), target_of(route),
              R"({"locked":true,"text":"x","note":"x","old":"x","new":"y"})", headers);
      CHECK(answer.status == 403);
      CHECK(answer.header("access-control-allow-origin").empty());
      ++asked;
    }
    // The token in the address is no token.
    const int status = ask(port, server::method_name(route.method),
                           target_of(route) + "?csrf=" + user.csrf, "{}", user.cookie)
                           .status;
    CHECK((status == 400 || status == 403));
  }
  CHECK(asked >= 9 * std::size(forged));
  CHECK(state_of(port, user) == before);
  // The log-in itself: nobody is logged in unawares to an account of the attacker.
  const std::string body = R"({"name":"other","password":")" + Fortress::password + "\"}";
  for (const char* headers :
       {"Origin: https://evil.example\r\n", "Sec-Fetch-Site: cross-site\r\n"}) {
    const Answer answer = ask(port, "POST", "/api/session", body, headers);
    CHECK(answer.status == 403);
    CHECK(answer.header("set-cookie").empty());
  }
}

TEST_CASE("attack: CSRF: reading changes nothing, whatever is read") {
  Fortress own;
  const std::uint16_t port = own.port();
  own.visitor("victim", {"nurse"});
  const Visitor user = own.visitor("an.quan", all_roles());
  const std::string before = state_of(port, user);
  const auto feed = [&] {
    return ask(port, "GET", "/api/status", "", user.cookie).json().at("feed").at("committed");
  };
  const boost::json::value batch = feed();
  for (const server::Route& route : server::routes()) {
    if (route.pattern == "/api/events") continue;
    CAPTURE(route.pattern);
    for (const char* method : {"GET", "HEAD"}) {
      const Answer answer = ask(port, method, target_of(route), "", user.cookie);
      CHECK(answer.status != 500);
    }
    // A method that the table does not name is no way round its permission.
    for (const char* method : {"OPTIONS", "PUT", "PATCH", "TRACE", "CONNECT", "get", "PROPFIND"}) {
      CAPTURE(method);
      const Answer answer = ask(port, method, target_of(route), "", user.cookie);
      CHECK(answer.status >= 400);
      CHECK(answer.header("access-control-allow-origin").empty());
    }
  }
  CHECK(feed() == batch);
  CHECK(state_of(port, user) == before);
}

TEST_CASE(
    "attack: session fixation: an id from outside is never taken on, and every log-in makes a new "
    "one") {
  Fortress own;
  const std::uint16_t port = own.port();
  own.visitor("li.na", {"security-admin"});
  const std::string body = R"({"name":"li.na","password":")" + Fortress::password + "\"}";
  const std::string planted(43, 'A');
  const auto id_of = [](const Answer& answer) {
    const std::string set = answer.header("set-cookie");
    REQUIRE(set.starts_with("hb_session="));
    return set.substr(11, set.find(';') - 11);
  };
  const Answer first =
      ask(port, "POST", "/api/session", body, "Cookie: hb_session=" + planted + "\r\n");
  REQUIRE(first.status == 200);
  const std::string one = id_of(first);
  CHECK(one != planted);
  CHECK(one.size() >= 43);  // 256 bits
  CHECK(ask(port, "GET", "/api/session", "", "Cookie: hb_session=" + planted + "\r\n").status ==
        401);
  // A live session that an attacker planted in the browser does not become the victim's.
  const Visitor attacker = own.visitor("attacker", {"nurse"});
  const Answer second = ask(port, "POST", "/api/session", body, attacker.cookie);
  REQUIRE(second.status == 200);
  const std::string two = id_of(second);
  CHECK(two != attacker.id);
  CHECK(two != one);
  CHECK(ask(port, "GET", "/api/session", "", attacker.cookie).status == 401);
  // In the address or another header an id is no session.
  CHECK(ask(port, "GET", "/api/users?hb_session=" + two, "").status >= 400);
  CHECK(ask(port, "GET", "/api/users", "", "X-Session: " + two + "\r\n").status == 401);
  CHECK(ask(port, "GET", "/api/users", "", "Authorization: Bearer " + two + "\r\n").status == 401);
  CHECK(ask(port, "GET", "/api/users", "", "Cookie: HB_SESSION=" + two + "\r\n").status == 401);
  CHECK(ask(port, "GET", "/api/users", "", "Cookie: xhb_session=" + two + "\r\n").status == 401);
  // The id is nowhere in an answer but in Set-Cookie.
  CHECK(first.body.find(one) == std::string::npos);
  const Answer asked = ask(port, "GET", "/api/session", "", "Cookie: hb_session=" + two + "\r\n");
  CHECK(asked.status == 200);
  CHECK(asked.body.find(two) == std::string::npos);
  CHECK(asked.header("cache-control") == "no-store");
}

TEST_CASE(
    "attack: an id of a session tells nothing of another, and the file of accounts holds none") {
  Fortress own;
  std::set<std::string> ids;
  own.visitor("li.na", {"nurse"});
  for (int i = 0; i < 50; ++i) ids.insert(own.again("li.na").id);
  CHECK(ids.size() == 50);
  for (std::size_t at = 0; at < 43; ++at) {  // no place of the id stands still
    std::set<char> letters;
    for (const std::string& id : ids) letters.insert(id[at]);
    CAPTURE(at);
    CHECK(letters.size() > 5 - (at == 42 ? 3 : 0));  // the last letter holds four bits
  }
  std::string file;
  for (const char* name : {"accounts.db", "accounts.db-wal"}) {
    std::ifstream in(own.place().store() / name, std::ios::binary);
    file.append(std::istreambuf_iterator<char>(in), {});
  }
  REQUIRE(file.find("li.na") != std::string::npos);
  for (const std::string& id : ids) CHECK(file.find(id) == std::string::npos);
  CHECK(file.find(Fortress::password) == std::string::npos);
}
