#include <doctest/doctest.h>

#include <yaml-cpp/yaml.h>

#include "attack.hpp"
#include "schema.hpp"

using namespace hb;
using namespace hb::test;
namespace json = boost::json;

namespace {

/// The answer fits the schema of openapi.yaml.
void is_valid(std::uint16_t port, const Answer& answer, const std::string& schema) {
  static const YAML::Node document = YAML::Load(get(port, "/api/openapi.yaml").body);
  YAML::Node reference;
  reference["$ref"] = "#/components/schemas/" + schema;
  std::string text;
  for (const std::string& fault : validate(answer.json(), reference, document))
    text += fault + "\n";
  CHECK_MESSAGE(text.empty(), schema, "\n", text);
}

/// A closed small district with a security administrator.
struct Office {
  Fortress fortress;
  std::uint16_t port = fortress.port();
  Visitor admin = fortress.visitor("an.quan", {"security-admin"});

  Answer post(const std::string& path, const std::string& body = "{}") {
    return ask(port, "POST", path, body, admin.headers());
  }
  Answer read(const std::string& path) { return ask(port, "GET", path, "", admin.cookie); }
  Answer log_in(const std::string& name, const std::string& password) {
    return ask(port, "POST", "/api/session",
               R"({"name":")" + name + R"(","password":")" + password + "\"}");
  }
};

}  // namespace

TEST_CASE("users: added with a password that is shown once and must be changed") {
  Office office;
  const Answer added = office.post(
      "/api/users", R"({"name":"li.na","display":"李娜","roles":["nurse"],"areas":["770101001"]})");
  REQUIRE(added.status == 201);
  is_valid(office.port, added, "AccountPassword");
  CHECK(added.header("cache-control") == "no-store");
  const std::string password(added.json().at("password").as_string());
  CHECK(office.read("/api/users/li.na").body.find(password) == std::string::npos);
  const Answer session = office.log_in("li.na", password);
  CHECK(session.status == 200);
  CHECK(session.json().at("mustChange") == true);

  CHECK(office.post("/api/users", R"({"name":"li.na","roles":["nurse"]})").status == 409);
  const auto refused = [&](const char* body, const char* where) {
    const Answer answer = office.post("/api/users", body);
    CHECK(answer.status == 400);
    CHECK(answer.json().at("error").at("where") == where);
  };
  refused(R"({"name":"Li Na","roles":["nurse"]})", "body.name");
  refused(R"({"name":"wang.wei","roles":[]})", "body.roles");
  refused(R"({"name":"wang.wei","roles":["king"]})", "body.roles");
  refused(R"({"name":"wang.wei","roles":"nurse"})", "body.roles");
  refused(R"({"name":"wang.wei","roles":["nurse"],"areas":["*","77"]})", "body.areas");
  refused(R"({"name":"wang.wei","roles":["nurse"],"areas":["here"]})", "body.areas");
  refused(R"({"name":"wang.wei","roles":["nurse"],"organizations":["a b"]})", "body.organizations");
  refused("[]", "body.name");
  CHECK(office.read("/api/users").json().at("total") == 2);
}

TEST_CASE("users: rights are in force with the next request; nobody changes their own") {
  Office office;
  const Visitor nurse = office.fortress.visitor("li.na", {"epidemiologist"}, {"770101001"});
  const auto residents = [&] {
    return ask(office.port, "GET", "/api/residents", "", nurse.cookie);
  };
  CHECK(residents().json().at("total") == 2);
  const std::string rights = "/api/users/li.na/rights";
  const Answer wider = office.post(rights, R"({"roles":["epidemiologist"],"areas":["770101"]})");
  is_valid(office.port, wider, "Account");
  CHECK(residents().json().at("total") == 3);
  CHECK(office.post(rights, R"({"roles":["analyst"],"areas":["770101"]})").status == 200);
  CHECK(residents().status == 403);
  const Answer joined = office.post(rights, R"({"roles":["auditor","security-admin"]})");
  CHECK(joined.status == 400);
  CHECK(joined.json().at("error").at("where") == "body.roles");
  for (const char* act : {"rights", "lock", "reset", "second-factor/drop", "sessions/end"}) {
    CAPTURE(act);
    const std::string body = R"({"roles":["nurse"],"locked":true})";
    CHECK(office.post(std::string("/api/users/an.quan/") + act, body).status == 409);
    CHECK(office.post(std::string("/api/users/nobody/") + act, body).status == 404);
    CHECK(ask(office.port, "POST", std::string("/api/users/an.quan/") + act, body, nurse.headers())
              .status == 403);
  }
}

TEST_CASE("users: reset, second factor, sessions, lock: each ends what it should") {
  Office office;
  const auto alive = [&](const Visitor& one) {
    return ask(office.port, "GET", "/api/session", "", one.cookie).status == 200;
  };
  const Visitor first = office.fortress.visitor("li.na", {"nurse"});
  const Visitor second = office.fortress.again("li.na");
  CHECK(office.post("/api/users/li.na/sessions/end").status == 200);
  CHECK_FALSE(alive(first));
  CHECK_FALSE(alive(second));

  const Visitor third = office.fortress.again("li.na");
  const Answer reset = office.post("/api/users/li.na/reset");
  is_valid(office.port, reset, "AccountPassword");
  CHECK_FALSE(alive(third));
  CHECK(office.log_in("li.na", Fortress::password).status == 401);
  const Answer again = office.log_in("li.na", std::string(reset.json().at("password").as_string()));
  REQUIRE(again.status == 200);

  CHECK(office.post("/api/users/li.na/second-factor/drop").json().at("secondFactor") == false);
  const std::string set = again.header("set-cookie");
  const Visitor fourth{"li.na", "", "", "Cookie: " + set.substr(0, set.find(';')) + "\r\n"};
  CHECK(alive(fourth));
  CHECK(office.post("/api/users/li.na/lock", R"({"locked":true})").json().at("locked") == true);
  CHECK_FALSE(alive(fourth));
  CHECK(office.post("/api/users/li.na/lock", R"({"locked":"yes"})").status == 400);
  CHECK(office.post("/api/users/li.na/lock", R"({"locked":false})").json().at("locked") == false);
}

TEST_CASE("users: the list is filtered and paged, and holds nothing to log in with") {
  Office office;
  office.fortress.visitor("li.na", {"nurse"}, {"770101001"});
  office.fortress.visitor("wang.wei", {"analyst"}, {"770101002"});
  office.fortress.visitor("zhao.min", {"nurse"}, {"770101"});
  CHECK(office.post("/api/users/wang.wei/lock", R"({"locked":true})").status == 200);
  const auto names = [&](const std::string& query) {
    const Answer answer = office.read("/api/users" + query);
    is_valid(office.port, answer, "Users");
    std::string all;
    const json::value page = answer.json();
    for (const auto& item : page.at("items").as_array())
      all += std::string(item.at("name").as_string()) + " ";
    return all;
  };
  CHECK(names("") == "an.quan li.na wang.wei zhao.min ");
  CHECK(names("?q=wei") == "wang.wei ");
  CHECK(names("?role=nurse") == "li.na zhao.min ");
  CHECK(names("?state=locked") == "wang.wei ");
  CHECK(names("?area=770101002") == "an.quan wang.wei zhao.min ");
  CHECK(names("?size=2&page=2") == "wang.wei zhao.min ");
  CHECK(office.read("/api/users?state=gone").status == 400);
  CHECK(office.read("/api/users").body.find("argon2") == std::string::npos);
  is_valid(office.port, office.read("/api/roles"), "Roles");
  is_valid(office.port, office.read("/api/users/li.na"), "Account");
  CHECK(office.read("/api/users/nobody").status == 404);
}

TEST_CASE("users: what is done to an account stands in the audit as soon as somebody looks") {
  Office office;
  office.fortress.visitor("li.na", {"nurse"});
  const Visitor auditor = office.fortress.visitor("shen.ji", {"auditor"});
  CHECK(office.post("/api/users/li.na/lock", R"({"locked":true})").status == 200);
  const json::value page =
      ask(office.port, "GET", "/api/audit?action=user-lock", "", auditor.cookie).json();
  REQUIRE(page.at("items").as_array().size() == 1);
  CHECK(page.at("items").at(0).at("user") == "an.quan");
  CHECK(page.at("items").at(0).at("what") == "account li.na");
}

TEST_CASE("users: a store without accounts says how the first is made") {
  CHECK(get(district().port(), "/api/users").json().at("total") == 0);
  const Answer refused =
      ask(district().port(), "POST", "/api/users", R"({"name":"li.na","roles":["nurse"]})");
  CHECK(refused.status == 409);
  CHECK(refused.body.find("healthbrain user add") != std::string::npos);
}
