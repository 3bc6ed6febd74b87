#include <doctest/doctest.h>

#include <algorithm>

#include "client.hpp"
#include "district.hpp"
#include "log_in.hpp"

/// One figure from the file to the public, over the wire, with the accounts that may.
using namespace hb::test;
namespace json = boost::json;

namespace {

struct Bureau {
  District place;
  std::unique_ptr<hb::security::Accounts> accounts = accounts_of(place);
  LoggedIn writer, leader, other;

  Bureau() {
    add_user(*accounts, "li.na", {"analyst"}, {"*"});
    add_user(*accounts, "sun.li", {"leader"}, {"*"});
    add_user(*accounts, "he.jie", {"analyst", "leader"}, {"770101001"});
    add_user(*accounts, "shen.ji", {"auditor"}, {"*"});
    writer = log_in(place.port(), "li.na");
    leader = log_in(place.port(), "sun.li");
    other = log_in(place.port(), "he.jie");
  }
  Answer post(const LoggedIn& who, const std::string& target, const std::string& body) const {
    return ask(place.port(), "POST", target, body, who.both());
  }
  json::value read(const LoggedIn& who, const std::string& target) const {
    const Answer answer = ask(place.port(), "GET", target, "", who.cookie);
    CAPTURE(target);
    CAPTURE(answer.body);
    REQUIRE(answer.status == 200);
    return answer.json();
  }
  /// The result of one act on one figure.
  json::value act(const LoggedIn& who, const std::string& word, std::int64_t figure,
                  std::int64_t seen, const std::string& note = "") const {
    const json::object body{
        {"act", word}, {"items", {{{"figure", figure}, {"seen", seen}}}}, {"note", note}};
    const Answer answer = post(who, "/api/figures/acts", json::serialize(body));
    CAPTURE(answer.body);
    REQUIRE(answer.status == 200);
    return answer.json().at("results").at(0);
  }
  std::int64_t seen(std::int64_t figure) const {
    return read(leader, "/api/figures/" + std::to_string(figure)).at("item").at("seen").as_int64();
  }
};

const std::string file =
    "indicator,unit,period,value\n"
    "health-literacy,%,2025,41.3\n"
    "health-literacy,%,2024,101\n";

}  // namespace

TEST_CASE("figures: from the file to the vintage; the wrong person and the stale act are refused") {
  const Bureau bureau;
  const auto sent = [&](const char* more) {
    return bureau.post(bureau.writer,
                       std::string("/api/figures/import?name=r.csv&area=770101") + more, file);
  };
  const json::value checked = sent("&check=true").json();
  CHECK(checked.at("checked_only").as_bool());
  CHECK(checked.at("rows").at(0).at("outcome").as_string() == "added");
  CHECK(checked.at("rows").at(1).at("rule").as_string() == "percentage-over-100");
  CHECK(bureau.read(bureau.writer, "/api/figures").at("total").as_int64() == 0);
  CHECK(bureau.post(bureau.leader, "/api/figures/import?area=770101", file).status == 403);

  const json::value entered = sent("").json();
  CHECK(entered.at("counts").at("added").as_int64() == 1);
  CHECK(entered.at("counts").at("refused").as_int64() == 1);
  const std::int64_t id = entered.at("rows").at(0).at("figure").as_int64();

  const std::int64_t first = bureau.seen(id);
  CHECK(bureau
            .post(bureau.leader, "/api/figures/acts",
                  R"({"act":"submit","items":[{"figure":1,"seen":1}]})")
            .status == 403);
  CHECK(bureau.act(bureau.writer, "submit", id, first).at("state").as_string() == "submitted");
  CHECK(bureau
            .post(bureau.writer, "/api/figures/acts",
                  R"({"act":"approve","items":[{"figure":1,"seen":2}]})")
            .status == 403);
  const json::value late = bureau.act(bureau.leader, "approve", id, first);
  CHECK_FALSE(late.at("ok").as_bool());
  CHECK(late.at("error").at("code").as_string() == "conflict");
  CHECK(late.at("error").at("messageZh").as_string() == "该数据已有新的处理，请刷新后再操作");
  const json::value silent = bureau.act(bureau.leader, "return", id, bureau.seen(id));
  CHECK(silent.at("error").at("code").as_string() == "invalid_input");
  CHECK(bureau.act(bureau.leader, "approve", id, bureau.seen(id)).at("ok").as_bool());
  const json::value published = bureau.act(bureau.leader, "publish", id, bureau.seen(id));
  CHECK(published.at("vintage").as_int64() == 1);

  const json::value detail = bureau.read(bureau.leader, "/api/figures/" + std::to_string(id));
  CHECK(detail.at("history").as_array().size() == 4);
  CHECK(detail.at("vintages").at(0).at("value").as_string() == "41.3");
  CHECK_FALSE(detail.at("basis").at("population").at("zh").as_string().empty());
  const json::value list = bureau.read(bureau.writer, "/api/figures?state=published");
  CHECK(list.at("total").as_int64() == 1);
  CHECK(list.at("counts").at("published").as_int64() == 1);
}

TEST_CASE("figures: two values are decided with a reason; other areas stay out of reach") {
  const Bureau bureau;
  const std::string head = "indicator,period,value\nhealth-literacy,2025,";
  const auto enter = [&](const std::string& value) {
    return bureau
        .post(bureau.writer, "/api/figures/import?name=" + value + ".csv&area=770101",
              head + value + "\n")
        .json()
        .at("rows")
        .at(0);
  };
  const std::int64_t one = enter("41.3").at("figure").as_int64();
  const json::value second = enter("42");
  CHECK(second.at("outcome").as_string() == "conflict");
  const std::int64_t other = second.at("figure").as_int64();
  const json::value blocked = bureau.act(bureau.writer, "submit", one, bureau.seen(one));
  CHECK(blocked.at("error").at("messageZh").as_string() ==
        "同一指标、区域、统计期填报了不同数值，请先裁定");
  CHECK(bureau.read(bureau.leader, "/api/figures/conflicts").at("items").as_array().size() == 1);
  const auto decide = [&](const LoggedIn& who, const std::string& why) {
    const json::object body{{"keep", other}, {"seen", bureau.seen(other)}, {"why", why}};
    return bureau.post(who, "/api/figures/decision", json::serialize(body)).status;
  };
  CHECK(decide(bureau.writer, "以年鉴为准") == 403);
  CHECK(decide(bureau.leader, "") == 400);
  CHECK(decide(bureau.other, "以年鉴为准") == 404);  // the district is not in the street's reach
  CHECK(decide(bureau.leader, "以年鉴为准") == 200);
  CHECK(bureau.read(bureau.leader, "/api/figures/conflicts").at("items").as_array().empty());
  CHECK(bureau.read(bureau.other, "/api/figures").at("total").as_int64() == 0);
}

TEST_CASE("figures: acts stand in the audit; computed numbers are published and held against now") {
  const Bureau bureau;
  bureau.post(bureau.writer, "/api/figures/import?name=r.csv&area=770101", file);
  const LoggedIn auditor = log_in(bureau.place.port(), "shen.ji");
  const json::value found = bureau.read(auditor, "/api/audit?action=figure-draft");
  REQUIRE(found.at("items").as_array().size() == 1);
  CHECK(found.at("items").at(0).at("user").as_string() == "li.na");
  CHECK(found.at("items").at(0).at("what").as_string() == "figure 1, health-literacy 770101 2025");

  const std::string body = R"({"period":"2025","area":"770101"})";
  CHECK(bureau.post(bureau.writer, "/api/vintages", body).status == 403);
  CHECK(bureau.post(bureau.leader, "/api/vintages", R"({"period":"1066"})").status == 400);
  const Answer made = bureau.post(bureau.leader, "/api/vintages", body);
  CAPTURE(made.body);
  REQUIRE(made.status == 200);
  const json::value vintages =
      bureau.read(bureau.leader, "/api/vintages?period=2025&area=770101&compare=true");
  CHECK(vintages.at("items").as_array().size() == made.json().at("results").as_array().size());
  for (const json::value& one : vintages.at("items").as_array()) {
    CAPTURE(json::serialize(one));
    CHECK(one.at("change").as_string() == "unchanged");
  }
}

TEST_CASE("figures: the template is a file of the year asked for, as CSV and as workbook") {
  const auto port = district().port();
  const Answer csv = get(port, "/api/figures/template?year=2025&area=770101");
  CHECK(csv.status == 200);
  CHECK(csv.body.find("health-literacy") != std::string::npos);
  CHECK(csv.body.find(",770101,2025,") != std::string::npos);
  const Answer workbook = get(port, "/api/figures/template?year=2025&format=xlsx");
  CHECK(workbook.body.starts_with("PK"));
  CHECK(get(port, "/api/figures/template?plan=none").status == 404);
  CHECK(get(port, "/api/figures/12345").status == 404);
  CHECK(get(port, "/api/figures?state=lost").status == 400);
}
