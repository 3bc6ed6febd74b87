#include <doctest/doctest.h>

#include "attack.hpp"
#include "client.hpp"
#include "server/routes.hpp"

/// Break-glass from asking to review, and the report on looks without a relation.
using namespace hb;
using namespace hb::test;
namespace json = boost::json;

namespace {

const char* const reason = R"(,"reason":"急诊昏迷，需了解既往用药"})";

/// A doctor without any relation, an auditor, and the number of 张伟.
struct Ward {
  Fortress fortress;
  std::uint16_t port = fortress.port();
  Visitor doctor = fortress.visitor("li.na", {"general-practitioner"}, {"*"});
  Visitor auditor = fortress.visitor("shen.ji", {"auditor"}, {"*"});
  std::string person = std::to_string(fortress.near().front().resident);

  Answer post(const Visitor& who, const std::string& path, const std::string& body) {
    return ask(port, "POST", path, body, who.headers());
  }
  int look() { return ask(port, "GET", "/api/residents/" + person, "", doctor.headers()).status; }
};

}  // namespace

TEST_CASE("break-glass: not seen before, open after asking, closed again by an objection") {
  Ward ward;
  CHECK(ward.look() == 404);
  CHECK(ward.post(ward.doctor, "/api/break-glass",
                  R"({"resident":)" + ward.person + R"(,"reason":"急"})")
            .status == 400);
  CHECK(ward.post(ward.doctor, "/api/break-glass", std::string(R"({"resident":999999)") + reason)
            .status == 404);
  const Answer asked =
      ward.post(ward.doctor, "/api/break-glass", R"({"resident":)" + ward.person + reason);
  REQUIRE(asked.status == 201);
  CHECK(asked.json().at("open") == true);
  CHECK(asked.json().at("state") == "waiting");
  CHECK(ward.look() == 200);
  CHECK(ask(ward.port, "GET", "/api/residents/" + ward.person + "/timeline", "",
            ward.doctor.headers())
            .status == 200);
  CHECK(ask(ward.port, "GET", "/api/residents", "", ward.doctor.headers()).json().at("total") == 1);
  CHECK(
      ward.post(ward.doctor, "/api/break-glass", R"({"resident":)" + ward.person + reason).status ==
      409);

  const std::string review =
      "/api/break-glass/" + std::to_string(asked.json().at("id").as_int64()) + "/review";
  CHECK(ward.post(ward.doctor, review, R"({"approve":true})").status == 403);
  CHECK(ward.post(ward.auditor, review, R"({"approve":false})").status == 400);
  const Answer waiting =
      ask(ward.port, "GET", "/api/break-glass?state=waiting", "", ward.auditor.headers());
  CHECK(waiting.json().at("total") == 1);
  CHECK(waiting.body.find("张伟") == std::string::npos);
  const Answer done = ward.post(ward.auditor, review, R"({"approve":false,"note":"未见急诊记录"})");
  REQUIRE(done.status == 200);
  CHECK(done.json().at("state") == "objected");
  CHECK(ward.look() == 404);
  CHECK(ward.post(ward.auditor, review, R"({"approve":true})").status == 409);
  // Asking and reviewing stand in the audit.
  const std::string entries =
      ask(ward.port, "GET", "/api/audit?size=200", "", ward.auditor.headers()).body;
  CHECK(entries.find("\"break-glass\"") != std::string::npos);
  CHECK(entries.find("\"break-glass-review\"") != std::string::npos);
}

TEST_CASE("break-glass: by a name or number that fits one person; only roles that have it") {
  Ward ward;
  CHECK(ward.post(ward.doctor, "/api/break-glass",
                  std::string(R"({"identifier":"zhangwei")") + reason)
            .status == 201);
  CHECK(ward.look() == 200);
  CHECK(ward.post(ward.doctor, "/api/break-glass",
                  std::string(R"({"identifier":"nobody at all")") + reason)
            .status == 404);
  const Visitor worker = ward.fortress.visitor("wang.wei", {"community-worker"}, {"770101001"});
  CHECK(ward.post(worker, "/api/break-glass", R"({"resident":)" + ward.person + reason).status ==
        403);
  CHECK(ask(ward.port, "GET", "/api/break-glass", "", worker.headers()).status == 403);
}

TEST_CASE("looks without a relation: who, whom, how often, and whether glass was broken") {
  Ward ward;
  const Visitor watcher = ward.fortress.visitor("zhao.min", {"epidemiologist"}, {"*"});
  for (int i = 0; i < 2; ++i)
    CHECK(ask(ward.port, "GET", "/api/residents/" + ward.person, "", watcher.headers()).status ==
          200);
  REQUIRE(
      ward.post(ward.doctor, "/api/break-glass", R"({"resident":)" + ward.person + reason).status ==
      201);
  CHECK(ward.look() == 200);
  const Answer answer = ask(ward.port, "GET", "/api/audit/unrelated", "", ward.auditor.headers());
  REQUIRE(answer.status == 200);
  const json::value report = answer.json();
  CHECK(report.at("complete") == true);
  CHECK(report.at("total") == 2);
  bool emergency = false;
  for (const json::value& one : report.at("items").as_array()) {
    CHECK(std::to_string(one.at("resident").as_int64()) == ward.person);
    if (one.at("user") == "zhao.min") {
      CHECK(one.at("reads").as_int64() >= 2);
      CHECK(one.at("emergency") == false);
    } else {
      CHECK(one.at("user") == "li.na");
      emergency = one.at("emergency").as_bool();
    }
  }
  CHECK(emergency);
  CHECK(ask(ward.port, "GET", "/api/audit/unrelated?user=zhao.min", "", ward.auditor.headers())
            .json()
            .at("total") == 1);
  CHECK(ask(ward.port, "GET", "/api/audit/unrelated?until=2020-01-01&since=2021-01-01", "",
            ward.auditor.headers())
            .status == 400);
  CHECK(ask(ward.port, "GET", "/api/audit/unrelated", "", ward.doctor.headers()).status == 403);
}

TEST_CASE("separated duties: roles that are not joined are refused when an account is kept") {
  Ward ward;
  const Visitor keeper = ward.fortress.visitor("an.quan", {"security-admin"}, {"*"});
  const Answer refused = ward.post(
      keeper, "/api/users",
      R"({"name":"both","display":"甲","roles":["nurse","auditor"],"areas":["*"],"organizations":[]})");
  CHECK(refused.status == 400);
  CHECK(refused.body.find("body.roles") != std::string::npos);
}
