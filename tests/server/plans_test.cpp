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
  CAPTURE(answer.body);
  REQUIRE(answer.status == 200);
  return answer.json();
}
int status_of(const std::string& target) { return get(district().port(), target).status; }

}  // namespace

TEST_CASE("GET /api/plans/{id}/assessment: every row with origin, status and reason") {
  const json::value found = read("/api/plans/plan-14-5-gongshu-2025/assessment?year=2025");
  CHECK(found.at("rows").as_array().size() == 17);
  CHECK(found.at("target_year").as_int64() == 2025);
  const std::int64_t all = found.at("met").as_int64() + found.at("nearly").as_int64() +
                           found.at("missed").as_int64() + found.at("not_decidable").as_int64();
  CHECK(all == 17);
  for (const json::value& row : found.at("rows").as_array()) {
    CAPTURE(json::serialize(row));
    CHECK_FALSE(row.at("reason").at("zh").as_string().empty());
    CHECK((row.at("origin").as_string() == "none") == row.at("value").as_string().empty());
  }
  // 86.44 is not of this plan: the base of life expectancy is that of the table of 2020.
  CHECK(found.at("rows").at(0).at("base").as_string() == "85.53");
  CHECK(status_of("/api/plans/none/assessment") == 404);
  CHECK(status_of("/api/plans/plan-14-5-gongshu-2025/assessment?year=12") == 400);
}

TEST_CASE("GET /api/plan-check: findings in neutral words, of one plan or of all") {
  const json::value all = read("/api/plan-check");
  const json::value one = read("/api/plan-check?plan=plan-14-5-hangzhou-2025");
  CHECK(all.at("items").as_array().size() > one.at("items").as_array().size());
  for (const json::value& item : one.at("items").as_array())
    CHECK(item.at("plan").as_string() == "plan-14-5-hangzhou-2025");
  CHECK(std::ranges::any_of(all.at("items").as_array(), [](const json::value& item) {
    return item.at("reading").at("zh").as_string() == "疑似笔误";
  }));
  CHECK(status_of("/api/plan-check?plan=none") == 404);
}

TEST_CASE("GET /api/measures/{id}/compare, outlook, gap: few people give reasons, not colours") {
  const json::value compare = read("/api/measures/aged-65-share/compare?period=2025");
  for (const json::value& row : compare.at("rows").as_array())
    CHECK(row.at("standing").as_string() == "not_compared");
  CHECK_FALSE(compare.at("reason").is_null());
  CHECK(status_of("/api/measures/life-expectancy/compare") == 400);  // no proportion
  const json::value outlook = read("/api/measures/aged-65-share/outlook?target=40&year=2030");
  CHECK_FALSE(outlook.at("reason").is_null());  // neither side is better: no direction
  const json::value gap = read("/api/measures/hypertension-by-rules/gap?period=2025");
  CHECK(gap.at("target").as_string() == "70以上");
  CHECK(status_of("/api/measures/none/gap") == 404);
}

TEST_CASE("compare: institutions and teams, and a street among similar ones") {
  for (const char* by : {"institution", "team"}) {
    const json::value compare =
        read(std::string("/api/measures/elderly-management/compare?period=2025&by=") + by);
    CHECK(compare.at("by").as_string() == by);
    CHECK(compare.at("unit").at("en").as_string().size() > 0);
    for (const auto& row : compare.at("rows").as_array()) {
      CHECK(row.at("own").is_bool());
      CHECK(row.at("name").at("zh").as_string().size() > 0);
    }
  }
  const json::value similar =
      read("/api/measures/aged-65-share/compare?period=2025&area=770101001&among=similar&k=1");
  CHECK(similar.at("similar").is_object());
  CHECK(read("/api/measures/aged-65-share/compare?period=2025&among=similar")
            .at("similar")
            .at("reason")
            .is_object());
  CHECK(status_of("/api/measures/aged-65-share/compare?by=institution") == 404);
  CHECK(status_of("/api/measures/elderly-management/compare?by=school") == 400);
  CHECK(status_of("/api/measures/elderly-management/compare?by=team&among=similar") == 400);
  CHECK(status_of("/api/measures/elderly-management/compare?among=similar&k=0") == 400);
}

TEST_CASE("GET /api/measures/{id}: printed figures of another basis say so in words") {
  const json::value found = read("/api/measures/hypertension-by-rules?period=2025");
  REQUIRE_FALSE(found.at("reported").as_array().empty());
  for (const json::value& one : found.at("reported").as_array())
    CHECK(one.at("differs").at("zh").as_string().find("口径不同") == 0);
}

TEST_CASE("exchange: MeasureReports, ADX and the feed hold the same number") {
  const json::value bundle = read("/api/exchange/measure-reports?period=2025&id=population&area=");
  const json::value& report = bundle.at("entry").at(0).at("resource");
  CHECK(report.at("group").at(0).at("measureScore").at("value").to_number<double>() == 3);
  const Answer adx = get(district().port(), "/api/exchange/adx?period=2025&id=population");
  CHECK(adx.body.find("dataElement=\"population\" value=\"3\"") != std::string::npos);
  const json::value feed = read(
      "/api/odata/Figures?$filter=period%20eq%20'2025'%20and%20indicator%20eq%20'population'"
      "%20and%20level%20eq%20'whole'&$select=value,area&$count=true");
  CHECK(feed.at("@odata.count").as_int64() == 1);
  CHECK(feed.at("value").at(0).at("value").to_number<double>() == 3);
  CHECK(feed.at("value").at(0).as_object().size() == 2);
  CHECK(status_of("/api/odata/Figures?$filter=value%20gt%201") == 400);
  CHECK(status_of("/api/odata/Figures?$select=secret") == 400);
  CHECK(status_of("/api/exchange/adx?id=none") == 404);
}

TEST_CASE(
    "GET /api/reports/{id}: a page, a document, a workbook; marked as simulated where it is") {
  const Answer page = get(district().port(), "/api/reports/yearly-health-report?year=2025");
  CHECK(page.status == 200);
  CHECK(page.body.find("2025年居民健康状况报告") != std::string::npos);
  CHECK(page.body.find("id=\"basis-population\"") != std::string::npos);
  const Answer document =
      get(district().port(), "/api/reports/yearbook-chapter?year=2025&format=docx");
  CHECK(document.body.starts_with("PK"));
  CHECK(get(district().port(), "/api/reports/yearbook-chapter?year=2025&format=xlsx")
            .body.starts_with("PK"));
  CHECK(status_of("/api/reports/none") == 404);
  CHECK(status_of("/api/reports/yearbook-chapter?format=exe") == 400);
}
