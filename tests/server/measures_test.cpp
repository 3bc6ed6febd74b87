#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "client.hpp"
#include "district.hpp"

using namespace hb::test;
namespace json = boost::json;

namespace {

/// The cells are made when the server starts: a page says so until they are.
void wait_for_cells() {
  for (int i = 0; i < 600; ++i) {
    if (get(district().port(), "/api/measures?after=1").body.find("being computed") ==
        std::string::npos)
      return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  FAIL("the cells were not made within a minute");
}

json::value read(const std::string& target) {
  wait_for_cells();
  const Answer answer = get(district().port(), target);
  CAPTURE(target);
  CAPTURE(answer.body);
  REQUIRE(answer.status == 200);
  return answer.json();
}

int status_of(const std::string& target) { return get(district().port(), target).status; }

json::value item(const json::value& list, std::string_view id) {
  for (const json::value& one : list.at("items").as_array())
    if (one.at("id").as_string() == id) return one;
  FAIL("no measure " << id);
  return {};
}

}  // namespace

TEST_CASE("GET /api/measures: three people, counted by hand") {
  const json::value list = read("/api/measures?period=2025");
  CHECK(list.at("period").as_string() == "2025");
  CHECK(list.at("feed").as_int64() > 0);
  const json::value people = item(list, "population");
  CHECK(people.at("value").to_number<double>() == 3);
  CHECK(people.at("numerator").to_number<double>() == 3);
  CHECK(people.at("denominator").is_null());
  CHECK(people.at("lower").is_null());
  CHECK(people.at("trend").as_array().size() == 12);
  CHECK(people.at("trend").at(11).at("period").as_string() == "2025-12");
  // One of the three is 65 or older: 33.33 %, Wilson 6.15 to 79.23.
  const json::value old = item(list, "aged-65-share");
  CHECK(old.at("value").to_number<double>() == doctest::Approx(33.33).epsilon(0.001));
  CHECK(old.at("lower").to_number<double>() == doctest::Approx(6.15).epsilon(0.01));
  CHECK(old.at("upper").to_number<double>() == doctest::Approx(79.23).epsilon(0.01));
}

TEST_CASE("GET /api/measures: a number that cannot be given is null with its reason") {
  const json::value life = item(read("/api/measures?period=2025"), "life-expectancy");
  CHECK(life.at("value").is_null());
  CHECK_FALSE(life.at("reason").at("zh").as_string().empty());
  CHECK(life.at("target").at("text").as_string() == "86.5");
  CHECK(life.at("status").as_string() == "not_decidable");
  const json::value month = item(read("/api/measures?period=2025-11"), "life-expectancy");
  CHECK(month.at("reason").at("en").as_string() == "this indicator is computed by year only");
  const json::value later = item(read("/api/measures?period=2026"), "population");
  CHECK(later.at("reason").at("en").as_string() == "the period has not begun");
}

TEST_CASE("GET /api/measures/{id}/cells: by street, sex and age") {
  const json::value streets = read("/api/measures/population/cells?period=2025&by=area");
  REQUIRE(streets.at("rows").as_array().size() == 2);
  const json::value& first = streets.at("rows").at(0);
  CHECK(first.at("key").as_string() == "770101001");
  CHECK(first.at("name").at("en").as_string() == "Qingwu Subdistrict");
  CHECK(first.at("value").to_number<double>() == 2);
  CHECK(first.at("rank").as_int64() == 1);
  CHECK(streets.at("rows").at(1).at("value").to_number<double>() == 1);

  const json::value sexes =
      read("/api/measures/population/cells?period=2025&by=sex&area=770101001");
  REQUIRE(sexes.at("rows").as_array().size() == 2);
  CHECK(sexes.at("rows").at(0).at("key").as_string() == "male");
  CHECK(sexes.at("rows").at(0).at("value").to_number<double>() == 1);

  const json::value ages = read("/api/measures/population/cells?period=2025&by=age");
  REQUIRE(ages.at("rows").as_array().size() == 3);  // 10, 45 and 75 years
  CHECK(ages.at("rows").at(1).at("key").as_string() == "45");
  CHECK(ages.at("rows").at(1).at("name").at("en").as_string() == "45–49");
}

TEST_CASE("GET /api/measures/{id}: definition, SQL, targets, what plans report; CSV") {
  const json::value life = read("/api/measures/life-expectancy?period=2025");
  CHECK(life.at("sql").at("numerator").as_string().find("FROM death") != std::string::npos);
  CHECK(life.at("targets").as_array().size() == 4);
  CHECK_FALSE(life.at("reported").as_array().empty());
  CHECK(life.at("version").as_int64() >= 1);
  const Answer csv =
      get(district().port(), "/api/measures/population.csv?period=2025&by=area&lang=en");
  CHECK(csv.status == 200);
  CHECK(csv.body.find("770101001,Qingwu Subdistrict,2,,2,") != std::string::npos);
}

TEST_CASE("GET /api/measures/{id}/residents: who is in the gap, page by page, and who is not") {
  // One of the three people is 65 or older and was not examined: the gap of the elderly.
  const json::value gap = read("/api/measures/elderly-management/residents?period=2025&part=gap");
  CHECK(gap.at("part").as_string() == "gap");
  CHECK(gap.at("total").as_int64() == 1);
  REQUIRE(gap.at("items").as_array().size() == 1);
  const json::value& person = gap.at("items").at(0);
  CHECK(person.at("id").as_int64() > 0);
  CHECK(person.at("birthDate").as_string() < "1961");
  CHECK(person.at("note").is_null());
  // The number itself is one of fewer than 100 residents, and examinations can be of a programme.
  const json::value number = item(read("/api/measures?period=2025"), "elderly-management");
  CHECK(number.at("value").is_null());
  CHECK(number.at("numerator").is_null());
  CHECK(number.at("reason").at("en").as_string() ==
        "groups of fewer than 100 residents are not shown");
  CHECK(read("/api/measures/elderly-management/residents?period=2025&part=numerator")
            .at("total")
            .as_int64() == 0);
  // Behind the last page there is nobody; the total stays.
  const json::value behind =
      read("/api/measures/elderly-management/residents?period=2025&part=gap&offset=1&limit=200");
  CHECK(behind.at("total").as_int64() == 1);
  CHECK(behind.at("items").as_array().empty());
  // The streets' lists add up to the whole; another district has none.
  std::int64_t streets = 0;
  for (const char* street : {"770101001", "770101002", "770101003"})
    streets += read(std::string("/api/measures/elderly-management/residents?period=2025&part=gap") +
                    "&area=" + street)
                   .at("total")
                   .as_int64();
  CHECK(streets == 1);
  CHECK(read("/api/measures/elderly-management/residents?period=2025&part=gap&area=770102")
            .at("total")
            .as_int64() == 0);
  CHECK(status_of("/api/measures/elderly-management/residents?limit=201") == 400);
  CHECK(status_of("/api/measures/elderly-management/residents?offset=-1") == 400);
  CHECK(status_of("/api/measures/population/residents") == 404);  // has no list
}

TEST_CASE("measures: what is asked wrongly is refused") {
  CHECK(status_of("/api/measures/nonsense") == 404);
  CHECK(status_of("/api/measures?period=soon") == 400);
  CHECK(status_of("/api/measures?period=0001") == 400);  // long before the first record
  CHECK(status_of("/api/measures/population?period=1890-05") == 400);
  CHECK(status_of("/api/measures/population/cells?by=area&period=9999") == 400);
  CHECK(status_of("/api/measures?area=x") == 400);
  CHECK(status_of("/api/measures/population/cells?by=shoe-size") == 400);
  CHECK(status_of("/api/measures/premature-mortality/cells?by=age") == 400);
  CHECK(status_of("/api/measures/population/residents?part=all") == 400);
}

TEST_CASE("measures: a formula and an index say what they are made of") {
  const auto formula = read("/api/measures/chronic-by-rules?period=2025&area=770101");
  CHECK(formula.at("numerator_name").at("en").as_string().size() > 0);
  CHECK(formula.at("sql").at("numerator").is_null());
  const auto& terms = formula.at("derivation").at("parts").as_array();
  REQUIRE(terms.size() == 2);
  std::int64_t numerators = 0;
  for (const auto& term : terms) numerators += term.at("numerator").as_int64();
  CHECK(formula.at("numerator").as_int64() == numerators);
  const auto index = read("/api/measures/public-health-services-index?period=2025&area=770101");
  CHECK(index.at("derivation").at("kind").as_string() == "composite");
  const auto& parts = index.at("derivation").at("parts").as_array();
  CHECK(parts.size() == 7);
  if (!index.at("value").is_null()) {
    double sum = 0;
    for (const auto& part : parts) sum += part.at("contribution").to_number<double>();
    CHECK(sum == doctest::Approx(index.at("value").to_number<double>()).epsilon(0.01));
  }
  CHECK(status_of("/api/measures/public-health-services-index/cells?by=sex") == 400);
  const auto streets =
      read("/api/measures/public-health-services-index/cells?by=area&area=770101&period=2025");
  for (const auto& row : streets.at("rows").as_array()) CHECK(row.at("parts").is_array());
}
