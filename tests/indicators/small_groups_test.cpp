#include "indicators/small_groups.hpp"

#include "measure_store.hpp"

using namespace hb;
using namespace hb::test;

namespace {

/// People by street, sex and age group, as scene SQL that reads no table with codes.
std::string measure_text(const std::string& id, const std::string& rows, const std::string& from) {
  std::string text = visits_per_head;
  const std::size_t numerator = text.find("numerator:");
  text = text.substr(0, numerator);
  const std::string former = "id: visits-per-head";
  text.replace(text.find(former), former.size(), "id: " + id);
  const std::string method = "method: rate";
  text.replace(text.find(method), method.size(), "method: count");
  const std::string multiplier = "multiplier: 1000";
  text.replace(text.find(multiplier), multiplier.size(), "multiplier: 1");
  return text + "numerator:\n  name: { zh: 人, en: people }\n  over_time: each\n  sql: |\n" +
         "    SELECT v.area, v.sex, CAST(v.age AS INTEGER) AS age_band, CAST(v.n AS BIGINT) AS n\n"
         "    FROM (VALUES " +
         rows + ") AS v(area, sex, age, n)" + from + "\n";
}

// Three streets: 150 people (90 men), 120 (60 men) and 30 (15 men).
const char* const people_rows =
    "('770101001', 'male', 30, 90), ('770101001', 'female', 30, 60), "
    "('770101002', 'male', 30, 60), ('770101002', 'female', 40, 60), "
    "('770101003', 'male', 30, 15), ('770101003', 'female', 30, 15)";
const char* const event_rows =
    "('770101001', 'male', 30, 7), ('770101002', 'female', 40, 8), ('770101003', 'male', 30, 1)";
const char* const reads_visits = " WHERE (SELECT count(*) FROM encounter) >= 0";

struct Groups {
  MeasureStore store;
  std::unique_ptr<MeasureEngine> engine;
  GroupRule rule;
  Period year = period("2025");

  Groups() {
    deliver_district(store);  // visits, so that the year has records
    store.define("people", measure_text("people", people_rows, ""));
    store.define("events", measure_text("events", event_rows, reads_visits));
    engine = store.engine();
    rule = {engine->find("people"), 100, {"少于100名居民", "fewer than 100 residents"}};
    engine->ensure({rule.people, events()}, {year});
  }
  const Measure* events() const { return engine->find("events"); }

  std::vector<MeasureCell> given(const std::string& area, By by) {
    const auto snapshot = engine->snapshot();
    const CellsAsk ask{events(), year, area, by};
    auto cells = cells_of(*engine, *snapshot, Principal::system("test"), ask);
    REQUIRE(cells.has_value());
    hide_small_groups(*engine, *snapshot, rule, ask, *cells);
    return *cells;
  }
};

}  // namespace

TEST_CASE(
    "small groups: of three streets the small one and the next stay back, the whole is told") {
  Groups groups;
  const auto whole = groups.given("770101", By::none);
  CHECK(whole.front().figure.value == 16);
  const auto streets = groups.given("770101", By::area);
  REQUIRE(streets.size() == 3);
  CHECK(streets[0].figure.value == 7);
  // 30 residents are fewer than 100; alone they would be the whole less the others.
  CHECK_FALSE(streets[1].figure.value);
  CHECK_FALSE(streets[2].figure.value);
  CHECK(streets[2].figure.reason->en == "fewer than 100 residents");
  CHECK(groups.given("770101001", By::none).front().figure.value == 7);
  CHECK_FALSE(groups.given("770101002", By::none).front().figure.value);
  CHECK_FALSE(groups.given("770101003", By::none).front().figure.value);
}

TEST_CASE("small groups: sexes of a street stay back where any street's are few") {
  Groups groups;
  // All streets together: 165 men, 135 women.
  const auto whole = groups.given("770101", By::sex);
  REQUIRE(whole.size() == 2);
  CHECK(whole[0].figure.value == 8);
  // 90 men and 60 women in the first street.
  CHECK(groups.given("770101001", By::sex).empty());
  CHECK(groups.given("770101003", By::sex).empty());
}

TEST_CASE("small groups: ages of the whole, and what nobody counted") {
  Groups groups;
  // 240 people of 30 to 34; the 60 of 40 to 44 are few, and the others would give them back.
  CHECK(groups.given("770101", By::age).empty());
  groups.rule.below = 50;
  const auto ages = groups.given("770101", By::age);
  REQUIRE(ages.size() == 2);
  CHECK(ages[1].figure.value == 8);
  groups.rule.people = nullptr;  // who counts the residents is not known
  CHECK(groups.given("770101", By::area).empty());
  CHECK_FALSE(groups.given("770101", By::none).front().figure.value);
}

TEST_CASE("small groups: only what reads one of the tables is meant") {
  Groups groups;
  CHECK(reads_any(*groups.engine, *groups.events(), {"encounter", "death"}));
  CHECK_FALSE(reads_any(*groups.engine, *groups.events(), {"death"}));
  CHECK_FALSE(reads_any(*groups.engine, *groups.rule.people, {"encounter"}));
}
