#include <doctest/doctest.h>

#include <chrono>
#include <set>
#include <thread>

#include "attack.hpp"
#include "records/sqlite.hpp"

using namespace hb;
using namespace hb::test;
namespace json = boost::json;

namespace {

/// A closed small district, an auditor, and a physician who looked at one person twice.
struct Watched {
  Fortress fortress;
  std::uint16_t port = fortress.port();
  Visitor auditor = fortress.visitor("shen.ji", {"auditor"});
  Visitor nurse = fortress.visitor("li.na", {"mental-health-physician"}, {"770101001"});
  std::string person;

  Watched() {
    const auto list = ask(port, "GET", "/api/residents?q=zhangwei", "", nurse.cookie).json();
    person = std::to_string(list.at("items").at(0).at("id").as_int64());
    CHECK(ask(port, "GET", "/api/residents/" + person, "", nurse.cookie).status == 200);
    CHECK(ask(port, "GET", "/api/residents/" + person + "/timeline", "", nurse.cookie).status ==
          200);
  }
  Answer read(const std::string& path) { return ask(port, "GET", path, "", auditor.cookie); }
  std::size_t found(const std::string& query) {
    const Answer answer = read("/api/audit?size=200&" + query);
    CHECK(answer.status == 200);
    return answer.json().at("items").as_array().size();
  }
  json::value check_ended() {
    for (int i = 0; i < 200; ++i) {
      const json::value state = read("/api/audit/verify").json();
      if (state.at("state") != "running") return state;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return nullptr;
  }
};

}  // namespace

TEST_CASE("audit: who looked at whom, by number and without names for the auditor") {
  Watched watched;
  const Answer answer = watched.read("/api/audit?user=li.na&resident=" + watched.person);
  REQUIRE(answer.status == 200);
  const json::value page = answer.json();
  REQUIRE(page.at("items").as_array().size() >= 2);
  for (const auto& item : page.at("items").as_array()) {
    CHECK(item.at("user") == "li.na");
    CHECK(item.at("resident").as_int64() == std::stoll(watched.person));
    CHECK(item.at("residentName").is_null());
    CHECK(item.at("purpose") == "care");
    CHECK(item.at("from") == "127.0.0.1");
  }
  CHECK(answer.body.find("张伟") == std::string::npos);
  CHECK(watched.read("/api/audit.csv?user=li.na").body.find("张伟") == std::string::npos);
  CHECK(page.at("next").is_null());
}

TEST_CASE("audit: every filter keeps what fits and refuses what it cannot read") {
  Watched watched;
  CHECK(watched.found("user=li.na") >= 3);
  CHECK(watched.found("user=nobody") == 0);
  CHECK(watched.found("user=li.na&action=search") == 1);
  CHECK(watched.found("user=li.na&purpose=care&action=read") ==
        watched.found("user=li.na&action=read"));
  CHECK(watched.found("user=li.na&purpose=research") == 0);
  CHECK(watched.found("user=li.na&from=127.0.0.1") == watched.found("user=li.na"));
  CHECK(watched.found("user=li.na&from=10.9.9.9") == 0);
  CHECK(watched.found("user=li.na&what=residents,") == 1);
  CHECK(watched.found("user=li.na&until=2020-01-01") == 0);
  CHECK(watched.found("user=li.na&since=2020-01-01&until=2999-12-31") ==
        watched.found("user=li.na"));
  CHECK(watched.found("user=li.na&since=2999-01-01T00:00:00Z") == 0);
  for (const char* wrong : {"since=yesterday", "until=2025-02-30", "resident=zhang", "resident=0",
                            "before=1", "before=1.x", "size=0", "size=201", "name=x"}) {
    CAPTURE(wrong);
    CHECK(watched.read(std::string("/api/audit?") + wrong).status == 400);
  }
  CHECK(ask(watched.port, "GET", "/api/audit", "", watched.nurse.cookie).status == 403);
}

TEST_CASE("audit: pages follow one another; who searches the audit stands in it") {
  Watched watched;
  std::set<std::int64_t> seen;
  std::string next;
  for (int pages = 0; pages < 20; ++pages) {
    const json::value page =
        watched.read("/api/audit?user=li.na&size=1" + (next.empty() ? "" : "&before=" + next))
            .json();
    for (const auto& item : page.at("items").as_array())
      CHECK(seen.insert(item.at("id").as_int64()).second);
    if (page.at("next").is_null()) break;
    next = std::string(page.at("next").as_string());
  }
  CHECK(seen.size() == watched.found("user=li.na"));
  const auto own = watched.read("/api/audit?user=shen.ji&what=audit").json();
  REQUIRE_FALSE(own.at("items").as_array().empty());
  CHECK(own.at("items").at(0).at("what") == "audit, user li.na");
}

TEST_CASE("audit: a name stands beside the number for who may see residents") {
  Watched watched;
  const Visitor both = watched.fortress.visitor("zhu.ren", {"epidemiologist", "auditor"});
  const json::value page =
      ask(watched.port, "GET", "/api/audit?user=li.na&resident=" + watched.person, "", both.cookie)
          .json();
  CHECK(page.at("items").at(0).at("residentName") == "张伟");
}

TEST_CASE("audit: the table says in its name how it was filtered") {
  Watched watched;
  const Answer table = watched.read("/api/audit.csv?user=li.na&since=2020-01-01&lang=en");
  CHECK(table.status == 200);
  CHECK(table.header("content-disposition") ==
        "attachment; filename=\"audit-li.na-2020-01-01.csv\"");
  CHECK(table.body.starts_with("\xEF\xBB\xBFtime (UTC),account,purpose,"));
  const auto lines = static_cast<std::size_t>(std::ranges::count(table.body, '\n'));
  CHECK(lines == watched.found("user=li.na") + 1);
  CHECK(watched.found("user=shen.ji&action=export") == 1);
}

TEST_CASE("audit: the check runs beside the server, tells its verdict, and finds a changed entry") {
  Watched watched;
  CHECK(watched.read("/api/audit/verify").json().at("state") == "none");
  const auto begin = [&] {
    return ask(watched.port, "POST", "/api/audit/verify", "", watched.auditor.headers()).status;
  };
  CHECK(begin() == 202);
  const json::value sound = watched.check_ended();
  CHECK(sound.at("state") == "done");
  CHECK(sound.at("sound") == true);
  CHECK(sound.at("by") == "shen.ji");
  CHECK(sound.at("entries").as_int64() >= 3);
  CHECK(sound.at("signaturesChecked") == true);
  {
    auto connection = records::sqlite::Connection::open(
        (watched.fortress.place().store() / "records.db").string(),
        records::sqlite::Connection::Mode::write);
    REQUIRE(connection.has_value());
    REQUIRE(connection->run("UPDATE audit SET account = 'zhao' WHERE id = 2"));
  }
  CHECK(begin() == 202);
  const json::value forged = watched.check_ended();
  CHECK(forged.at("sound") == false);
  CHECK(forged.at("faults").at(0) == "entry 2 was changed, or put in, or the one before it was");
  CHECK(ask(watched.port, "POST", "/api/audit/verify", "", watched.nurse.headers()).status == 403);
}
