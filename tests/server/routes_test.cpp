#include <doctest/doctest.h>

#include <algorithm>

#include "client.hpp"
#include "district.hpp"

using namespace hb::test;
namespace json = boost::json;

namespace {

json::value read(const std::string& target) {
  const Answer answer = get(district().port(), target);
  CAPTURE(target);
  REQUIRE(answer.status == 200);
  return answer.json();
}

/// Status and `where` of a refused request.
std::pair<int, std::string> refused(const std::string& target) {
  const Answer answer = get(district().port(), target);
  const json::value body = answer.json();
  CHECK_FALSE(body.at("error").at("message").as_string().empty());
  CHECK_FALSE(body.at("error").at("messageZh").as_string().empty());
  return {answer.status, std::string(body.at("error").at("where").as_string())};
}

json::value section(const json::value& board, std::string_view kind) {
  for (const json::value& item : board.at("sections").as_array())
    if (item.at("kind").as_string() == kind) return item;
  FAIL("no section of this kind");
  return {};
}

}  // namespace

TEST_CASE("GET /api/status: counts of the small district") {
  District place;  // of its own: other cases write into the shared one
  const json::value status = get(place.port(), "/api/status").json();
  CHECK(status.at("store").at("simulated").as_bool());
  CHECK(status.at("now").as_string() == "2025-12-31");
  CHECK(status.at("counts").at("residents").as_int64() == 3);
  CHECK(status.at("counts").at("resources").as_int64() == 1 + 3 + 4);  // centre, people, visits
  CHECK(status.at("counts").at("openProblems").as_int64() == 1);
  CHECK(status.at("counts").at("deliveries").as_int64() == 3);
  CHECK(status.at("feed").at("stale").as_bool() == false);
}

TEST_CASE("GET /api/areas, areas.geojson: names in both languages, borders of streets only") {
  const json::value areas = read("/api/areas");
  REQUIRE(areas.at("items").as_array().size() == 3);
  CHECK(areas.at("items").at(1).at("name").at("en").as_string() == "Qingwu Subdistrict");
  CHECK(areas.at("items").at(1).at("parent").as_string() == "770101");
  CHECK(read("/api/areas.geojson").at("features").as_array().size() == 2);
}

TEST_CASE("GET /api/boards/cockpit: people and visits by street, worked by hand") {
  const json::value board = read("/api/boards/cockpit?area=7701&period=2025");
  const json::value streets = section(board, "areas");
  json::object by_area;
  for (const json::value& row : streets.at("rows").as_array())
    if (row.at("area").is_string()) by_area[row.at("area").as_string()] = row;
  const json::value& first = by_area.at("770101001");
  CHECK(first.at("people").as_int64() == 2);
  CHECK(first.at("visits").as_int64() == 3);
  CHECK(first.at("visitsPerThousand").to_number<double>() ==
        doctest::Approx(1500));  // 3 / 2 × 1,000
  CHECK(first.at("name").at("zh").as_string() == "青梧街道");
  CHECK(section(board, "plans").at("plans").as_array().size() == 4);
  CHECK(section(board, "freshness").at("deliveries").as_array().size() == 3);
  CHECK_FALSE(section(board, "key-figures").at("items").as_array().empty());
}

TEST_CASE("GET /api/boards/cockpit: computed indicators by name, people by age and sex") {
  const json::value board = read("/api/boards/cockpit?area=7701&period=2025");
  const json::value map = section(board, "measure-map");
  const auto& ids = map.at("measures").as_array();
  CHECK(std::find(ids.begin(), ids.end(), map.at("default")) != ids.end());
  CHECK(section(board, "measure-ranking").at("default") ==
        section(board, "measure-ranking").at("measures").at(0));
  std::int64_t people = 0;
  const json::value pyramid = section(board, "pyramid");
  for (const json::value& row : pyramid.at("rows").as_array())
    people += row.at("male").as_int64() + row.at("female").as_int64();
  CHECK(people == 3);
  const json::value weeks = section(board, "weeks");
  CHECK(weeks.at("weeks").as_array().empty());  // no card in this district
  CHECK(weeks.at("series").as_array().empty());
}

TEST_CASE("GET /api/boards: an empty month differs from one with a visit; wrong input is refused") {
  const json::value march = section(read("/api/boards/cockpit?period=2025-03"), "areas");
  const json::value may = section(read("/api/boards/cockpit?period=2025-05"), "areas");
  const auto visits = [](const json::value& rows) {
    std::int64_t sum = 0;
    for (const json::value& row : rows.at("rows").as_array())
      if (row.at("visits").is_int64()) sum += row.at("visits").as_int64();
    return sum;
  };
  CHECK(visits(march) == 2);
  CHECK(visits(may) == 0);
  CHECK(refused("/api/boards/cockpit?period=2025-13") == std::pair{400, std::string("period")});
  CHECK(refused("/api/boards/cockpit?area=77';--") == std::pair{400, std::string("area")});
  CHECK(refused("/api/boards/none").first == 404);
}

TEST_CASE("GET /api/indicators: filters, facets, order and paging agree") {
  const json::value all = read("/api/indicators?size=200");
  const std::int64_t total = all.at("total").as_int64();
  const json::value rest = read("/api/indicators?size=200&page=2");
  CHECK(total == static_cast<std::int64_t>(all.at("items").as_array().size() +
                                           rest.at("items").as_array().size()));
  std::int64_t by_status = 0;
  for (const char* status : {"met", "nearly", "missed", "not_decidable"}) {
    const json::value some = read(std::string("/api/indicators?size=1&status=") + status);
    CHECK(some.at("total").as_int64() == all.at("facets").at("statuses").at(status).as_int64());
    by_status += some.at("total").as_int64();
  }
  CHECK(by_status == total);
  const json::value first = read("/api/indicators?size=1&page=1&sort=name");
  const json::value last = read("/api/indicators?size=1&page=1&sort=name&order=desc");
  CHECK(first.at("items").at(0).at("id") != last.at("items").at(0).at("id"));
  CHECK(read("/api/indicators?q=renjunyuqishouming").at("total").as_int64() > 0);  // pinyin
  const json::value gaps = read("/api/indicators?sort=gap&order=desc&size=200");
  double before = 1e300;
  bool without = false;
  for (const json::value& item : gaps.at("items").as_array()) {
    if (item.at("gap").is_null()) {
      without = true;
      continue;
    }
    CHECK_FALSE(without);  // those without a gap stand last
    const double gap = item.at("gap").to_number<double>();
    CHECK(gap <= before);
    before = gap;
  }
}

TEST_CASE("GET /api/indicators/{id} and .csv") {
  const json::value one = read("/api/indicators?size=1").at("items").at(0);
  const json::value detail = read("/api/indicators/" + std::string(one.at("id").as_string()));
  CHECK(detail.at("name") == one.at("name"));
  CHECK(detail.at("history").is_array());
  CHECK(refused("/api/indicators/none").first == 404);
  const Answer csv = get(district().port(), "/api/indicators.csv?status=missed&lang=en");
  CHECK(csv.status == 200);
  CHECK(csv.header("content-type") == "text/csv; charset=utf-8");
  CHECK(csv.header("content-disposition").find("indicators-all-missed.csv") != std::string::npos);
  CHECK(csv.body.substr(0, 3) == "\xEF\xBB\xBF");
  CHECK(csv.body.find("\r\n") != std::string::npos);
}

TEST_CASE("GET /api/residents: by name, pinyin, initials, identifier, area, sex and age") {
  const auto names = [](const std::string& query) {
    std::string line;
    const json::value found = read("/api/residents?" + query);
    for (const json::value& item : found.at("items").as_array())
      line += (line.empty() ? "" : " ") + std::string(item.at("name").as_string());
    return line;
  };
  CHECK(names("q=%E5%BC%A0%E4%BC%9F") == "张伟");
  CHECK(names("q=zhang") == "张伟");
  CHECK(names("q=lxm") == "李小明");
  CHECK(names("q=xiaoming&sex=male") == "李小明");
  CHECK(names("area=770101002") == "李小明");
  CHECK(names("sex=female") == "王芳");
  CHECK(names("ageFrom=40&ageTo=50") == "张伟");  // born 1980-01-01: 45 on 2025-12-31
  CHECK(names("ageFrom=46&ageTo=74").empty());    // 王芳, born 1950-06-15, is 75
  CHECK(names("q=nobody%27%20OR%201=1").empty());
  CHECK(names("q=%25").empty());
  const json::value page = read("/api/residents?size=1&page=2");
  CHECK(page.at("total").as_int64() >= 3);
  CHECK(page.at("items").as_array().size() == 1);
  CHECK(read("/api/residents?page=9999").at("items").as_array().empty());
}

TEST_CASE("GET /api/residents: wrong parameters are named") {
  using Refusal = std::pair<int, std::string>;
  CHECK(refused("/api/residents?page=0") == Refusal{400, "page"});
  CHECK(refused("/api/residents?page=10000000&size=200") == Refusal{400, "page"});
  CHECK(refused("/api/residents?size=201") == Refusal{400, "size"});
  CHECK(refused("/api/residents?size=-1") == Refusal{400, "size"});
  CHECK(refused("/api/residents?size=1e3") == Refusal{400, "size"});
  CHECK(refused("/api/residents?sex=m") == Refusal{400, "sex"});
  CHECK(refused("/api/residents?ageFrom=50&ageTo=40") == Refusal{400, "ageTo"});
  CHECK(refused("/api/residents?area=7701%25") == Refusal{400, "area"});
  CHECK(refused("/api/residents?serch=x") == Refusal{400, "serch"});
  CHECK(refused("/api/residents?after=x") == Refusal{400, "after"});
  CHECK(refused("/api/residents?q=" + std::string(300, 'a')) == Refusal{400, "q"});
  CHECK(refused("/api/residents/abc") == Refusal{400, "id"});
  CHECK(refused("/api/residents/99999").first == 404);
  CHECK(refused("/api/residents/99999999999999999999") == Refusal{400, "id"});
}

TEST_CASE("a resident: masked identifiers, time line newest first, records as delivered") {
  const json::value found = read("/api/residents?q=zhangwei").at("items").at(0);
  const std::string id = std::to_string(found.at("id").as_int64());
  CHECK(std::string(found.at("identifierMasked").as_string()).substr(0, 14) == "7701**********");
  const json::value person = read("/api/residents/" + id);
  CHECK(person.at("telecomMasked").as_string() == "000******78");
  CHECK(person.at("firstSeen").as_string() == "2025-03-02");
  CHECK(person.at("lastSeen").as_string() == "2025-11-20");
  const std::string text = json::serialize(person);
  CHECK(text.find("19800101") == std::string::npos);  // of the identity number

  const json::value events = read("/api/residents/" + id + "/timeline");
  REQUIRE(events.at("items").as_array().size() == 2);
  const json::value& newest = events.at("items").at(0);
  CHECK(newest.at("date").as_string() == "2025-11-20");
  CHECK(newest.at("title").as_string() == "门诊");
  CHECK(newest.at("detail").as_string() == "急性上呼吸道感染");
  CHECK(newest.at("code").as_string() == "J06.9");
  CHECK(newest.at("organization").as_string() == "青梧街道社区卫生服务中心");
  CHECK(events.at("next").is_null());

  const json::value page = read("/api/residents/" + id + "/timeline?size=1");
  const std::string next(page.at("next").as_string());
  const json::value rest =
      read("/api/residents/" + id + "/timeline?size=1&before=" + next.substr(0, next.find('|')) +
           "%7C" + next.substr(next.find('|') + 1));
  REQUIRE(rest.at("items").as_array().size() == 1);
  CHECK(rest.at("items").at(0).at("date").as_string() == "2025-03-02");
  CHECK(read("/api/residents/" + id + "/timeline?type=Observation").at("items").as_array().empty());
  CHECK(refused("/api/residents/" + id + "/timeline?before=x").second == "before");

  const std::string seq = std::to_string(newest.at("seq").as_int64());
  const json::value record = read("/api/residents/" + id + "/resources/" + seq);
  CHECK(record.at("resource").at("id").as_string() == "e2");
  CHECK(record.at("delivery").at("name").as_string() == "visits.ndjson");
  // The record of one person cannot be had under the address of another.
  const std::string other =
      std::to_string(read("/api/residents?q=wangfang").at("items").at(0).at("id").as_int64());
  CHECK(refused("/api/residents/" + other + "/resources/" + seq).first == 404);
  CHECK(refused("/api/residents/" + other + "/resources/999999").first == 404);
}

TEST_CASE("deliveries: newest first, problems with rule and place, orphans") {
  const json::value list = read("/api/deliveries");
  REQUIRE(list.at("items").as_array().size() == 3);
  const json::value& dirty = list.at("items").at(0);
  CHECK(dirty.at("name").as_string() == "dirty.ndjson");
  CHECK(dirty.at("quarantined").as_int64() == 1);
  CHECK(dirty.at("openProblems").as_int64() == 1);
  CHECK(dirty.at("orphans").as_int64() == 1);
  CHECK(read("/api/deliveries?state=failed").at("total").as_int64() == 0);
  CHECK(read("/api/deliveries?state=done&size=2").at("total").as_int64() == 3);

  const std::string id = std::to_string(dirty.at("id").as_int64());
  const json::value problem = read("/api/deliveries/" + id + "/problems").at("items").at(0);
  CHECK(problem.at("line").as_int64() == 4);
  CHECK(problem.at("rule").as_string() == "bad-date");
  CHECK(problem.at("path").as_string() == "Patient.birthDate");
  CHECK(problem.at("found").as_string() == "2020-02-30");
  CHECK(problem.at("ruleText").at("zh").as_string() != problem.at("rule").as_string());
  const json::value whole = read("/api/problems/" + std::to_string(problem.at("id").as_int64()));
  CHECK(whole.at("original").as_string().find("赵敏") != std::string::npos);
  CHECK(read("/api/deliveries/" + id + "/problems?state=dismissed").at("total").as_int64() == 0);
  CHECK(read("/api/deliveries/" + id + "/orphans").at("items").at(0).at("reference").as_string() ==
        "Patient/nobody");
  const Answer csv = get(district().port(), "/api/deliveries/" + id + "/problems.csv");
  CHECK(csv.body.find("bad-date") != std::string::npos);
  CHECK(csv.body.find("赵敏") == std::string::npos);  // originals stay inside
  CHECK(refused("/api/deliveries/77/problems").first == 404);
  CHECK(refused("/api/problems/77").first == 404);
}

TEST_CASE("GET /api/search: people, indicators, deliveries and pages") {
  const auto kinds = [](const std::string& words) {
    std::string line;
    const json::value found = read("/api/search?q=" + words);
    for (const json::value& item : found.at("items").as_array())
      line += std::string(item.at("kind").as_string()).substr(0, 1);
    return line;
  };
  CHECK(kinds("zhangwei") == "r");
  CHECK(kinds("dirty") == "d");
  CHECK(kinds("cockpit").front() == 'p');
  CHECK(kinds("life+expectancy").find('i') != std::string::npos);
  CHECK(kinds("").empty());
}

TEST_CASE("unknown paths and methods, foreign hosts and origins") {
  const auto port = district().port();
  CHECK(refused("/api/nope").first == 404);
  CHECK(refused("/api/status/").first == 404);
  CHECK(ask(port, "DELETE", "/api/residents/1").status == 405);
  CHECK(ask(port, "PATCH", "/api/status").status == 405);
  CHECK(ask(port, "GET", "/api/status", {}, "Host: evil.example\r\n").status == 403);
  CHECK(ask(port, "GET", "/api/status", {}, "Host: evil.example:" + std::to_string(port) + "\r\n")
            .status == 403);
  const std::string own = "Origin: http://127.0.0.1:" + std::to_string(port) + "\r\n";
  CHECK(ask(port, "POST", "/api/deliveries/99/replay", {}, own).status == 404);  // let through
  for (const char* foreign : {"Origin: http://evil.example\r\n", "Origin: null\r\n",
                              "Origin: http://127.0.0.1:1\r\n", "Sec-Fetch-Site: cross-site\r\n"}) {
    CAPTURE(foreign);
    const Answer answer = ask(port, "POST", "/api/deliveries/99/replay", {}, foreign);
    CHECK(answer.status == 403);
    CHECK(answer.json().at("error").at("code").as_string() == "forbidden");
  }
  CHECK(ask(port, "HEAD", "/api/status").status == 200);
}

TEST_CASE("GET /metrics counts requests by route, healthz and readyz answer") {
  const auto port = district().port();
  CHECK(get(port, "/healthz").body == "ok\n");
  CHECK(get(port, "/readyz").body == "ready\n");
  (void)get(port, "/api/areas");
  const std::string text = get(port, "/metrics").body;
  CHECK(text.find("hb_http_requests_total{route=\"GET /api/areas\",status=\"2xx\"}") !=
        std::string::npos);
  CHECK(text.find("hb_http_request_seconds_bucket{route=\"GET /api/areas\",le=\"0.1\"}") !=
        std::string::npos);
  CHECK(text.find("hb_feed_lag_seconds 0") != std::string::npos);
}

TEST_CASE("?after: a feed number that is not reached is said to be stale") {
  const std::int64_t reached = read("/api/status").at("feed").at("reached").as_int64();
  CHECK_FALSE(read("/api/areas?after=" + std::to_string(reached)).as_object().contains("stale"));
  const Answer answer =
      get(district().port(), "/api/areas?after=" + std::to_string(reached + 1000));
  CHECK(answer.header("x-stale") == "true");
  CHECK(answer.json().at("stale").as_bool());
}
