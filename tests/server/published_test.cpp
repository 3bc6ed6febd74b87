#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "client.hpp"
#include "district.hpp"
#include "indicators/report_book.hpp"
#include "log_in.hpp"

/// What walls and visitors are shown: vintages and nothing else. What is internal: kept from those
/// who may not see it, by every way out.
using namespace hb::test;
namespace json = boost::json;

namespace {

json::value read(const District& place, const std::string& target,
                 const std::string& headers = "") {
  const Answer answer = ask(place.port(), "GET", target, "", headers);
  CAPTURE(target);
  CAPTURE(answer.body);
  REQUIRE(answer.status == 200);
  return answer.json();
}

/// The cells are made when the server starts.
void wait_for_cells(const District& place, const std::string& headers = "") {
  for (int i = 0; i < 600; ++i) {
    const Answer answer = ask(place.port(), "GET", "/api/measures?after=1", "", headers);
    if (answer.body.find("being computed") == std::string::npos) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  FAIL("the cells were not made within a minute");
}

const json::object* item(const json::value& list, std::string_view id) {
  for (const json::value& one : list.at("items").as_array())
    if (one.at("id").as_string() == id) return &one.as_object();
  return nullptr;
}

/// Every value of a list that is not null, by indicator.
std::vector<std::string> shown(const json::value& list) {
  std::vector<std::string> ids;
  for (const json::value& one : list.at("items").as_array())
    if (!one.at("value").is_null()) ids.emplace_back(one.at("id").as_string());
  return ids;
}

/// The district has three persons, too few for figures that are handed on by the API.
void publish(const District& place, const std::string& id, const std::string& area,
             const std::string& value) {
  auto book = hb::indicators::ReportBook::open((place.store() / "figures.db").string());
  hb::indicators::Vintage made;
  made.cell = {id, area, "2025"};
  made.value = value;
  REQUIRE((*book)->publish_computed(made, "sun.li", "").has_value());
}

}  // namespace

TEST_CASE("published: before anything is published every figure says so; then only what is") {
  District own;
  wait_for_cells(own);
  const json::value before = read(own, "/api/published?period=2025");
  CHECK(before.at("as_of").is_null());
  CHECK(before.at("simulated").as_bool());
  CHECK(before.at("items").as_array().size() > 40);
  CHECK(shown(before).empty());
  CHECK(item(before, "population")->at("reason").at("zh").as_string() == "未发布");
  CHECK(item(before, "population")->at("reason").at("en").as_string() == "not published");
  // The records do give one: three people.
  CHECK(
      item(read(own, "/api/measures?period=2025"), "population")->at("value").to_number<double>() ==
      3);

  publish(own, "population", "770101", "1120000");
  const json::value after = read(own, "/api/published?period=2025&area=770101");
  CHECK(shown(after) == std::vector<std::string>{"population"});
  const json::object& people = *item(after, "population");
  CHECK(people.at("value").to_number<double>() == 1'120'000);
  CHECK(people.at("numerator").is_null());
  CHECK(people.at("previous").is_null());
  REQUIRE(people.at("trend").as_array().size() == 5);
  CHECK(people.at("trend").at(4).at("value").to_number<double>() == 1'120'000);
  CHECK(people.at("trend").at(3).at("value").is_null());  // 2024 is not published
  CHECK_FALSE(after.at("as_of").is_null());
  CHECK(shown(read(own, "/api/published?period=2024&area=770101")).empty());
  CHECK(shown(read(own, "/api/published?period=2025&area=770101001")).empty());
}

TEST_CASE(
    "published: the wall names maps by what is published of streets, and no figure of records") {
  District own;
  wait_for_cells(own);
  const auto map = [&] {
    const json::value wall = read(own, "/api/boards/cockpit/wall?area=770101&period=2025");
    for (const json::value& one : wall.at("sections").as_array())
      if (one.at("kind").as_string() == "measure-map") return one;
    FAIL("the wall has no map");
    return json::value{};
  };
  CHECK(map().at("measures").as_array().empty());
  CHECK(read(own, "/api/published/population/cells?area=770101&period=2025")
            .at("rows")
            .as_array()
            .empty());
  publish(own, "population", "770101001", "60000");
  CHECK(json::serialize(map().at("measures")) == R"(["population"])");
  const json::value cells = read(own, "/api/published/population/cells?area=770101&period=2025");
  REQUIRE(cells.at("rows").as_array().size() == 1);
  CHECK(cells.at("rows").at(0).at("key").as_string() == "770101001");
  CHECK(cells.at("rows").at(0).at("rank").as_int64() == 1);
  // What the board shows at the desk is not on the wall: counts, pyramid, weeks, deliveries.
  const std::string wall = get(own.port(), "/api/boards/cockpit/wall?area=770101&period=2025").body;
  for (const char* word : {"key-figures", "pyramid", "weeks", "freshness", "\"value\""})
    CHECK(wall.find(word) == std::string::npos);
  CHECK(get(own.port(), "/api/boards/none/wall").status == 404);
  CHECK(get(own.port(), "/api/published/none/cells").status == 404);
  CHECK(get(own.port(), "/api/published?period=soon").status == 400);
}

TEST_CASE("internal indicators: no vintage is made of them, the refusal names its rule") {
  District own;
  wait_for_cells(own);
  const Answer refused = ask(own.port(), "POST", "/api/vintages",
                             R"({"period":"2025","area":"770101","indicator":"births"})");
  CHECK(refused.status == 403);
  CHECK(refused.json().at("error").at("where").as_string() == "indicator-internal");
  const Answer all = ask(own.port(), "POST", "/api/vintages", R"({"period":"2025","area":""})");
  REQUIRE(all.status == 200);
  for (const char* id : {"\"births\"", "\"birth-rate\"", "\"sex-ratio-at-birth\""}) {
    CHECK(all.body.find(id) == std::string::npos);
    CHECK(get(own.port(), "/api/vintages?period=2025").body.find(id) == std::string::npos);
    CHECK(get(own.port(), "/api/published?period=2025").body.find(id) == std::string::npos);
  }
  CHECK(get(own.port(), "/api/published/births/cells").status == 404);
}

TEST_CASE(
    "internal indicators: by no way out to who may not see them, nor the counts behind rates") {
  District place;
  const auto accounts = accounts_of(place);
  add_user(*accounts, "zhou.wen", {"analyst"}, {"*"});
  add_user(*accounts, "gu.ping", {"health-inspector"}, {"*"});
  const std::string may = log_in(place.port(), "zhou.wen").cookie;
  const std::string may_not = log_in(place.port(), "gu.ping").cookie;
  wait_for_cells(place, may);
  const json::value all = read(place, "/api/measures?period=2025", may);
  const json::value fewer = read(place, "/api/measures?period=2025", may_not);
  CHECK(item(all, "births") != nullptr);
  CHECK(item(fewer, "births") == nullptr);
  CHECK(item(fewer, "sex-ratio-at-birth") == nullptr);
  CHECK(all.at("items").as_array().size() == fewer.at("items").as_array().size() + 3);
  for (const char* path :
       {"/api/measures/births", "/api/measures/births.csv", "/api/measures/births/cells",
        "/api/measures/births/outlook", "/api/measures/births/gap", "/api/exchange/adx?id=births",
        "/api/exchange/measure-reports?id=births"}) {
    CAPTURE(path);
    CHECK(ask(place.port(), "GET", path, "", may).status == 200);
    CHECK(ask(place.port(), "GET", path, "", may_not).status == 404);
  }
  CHECK(ask(place.port(), "GET", "/api/measures/birth-rate/compare", "", may).status == 200);
  CHECK(ask(place.port(), "GET", "/api/measures/birth-rate/compare", "", may_not).status == 404);
  for (const char* path : {"/api/exchange/adx", "/api/exchange/measure-reports",
                           "/api/odata/Figures", "/api/published"}) {
    CAPTURE(path);
    const Answer answer = ask(place.port(), "GET", path, "", may_not);
    CHECK(answer.status == 200);
    CHECK(answer.body.find("births") == std::string::npos);
    CHECK(answer.body.find("birth-rate") == std::string::npos);
  }
}
